//! What Flux was to apply, and what it has applied.
//!
//! Statuses as source-controller and kustomize-controller 1.7 write them: `status.artifact.revision` of a source is
//! `main@sha1:<commit>`; a Kustomization's `lastAppliedRevision` follows only when its health checks have passed.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::said::Said;
use crate::connect::{Resource, Scope};

pub(super) const KUSTOMIZATIONS: Resource =
    Resource::of("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations", Scope::Namespaced);

/// Which source, and which revision of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flux {
    /// Where the manifests come from. Every Kustomization in its namespace that reads it must have applied it.
    pub source: Source,
    /// The revision that is meant: `main@sha1:4f2a`, a commit or its start, or a tag. Where it is absent or empty: the one that
    /// the source has fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

/// A source of Flux.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its kind.
    pub kind: SourceKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Kinds of sources that Kustomizations read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SourceKind {
    /// A branch, tag or commit of a Git repository.
    GitRepository,
    /// An OCI artifact.
    OCIRepository,
    /// A bucket.
    Bucket,
}

impl Source {
    pub(super) fn resource(&self) -> Resource {
        let (kind, plural) = match self.kind {
            SourceKind::GitRepository => ("GitRepository", "gitrepositories"),
            SourceKind::OCIRepository => ("OCIRepository", "ocirepositories"),
            SourceKind::Bucket => ("Bucket", "buckets"),
        };
        Resource::of("source.toolkit.fluxcd.io", "v1", kind, plural, Scope::Namespaced)
    }

    /// `GitRepository flux-system/infra`.
    pub(super) fn path(&self) -> String {
        format!("{} {}/{}", self.resource().kind, self.namespace, self.name)
    }

    /// Whether a Kustomization of the source's namespace reads it.
    fn is_read_by(&self, kustomization: &Value) -> bool {
        let source = &kustomization["spec"]["sourceRef"];
        let namespace = source["namespace"].as_str().unwrap_or(&self.namespace);
        source["kind"] == *self.resource().kind && source["name"] == *self.name && namespace == self.namespace
    }
}

/// A source as it was seen.
#[derive(Debug, Serialize, Deserialize)]
pub struct SourceSeen {
    /// The revision that it has fetched last.
    pub revision: Option<String>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched: Option<Timestamp>,
    /// What it says of itself.
    #[serde(default)]
    pub said: Said,
}

/// A Kustomization as it was seen.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kustomization {
    /// `flux-system/apps`.
    pub name: String,
    /// The revision that it has applied last.
    pub applied: Option<String>,
    /// The one that it has tried to apply last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempted: Option<String>,
    /// What it waits for, each as `flux-system/apps`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// What it says of itself.
    #[serde(default)]
    pub said: Said,
}

pub(super) fn source(object: &Value) -> SourceSeen {
    let artifact = &object["status"]["artifact"];
    SourceSeen {
        revision: text(&artifact["revision"]),
        fetched: artifact["lastUpdateTime"].as_str().and_then(|time| time.parse().ok()),
        said: Said::of(object),
    }
}

/// Those of all Kustomizations that read the source, and the others, which those may wait for.
pub(super) fn kustomizations(source: &Source, all: &[Value]) -> (Vec<Kustomization>, Vec<Kustomization>) {
    let (read, others): (Vec<&Value>, Vec<&Value>) = all.iter().partition(|object| source.is_read_by(object));
    let seen = |all: Vec<&Value>| all.into_iter().map(kustomization).collect();
    (seen(read), seen(others))
}

fn kustomization(object: &Value) -> Kustomization {
    let namespace = object["metadata"]["namespace"].as_str().unwrap_or("?");
    let depends_on = object["spec"]["dependsOn"].as_array().into_iter().flatten();
    let path =
        |one: &Value| Some(format!("{}/{}", one["namespace"].as_str().unwrap_or(namespace), one["name"].as_str()?));
    Kustomization {
        name: super::observe::path(object),
        applied: text(&object["status"]["lastAppliedRevision"]),
        attempted: text(&object["status"]["lastAttemptedRevision"]),
        depends_on: depends_on.filter_map(path).collect(),
        said: Said::of(object),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
