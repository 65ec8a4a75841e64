//! Which changes of a suite let saved evidence be judged again.

use serde_json::json;

use super::*;

fn expectation(value: Value) -> Expectation {
    serde_json::from_value(value).unwrap()
}

/// The keys that differ when the spec of `kind` gets `changed` over `base`.
fn changed(kind: &str, base: &Value, changed: Value) -> Vec<String> {
    let mut other = base.clone();
    other.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
    expectation(json!({kind: base})).asks_otherwise(&expectation(json!({kind: other})))
}

fn endpoint() -> Value {
    json!({"namespace": "observability", "service": "vmsingle-vmsingle", "port": "8429"})
}

#[test]
fn of_a_workload_its_limits_are_only_judged() {
    let base = json!({"kind": "Deployment", "namespace": "o", "name": "x"});
    let limits =
        json!({"replicas": {"exactly": 3}, "restarts": {"at_most": 2}, "images": {"x": "v1"}, "stable_for": "5m"});
    assert!(changed("workload", &base, limits).is_empty());
    assert_eq!(changed("workload", &base, json!({"name": "y"})), ["name"]);
}

#[test]
fn of_a_query_the_bounds_are_only_judged_as_far_as_ages_were_seen() {
    let base = json!({"endpoint": endpoint(), "query": "up", "newest_sample": "1m"});
    let limits =
        json!({"value": {"below": 1}, "series": {"at_least": 9}, "every": {"job": ["a"]}, "newest_sample": "30m"});
    assert!(changed("query", &base, limits).is_empty());
    assert_eq!(changed("query", &base, json!({"query": "down"})), ["query"]);
    assert_eq!(changed("query", &base, json!({"newest_sample": "31m"})), ["newest_sample"], "an hour was looked at");
    assert_eq!(changed("query", &base, json!({"newest_sample": "unknown"})), ["newest_sample"]);
    assert_eq!(changed("query", &base, json!({"fresh_by": "up{job=\"a\"}"})), ["fresh_by"]);
}

#[test]
fn of_latency_the_limit_is_only_judged_while_no_request_was_given_less_time_than_it_needs() {
    let base =
        json!({"endpoint": endpoint(), "limit": {"p95": {"below": "2s"}}, "mix": [{"name": "up", "query": "up"}]});
    assert!(changed("latency", &base, json!({"limit": {"p95": {"below": "1s"}}})).is_empty());
    assert!(changed("latency", &base, json!({"limit": {"p95": {"at_most": "4s"}}})).is_empty());
    assert_eq!(changed("latency", &base, json!({"limit": {"p95": {"below": "20s"}}})), ["timeout"]);
    assert_eq!(changed("latency", &base, json!({"rate": "50/s"})), ["rate"]);
}

#[test]
fn of_a_flag_the_value_is_only_judged_and_the_name_is_asked() {
    let base =
        json!({"endpoint": endpoint(), "component": "vmsingle", "flags": {"retentionPeriod": {"duration": "90d"}}});
    let limits = json!({"version": "v1", "flags": {"retentionPeriod": {"duration_at_least": "30d"}}});
    assert!(changed("flag", &base, limits).is_empty());
    assert_eq!(changed("flag", &base, json!({"flags": {"dedup": {"equals": "1"}}})), ["flags"]);
}

#[test]
fn of_the_other_kinds_what_is_looked_at_is_asked() {
    let memory = json!({"namespaces": ["o"], "below": "4GB", "storage": endpoint()});
    assert!(changed("memory", &memory, json!({"below": "3GB", "tolerance": "5%", "fresh": "1m"})).is_empty());
    assert_eq!(changed("memory", &memory, json!({"window": "2h"})), ["window"]);
    let coverage = json!({"vmagent": {"namespace": "o", "name": "a"}, "storage": endpoint()});
    assert!(changed("scrape_coverage", &coverage, json!({"required": [{"name": "x", "pool": "*"}]})).is_empty());
    assert_eq!(changed("scrape_coverage", &coverage, json!({"fresh": "1m"})), ["fresh"]);
    let routes = json!({"endpoint": endpoint(), "routes": [{"labels": {"severity": "a"}, "receivers": ["a"]}]});
    let others = json!({"routes": [{"labels": {"severity": "b"}, "receivers": ["c"]}], "silent": ["null"]});
    assert!(changed("alertmanager_config", &routes, others).is_empty());
    let flow = json!({"namespace": "o", "vmalert": "a", "alertmanager": "b", "data": "up", "severity": "critical"});
    assert!(
        changed("alert_flow", &flow, json!({"receiver": "x", "integration": "optional", "arrives_within": "1m"}))
            .is_empty()
    );
    assert_eq!(changed("alert_flow", &flow, json!({"severity": "info"})), ["severity"]);
    let crds = json!({"group": "g", "version": "v1", "kinds": ["A"]});
    assert_eq!(changed("crds", &crds, json!({"version": "v2"})), ["version"]);
}
