//! Verdicts on literal observations.

use serde_json::json;

use super::super::ScrapeCoverage;
use super::super::picture::Metadata;
use super::super::seen::{AgentSeen, Refusal, Unexplained};
use super::*;
use crate::check::access::Access;
use crate::check::kind::Kind;
use crate::check::scrape_coverage::discovered::Stage;
use crate::check::scrape_coverage::job::Defect;
use crate::check::verdict::Decision;

fn spec(required: serde_json::Value) -> Spec {
    serde_json::from_value(json!({
        "vmagent": {"namespace": "observability", "name": "vmagent"},
        "storage": {"namespace": "observability", "service": "vmsingle-vmsingle", "port": "http"},
        "required": required,
    }))
    .unwrap()
}

fn pool(gaps: Vec<Gap>) -> PoolSeen {
    let good = 2 - gaps.len() as u64;
    PoolSeen {
        pool: "serviceScrape/ns/web/0".to_owned(),
        scrape: "VMServiceScrape ns/web".to_owned(),
        interval_seconds: 30.0,
        expected: Expected::Exactly(2),
        defect: None,
        active: 2,
        up: good,
        good,
        oldest_stored_seconds: Some(17.0),
        gaps,
    }
}

fn whole() -> Observation {
    let agent = AgentSeen {
        pod: "Pod observability/vmagent-0 port 8429".to_owned(),
        version: Some("v1.131.0".to_owned()),
        last_reload_successful: Some(true),
        active: 2,
        trouble: None,
    };
    Observation {
        agent_exists: true,
        agents_wanted: 1,
        agents: vec![agent],
        pools: vec![pool(Vec::new())],
        ..Observation::default()
    }
}

fn verdict(seen: &Observation) -> Verdict {
    judge(&spec(json!([])), seen, "2026-11-23T10:00:00Z".parse().unwrap())
}

#[test]
fn what_was_judged_is_named_with_its_generation_and_its_version() {
    let metadata = json!({"name": "x", "namespace": "o", "generation": 3, "resourceVersion": "41"});
    let metadata: Metadata = serde_json::from_value(metadata).unwrap();
    let seen = Observation { judged: vec![metadata.identity("VMPodScrape")], ..whole() };
    let named = ScrapeCoverage::identities(&spec(json!([])), &seen);
    let told: Vec<String> = named.iter().map(|one| format!("{}: {}", one.object, one.parts().join("; "))).collect();
    let expected = [
        "VMPodScrape o/x: generation 3; resourceVersion 41",
        "Pod observability/vmagent-0 port 8429: vmagent v1.131.0",
    ];
    assert_eq!(told, expected);
    assert!(Metadata::default().identity("VMPodScrape").parts().is_empty());
}

/// Codes of the findings of a fail.
fn failed(verdict: &Verdict) -> Vec<&str> {
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{verdict:?}");
    verdict.findings().iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn complete_coverage_passes_with_its_population_and_age() {
    let verdict = verdict(&whole());
    let Decision::Pass(examined) = verdict.decision else { panic!("{verdict:?}") };
    assert_eq!((examined.count.get(), examined.what.as_str(), examined.age_seconds), (2, "targets", Some(17.0)));
    assert_eq!(verdict.measured[0], Measurement::new("coverage", 1.0, Unit::Ratio).limit(Limit::AtLeast(1.0)));
}

#[test]
fn an_agent_without_any_pool_is_no_pass() {
    let verdict = verdict(&Observation { pools: Vec::new(), ..whole() });
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
    assert_eq!(verdict.findings()[0].code, "coverage/nothing-expected");
}

#[test]
fn an_absent_agent_is_terminal() {
    let verdict = verdict(&Observation::default());
    assert_eq!(failed(&verdict), ["coverage/no-agent"]);
    assert!(verdict.is_terminal());
}

#[test]
fn each_stage_has_its_code() {
    let cases = [
        (Lost::NotDiscovered, "coverage/not-discovered"),
        (Lost::Down("x".to_owned()), "coverage/down"),
        (Lost::SampleLimit("x".to_owned()), "coverage/sample-limit"),
        (Lost::ScrapedLongAgo(99.0), "coverage/stale"),
        (Lost::NoSamples, "coverage/no-samples"),
        (Lost::NotStored, "coverage/not-stored"),
        (Lost::StoredLongAgo(99.0), "coverage/stored-stale"),
        (Lost::StoredAsDown, "coverage/stored-down"),
    ];
    for (lost, code) in cases {
        let gap = Gap { url: "http://10.0.0.1:80/metrics".to_owned(), lost };
        let verdict = verdict(&Observation { pools: vec![pool(vec![gap])], ..whole() });
        assert_eq!(failed(&verdict), [code]);
        let object = verdict.findings()[0].object.clone().unwrap();
        assert!(object.contains("VMServiceScrape ns/web") && object.contains("http://10.0.0.1:80/metrics"), "{object}");
    }
}

#[test]
fn a_target_that_waits_for_its_first_scrape_leaves_it_open() {
    let gap = Gap { url: "u".to_owned(), lost: Lost::NeverScraped };
    let verdict = verdict(&Observation { pools: vec![pool(vec![gap])], ..whole() });
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
    assert_eq!(verdict.findings()[0].code, "coverage/pending");
}

#[test]
fn each_reason_for_an_empty_pool_has_its_code() {
    let cases = [
        (Stage::NoService, "coverage/no-service"),
        (Stage::NoEndpoint, "coverage/no-endpoint"),
        (Stage::NoPod, "coverage/no-pod"),
        (Stage::NoNode, "coverage/no-node"),
        (Stage::WrongPort { wanted: "port x".to_owned(), seen: vec!["http (80)".to_owned()] }, "coverage/wrong-port"),
        (Stage::Dropped(3), "coverage/dropped"),
    ];
    for (stage, code) in cases {
        let empty = PoolSeen { expected: Expected::Lost(stage), active: 0, up: 0, good: 0, ..pool(Vec::new()) };
        assert_eq!(failed(&verdict(&Observation { pools: vec![pool(Vec::new()), empty], ..whole() })), [code]);
    }
}

#[test]
fn a_pool_that_is_not_computed_must_at_least_not_be_empty() {
    for expected in [Expected::AtMost(3), Expected::AtLeastOne] {
        let empty = PoolSeen { expected, active: 0, good: 0, ..pool(Vec::new()) };
        assert_eq!(failed(&verdict(&Observation { pools: vec![empty], ..whole() })), ["coverage/empty-pool"]);
    }
}

#[test]
fn defects_are_terminal_and_told_instead_of_their_consequences() {
    let cases = [
        (Defect::Interval("30x".to_owned()), "coverage/bad-interval"),
        (Defect::Action("kepp".to_owned()), "coverage/bad-relabelling"),
    ];
    for (defect, code) in cases {
        let gap = Gap { url: "u".to_owned(), lost: Lost::NotDiscovered };
        let broken = PoolSeen { defect: Some(defect), ..pool(vec![gap]) };
        let verdict = verdict(&Observation { pools: vec![broken], ..whole() });
        assert_eq!(failed(&verdict), [code]);
        assert!(verdict.is_terminal());
    }
}

#[test]
fn unselected_refused_and_unexplained_are_each_a_finding() {
    let refusal = |scrape: &str| Refusal { scrape: scrape.to_owned(), reason: "r".to_owned() };
    let seen = Observation {
        unselected: vec![refusal("VMPodScrape apps/x")],
        refused: vec![refusal("VMPodScrape apps/y")],
        unexplained: vec![Unexplained { pool: "old".to_owned(), url: "u".to_owned() }],
        ..whole()
    };
    assert_eq!(failed(&verdict(&seen)), ["coverage/unselected", "coverage/refused", "coverage/unexplained"]);
}

#[test]
fn agents_must_all_be_there_answer_and_run_their_newest_configuration() {
    let mut seen = whole();
    seen.agents_wanted = 2;
    assert_eq!(failed(&verdict(&seen)), ["coverage/shard-missing"]);
    assert_eq!(verdict(&seen).findings()[0].object.as_deref(), Some("VMAgent observability/vmagent"));
    seen.agents_wanted = 1;
    seen.agents[0].last_reload_successful = Some(false);
    assert_eq!(failed(&verdict(&seen)), ["coverage/reload-failed"]);
    seen.agents[0].last_reload_successful = None;
    assert_eq!(failed(&verdict(&seen)), ["coverage/reload-failed"]);
    seen.agents[0].trouble =
        Some(crate::check::trouble::Trouble::TimedOut { to: "vmagent-0".to_owned(), seconds: 10.0 });
    assert_eq!(failed(&verdict(&seen)), ["coverage/agent-silent"]);
    let object = verdict(&seen).findings()[0].object.clone();
    assert_eq!(object.as_deref(), Some("Pod observability/vmagent-0 port 8429"));
}

#[test]
fn what_a_silent_agent_or_storage_would_have_told_is_no_finding_of_its_own() {
    let mut seen = whole();
    let url = "http://10.0.0.1:9100/metrics".to_owned();
    seen.pools[0].gaps = vec![Gap { url: url.clone(), lost: Lost::NotDiscovered }];
    assert_eq!(failed(&verdict(&seen)), ["coverage/not-discovered"]);
    seen.agents_wanted = 2;
    assert_eq!(failed(&verdict(&seen)), ["coverage/shard-missing"]);
    seen.agents_wanted = 1;
    seen.pools[0].gaps = vec![Gap { url, lost: Lost::NotStored }];
    seen.storage_trouble = Some(crate::check::trouble::Trouble::TimedOut { to: "vmsingle".to_owned(), seconds: 10.0 });
    let verdict = verdict(&seen);
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
    assert_eq!(verdict.findings()[0].code, "coverage/storage-silent");
}

#[test]
fn what_was_denied_is_told_as_the_permission_that_is_missing_and_is_no_failure() {
    let rule = Access::new("get", "", "pods/portforward").within("observability");
    let denied = Trouble::Denied { rule, message: "forbidden".to_owned() };
    let mut agent = whole();
    agent.agents[0].trouble = Some(denied.clone());
    let mut storage = whole();
    storage.storage_trouble = Some(denied);
    for seen in [agent, storage] {
        let verdict = verdict(&seen);
        assert!(matches!(verdict.decision, Decision::Inconclusive(_)), "{verdict:?}");
        assert_eq!(verdict.findings()[0].code, "access/denied");
        assert!(verdict.is_terminal(), "waiting brings no permission");
    }
}

#[test]
fn where_nothing_arrives_in_the_storage_one_finding_says_so() {
    let gap = |lost| Gap { url: "http://10.0.0.1:9100/metrics".to_owned(), lost };
    let mut seen = whole();
    seen.pools = vec![pool(vec![gap(Lost::NotStored), gap(Lost::StoredLongAgo(99.0))])];
    assert_eq!(failed(&verdict(&seen)), ["coverage/nothing-stored"]);
    seen.pools = vec![pool(vec![gap(Lost::NotStored)])];
    assert_eq!(failed(&verdict(&seen)), ["coverage/not-stored"]);
}

#[test]
fn a_component_whose_targets_are_told_one_by_one_is_not_told_again() {
    let mut seen = whole();
    seen.pools = vec![pool(vec![Gap { url: "http://10.0.0.1:9100/metrics".to_owned(), lost: Lost::NotStored }])];
    let judged = |at_least: u64| {
        let required = json!([{"name": "web", "pool": "serviceScrape/ns/web/*", "at_least": at_least}]);
        judge(&spec(required), &seen, "2026-11-23T10:00:00Z".parse().unwrap())
    };
    assert_eq!(failed(&judged(2)), ["coverage/not-stored"]);
    assert_eq!(failed(&judged(3)), ["coverage/not-stored", "coverage/required-missing"]);
}

#[test]
fn a_cluster_that_changes_meanwhile_leaves_it_open() {
    let verdict = verdict(&Observation { changed: vec!["Pod ns/web-3".to_owned()], ..whole() });
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
}

#[test]
fn a_required_component_without_a_pool_is_missing() {
    let required = json!([{"name": "Flux", "pool": "podScrape/flux-system/*", "at_least": 4},
        {"name": "web", "pool": "serviceScrape/ns/*", "at_least": 2}]);
    let verdict = judge(&spec(required), &whole(), "2026-11-23T10:00:00Z".parse().unwrap());
    assert_eq!(failed(&verdict), ["coverage/required-missing"]);
    assert_eq!(verdict.findings()[0].object.as_deref(), Some("Flux"));
}

#[test]
fn a_waiver_holds_to_the_end_of_its_last_day() {
    let waiver = json!({"reason": "no chart yet", "owner": "ops", "until": "2026-11-23"});
    let required = json!([{"name": "Cilium", "pool": "x", "waiver": waiver}]);
    let on = |time: &str| judge(&spec(required.clone()), &whole(), time.parse().unwrap());
    assert!(on("2026-11-23T23:59:59Z").is_pass());
    assert_eq!(failed(&on("2026-11-24T00:00:00Z")), ["coverage/waiver-expired"]);
}

#[test]
fn a_waived_component_may_have_no_target_or_none_that_answers_and_nothing_else() {
    let on = |pool: PoolSeen, time: &str| {
        let waiver = json!({"reason": "it listens on 127.0.0.1", "owner": "ops", "until": "2026-11-23"});
        let required = json!([{"name": "scheduler", "pool": "serviceScrape/ns/scheduler/*", "waiver": waiver}]);
        let pool = PoolSeen { pool: "serviceScrape/ns/scheduler/0".to_owned(), ..pool };
        let seen = Observation { pools: vec![super::tests::pool(Vec::new()), pool], ..whole() };
        judge(&spec(required), &seen, time.parse().unwrap())
    };
    let gap = |lost: &Lost| Gap { url: "https://10.0.0.1:10259/metrics".to_owned(), lost: lost.clone() };
    let lost = PoolSeen { expected: Expected::Lost(Stage::NoEndpoint), active: 0, good: 0, ..pool(Vec::new()) };
    let empty = PoolSeen { expected: Expected::AtLeastOne, ..lost.clone() };
    let down = pool(vec![gap(&Lost::Down("connection refused".to_owned()))]);
    let (during, after) = ("2026-11-23T10:00:00Z", "2026-11-24T00:00:00Z");
    let told = ["coverage/no-endpoint", "coverage/empty-pool", "coverage/down"];
    for (pool, code) in [lost, empty, down].into_iter().zip(told) {
        let verdict = on(pool.clone(), during);
        let Decision::Pass(examined) = &verdict.decision else { panic!("{verdict:?}") };
        assert_eq!((verdict.measured[0].value, examined.waived), (1.0, 1));
        let verdict = on(pool, after);
        assert_eq!(failed(&verdict)[0], code);
        assert!(verdict.findings().iter().any(|finding| format!("{finding:?}").contains("the waiver ended on")));
    }
    for (lost, code) in [(Lost::NotStored, "coverage/not-stored"), (Lost::NotDiscovered, "coverage/not-discovered")] {
        assert_eq!(failed(&on(pool(vec![gap(&lost)]), during)), [code]);
    }
}

#[test]
fn many_gaps_of_one_pool_are_summed_up() {
    let gaps = (0..25).map(|n| Gap { url: format!("u{n}"), lost: Lost::NotDiscovered }).collect();
    let broken = PoolSeen { gaps, expected: Expected::Exactly(30), good: 5, ..pool(Vec::new()) };
    let verdict = verdict(&Observation { pools: vec![broken], ..whole() });
    assert_eq!(failed(&verdict).len(), GAPS_TOLD + 1);
    assert!(verdict.findings()[GAPS_TOLD].actual.starts_with("15 more"));
}
