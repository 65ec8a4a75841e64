//! Which node a pod may run on, and the scheduler's words when there is none.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Node, NodeSelectorTerm, Pod, PodSpec};

use super::quantity;

/// One claim of a pod, as far as scheduling cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    Bound,
    /// It is bound once a node was chosen (`WaitForFirstConsumer`).
    WaitsForNode,
    Unbound,
}

/// Bytes that the pod asks for: the sum of its containers, or its largest init container.
pub(super) fn memory_request(spec: &PodSpec) -> u64 {
    let request = |container: &k8s_openapi::api::core::v1::Container| {
        let resources = container.resources.as_ref();
        let amount = resources.and_then(|r| {
            let requests = r.requests.as_ref().and_then(|map| map.get("memory"));
            requests.or_else(|| r.limits.as_ref().and_then(|map| map.get("memory")))
        });
        amount.and_then(quantity::bytes).unwrap_or(0)
    };
    let main: u64 = spec.containers.iter().map(request).sum();
    let init = spec.init_containers.iter().flatten().map(request).max();
    main.max(init.unwrap_or(0))
}

/// Chooses the fitting node with the least memory asked for; `used` is what its pods already ask for.
///
/// # Errors
/// The text of the `PodScheduled` condition and the `FailedScheduling` event.
pub(super) fn choose(pod: &Pod, nodes: &[(&Node, u64)], claims: &[(String, Option<Claim>)]) -> Result<String, String> {
    let spec = pod.spec.clone().unwrap_or_default();
    let total = nodes.len();
    if let Some((name, _)) = claims.iter().find(|(_, claim)| claim.is_none()) {
        return Err(format!("0/{total} nodes are available: persistentvolumeclaim \"{name}\" not found. not found"));
    }
    if claims.iter().any(|(_, claim)| *claim == Some(Claim::Unbound)) {
        return Err(format!(
            "0/{total} nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
        ));
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let mut best: Option<(u64, String)> = None;
    for (node, used) in nodes {
        match reason_against(&spec, node, *used) {
            Some(reason) => *reasons.entry(reason).or_default() += 1,
            None => {
                let name = node.metadata.name.clone().unwrap_or_default();
                if best.as_ref().is_none_or(|(least, _)| used < least) {
                    best = Some((*used, name));
                }
            }
        }
    }
    best.map(|(_, name)| name).ok_or_else(|| refusal(total, &reasons))
}

/// Kubernetes v1.34, pkg/scheduler/framework/types.go (`FitError`) with the preemption plugin's addition.
fn refusal(total: usize, reasons: &BTreeMap<&str, usize>) -> String {
    let counted: Vec<String> = reasons.iter().map(|(why, count)| format!("{count} {why}")).collect();
    let lacking = reasons.get(LACKS_MEMORY).copied().unwrap_or(0);
    let mut preemption = Vec::new();
    if lacking > 0 {
        preemption.push(format!("{lacking} No preemption victims found for incoming pod"));
    }
    if total > lacking {
        preemption.push(format!("{} Preemption is not helpful for scheduling", total - lacking));
    }
    if total == 0 {
        return "no nodes available to schedule pods".to_owned();
    }
    format!(
        "0/{total} nodes are available: {}. no new claims to deallocate, preemption: 0/{total} nodes are available: {}.",
        counted.join(", "),
        preemption.join(", ")
    )
}

const LACKS_MEMORY: &str = "Insufficient memory";

fn reason_against(spec: &PodSpec, node: &Node, used: u64) -> Option<&'static str> {
    let node_spec = node.spec.clone().unwrap_or_default();
    let tolerated = spec.tolerations.iter().flatten().any(|toleration| {
        toleration.operator.as_deref() == Some("Exists")
            && matches!(toleration.key.as_deref(), None | Some("node.kubernetes.io/unschedulable"))
    });
    if node_spec.unschedulable == Some(true) && !tolerated {
        return Some("node(s) were unschedulable");
    }
    if !selected(spec, node) {
        return Some("node(s) didn't match Pod's node affinity/selector");
    }
    let allocatable = node.status.as_ref().and_then(|status| status.allocatable.as_ref());
    let memory = allocatable.and_then(|map| map.get("memory")).and_then(quantity::bytes);
    let wanted = memory_request(spec);
    (wanted > 0 && memory.is_some_and(|memory| used + wanted > memory)).then_some(LACKS_MEMORY)
}

fn selected(spec: &PodSpec, node: &Node) -> bool {
    let labels = node.metadata.labels.clone().unwrap_or_default();
    let by_selector = spec.node_selector.iter().flatten().all(|(key, value)| labels.get(key) == Some(value));
    let required = spec
        .affinity
        .as_ref()
        .and_then(|affinity| affinity.node_affinity.as_ref())
        .and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_ref());
    by_selector
        && required
            .is_none_or(|selector| selector.node_selector_terms.iter().any(|term| term_matches(term, node, &labels)))
}

fn term_matches(term: &NodeSelectorTerm, node: &Node, labels: &BTreeMap<String, String>) -> bool {
    let name = BTreeMap::from([("metadata.name".to_owned(), node.metadata.name.clone().unwrap_or_default())]);
    let fields = term.match_fields.iter().flatten().map(|one| (one, &name));
    let expressions = term.match_expressions.iter().flatten().map(|one| (one, labels));
    fields.chain(expressions).all(|(requirement, known)| {
        let value = known.get(&requirement.key);
        let listed = |value: &String| requirement.values.iter().flatten().any(|one| one == value);
        match requirement.operator.as_str() {
            "In" => value.is_some_and(listed),
            "NotIn" => !value.is_some_and(listed),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests;
