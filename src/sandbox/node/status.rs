//! The pod's status as a function of its containers.
//!
//! Kubernetes v1.34, pkg/kubelet/kubelet_pods.go (`getPhase`) and pkg/kubelet/status/generate.go (conditions).

use k8s_openapi::api::core::v1::{HostIP, Pod, PodCondition, PodIP, PodSpec, PodStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::container_state::{Stage, Tracked};
use super::quantity;

/// All that a pod's status follows from, beside its containers.
pub(super) struct Inputs<'a> {
    pub(super) pod: &'a Pod,
    pub(super) init: &'a [Tracked],
    pub(super) main: &'a [Tracked],
    pub(super) ip: String,
    pub(super) host_ip: String,
    pub(super) start_time: Time,
    /// Volumes are there and the address is given.
    pub(super) sandbox_ready: bool,
    /// Why the node has ended the pod.
    pub(super) evicted: Option<String>,
    pub(super) now: Time,
}

/// The whole status; conditions keep their transition time while their status stays.
pub(super) fn build(inputs: &Inputs<'_>) -> PodStatus {
    let spec = inputs.pod.spec.clone().unwrap_or_default();
    let phase = if inputs.evicted.is_some() { "Failed" } else { phase(&spec, inputs.init, inputs.main) };
    let host_ip = inputs.host_ip.clone();
    PodStatus {
        phase: Some(phase.to_owned()),
        reason: inputs.evicted.as_ref().map(|_| "Evicted".to_owned()),
        message: inputs.evicted.clone(),
        conditions: Some(conditions(inputs, phase)),
        init_container_statuses: statuses(inputs.init, true),
        container_statuses: statuses(inputs.main, false),
        host_ip: Some(host_ip.clone()),
        host_ips: Some(vec![HostIP { ip: host_ip }]),
        pod_ip: inputs.sandbox_ready.then(|| inputs.ip.clone()),
        pod_ips: inputs.sandbox_ready.then(|| vec![PodIP { ip: inputs.ip.clone() }]),
        start_time: Some(inputs.start_time.clone()),
        qos_class: Some(qos_class(&spec).to_owned()),
        observed_generation: inputs.pod.metadata.generation,
        ..PodStatus::default()
    }
}

fn statuses(containers: &[Tracked], is_init: bool) -> Option<Vec<k8s_openapi::api::core::v1::ContainerStatus>> {
    (!containers.is_empty()).then(|| containers.iter().map(|one| one.status(is_init)).collect())
}

fn is_done(container: &Tracked) -> bool {
    matches!(&container.stage, Stage::Terminated(ended) if ended.exit_code == 0)
}

/// `Pending`, `Running`, `Succeeded` or `Failed`.
fn phase(spec: &PodSpec, init: &[Tracked], main: &[Tracked]) -> &'static str {
    let never = spec.restart_policy.as_deref() == Some("Never");
    let ended = |one: &Tracked| matches!(one.stage, Stage::Terminated(_));
    if never && init.iter().any(|one| ended(one) && !is_done(one)) {
        return "Failed";
    }
    if !init.iter().all(is_done) {
        return "Pending";
    }
    if !main.is_empty() && main.iter().all(ended) {
        return match main.iter().all(is_done) {
            true => "Succeeded",
            false => "Failed",
        };
    }
    // A container that waits for its first start keeps the pod pending; one that waits for a restart does not.
    let never_started = |one: &Tracked| matches!(one.stage, Stage::Waiting { .. }) && one.last.is_none();
    if main.iter().any(never_started) { "Pending" } else { "Running" }
}

fn conditions(inputs: &Inputs<'_>, phase: &str) -> Vec<PodCondition> {
    let not_ready: Vec<&str> = names(inputs.main, |one| !one.ready);
    let incomplete: Vec<&str> = names(inputs.init, |one| !is_done(one));
    let containers_ready = match phase {
        "Succeeded" => Some(("PodCompleted", String::new())),
        "Failed" => Some(("PodFailed", String::new())),
        _ if not_ready.is_empty() => None,
        _ => Some(("ContainersNotReady", listed("containers with unready status", &not_ready))),
    };
    let initialized = (!incomplete.is_empty())
        .then(|| ("ContainersNotInitialized", listed("containers with incomplete status", &incomplete)));
    let no_sandbox = (!inputs.sandbox_ready).then(|| ("", String::new()));
    let old = inputs.pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    let mut all = vec![
        condition("PodReadyToStartContainers", no_sandbox),
        condition("Initialized", initialized),
        condition("Ready", containers_ready.clone()),
        condition("ContainersReady", containers_ready),
        condition("PodScheduled", None),
    ];
    for new in &mut all {
        new.observed_generation = inputs.pod.metadata.generation;
        let before = old.into_iter().flatten().find(|one| one.type_ == new.type_);
        new.last_transition_time = before
            .filter(|before| before.status == new.status)
            .and_then(|before| before.last_transition_time.clone())
            .or_else(|| Some(inputs.now.clone()));
    }
    // What others wrote (e.g. DisruptionTarget) is theirs.
    let ours: Vec<String> = all.iter().map(|one| one.type_.clone()).collect();
    all.extend(old.into_iter().flatten().filter(|one| !ours.contains(&one.type_)).cloned());
    all
}

fn condition(type_: &str, problem: Option<(&str, String)>) -> PodCondition {
    let status = if problem.is_none() { "True" } else { "False" };
    let (reason, message) = problem.unwrap_or_default();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    PodCondition {
        type_: type_.to_owned(),
        status: status.to_owned(),
        reason: some(reason),
        message: some(&message),
        ..PodCondition::default()
    }
}

fn names(containers: &[Tracked], wanted: impl Fn(&Tracked) -> bool) -> Vec<&str> {
    let matching = containers.iter().filter(|one| wanted(one));
    matching.map(|one| one.spec.name.as_str()).collect()
}

/// `text: [a b]`, as Go prints a list.
fn listed(text: &str, names: &[&str]) -> String {
    format!("{text}: [{}]", names.join(" "))
}

/// Kubernetes v1.34, pkg/apis/core/v1/helper/qos: only cpu and memory count.
pub(super) fn qos_class(spec: &PodSpec) -> &'static str {
    let containers: Vec<_> = spec.containers.iter().chain(spec.init_containers.iter().flatten()).collect();
    let amount = |map: Option<&std::collections::BTreeMap<String, _>>, key: &str| {
        map.and_then(|map| map.get(key)).and_then(quantity::value)
    };
    let mut any = false;
    let mut guaranteed = true;
    for container in containers {
        let resources = container.resources.clone().unwrap_or_default();
        for key in ["cpu", "memory"] {
            let limit = amount(resources.limits.as_ref(), key);
            let request = amount(resources.requests.as_ref(), key).or(limit);
            any |= request.is_some();
            guaranteed &= limit.is_some() && request == limit;
        }
    }
    match (any, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}

#[cfg(test)]
mod tests;
