//! What `kubectl get pods` says of a pod (k8s.io/kubernetes, pkg/printers/internalversion/printers.go, printPod).

use serde_json::Value;

use super::age;
use crate::sandbox::api::object;

/// The columns READY, STATUS and RESTARTS.
pub(super) struct Summary {
    pub(super) ready: String,
    pub(super) status: String,
    pub(super) restarts: String,
}

pub(super) fn summary(pod: &Value) -> Summary {
    let statuses = object::items(pod, "/status/containerStatuses");
    let ready = statuses.iter().filter(|s| s["ready"] == true && s.pointer("/state/running").is_some()).count();
    let total = object::items(pod, "/spec/containers").len();
    Summary { ready: format!("{ready}/{total}"), status: status(pod, statuses), restarts: restarts(statuses) }
}

fn status(pod: &Value, statuses: &[Value]) -> String {
    if object::deleting(pod) {
        return "Terminating".to_owned();
    }
    let own = object::text(pod, "/status/reason");
    let phase = if own.is_empty() { object::text(pod, "/status/phase") } else { own };
    if let Some(waiting) = initializing(pod) {
        return waiting;
    }
    let mut reason = phase.to_owned();
    let mut running = false;
    for status in statuses.iter().rev() {
        if let Some(found) = container_reason(status) {
            reason = found;
        } else if status["ready"] == true && status.pointer("/state/running").is_some() {
            running = true;
        }
    }
    if reason == "Completed" && running {
        let conditions = object::items(pod, "/status/conditions");
        let ready = |c: &Value| object::text(c, "/type") == "Ready" && object::text(c, "/status") == "True";
        reason = if conditions.iter().any(ready) { "Running" } else { "NotReady" }.to_owned();
    }
    reason
}

fn container_reason(status: &Value) -> Option<String> {
    let waiting = object::text(status, "/state/waiting/reason");
    if !waiting.is_empty() {
        return Some(waiting.to_owned());
    }
    let ended = status.pointer("/state/terminated")?;
    let reason = object::text(ended, "/reason");
    let signal = ended["signal"].as_i64().unwrap_or(0);
    Some(match (reason, signal) {
        ("", 0) => format!("ExitCode:{}", ended["exitCode"].as_i64().unwrap_or(0)),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    })
}

/// `Init:...` while an init container has not succeeded.
fn initializing(pod: &Value) -> Option<String> {
    let total = object::items(pod, "/spec/initContainers").len();
    let statuses = object::items(pod, "/status/initContainerStatuses");
    let (index, status) = statuses.iter().enumerate().find(|(_, status)| {
        let done = status.pointer("/state/terminated/exitCode").and_then(Value::as_i64) == Some(0);
        !done && status["started"] != true
    })?;
    Some(match container_reason(status) {
        Some(reason) if reason != "PodInitializing" => format!("Init:{reason}"),
        _ => format!("Init:{index}/{total}"),
    })
}

fn restarts(statuses: &[Value]) -> String {
    let count: i64 = statuses.iter().filter_map(|s| s["restartCount"].as_i64()).sum();
    let last = statuses.iter().map(|s| object::text(s, "/lastState/terminated/finishedAt")).max().unwrap_or_default();
    if count > 0 && !last.is_empty() { format!("{count} ({} ago)", age::since(last)) } else { count.to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(statuses: Value) -> Value {
        json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}]}, "status": {"phase": "Running", "containerStatuses": statuses}})
    }

    #[test]
    fn a_waiting_container_names_the_status() {
        let running = json!({"ready": true, "restartCount": 0, "state": {"running": {}}});
        let looping = json!({"ready": false, "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}});
        let seen = summary(&pod(json!([running, looping])));
        assert_eq!(
            (seen.ready.as_str(), seen.status.as_str(), seen.restarts.as_str()),
            ("1/2", "CrashLoopBackOff", "3")
        );
    }

    #[test]
    fn an_exit_without_a_reason_shows_its_code() {
        let ended = json!({"ready": false, "restartCount": 0, "state": {"terminated": {"exitCode": 2}}});
        assert_eq!(summary(&pod(json!([ended]))).status, "ExitCode:2");
    }

    #[test]
    fn a_pod_that_goes_is_terminating_and_one_that_initializes_says_how_far() {
        let mut going = pod(json!([]));
        going["metadata"] = json!({"deletionTimestamp": "2026-01-01T00:00:00Z"});
        assert_eq!(summary(&going).status, "Terminating");
        let mut init = pod(json!([]));
        init["spec"]["initContainers"] = json!([{"name": "i"}]);
        init["status"]["initContainerStatuses"] = json!([{"state": {"running": {}}}]);
        assert_eq!(summary(&init).status, "Init:0/1");
    }
}
