//! What a look at CRDs sees.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::check::condition::Condition;

/// The CRDs of the wanted kinds, and what the API server lists for their group and version.
#[derive(Debug, Serialize, Deserialize)]
pub struct Observation {
    /// One entry per wanted kind, in the order of the suite.
    pub kinds: Vec<Seen>,
    /// Kinds that discovery lists in the wanted version; `None` when it does not know the version at all.
    pub discovered: Option<Vec<String>>,
}

/// One wanted kind.
#[derive(Debug, Serialize, Deserialize)]
pub struct Seen {
    /// As the suite names it.
    pub kind: String,
    /// Name of the CRD that was looked for.
    pub crd: String,
    /// The CRD; `None` when it is absent.
    pub definition: Option<Definition>,
}

/// What matters of a CustomResourceDefinition.
#[derive(Debug, Serialize, Deserialize)]
pub struct Definition {
    /// The kind that it defines.
    pub kind: String,
    /// Generation of its spec, where it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// Its resourceVersion, where it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// Whether its deletion has been asked for.
    pub terminating: bool,
    /// Condition `Established`, where it is there.
    pub established: Option<Condition>,
    /// Condition `NamesAccepted`, where it is there.
    pub names_accepted: Option<Condition>,
    /// Its versions.
    pub versions: Vec<Version>,
}

/// One version of a CRD.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// `v1beta1`.
    pub name: String,
    /// Whether the API serves it.
    pub served: bool,
    /// Whether objects are stored in it.
    pub storage: bool,
    /// What it says about `spec`.
    pub schema: Schema,
}

/// How much a schema knows of `spec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schema {
    /// Every field: what is misspelt is refused or pruned.
    Full,
    /// Nothing: anything is taken and kept.
    Open,
}

impl Definition {
    /// Reads a CustomResourceDefinition of apiextensions.k8s.io/v1.
    pub fn read(crd: &Value) -> Result<Self, String> {
        let kind = crd["spec"]["names"]["kind"].as_str().ok_or("no spec.names.kind")?.to_owned();
        let versions = crd["spec"]["versions"].as_array().ok_or("no spec.versions")?;
        let version = |version: &Value| {
            let spec = &version["schema"]["openAPIV3Schema"]["properties"]["spec"];
            Some(Version {
                name: version["name"].as_str()?.to_owned(),
                served: version["served"].as_bool()?,
                storage: version["storage"].as_bool()?,
                schema: if spec["properties"].is_object() { Schema::Full } else { Schema::Open },
            })
        };
        let versions = versions.iter().map(version).collect::<Option<_>>().ok_or("a version without its marks")?;
        Ok(Self {
            kind,
            generation: crd["metadata"]["generation"].as_i64(),
            resource_version: crd["metadata"]["resourceVersion"].as_str().map(str::to_owned),
            terminating: crd["metadata"]["deletionTimestamp"].is_string(),
            established: Condition::of(crd, "Established"),
            names_accepted: Condition::of(crd, "NamesAccepted"),
            versions,
        })
    }
}
