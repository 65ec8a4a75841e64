//! Tells the pictures of an unsound pod apart, and which of them waiting cannot mend.

use jiff::Timestamp;

use super::observation::{Condition, Container, Pod, State, Terminated};
use super::spec::Spec;
use crate::check::finding::Finding;

/// A pod that was unschedulable for longer is not just waiting for a volume to be made.
const SCHEDULING_GRACE: f64 = 30.0;

/// What is wrong with a pod of the current template, as it is now; `None` when it is ready.
pub(super) fn of(pod: &Pod, spec: &Spec, at: Timestamp) -> Option<Finding> {
    if let Some(finding) = unscheduled(pod, at) {
        return Some(finding);
    }
    if let Some(finding) = pod.containers.iter().find_map(|container| stuck(container, spec)) {
        return Some(finding);
    }
    let ready = pod.condition("Ready").is_some_and(|condition| condition.status == "True");
    if ready { None } else { Some(not_ready(pod)) }
}

fn unscheduled(pod: &Pod, at: Timestamp) -> Option<Finding> {
    let condition = pod.condition("PodScheduled").filter(|condition| condition.status == "False")?;
    let volume = condition.message.to_lowercase().contains("persistentvolumeclaim");
    let finding = if volume {
        let claims = pod.claims.join(", ");
        Finding::new("workload/pvc-pending", format!("its volumes are bound ({claims})"), &condition.message)
            .hint("look at the PersistentVolumeClaims and whether their StorageClass exists")
    } else {
        Finding::new("workload/unschedulable", "a node takes the pod", &condition.message)
            .hint("see requests, node selectors, taints and what the nodes have left")
    };
    let waited = condition.since.map_or(f64::INFINITY, |since| seconds(since, at));
    Some(if waited >= SCHEDULING_GRACE { finding.terminal() } else { finding })
}

fn stuck(container: &Container, spec: &Spec) -> Option<Finding> {
    let State::Waiting { reason, message } = &container.state else { return killed(container) };
    let actual = format!("{}: {reason}: {message}", container.name);
    let actual = actual.trim_end_matches([' ', ':']).to_owned();
    match reason.as_str() {
        "ErrImagePull" => Some(image_pull(container, actual)),
        "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" | "ImageInspectError" => {
            Some(image_pull(container, actual).terminal())
        }
        "CrashLoopBackOff" => Some(crash_loop(container, spec)),
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" | "StartError" => Some(
            Finding::new("workload/config-error", "the container can be created", actual)
                .hint("see the Secrets, ConfigMaps, command and mounts that it names")
                .terminal(),
        ),
        _ => None,
    }
}

fn image_pull(container: &Container, actual: String) -> Finding {
    Finding::new("workload/image-pull", format!("the image {} can be pulled", container.image), actual)
        .hint("check its name and tag, the registry, and the pull secret")
}

/// An out-of-memory kill is the cause, a crash loop its consequence.
fn crash_loop(container: &Container, spec: &Spec) -> Finding {
    if let Some(last) = container.last.as_ref().filter(|last| last.reason == "OOMKilled") {
        return oom(container, last).terminal();
    }
    let last = container.last.as_ref().map_or_else(|| "nothing is known of its end".to_owned(), ended);
    let actual = format!("{} crashes again and again ({} restarts): {last}", container.name, container.restarts);
    let finding = Finding::new("workload/crash-loop", "the container keeps running", actual)
        .hint(format!("kubectl logs --previous -c {}", container.name));
    let accepted = i64::from(container.restarts) <= i64::from(spec.restarts.at_most) && spec.restarts.at_most > 0;
    if accepted { finding } else { finding.terminal() }
}

/// A container that has just been killed and not yet been started again.
fn killed(container: &Container) -> Option<Finding> {
    match &container.state {
        State::Terminated(last) if last.reason == "OOMKilled" => Some(oom(container, last)),
        _ => None,
    }
}

pub(super) fn oom(container: &Container, last: &Terminated) -> Finding {
    let when = last.at.map_or_else(String::new, |at| format!(" at {at}"));
    let actual = format!("{} was killed for its memory{when} ({} restarts)", container.name, container.restarts);
    Finding::new("workload/oom-killed", "no container runs out of memory", actual)
        .hint("raise its memory limit, or see what needs so much")
}

pub(super) fn ended(last: &Terminated) -> String {
    let message = telling(&last.message).map_or_else(String::new, |line| format!(": {line}"));
    format!("exit code {} ({}){message}", last.exit_code, last.reason)
}

/// The line of a termination message that tells most, for the message may be the end of a log: the last one that speaks
/// of an error, else the last.
fn telling(message: &str) -> Option<&str> {
    let lines = || message.lines().map(str::trim).filter(|line| !line.is_empty());
    let bad = |line: &&str| ["fatal", "panic", "error", "cannot", "not defined"].iter().any(|word| line.contains(word));
    lines().rfind(bad).or_else(|| lines().next_back())
}

fn not_ready(pod: &Pod) -> Finding {
    let unready: Vec<String> = pod
        .containers
        .iter()
        .filter(|one| !one.ready)
        .filter_map(|container| match &container.state {
            State::Running { .. } if container.init => Some(format!("init container {} still runs", container.name)),
            State::Running { .. } => Some(format!("{} runs, but its readiness probe does not pass", container.name)),
            State::Waiting { reason, message } if message.is_empty() => Some(format!("{}: {reason}", container.name)),
            State::Waiting { reason, message } => Some(format!("{}: {reason}: {message}", container.name)),
            State::Terminated(last) if container.init && last.exit_code == 0 => None,
            State::Terminated(last) => Some(format!("{} has ended: {}", container.name, ended(last))),
            State::Unknown => None,
        })
        .collect();
    let actual = if unready.is_empty() { why(pod.condition("Ready")) } else { unready.join("; ") };
    Finding::new("workload/not-ready", "the pod is ready", actual)
}

fn why(condition: Option<&Condition>) -> String {
    match condition {
        None => "nothing is reported of it yet".to_owned(),
        Some(condition) => format!("Ready is {} ({} {})", condition.status, condition.reason, condition.message),
    }
}

pub(super) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}
