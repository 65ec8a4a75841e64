//! What a look at objects sees: little more than what is judged, and of Secrets no more than names and sizes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::check::condition::Condition;

/// The objects that were found, and what the cluster knows of their kind.
#[derive(Debug, Serialize, Deserialize)]
pub struct Observation {
    /// What the API server serves.
    pub served: Served,
    /// What its CustomResourceDefinition says of the kind.
    pub definition: Definition,
    /// By what the fields were examined, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Fields>,
    /// How many objects there are by name or labels, whoever owns them.
    pub found: u64,
    /// How many of them are owned as was asked for: all, where nothing was asked.
    pub owned: u64,
    /// Those that are kept, in the order of their names.
    pub objects: Vec<Found>,
}

/// What the API server knows of the group, version and kind.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Served {
    /// Under this plural name.
    As {
        /// `vmsingles`.
        plural: String,
        /// `VMSingle`.
        kind: String,
        /// Whether its objects live in namespaces.
        namespaced: bool,
    },
    /// Not in this version, and in which ones instead; in none where the kind is unknown.
    Not {
        /// `[v1]`.
        versions: Vec<String>,
    },
}

/// What a CustomResourceDefinition says of a version of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Definition {
    /// There is none: the kind is built in, or another API server has it. Whether its status has an `observedGeneration`
    /// is known of some.
    None {
        /// Whether it has.
        observed_generation: bool,
    },
    /// It was read.
    Read {
        /// Whether the schema of the status has `observedGeneration`.
        observed_generation: bool,
        /// Whether the status is one that controllers write (the subresource).
        status: bool,
    },
}

/// By what fields were examined.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fields {
    /// The schema of the cluster's own CRD.
    Cluster,
    /// A CRD in this file, since the cluster's knows nothing of `spec`.
    Given(String),
    /// By nothing, and why.
    Nothing(String),
}

/// What was found at one place.
#[derive(Debug, Serialize, Deserialize)]
pub struct Found {
    /// Absent for kinds without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Its identity.
    pub uid: String,
    /// Its version, for whoever looks it up again.
    pub resource_version: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Since when it is being deleted, and by which finalizers it is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleting: Option<String>,
    /// How often its spec was changed; absent for kinds that do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// The generation that its status speaks of; absent where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Whether there is anything in its status.
    pub has_status: bool,
    /// The conditions that were asked for, as far as they are there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// One entry per path of the suite, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<Seen>,
    /// One entry per path of `for_each`, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<Elements>,
    /// The fields that the suite's expressions mention, in their places, where it has expressions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentioned: Option<Value>,
    /// Fields that its kind does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Unknown>,
}

/// What a path leads to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Seen {
    /// The path, as the suite has it.
    pub path: String,
    /// How many places it leads to.
    pub count: u64,
    /// Those that are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<Match>,
    /// Where it leads nowhere: a name that is there and looks like the one that was meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<String>,
}

/// The elements that a path of `for_each` leads to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Elements {
    /// The path, as the suite has it.
    pub path: String,
    /// How many elements it leads to.
    pub count: u64,
    /// Those that are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub each: Vec<Element>,
    /// Where it leads nowhere: a name that is there and looks like the one that was meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<String>,
}

/// One element.
#[derive(Debug, Serialize, Deserialize)]
pub struct Element {
    /// `spec.containers[1]`.
    pub at: String,
    /// What it calls itself in its field `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// One entry per path of its `fields`, in their order; places are those in the object.
    pub paths: Vec<Seen>,
}

/// One place and what is there.
#[derive(Debug, Serialize, Deserialize)]
pub struct Match {
    /// `spec.ports[0].name`.
    pub at: String,
    /// What is there.
    pub holds: Value,
}

/// What stands at a place.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// This.
    Json(serde_json::Value),
    /// Data of a Secret: so many bytes.
    Bytes(u64),
    /// Something that may be a secret by its name.
    Hidden,
    /// Something too large to be kept.
    Large {
        /// How large it is as JSON.
        bytes: u64,
    },
}

/// A field that a kind does not know.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// `spec.storage.storageClasName`.
    pub at: String,
    /// A field that the kind knows there, and that looks like it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<String>,
}

impl Found {
    /// `observability/vmsingle`, or the name alone.
    pub(super) fn path(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.clone(),
        }
    }
}
