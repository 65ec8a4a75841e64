//! Looks at a workload and its pods.

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::observation::{Observation, Workload};
use super::spec::{Controller, Spec};
use super::{read, spec};
use crate::check::trouble::Trouble;
use crate::check::uses::Use;
use crate::connect::resource::{DAEMON_SETS, DEPLOYMENTS, PODS, STATEFUL_SETS};
use crate::connect::{Connections, Resource, Scope};

static REPLICA_SETS: Resource = Resource::of("apps", "v1", "ReplicaSet", "replicasets", Scope::Namespaced);

/// Annotation that numbers the templates of a Deployment, on it and on its ReplicaSets.
const REVISION: &str = "deployment.kubernetes.io/revision";

pub(super) fn uses(spec: &Spec) -> Vec<Use> {
    let namespace = Some(spec.namespace.as_str());
    let mut rules = vec![resource(spec.kind).access("get", namespace).named(&spec.name)];
    if spec.kind == Controller::Deployment {
        rules.push(REPLICA_SETS.access("list", namespace));
    }
    rules.push(PODS.access("list", namespace));
    rules.into_iter().map(Use::Api).collect()
}

fn resource(kind: spec::Controller) -> &'static Resource {
    match kind {
        Controller::Deployment => &DEPLOYMENTS,
        Controller::StatefulSet => &STATEFUL_SETS,
        Controller::DaemonSet => &DAEMON_SETS,
    }
}

pub(super) async fn observe(spec: &Spec, connections: &Connections) -> Result<Observation, Trouble> {
    let namespace = Some(spec.namespace.as_str());
    let Some(object) = connections.get(resource(spec.kind), namespace, &spec.name).await? else {
        return Ok(Observation { workload: None, pods: Vec::new() });
    };
    let sought = Sought { spec, connections };
    match spec.kind {
        Controller::Deployment => sought.deployment(parse(object)?).await,
        Controller::StatefulSet => {
            let set: StatefulSet = parse(object)?;
            let selector = set.spec.clone().unwrap_or_default().selector;
            let owner = set.metadata.uid.clone().into_iter().collect();
            sought.with_pods(read::stateful_set(set), &selector, owner).await
        }
        Controller::DaemonSet => {
            let set: DaemonSet = parse(object)?;
            let selector = set.spec.clone().unwrap_or_default().selector;
            let owner = set.metadata.uid.clone().into_iter().collect();
            sought.with_pods(read::daemon_set(set), &selector, owner).await
        }
    }
}

struct Sought<'a> {
    spec: &'a Spec,
    connections: &'a Connections,
}

impl Sought<'_> {
    /// A Deployment owns its pods through ReplicaSets; the one with its own revision number is current.
    async fn deployment(&self, object: Deployment) -> Result<Observation, Trouble> {
        let selector = object.spec.clone().unwrap_or_default().selector;
        let sets: Vec<ReplicaSet> = self.list(&REPLICA_SETS, &selector).await?;
        let owner = object.metadata.uid.clone().into_iter().collect::<Vec<_>>();
        let sets: Vec<ReplicaSet> = sets.into_iter().filter(|set| is_owned(&set.metadata, &owner)).collect();
        let number = |metadata: &ObjectMeta| metadata.annotations.as_ref().and_then(|all| all.get(REVISION).cloned());
        let wanted = number(&object.metadata);
        let current = sets.iter().find(|set| wanted.is_some() && number(&set.metadata) == wanted);
        let hash = current.and_then(|set| set.metadata.labels.as_ref()?.get("pod-template-hash").cloned());
        let owners = sets.into_iter().filter_map(|set| set.metadata.uid).collect();
        self.with_pods(read::deployment(object, hash), &selector, owners).await
    }

    async fn with_pods(
        &self,
        workload: Workload,
        selector: &LabelSelector,
        owners: Vec<String>,
    ) -> Result<Observation, Trouble> {
        let mark = match self.spec.kind {
            Controller::Deployment => "pod-template-hash",
            Controller::StatefulSet | Controller::DaemonSet => "controller-revision-hash",
        };
        let pods: Vec<Pod> = self.list(&PODS, selector).await?;
        let owned = pods.into_iter().filter(|pod| is_owned(&pod.metadata, &owners));
        let mut pods: Vec<_> = owned.map(|pod| read::pod(pod, mark)).collect();
        pods.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Observation { workload: Some(workload), pods })
    }

    async fn list<T: DeserializeOwned>(&self, resource: &Resource, by: &LabelSelector) -> Result<Vec<T>, Trouble> {
        let objects = self.connections.list(resource, Some(&self.spec.namespace), &as_text(by)).await?;
        objects.into_iter().map(parse).collect()
    }
}

fn is_owned(metadata: &ObjectMeta, owners: &[String]) -> bool {
    let references = metadata.owner_references.iter().flatten();
    references.into_iter().any(|owner| owner.controller == Some(true) && owners.contains(&owner.uid))
}

fn parse<T: DeserializeOwned>(object: Value) -> Result<T, Trouble> {
    let kind = object["kind"].as_str().unwrap_or("object").to_owned();
    let name = object["metadata"]["name"].as_str().unwrap_or("?").to_owned();
    serde_json::from_value(object)
        .map_err(|error| Trouble::Malformed { url: format!("{kind} {name}"), message: error.to_string() })
}

/// A selector as kubectl writes it.
fn as_text(selector: &LabelSelector) -> String {
    let pairs = selector.match_labels.iter().flatten().map(|(key, value)| format!("{key}={value}"));
    let expressions = selector.match_expressions.iter().flatten().map(|one| {
        let values = one.values.clone().unwrap_or_default().join(",");
        match one.operator.as_str() {
            "In" => format!("{} in ({values})", one.key),
            "NotIn" => format!("{} notin ({values})", one.key),
            "DoesNotExist" => format!("!{}", one.key),
            _ => one.key.clone(),
        }
    });
    pairs.chain(expressions).collect::<Vec<_>>().join(",")
}
