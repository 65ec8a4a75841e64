//! Latency judged on literal evidence.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::check::expectation::Expectation;
use crate::check::verdict::{Decision, Verdict};

/// 240 requests at 20/s, two queries in turn, 10 ms each.
fn healthy() -> Value {
    let samples: Vec<Value> = (0..240)
        .map(|n| json!({"query": n % 2, "due_us": n * 50_000, "lag_us": 100, "latency_us": 10_000 + n}))
        .collect();
    json!({
        "via": "url",
        "component": "vmsingle v1.131.0",
        "planned": {"per_second": 20.0, "concurrency": 16, "first": 201, "cap": 240, "timeout_seconds": 10.0},
        "queries": ["up now", "range_6h"],
        "passes": [{
            "temperature": "cold", "end": "decided", "unsent": 0, "took_seconds": 12.0,
            "histogram": "", "query_histograms": ["", ""], "samples": samples
        }],
        "health_us": [300, 100, 200],
        "server_view": [{"path": "/api/v1/query", "quantile": "0.97", "seconds": 0.02}]
    })
}

/// Healthy evidence with the last `count` samples changed.
fn with(count: usize, change: Value) -> Value {
    let mut seen = healthy();
    let samples = seen["passes"][0]["samples"].as_array_mut().unwrap();
    for sample in samples.iter_mut().rev().take(count) {
        for (key, value) in change.as_object().unwrap() {
            sample[key] = value.clone();
        }
    }
    seen
}

fn judge_with(limit: &str, seen: &Value) -> Result<Verdict, serde_json::Error> {
    let text = format!(
        "latency: {{endpoint: {{namespace: o, service: s, port: http}}, limit: {limit}, mix: [{{name: up now, query: up}}, {{name: range_6h, query: up, range: 6h}}]}}"
    );
    let expectation: Expectation = serde_saphyr::from_str(&text).unwrap();
    expectation.judge(seen, Timestamp::UNIX_EPOCH)
}

fn judge(seen: &Value) -> Verdict {
    judge_with("{p95: {below: 2s}}", seen).unwrap()
}

fn failing(verdict: &Verdict) -> Vec<&str> {
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{:?}", verdict.decision);
    verdict.findings().iter().map(|finding| finding.code.as_str()).collect()
}

fn unclear(verdict: &Verdict) -> Vec<&str> {
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)), "{:?}", verdict.decision);
    verdict.findings().iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn a_fast_system_passes_with_its_figures() {
    let verdict = judge(&healthy());
    let Decision::Pass(examined) = &verdict.decision else { panic!("{:?}", verdict.decision) };
    assert_eq!(examined.names, ["cold up now (120 requests)", "cold range_6h (120 requests)"]);
    let value = |name: &str| verdict.measured.iter().find(|one| one.name == name).expect(name).value;
    // Latencies are 10000..10239 us: rank 228 of 240 is 10227; 6 slow ones are allowed, so the bound is rank 234.
    assert_eq!(value("cold_p95"), 0.010_227);
    assert_eq!(value("cold_p95_upper_bound"), 0.010_233);
    assert_eq!(value("cold_p50"), 0.010_119);
    assert_eq!(value("cold_max"), 0.010_239);
    assert_eq!(value("cold_requests"), 240.0);
    assert!((value("cold_rate") - 20.0).abs() < 1e-9);
    assert_eq!(value("cold_send_lag_p99"), 0.0001);
    assert_eq!(value("cold_up_now_requests"), 120.0);
    assert_eq!(value("transport_overhead"), 0.0002);
    assert_eq!(value("server_query_p97"), 0.02);
}

#[test]
fn a_slow_quantile_fails() {
    let verdict = judge(&with(13, json!({"latency_us": 2_500_000})));
    assert_eq!(failing(&verdict), ["latency/p95-over-limit"]);
    assert!(verdict.findings()[0].actual.contains("p95 is 2.5000 s; 13 of 240"), "{}", verdict.findings()[0].actual);
}

#[test]
fn a_quantile_within_the_limit_whose_bound_is_not_fails() {
    // 7 of 240: the point estimate keeps the limit (12 would), the test allows 6.
    assert_eq!(failing(&judge(&with(7, json!({"latency_us": 2_500_000})))), ["latency/bound-over-limit"]);
}

#[test]
fn as_many_slow_requests_as_allowed_pass() {
    assert!(judge(&with(6, json!({"latency_us": 2_500_000}))).is_pass());
}

#[test]
fn a_latency_at_the_limit_is_not_below_it() {
    let seen = with(240, json!({"latency_us": 2_000_000, "lag_us": 0}));
    assert_eq!(failing(&judge(&seen)), ["latency/p95-over-limit"]);
    assert!(judge_with("{p95: {at_most: 2s}}", &seen).unwrap().is_pass());
}

#[test]
fn saved_evidence_is_judged_by_another_limit() {
    assert!(judge_with("{p95: {below: 11ms}}", &healthy()).unwrap().is_pass());
    assert_eq!(failing(&judge_with("{p95: {below: 10ms}}", &healthy()).unwrap()), ["latency/p95-over-limit"]);
}

#[test]
fn fast_errors_are_slow() {
    let verdict = judge(&with(20, json!({"latency_us": 50, "answer": {"refused": {"status": 503}}})));
    assert_eq!(failing(&verdict), ["latency/errors"]);
    assert!(verdict.findings()[0].actual.contains("20 of 240 were errors: 20 x status 503"));
}

#[test]
fn a_server_that_errs_is_left_alone_and_fails() {
    let mut seen = with(240, json!({"latency_us": 50, "answer": {"refused": {"status": 500}}}));
    seen["passes"][0]["end"] = json!({"backed_off": {"errors": 10}});
    seen["passes"][0]["samples"].as_array_mut().unwrap().truncate(10);
    assert_eq!(failing(&judge(&seen)), ["latency/backed-off"]);
}

#[test]
fn a_broken_way_says_nothing_about_the_system() {
    let mut seen = with(240, json!({"answer": {"broken": "reset"}}));
    seen["passes"][0]["end"] = json!({"backed_off": {"errors": 10}});
    seen["passes"][0]["samples"].as_array_mut().unwrap().truncate(10);
    assert!(unclear(&judge(&seen)).contains(&"latency/backed-off"));
}

#[test]
fn a_query_without_a_result_proves_no_latency() {
    let mut seen = healthy();
    for sample in seen["passes"][0]["samples"].as_array_mut().unwrap() {
        if sample["query"] == 1 {
            sample["answer"] = json!("empty");
        }
    }
    let verdict = judge(&seen);
    assert!(unclear(&verdict).iter().all(|code| *code == "latency/empty-results"));
    assert!(verdict.findings()[0].actual.contains("range_6h"));
}

#[test]
fn a_sender_that_lagged_accuses_nobody() {
    let late = with(240, json!({"latency_us": 2_010_000, "lag_us": 2_000_000}));
    assert_eq!(unclear(&judge(&late)), ["latency/sender-lagged"]);
    let slow_anyway = with(240, json!({"latency_us": 9_000_000, "lag_us": 2_000_000}));
    assert_eq!(failing(&judge(&slow_anyway)), ["latency/p95-over-limit"]);
}

#[test]
fn a_limit_that_is_only_broken_by_our_lag_is_not_broken() {
    let seen = with(240, json!({"latency_us": 2_000_050, "lag_us": 100}));
    assert_eq!(unclear(&judge(&seen)), ["latency/sender-lagged"]);
}

#[test]
fn a_lag_below_the_floor_is_no_reason_for_doubt() {
    assert!(judge(&with(240, json!({"lag_us": 50_000}))).is_pass());
    assert_eq!(unclear(&judge(&with(240, json!({"lag_us": 50_001})))), ["latency/sender-lagged"]);
}

#[test]
fn too_few_requests_decide_nothing() {
    let mut seen = healthy();
    seen["passes"][0]["samples"].as_array_mut().unwrap().truncate(200);
    seen["passes"][0]["end"] = json!("window_over");
    assert_eq!(unclear(&judge(&seen)), ["latency/too-few-samples"]);
}

#[test]
fn nothing_asked_is_never_a_pass() {
    let mut seen = healthy();
    seen["passes"] = json!([]);
    assert_eq!(unclear(&judge(&seen)), ["latency/too-few-samples"]);
}

#[test]
fn a_pass_that_never_asked_one_query_is_no_pass() {
    let verdict = judge(&with(240, json!({"query": 0})));
    assert_eq!(unclear(&verdict), ["latency/too-few-samples"]);
    assert!(verdict.findings()[0].expected.contains("range_6h"));
}

#[test]
fn each_pass_is_judged() {
    let mut seen = healthy();
    let mut warm = with(60, json!({"latency_us": 3_000_000}))["passes"][0].clone();
    warm["temperature"] = json!("warm");
    seen["passes"].as_array_mut().unwrap().push(warm);
    let verdict = judge(&seen);
    assert_eq!(failing(&verdict), ["latency/p95-over-limit"]);
    assert_eq!(verdict.findings()[0].object.as_deref(), Some("warm queries of Service o/s"));
}

#[test]
fn malformed_evidence_is_refused() {
    let mut seen = healthy();
    seen["passes"][0]["samples"][3]["latency_us"] = json!("fast");
    assert!(judge_with("{p95: {below: 2s}}", &seen).is_err());
}
