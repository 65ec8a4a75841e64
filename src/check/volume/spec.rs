//! What a suite says about a volume.

use std::fmt;
use std::ops::Deref;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lasts::Lasts;
use crate::connect::Endpoint;
use crate::units::Bytes;

/// A demand whose parts go together.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Demand", into = "Demand")]
pub struct Spec(Demand);

/// Which pods, which of their volumes, and what it must be like.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// The namespace of the pods and of their claims.
    pub namespace: String,
    /// The pods of this workload; one of `workload`, `selector` and `claim` says which pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<WorkloadName>,
    /// The pods with these labels, as kubectl takes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// The pods that use this PersistentVolumeClaim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// The name of the volume in the pods; with `workload` and `selector`, it or `path` says which volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<String>,
    /// Where a container must have it mounted: `/victoria-metrics-data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The StorageClass that the claim must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The provisioner that this class must have: `rook-ceph.rbd.csi.ceph.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisioner: Option<String>,
    /// How large it must be at least: `50Gi`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Bytes>,
    /// Access modes that it must have: `[ReadWriteOnce]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access_modes: Vec<String>,
    /// Where the program of these pods listens, which must be seen to write to the volume: VMSingle or Alertmanager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Endpoint>,
    /// How long the volume must hold what the program of `written` takes in, at the rate at which it does now: VMSingle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Lasts>,
}

/// A workload by its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkloadName {
    /// `Deployment`, `StatefulSet` or `DaemonSet`.
    pub kind: WorkloadKind,
    /// Its name.
    pub name: String,
}

/// What makes the pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum WorkloadKind {
    /// Pods without identity; all of them share a claim.
    Deployment,
    /// Pods with a claim each.
    StatefulSet,
    /// One pod per node.
    DaemonSet,
}

impl Demand {
    /// Which pods are meant, in words.
    pub(super) fn pods(&self) -> String {
        match (&self.workload, &self.selector, &self.claim) {
            (Some(workload), ..) => format!("{} {}/{}", workload.kind, self.namespace, workload.name),
            (_, Some(selector), _) => format!("pods {selector} in namespace {}", self.namespace),
            (.., claim) => {
                let claim = claim.as_deref().unwrap_or_default();
                format!("{} {}/{claim}", super::CLAIM, self.namespace)
            }
        }
    }

    fn fault(&self) -> Option<&'static str> {
        let whose = [self.workload.is_some(), self.selector.is_some(), self.claim.is_some()];
        let is_path = |path: &String| path.starts_with('/');
        match whose.iter().filter(|given| **given).count() {
            0 => Some("no pods are named: expected one of `workload`, `selector` and `claim`"),
            2.. => Some("pods are named twice: expected one of `workload`, `selector` and `claim`"),
            _ if self.claim.is_none() && self.volume.is_none() && self.path.is_none() => {
                Some("no volume is named: expected `volume`, `path` or both")
            }
            _ if self.claim.is_some() && self.volume.is_some() => {
                Some("the volume is named twice: expected `claim` without `volume`")
            }
            _ if !self.path.iter().all(is_path) => Some("`path` is no mount path: expected one that starts with `/`"),
            _ if self.provisioner.is_some() && self.class.is_none() => {
                Some("`provisioner` is that of a class: expected `class` beside it")
            }
            _ if self.lasts.is_some() && self.written.is_none() => {
                Some("`lasts` rests on what the program tells: expected `written` beside it")
            }
            _ => None,
        }
    }
}

impl Spec {
    /// The demand without what only judging reads. A class is read where its provisioner is judged.
    pub(super) fn question(&self) -> Self {
        let provisioner = self.provisioner.as_ref().map(|_| String::new());
        let class = self.class.clone().filter(|_| provisioner.is_some());
        let lasts = self.lasts.as_ref().map(Lasts::question);
        Self(Demand { class, provisioner, size: None, access_modes: Vec::new(), lasts, ..self.0.clone() })
    }
}

impl TryFrom<Demand> for Spec {
    type Error = String;

    fn try_from(demand: Demand) -> Result<Self, String> {
        demand.fault().map_or(Ok(()), |fault| Err(fault.to_owned()))?;
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

impl fmt::Display for WorkloadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
