//! Job -> one pod after the other until one succeeds.

use std::sync::Arc;

use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::ResourceExt;
use serde_json::{Value, json};

use super::template::{self, Naming};
use super::world::World;
use super::{owner, pods};

const LABEL: &str = "batch.kubernetes.io/job-name";
const BACKOFF_DEFAULT: i32 = 6;

/// Starts pods of unfinished Jobs, records how they end, removes finished Jobs after their time to live.
pub async fn reconcile(world: Arc<World>) -> anyhow::Result<()> {
    for job in world.jobs.all() {
        if !owner::ending(job.as_ref()) {
            one(&world, &job).await?;
        }
    }
    Ok(())
}

async fn one(world: &World, job: &Job) -> anyhow::Result<()> {
    let Some(spec) = &job.spec else { return Ok(()) };
    let now = Timestamp::now();
    if let Some(end) = ended(job) {
        let ttl = spec.ttl_seconds_after_finished.map(|seconds| SignedDuration::from_secs(seconds.into()));
        if ttl.is_some_and(|ttl| now.duration_since(end) >= ttl) {
            world.delete(job).await?;
        }
        return Ok(());
    }
    let own: Vec<_> = world.pods.all().into_iter().filter(|pod| owner::controls(job, pod.as_ref())).collect();
    let tally = Tally::of(&own);
    let state = state(spec, &own, &tally);
    if matches!(state, State::Start) {
        world.create(&pod(job, spec)).await?;
    }
    let status = status(job, &tally, &state, now);
    let old = serde_json::to_value(&job.status)?;
    let changed = status
        .as_object()
        .is_some_and(|new| new.iter().any(|(key, value)| old.get(key).unwrap_or(&Value::Null) != value));
    if changed {
        world.patch_status(job, status).await?;
    }
    Ok(())
}

fn pod(job: &Job, spec: &JobSpec) -> Pod {
    let (name, uid) = (job.name_any(), job.uid().unwrap_or_default());
    let labels =
        [(LABEL, name.as_str()), ("job-name", name.as_str()), ("batch.kubernetes.io/controller-uid", uid.as_str())];
    let namespace = job.namespace().unwrap_or_default();
    let prefix = format!("{name}-");
    template::pod(&spec.template, &namespace, &Naming::Prefix(&prefix), owner::reference(job), &labels)
}

/// How many pods of a Job are in which state.
struct Tally {
    active: usize,
    ready: usize,
    succeeded: usize,
    failed: usize,
}

impl Tally {
    fn of(own: &[Arc<Pod>]) -> Self {
        let count = |keep: &dyn Fn(&Pod) -> bool| own.iter().filter(|pod| keep(pod)).count();
        Self {
            active: count(&|pod| pods::active(pod)),
            ready: count(&|pod| pods::active(pod) && pods::ready(pod)),
            succeeded: count(&|pod| pods::phase(pod) == "Succeeded"),
            failed: count(&|pod| pods::phase(pod) == "Failed"),
        }
    }
}

/// Where a Job stands.
#[derive(Debug, PartialEq, Eq)]
enum State {
    /// A pod is running, or the Job is suspended.
    Wait,
    /// The next pod is due.
    Start,
    Complete,
    Failed {
        reason: &'static str,
        message: String,
    },
}

fn state(spec: &JobSpec, own: &[Arc<Pod>], tally: &Tally) -> State {
    let limit = usize::try_from(spec.backoff_limit.unwrap_or(BACKOFF_DEFAULT)).unwrap_or(0);
    if tally.succeeded > 0 {
        State::Complete
    } else if let Some(message) = own.iter().find_map(|pod| policy_failure(spec, pod)) {
        State::Failed { reason: "PodFailurePolicy", message }
    } else if tally.failed > limit {
        State::Failed { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit".into() }
    } else if tally.active > 0 || spec.suspend == Some(true) {
        State::Wait
    } else {
        State::Start
    }
}

/// What a FailJob rule on exit codes says about a failed pod.
fn policy_failure(spec: &JobSpec, pod: &Pod) -> Option<String> {
    if pods::phase(pod) != "Failed" {
        return None;
    }
    let statuses = pod.status.as_ref()?.container_statuses.as_deref().unwrap_or_default();
    let rules = spec.pod_failure_policy.as_ref()?.rules.iter().enumerate().filter(|(_, rule)| rule.action == "FailJob");
    for (index, rule) in rules {
        let Some(codes) = &rule.on_exit_codes else {
            continue;
        };
        for status in statuses {
            let Some(end) = status.state.as_ref().and_then(|state| state.terminated.as_ref()) else {
                continue;
            };
            let named = codes.container_name.as_ref().is_none_or(|name| *name == status.name);
            let listed = codes.values.contains(&end.exit_code);
            if named && end.exit_code != 0 && listed == (codes.operator == "In") {
                let (container, code, pod_name) = (&status.name, end.exit_code, pod.name_any());
                let namespace = pod.namespace().unwrap_or_default();
                return Some(format!(
                    "Container {container} for pod {namespace}/{pod_name} failed with exit code {code} matching FailJob rule at index {index}"
                ));
            }
        }
    }
    None
}

/// When the Job completed or failed; `None` while it runs.
pub fn ended(job: &Job) -> Option<Timestamp> {
    let conditions = job.status.as_ref()?.conditions.as_ref()?;
    let end = conditions
        .iter()
        .find(|condition| matches!(condition.type_.as_str(), "Complete" | "Failed") && condition.status == "True")?;
    Some(end.last_transition_time.as_ref().map(|time| time.0).unwrap_or_default())
}

/// Whether the Job completed.
pub fn succeeded(job: &Job) -> bool {
    job.status.as_ref().is_some_and(|status| status.succeeded.unwrap_or(0) > 0)
}

fn status(job: &Job, tally: &Tally, state: &State, now: Timestamp) -> Value {
    let some = |number: usize| {
        if number > 0 { json!(number) } else { Value::Null }
    };
    let start = job.status.as_ref().and_then(|status| status.start_time.clone());
    let mut status = json!({
        "active": some(tally.active),
        "ready": tally.ready,
        "succeeded": some(tally.succeeded),
        "failed": some(tally.failed),
        "startTime": start.map_or_else(|| json!(now.to_string()), |time| json!(time)),
    });
    // The decision comes before the end, which waits for the last pods: here both are one.
    let conditions = |decision: &str, end: &str, reason: &str, message: &str| {
        let at = now.to_string();
        let one = |kind: &str| json!({"type": kind, "status": "True", "reason": reason, "message": message, "lastProbeTime": at, "lastTransitionTime": at});
        json!([one(decision), one(end)])
    };
    match state {
        State::Complete => {
            status["completionTime"] = json!(now.to_string());
            status["conditions"] = conditions(
                "SuccessCriteriaMet",
                "Complete",
                "CompletionsReached",
                "Reached expected number of succeeded pods",
            );
        }
        State::Failed { reason, message } => {
            status["conditions"] = conditions("FailureTarget", "Failed", reason, message);
        }
        State::Wait | State::Start => {}
    }
    status
}

#[cfg(test)]
mod tests;
