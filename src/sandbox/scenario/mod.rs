//! Manifests that make a sandbox look like a deployed platform.

mod apply;
mod crds;
mod files;
#[cfg(test)]
mod tests;

pub use apply::{api, apply, put_all};

use anyhow::{Context, bail};
use serde_json::Value;

/// The scenarios that exist.
pub const NAMES: [&str; 1] = ["done-right"];

/// What stands in a scenario for the address at which an acceptance run takes webhooks.
const SINK: &str = "${SINK}";
/// What stands in a scenario for the time at which it is applied, in statuses that must be fresh.
const NOW: &str = "${NOW}";

/// Whose business an object of a scenario is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A stand-in for what a real platform has already: where it has, that is better.
    Platform,
    /// The VictoriaMetrics operator and its CRDs: where a real one is installed, that one is used.
    Operator,
    /// What the story itself deploys.
    Stack,
}

impl Part {
    /// The part of a file, by its place below the scenario's folder.
    fn of(file: &str) -> Self {
        match file {
            "operator.yaml" => Self::Operator,
            _ if file.starts_with("platform/") => Self::Platform,
            _ => Self::Stack,
        }
    }
}

/// All objects of a scenario, in the order in which they are applied, with the part that each belongs to. `sink` is
/// `HOST:PORT`, where an acceptance run takes webhooks; each sandbox has its own.
///
/// `done-right` is the story's VictoriaMetrics stack, with what is broken in the story put right, beside stand-ins for the
/// rest of the platform.
///
/// # Errors
/// When there is no scenario of this name.
pub fn parts(name: &str, sink: &str) -> anyhow::Result<Vec<(Part, Value)>> {
    if name != "done-right" {
        bail!("there is no scenario {name:?}: expected one of {}", NAMES.join(", "));
    }
    let mut objects = read(&files::FIRST, sink)?;
    objects.extend(crds::all().into_iter().map(|definition| (Part::Operator, definition)));
    objects.extend(read(&files::THEN, sink)?);
    Ok(objects)
}

/// The objects of [`parts`] alone.
///
/// # Errors
/// When there is no scenario of this name.
pub fn manifests(name: &str, sink: &str) -> anyhow::Result<Vec<Value>> {
    Ok(parts(name, sink)?.into_iter().map(|(_, object)| object).collect())
}

fn read(files: &[(&str, &str)], sink: &str) -> anyhow::Result<Vec<(Part, Value)>> {
    let mut objects = Vec::new();
    // As controllers write it: to the second.
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    for (file, text) in files {
        let found = documents(file, &text.replace(SINK, sink).replace(NOW, &now))?;
        objects.extend(found.into_iter().map(|object| (Part::of(file), object)));
    }
    Ok(objects)
}

fn documents(file: &str, text: &str) -> anyhow::Result<Vec<Value>> {
    serde_saphyr::from_multiple(text).with_context(|| format!("scenario file {file} is not valid YAML"))
}
