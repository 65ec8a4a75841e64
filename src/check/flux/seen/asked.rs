//! What was asked for beside Flux's objects.

use serde::{Deserialize, Serialize};

/// Whether something that an inventory names is there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Held {
    /// As the inventory has it.
    pub id: String,
    /// Whether it is.
    pub there: bool,
    /// What its texts hold, where the suite asks for that and it is no Secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texts: Option<Texts>,
}

/// The texts of an object, beside its metadata and status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// How many there are.
    pub read: usize,
    /// It asks Flux to leave it as it is (`kustomize.toolkit.fluxcd.io/substitute: disabled`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub spared: bool,
    /// Variables in them that were not replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub literal: Vec<Literal>,
}

/// A variable that was not replaced; what stands beside it is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Literal {
    /// `spec.externalLabels.cluster`.
    pub field: String,
    /// `${CLUSTER_NAME}`.
    pub variable: String,
}

/// What stands in a field.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Placed {
    /// Whether the object is there.
    pub there: bool,
    /// What stands in its field, as text; absent where there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}
