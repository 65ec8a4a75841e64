//! Phases and conditions as a kubelet reports them.

use serde_json::json;

use super::super::clock;
use super::super::container_state::Ended;
use super::*;

fn pod(restart_policy: &str) -> Pod {
    serde_json::from_value(json!({
        "metadata": {"name": "p", "namespace": "n", "generation": 1},
        "spec": {"restartPolicy": restart_policy, "containers": [{"name": "a", "resources": {"limits": {"memory": "1Gi"}}}]},
        "status": {"conditions": [
            {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"},
            {"type": "DisruptionTarget", "status": "True"}
        ]}
    }))
    .unwrap()
}

fn ended(exit_code: i32) -> Ended {
    Ended {
        exit_code,
        reason: if exit_code == 0 { "Completed" } else { "Error" },
        message: None,
        started_at: clock::now(),
        finished_at: clock::now(),
        container_id: "containerd://1".to_owned(),
    }
}

fn container(name: &str, stage: Stage) -> Tracked {
    let spec = serde_json::from_value(json!({"name": name, "image": "prom/alertmanager:v0.29.0"})).unwrap();
    let mut tracked = Tracked::new(&spec, "ContainerCreating");
    tracked.ready = matches!(stage, Stage::Running { .. });
    tracked.stage = stage;
    tracked
}

fn running(name: &str) -> Tracked {
    container(name, Stage::Running { started_at: clock::now(), container_id: "containerd://1".to_owned(), pid: 7 })
}

fn waiting(name: &str, reason: &str) -> Tracked {
    container(name, Stage::Waiting { reason: reason.to_owned(), message: None })
}

fn status(pod: &Pod, init: &[Tracked], main: &[Tracked]) -> PodStatus {
    build(&Inputs {
        pod,
        init,
        main,
        ip: "127.20.1.1".to_owned(),
        host_ip: "127.20.0.11".to_owned(),
        start_time: clock::now(),
        sandbox_ready: true,
        evicted: None,
        now: clock::now(),
    })
}

fn phase_of(policy: &str, init: &[Tracked], main: &[Tracked]) -> String {
    status(&pod(policy), init, main).phase.unwrap()
}

fn condition_of(status: &PodStatus, type_: &str) -> PodCondition {
    let all = status.conditions.as_ref().unwrap();
    all.iter().find(|one| one.type_ == type_).unwrap().clone()
}

#[test]
fn a_pod_is_pending_until_every_container_has_started_once() {
    let main = [running("a"), waiting("b", "ImagePullBackOff")];
    assert_eq!(phase_of("Always", &[], &main), "Pending");
    let init = [running("i")];
    assert_eq!(phase_of("Always", &init, &[waiting("a", "PodInitializing")]), "Pending");
}

#[test]
fn a_crash_loop_stays_running_and_is_not_ready() {
    let mut looping = waiting("a", "CrashLoopBackOff");
    looping.last = Some(ended(1));
    looping.restarts = 3;
    let status = status(&pod("Always"), &[], &[looping]);
    assert_eq!(status.phase.as_deref(), Some("Running"));
    let ready = condition_of(&status, "Ready");
    assert_eq!(ready.status, "False");
    assert_eq!(ready.message.as_deref(), Some("containers with unready status: [a]"));
    let container = &status.container_statuses.unwrap()[0];
    assert_eq!(container.restart_count, 3);
    assert_eq!(container.last_state.as_ref().unwrap().terminated.as_ref().unwrap().exit_code, 1);
}

#[test]
fn ended_pods_succeed_or_fail_by_exit_code() {
    let done = |code| container("a", Stage::Terminated(ended(code)));
    assert_eq!(phase_of("Never", &[], &[done(0)]), "Succeeded");
    assert_eq!(phase_of("Never", &[], &[done(0), done(2)]), "Failed");
    assert_eq!(phase_of("Never", &[done(1)], &[waiting("a", "PodInitializing")]), "Failed");
}

#[test]
fn a_condition_keeps_its_time_and_foreign_ones_stay() {
    let status = status(&pod("Always"), &[], &[running("a")]);
    let ready = condition_of(&status, "Ready");
    let time = serde_json::to_value(ready.last_transition_time).unwrap();
    assert_eq!(time, json!("2026-01-01T00:00:00Z"));
    assert_eq!(condition_of(&status, "DisruptionTarget").status, "True");
}

#[test]
fn an_init_container_that_is_done_is_ready() {
    let init = [container("i", Stage::Terminated(ended(0)))];
    let status = status(&pod("Always"), &init, &[running("a")]);
    assert!(status.init_container_statuses.unwrap()[0].ready);
    assert_eq!(status.phase.as_deref(), Some("Running"));
}

#[test]
fn the_quality_of_service_follows_from_requests_and_limits() {
    let class = |resources: serde_json::Value| {
        let spec = json!({"containers": [{"name": "a", "resources": resources}]});
        qos_class(&serde_json::from_value(spec).unwrap())
    };
    assert_eq!(class(json!({})), "BestEffort");
    assert_eq!(class(json!({"limits": {"memory": "1Gi"}})), "Burstable");
    assert_eq!(class(json!({"limits": {"cpu": "1", "memory": "1Gi"}})), "Guaranteed");
}
