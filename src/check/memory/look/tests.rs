//! Literal pods, metrics and answers.

use serde_json::json;

use super::*;

fn now() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

fn pod() -> Value {
    json!({
        "metadata": {"name": "vmagent-0", "namespace": "observability", "labels": {"app.kubernetes.io/name": "vmagent"}},
        "spec": {
            "initContainers": [{"name": "config-init"}, {"name": "proxy", "restartPolicy": "Always"}],
            "containers": [
                {"name": "config-reloader"},
                {"name": "vmagent", "resources": {"limits": {"memory": "512Mi"}}},
            ],
        },
        "status": {"phase": "Running",
            "initContainerStatuses": [{"name": "proxy", "state": {"running": {"startedAt": "2026-11-23T09:59:00Z"}}}],
            "containerStatuses": [
                {"name": "vmagent", "state": {"running": {"startedAt": "2026-11-23T09:00:00Z"}},
                    "lastState": {"terminated": {"reason": "OOMKilled", "finishedAt": "2026-11-23T08:59:59Z"}}},
                {"name": "config-reloader", "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
            ]},
    })
}

#[test]
fn every_container_is_seen_with_its_state_and_limit() {
    let seen = containers(&pod(), now());
    let names: Vec<&str> = seen.iter().map(|container| container.container.as_str()).collect();
    assert_eq!(names, ["config-reloader", "vmagent", "proxy"]);
    assert_eq!(seen[0].running_seconds, None);
    assert_eq!((seen[1].running_seconds, seen[1].limit_bytes), (Some(3600.0), Some(512.0 * 1024.0 * 1024.0)));
    assert_eq!(seen[1].oom_killed_at.as_deref(), Some("2026-11-23T08:59:59Z"));
    assert_eq!((seen[1].pod.as_str(), seen[1].component.as_str()), ("observability/vmagent-0", "vmagent"));
}

#[test]
fn a_pod_that_is_done_holds_no_memory() {
    let mut pod = pod();
    pod["status"]["phase"] = json!("Succeeded");
    assert!(pod::is_done(&pod));
}

#[test]
fn a_reading_has_the_age_of_its_timestamp() {
    let metrics = json!({"metadata": {"name": "vmagent-0", "namespace": "observability"}, "window": "15s",
        "timestamp": "2026-11-23T09:59:40Z", "containers": [{"name": "vmagent", "usage": {"cpu": "1m", "memory": "27648Ki"}}]});
    let readings = readings(&metrics, now());
    assert_eq!((readings[0].bytes, readings[0].age_seconds), (27_648.0 * 1024.0, 20.0));
}

#[test]
fn values_and_ages_are_joined_by_container() {
    let answer = |result: Value| {
        let body = json!({"status": "success", "data": {"resultType": "vector", "result": result}});
        instant::read(body.to_string().as_bytes()).unwrap()
    };
    let of = |value: &str| {
        let metric = json!({"namespace": "observability", "pod": "vmagent-0", "container": "vmagent"});
        answer(json!([{"metric": metric, "value": [1795424939, value]}]))
    };
    let readings = joined(&of("1000"), &of("12.5"));
    assert_eq!(
        (readings[0].pod.as_str(), readings[0].bytes, readings[0].age_seconds),
        ("observability/vmagent-0", 1000.0, 12.5)
    );
    let without_age = joined(&of("1000"), &answer(json!([])));
    assert_eq!(without_age[0].age_seconds, f64::MAX);
}

#[test]
fn the_peak_leaves_out_pod_rows_and_pause_containers() {
    let spec: Spec = serde_json::from_value(json!({"namespaces": ["a", "b"], "below": "4GB", "window": "1h",
        "storage": {"namespace": "a", "service": "s", "port": "http"}}))
    .unwrap();
    assert_eq!(
        peak_query(&spec),
        "max_over_time((sum(max by (namespace,pod,container) (container_memory_working_set_bytes{namespace=~\"a|b\",\
         container!=\"\",container!=\"POD\"})))[1h:1m])"
    );
}
