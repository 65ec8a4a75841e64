//! Manifests that make a sandbox look like a deployed platform.

mod apply;
mod crds;
mod files;
#[cfg(test)]
mod tests;

pub use apply::apply;

use anyhow::{Context, bail};
use serde_json::Value;

/// The scenarios that exist.
pub const NAMES: [&str; 1] = ["done-right"];

/// All objects of a scenario, in the order in which they are applied.
///
/// `done-right` is the story's VictoriaMetrics stack, with what is broken in the story put right, beside stand-ins for the
/// rest of the platform.
///
/// # Errors
/// When there is no scenario of this name.
pub fn manifests(name: &str) -> anyhow::Result<Vec<Value>> {
    if name != "done-right" {
        bail!("there is no scenario {name:?}: expected one of {}", NAMES.join(", "));
    }
    let mut objects = Vec::new();
    for (file, text) in files::FIRST {
        objects.extend(documents(file, text)?);
    }
    objects.extend(crds::all());
    for (file, text) in files::THEN {
        objects.extend(documents(file, text)?);
    }
    Ok(objects)
}

fn documents(file: &str, text: &str) -> anyhow::Result<Vec<Value>> {
    serde_saphyr::from_multiple(text).with_context(|| format!("scenario file {file} is not valid YAML"))
}
