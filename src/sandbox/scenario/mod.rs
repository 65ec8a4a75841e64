//! Manifests that make a sandbox look like a deployed platform.

mod apply;
mod crds;
mod files;
#[cfg(test)]
mod tests;

pub use apply::apply;

use std::net::SocketAddr;

use anyhow::{Context, bail};
use serde_json::Value;

/// The scenarios that exist.
pub const NAMES: [&str; 1] = ["done-right"];

/// What stands in a scenario for the address at which an acceptance run takes webhooks.
const SINK: &str = "${SINK}";

/// All objects of a scenario, in the order in which they are applied. `sink` is the address at which an acceptance run
/// takes webhooks; each sandbox has its own.
///
/// `done-right` is the story's VictoriaMetrics stack, with what is broken in the story put right, beside stand-ins for the
/// rest of the platform.
///
/// # Errors
/// When there is no scenario of this name.
pub fn manifests(name: &str, sink: SocketAddr) -> anyhow::Result<Vec<Value>> {
    if name != "done-right" {
        bail!("there is no scenario {name:?}: expected one of {}", NAMES.join(", "));
    }
    let mut objects = Vec::new();
    for (file, text) in files::FIRST {
        objects.extend(documents(file, text)?);
    }
    objects.extend(crds::all());
    for (file, text) in files::THEN {
        objects.extend(documents(file, &text.replace(SINK, &sink.to_string()))?);
    }
    Ok(objects)
}

fn documents(file: &str, text: &str) -> anyhow::Result<Vec<Value>> {
    serde_saphyr::from_multiple(text).with_context(|| format!("scenario file {file} is not valid YAML"))
}
