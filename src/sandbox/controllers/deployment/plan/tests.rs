//! Rolling, recreating, scaling and pausing in numbers.

use super::*;
use serde_json::json;

fn set(current: bool, wanted: i32, available: i32) -> Counts {
    Counts { current, wanted, available, alive: wanted }
}

fn rolling(replicas: i32, surge: i32, unavailable: i32) -> Limits {
    Limits { replicas, strategy: Strategy::Rolling { surge, unavailable } }
}

#[test]
fn percentages_round_up_for_surge_and_down_for_unavailable() {
    let spec = |strategy| {
        serde_json::from_value(json!({"replicas": 3, "selector": {}, "template": {}, "strategy": strategy})).unwrap()
    };
    let strategy = |strategy| Limits::of(&spec(strategy)).strategy;
    assert_eq!(strategy(json!({})), Strategy::Rolling { surge: 1, unavailable: 0 });
    assert_eq!(strategy(json!({"type": "Recreate"})), Strategy::Recreate);
    let none = json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": "10%"}});
    assert_eq!(strategy(none), Strategy::Rolling { surge: 0, unavailable: 1 });
}

#[test]
fn a_first_rollout_starts_at_full_size() {
    assert_eq!(sizes(&[set(true, 0, 0)], rolling(3, 1, 0), false), [3]);
}

#[test]
fn a_rolling_update_of_one_replica_keeps_the_old_pod_until_the_new_one_is_available() {
    let limits = rolling(1, 1, 0);
    assert_eq!(sizes(&[set(false, 1, 1), set(true, 0, 0)], limits, false), [1, 1]);
    assert_eq!(sizes(&[set(false, 1, 1), set(true, 1, 0)], limits, false), [1, 1]);
    assert_eq!(sizes(&[set(false, 1, 1), set(true, 1, 1)], limits, false), [0, 1]);
}

#[test]
fn old_pods_that_are_not_available_go_at_once() {
    assert_eq!(sizes(&[set(false, 1, 0), set(true, 0, 0)], rolling(1, 0, 1), false)[0], 0);
    assert_eq!(sizes(&[set(false, 4, 1), set(true, 1, 0)], rolling(4, 1, 1), false)[0], 3);
}

#[test]
fn recreate_waits_until_the_old_processes_are_gone() {
    let limits = Limits { replicas: 1, strategy: Strategy::Recreate };
    let ending = Counts { current: false, wanted: 0, available: 0, alive: 1 };
    assert_eq!(sizes(&[set(false, 1, 1), set(true, 0, 0)], limits, false), [0, 0]);
    assert_eq!(sizes(&[ending, set(true, 0, 0)], limits, false), [0, 0]);
    assert_eq!(sizes(&[Counts { alive: 0, ..ending }, set(true, 0, 0)], limits, false), [0, 1]);
}

#[test]
fn scaling_is_immediate_and_to_zero_empties_every_set() {
    assert_eq!(sizes(&[set(true, 1, 1)], rolling(4, 1, 0), false), [4]);
    assert_eq!(sizes(&[set(false, 2, 2), set(true, 1, 0)], rolling(0, 0, 1), false), [0, 0]);
}

#[test]
fn a_paused_deployment_scales_but_does_not_roll() {
    assert_eq!(sizes(&[set(false, 2, 2), set(true, 0, 0)], rolling(3, 1, 0), true), [3, 0]);
}
