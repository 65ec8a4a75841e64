//! What a look sees of an ExternalSecret: of the Secret that it makes, never a value.

use serde::{Deserialize, Serialize};

use super::spec::StoreName;
use crate::check::condition::Condition;

/// The ExternalSecret, its store, and its Secret.
#[derive(Debug, Serialize, Deserialize)]
pub struct Observation {
    /// Whether the API serves the kind.
    pub served: Served,
    /// The ExternalSecret, if it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<External>,
    /// The store that it names, if that is there and is one that may be looked at: the wanted one, where one is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<Store>,
    /// The Secret that it makes, if that is there; only looked at where keys are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
}

/// How the API serves the group of External Secrets.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Served {
    /// As v1.
    Wanted,
    /// Not as v1, but as these; none where nothing is installed.
    Not(Vec<String>),
}

/// An ExternalSecret (external-secrets.io/v1, apis/externalsecrets/v1/externalsecret_types.go).
#[derive(Debug, Serialize, Deserialize)]
pub struct External {
    /// Generation of its spec.
    pub generation: Option<i64>,
    /// Its resourceVersion.
    pub resource_version: Option<String>,
    /// When somebody deleted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleting: Option<String>,
    /// `refreshInterval` as written; the API fills in one hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// `refreshPolicy`: `Periodic`, `CreatedOnce`, `OnChange`; absent means periodic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The store that it names; absent where every entry of it names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreName>,
    /// The Secret that it makes: `target.name`, or its own name.
    pub makes: String,
    /// `target.creationPolicy`: `Owner` unless it says otherwise.
    pub creation: String,
    /// Its condition `Ready`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Condition>,
    /// `status.refreshTime` as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshed: Option<String>,
    /// `status.syncedResourceVersion`: the generation that was synchronised, a dash, and a hash of labels and annotations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synced: Option<String>,
}

/// A store.
#[derive(Debug, Serialize, Deserialize)]
pub struct Store {
    /// `ClusterSecretStore onepassword`.
    pub name: String,
    /// Its resourceVersion.
    pub resource_version: Option<String>,
    /// Its condition `Ready`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Condition>,
}

/// A Secret, without its values.
#[derive(Debug, Serialize, Deserialize)]
pub struct Target {
    /// Its resourceVersion.
    pub resource_version: Option<String>,
    /// Kinds and names of its owners: `ExternalSecret vmalertmanager-config`.
    pub owners: Vec<String>,
    /// Whether it has the label `reconcile.external-secrets.io/managed: "true"`.
    pub managed: bool,
    /// Whether it has the annotation `reconcile.external-secrets.io/data-hash`.
    pub hashed: bool,
    /// Its keys.
    pub keys: Vec<Key>,
}

/// A key of a Secret. A map by their names would be taken for secrets wherever evidence is redacted.
#[derive(Debug, Serialize, Deserialize)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// How many bytes of base64 its value has.
    pub bytes: u64,
}
