//! What Flux was to apply, and what it has applied.
//!
//! Statuses as source-controller and kustomize-controller 1.7 write them: `status.artifact.revision` of a source is
//! `main@sha1:<commit>`; a Kustomization's `lastAppliedRevision` follows only when its health checks have passed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// What its condition Ready says where it is not `True`.
    pub trouble: Option<String>,
}

/// A Kustomization as it was seen.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kustomization {
    /// `flux-system/apps`.
    pub name: String,
    /// Whether it is suspended.
    pub suspended: bool,
    /// Generation of its spec.
    pub generation: i64,
    /// The generation that its condition Ready speaks of; `observedGeneration` of the status follows on success only.
    pub observed_generation: Option<i64>,
    /// The revision that it has applied last.
    pub applied: Option<String>,
    /// What its condition Ready says where it is not `True`.
    pub trouble: Option<String>,
}

pub(super) fn source(object: &Value) -> SourceSeen {
    let revision = object["status"]["artifact"]["revision"].as_str().map(str::to_owned);
    SourceSeen { revision, trouble: trouble(object) }
}

/// Those of all Kustomizations that read the source.
pub(super) fn kustomizations(source: &Source, all: &[Value]) -> Vec<Kustomization> {
    let seen = |object: &Value| Kustomization {
        name: super::observe::path(object),
        suspended: object["spec"]["suspend"] == true,
        generation: object["metadata"]["generation"].as_i64().unwrap_or(0),
        observed_generation: ready(object)["observedGeneration"].as_i64(),
        applied: object["status"]["lastAppliedRevision"].as_str().map(str::to_owned),
        trouble: trouble(object),
    };
    all.iter().filter(|object| source.is_read_by(object)).map(seen).collect()
}

fn ready(object: &Value) -> &Value {
    let conditions = object["status"]["conditions"].as_array().map_or(&[][..], Vec::as_slice);
    conditions.iter().find(|one| one["type"] == "Ready").unwrap_or(&Value::Null)
}

fn trouble(object: &Value) -> Option<String> {
    let ready = ready(object);
    let text = |key: &str| ready[key].as_str().unwrap_or("?");
    match &ready["status"] {
        Value::String(status) if status == "True" => None,
        Value::String(status) => Some(format!("Ready is {status}: {}: {}", text("reason"), text("message"))),
        _ => Some("it has no condition Ready".to_owned()),
    }
}
