//! What a suite says about objects.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cel::Expression;
use super::count::Count;
use super::each::ForEach;
use super::fault;
use super::path::Path;
use super::wanted::{Wanted, Yes};
use crate::connect::resource::usual_plural;
use crate::units::Duration;

/// A demand whose parts go together.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Demand", into = "Demand")]
pub struct Spec(Demand);

/// Which objects, and what must hold for each of them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Group and version, as manifests have them: `operator.victoriametrics.com/v1beta1`, `v1`.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// The kind as manifests have it, or its plural name: `VMSingle`, `vmsingles`.
    pub kind: String,
    /// Its plural name where it is not the usual one. Only the list of needed permissions rests on it: a look asks the
    /// API server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plural: Option<String>,
    /// The namespace; absent for kinds without, and for all namespaces where no `name` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name of one object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Labels, as kubectl takes them: `app.kubernetes.io/name=vmagent,tier in (a, b)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// Only objects that this one owns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// How many there must be; one at least by default. With `exactly: 0` there must be none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
    /// Demands on fields of each object, by JSONPath (RFC 9535): `{spec.retentionPeriod: {equals: 90d}}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<Path, Wanted>,
    /// Demands on every element of a list or map, which `fields` cannot make: a path passes over an element that lacks what it
    /// asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub for_each: Vec<ForEach>,
    /// Expressions in CEL, as Flux takes them in `healthCheckExprs`, each of which must be true of each object; the object's
    /// own fields are the variables: `[status.updateStatus == 'operational']`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cel: Vec<Expression>,
    /// Statuses of conditions by their type: `{Ready: "True"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, Status>,
    /// How long ago each object was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Age>,
    /// Whether its controller must have seen each object as it is now; it must by default.
    #[serde(default, skip_serializing_if = "Observed::is_current")]
    pub observed: Observed,
    /// Whether each object may only have fields that its kind knows. Where the cluster's CRD does not know them, full CRDs
    /// given with `--schemas` tell.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub known_fields: bool,
}

/// An object that owns others.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// Its kind: `StatefulSet`.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// How long ago something was made.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Age {
    /// At least so long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older_than: Option<Duration>,
    /// At most so long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer_than: Option<Duration>,
}

/// The status of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Status {
    /// It holds.
    True,
    /// It does not.
    False,
    /// Nobody knows.
    Unknown,
}

/// What is asked of a controller's own account of what it has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// It has seen the object as it is now.
    #[default]
    Current,
    /// Nothing: no controller reports on the object.
    Ignored,
}

/// Groups with a dot that Kubernetes 1.34 itself serves; every other one with a dot is of a CRD or of another API server.
const BUILT_IN: [&str; 16] = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

impl Demand {
    /// The API group; empty for the core group.
    pub(super) fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// Whether what it says of the namespace suits a kind that has namespaces, or has none: one object by its name needs
    /// one exactly where its kind has them.
    pub(super) fn suits(&self, namespaced: bool) -> bool {
        if namespaced { self.namespace.is_some() || self.name.is_none() } else { self.namespace.is_none() }
    }

    /// Whether a CustomResourceDefinition may tell more of the kind.
    pub(super) fn is_custom(&self) -> bool {
        self.group().contains('.') && !BUILT_IN.contains(&self.group())
    }

    /// The plural name, as far as it can be known without the API server.
    pub(super) fn plural(&self) -> String {
        match &self.plural {
            Some(plural) => plural.clone(),
            None if self.kind.starts_with(char::is_lowercase) => self.kind.clone(),
            None => usual_plural(&self.kind.to_lowercase()),
        }
    }

    /// Whether they are Secrets of Kubernetes.
    pub(super) fn is_secret(&self) -> bool {
        self.api_version == "v1" && matches!(self.kind.to_lowercase().as_str(), "secret" | "secrets")
    }

    /// Whether values that a path leads to may be read.
    pub(super) fn may_read(&self, path: &Path) -> bool {
        !self.is_secret() || path.root().is_some_and(fault::is_plain)
    }

    /// Whether there must be none.
    pub(super) fn is_none(&self) -> bool {
        self.count.as_ref().is_some_and(|count| count.exactly == Some(0))
    }
}

impl Spec {
    /// The same with everything that only judging reads set to one fixed value: objects are seen whole at the paths that are
    /// named, whatever is wanted there.
    pub(super) fn question(&self) -> Self {
        let blank = |wanted: &mut Wanted| *wanted = Wanted { exists: Some(Yes), ..Wanted::default() };
        let mut asked = self.0.clone();
        (asked.count, asked.age, asked.observed) = (None, None, Observed::default());
        asked.fields.values_mut().for_each(blank);
        for each in &mut asked.for_each {
            each.count = None;
            each.fields.values_mut().for_each(blank);
        }
        asked.conditions.values_mut().for_each(|status| *status = Status::True);
        Self(asked)
    }
}

impl TryFrom<Demand> for Spec {
    type Error = String;

    fn try_from(demand: Demand) -> Result<Self, String> {
        fault::check(&demand)?;
        Ok(Self(demand))
    }
}

impl From<Spec> for Demand {
    fn from(spec: Spec) -> Self {
        spec.0
    }
}

impl Deref for Spec {
    type Target = Demand;

    fn deref(&self) -> &Demand {
        &self.0
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Observed {
    fn is_current(&self) -> bool {
        *self == Self::Current
    }
}
