//! Manifests that make a sandbox look like a deployed platform.

mod apply;
mod crds;
mod files;
mod fresh;
mod moments;
#[cfg(test)]
mod tests;

pub use apply::{api, apply, put_all, title};
pub use fresh::keep_fresh;

use anyhow::{Context, bail};
use jiff::Timestamp;
use serde_json::Value;

use files::File;

/// What is deployed: a stack on a platform, in the order in which it is applied.
#[derive(Debug)]
pub struct Scenario {
    /// As `--scenario` names it.
    pub name: &'static str,
    /// What is applied after the CRDs.
    then: &'static [&'static [File]],
    /// Statuses, and labels, of objects that other files declare: where the files are somebody's own words.
    said: &'static [File],
    /// Objects, as [`title`] has them, that the API refuses. Each is told and left out; that one is taken is an error.
    pub refused: &'static [&'static str],
    /// Objects that never get ready. They are not waited for any longer once their controller has said that they failed.
    pub never_ready: &'static [&'static str],
}

/// The story's VictoriaMetrics stack, with what is broken in the story put right, beside stand-ins for the rest of the platform.
const DONE_RIGHT: Scenario = Scenario {
    name: "done-right",
    then: &[files::EXPORTERS, files::PLATFORM, files::DONE_RIGHT, files::OPERATOR],
    said: &[],
    refused: &[],
    never_ready: &[],
};

/// The story's manifests word for word, on the same platform but for two exporters that no story deploys.
const AS_WRITTEN: Scenario = Scenario {
    name: "as-written",
    then: &[files::PLATFORM, files::AS_WRITTEN, files::OPERATOR],
    said: files::SAID_AS_WRITTEN,
    refused: &["HelmRelease observability/victoria-metrics-operator"],
    never_ready: &["VMAlertmanager observability/vmalertmanager"],
};

/// All of them; the first is the default.
const ALL: [&Scenario; 2] = [&DONE_RIGHT, &AS_WRITTEN];

/// What stands in a scenario for the address at which an acceptance run takes webhooks.
const SINK: &str = "${SINK}";
/// Where Flux puts what an `app` folder of the story holds: `targetNamespace` of its Kustomization.
const TARGET_NAMESPACE: &str = "observability";

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
    /// The part of a file, by its path from here.
    fn of(file: &str) -> Self {
        match file {
            "operator.yaml" => Self::Operator,
            _ if file.starts_with("platform/") => Self::Platform,
            _ => Self::Stack,
        }
    }
}

/// The scenario of a name.
///
/// # Errors
/// When there is none; the text names those that exist.
pub fn named(name: &str) -> anyhow::Result<&'static Scenario> {
    let found = ALL.into_iter().find(|scenario| scenario.name == name);
    let names: Vec<&str> = ALL.iter().map(|scenario| scenario.name).collect();
    found.with_context(|| format!("there is no scenario {name:?}: expected one of {}", names.join(", ")))
}

impl Scenario {
    /// All objects in the order in which they are applied, with the part that each belongs to. `sink` is `HOST:PORT`, where an
    /// acceptance run takes webhooks; each sandbox has its own.
    ///
    /// # Errors
    /// When a file of the scenario is wrong, which tests rule out.
    pub fn parts(&self, sink: &str) -> anyhow::Result<Vec<(Part, Value)>> {
        let mut objects = read(files::FIRST, sink)?;
        objects.extend(crds::all().into_iter().map(|definition| (Part::Operator, definition)));
        for files in self.then {
            objects.extend(read(files, sink)?);
        }
        for (_, said) in read(self.said, sink)? {
            let of = objects.iter_mut().find(|(_, object)| title(object) == title(&said));
            let Some((_, object)) = of else { bail!("there is no {} to say something of", title(&said)) };
            object["status"] = said["status"].clone();
            if let Some(labels) = said["metadata"].get("labels") {
                object["metadata"]["labels"] = labels.clone();
            }
        }
        Ok(objects)
    }

    /// The objects of [`Scenario::parts`] alone.
    ///
    /// # Errors
    /// When a file of the scenario is wrong, which tests rule out.
    pub fn manifests(&self, sink: &str) -> anyhow::Result<Vec<Value>> {
        Ok(self.parts(sink)?.into_iter().map(|(_, object)| object).collect())
    }
}

fn read(files: &[File], sink: &str) -> anyhow::Result<Vec<(Part, Value)>> {
    let (mut objects, now) = (Vec::new(), Timestamp::now());
    for (file, text) in files {
        let mut found = documents(file, &moments::filled(&text.replace(SINK, sink), now)?)?;
        if file.contains("/app/") {
            found.iter_mut().for_each(|object| object["metadata"]["namespace"] = TARGET_NAMESPACE.into());
        }
        objects.extend(found.into_iter().map(|object| (Part::of(file), object)));
    }
    Ok(objects)
}

fn documents(file: &str, text: &str) -> anyhow::Result<Vec<Value>> {
    serde_saphyr::from_multiple(text).with_context(|| format!("scenario file {file} is not valid YAML"))
}
