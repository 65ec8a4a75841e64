//! The suite's words for latency: defaults, bounds, refusals.

use super::*;

fn parse(extra: &str) -> Result<Spec, String> {
    let text = format!(
        "endpoint: {{namespace: observability, service: vmsingle-vmsingle, port: http}}\nlimit: {{p95: {{below: 2s}}}}\nmix: [{{name: up, query: up}}]\n{extra}"
    );
    serde_saphyr::from_str(&text).map_err(|error| error.to_string())
}

#[test]
fn defaults_ask_at_twenty_per_second_for_at_least_ten_seconds() {
    let spec = parse("").unwrap();
    assert_eq!((spec.rate, spec.samples, spec.concurrency, spec.cache), (PerSecond(20.0), 220, 16, Cache::Both));
    let plan = spec.test_plan();
    assert_eq!((plan.first, plan.cap), (201, 220));
    assert_eq!(spec.component, Application::VmSingle);
}

#[test]
fn a_fast_rate_still_fills_the_shortest_window() {
    let plan = parse("rate: 50/s").unwrap().test_plan();
    assert_eq!((plan.first, plan.cap), (501, 501));
}

#[test]
fn a_slow_rate_ends_with_the_longest_window() {
    let plan = parse("rate: 1/s\nwindow: {max: 100s}").unwrap().test_plan();
    assert_eq!((plan.first, plan.cap), (11, 100));
}

#[test]
fn what_would_hurt_or_prove_nothing_is_refused() {
    for (extra, why) in [
        ("rate: 20", "not a rate"),
        ("rate: 1000/s", "500/s"),
        ("samples: 10", "59 to 10000"),
        ("concurrency: 0", "1 to 64"),
        ("window: {min: 5s}", "at least 10s"),
        ("window: {min: 1m, max: 30s}", "at least the shortest"),
        ("window: {least: 5s}", "least"),
        ("burst: 4", "burst"),
    ] {
        let message = parse(extra).unwrap_err();
        assert!(message.contains(why), "{extra}: {message}");
    }
}

#[test]
fn a_limit_is_one_quantile_with_one_bound() {
    let parse = |text: &str| serde_saphyr::from_str::<Limit>(text).map_err(|error| error.to_string());
    let limit = parse("{p99.9: {at_most: 500ms}}").unwrap();
    assert_eq!(limit.quantile.to_string(), "p99.9");
    assert_eq!(limit.slow_at().as_micros(), 500_001);
    assert_eq!(parse("{p95: {below: 2s}}").unwrap().slow_at().as_secs(), 2);
    assert!(parse("{p95: {below: 2s}, p99: {below: 3s}}").unwrap_err().contains("one quantile"));
    assert!(parse("{95: {below: 2s}}").unwrap_err().contains("percentile"));
}

#[test]
fn a_spec_is_the_same_after_a_round_trip() {
    let spec = parse("cache: cold\ntimeout: 5s").unwrap();
    let json = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<Spec>(&json).unwrap(), spec);
}
