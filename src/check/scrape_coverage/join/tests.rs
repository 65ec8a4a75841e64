//! The join on literal targets and samples.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::discovered::Stage;
use super::super::job::Ports;
use super::*;

const AT: &str = "2026-11-23T10:00:00Z";

fn job(pool: &str) -> Job {
    Job {
        pool: pool.to_owned(),
        source: Source::Endpoints(Ports::default()),
        scheme: "http".to_owned(),
        path: "/metrics".to_owned(),
        interval: Duration::seconds(30),
        rules: Vec::new(),
        defect: None,
    }
}

/// A join that expects one target `http://10.0.0.1:80/metrics` in the pool `p`.
fn join() -> Join {
    let mut join = Join::new(None, &["inline".to_owned()]);
    let urls = BTreeSet::from(["http://10.0.0.1:80/metrics".to_owned()]);
    join.expect("VMServiceScrape ns/p", job("p"), Discovery::Exact(urls));
    join
}

fn see(join: &mut Join, change: serde_json::Value) {
    let mut target = json!({
        "discoveredLabels": {}, "labels": {"job": "web", "instance": "10.0.0.1:80", "pod": "web-1"},
        "scrapePool": "p", "scrapeUrl": "http://10.0.0.1:80/metrics", "lastError": "",
        "lastScrape": "2026-11-23T09:59:50Z", "lastScrapeDuration": 0.1, "lastSamplesScraped": 9, "health": "up"});
    for (key, value) in change.as_object().unwrap() {
        target[key] = value.clone();
    }
    let text = target.to_string();
    join.see(&serde_json::from_str(&text).unwrap(), AT.parse().unwrap());
}

fn store(join: &mut Join, pod: &str, age_seconds: f64, value: f64) {
    let labels = [("__name__", "up"), ("cluster", "infra"), ("instance", "10.0.0.1:80"), ("job", "web"), ("pod", pod)];
    let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    join.store(&labels, &["cluster".to_owned(), "prometheus".to_owned()], Stored { age_seconds, value });
}

/// What is lost of the one expected target; `None` when it is good.
fn lost(join: Join) -> Option<Lost> {
    let (pools, _) = join.finish();
    pools[0].gaps.first().map(|gap| gap.lost.clone())
}

#[test]
fn a_target_that_is_up_and_freshly_stored_is_good() {
    let mut join = join();
    see(&mut join, json!({}));
    store(&mut join, "web-1", 12.0, 1.0);
    let (pools, unexplained) = join.finish();
    assert_eq!((pools[0].active, pools[0].up, pools[0].good), (1, 1, 1));
    assert_eq!((pools[0].oldest_stored_seconds, pools[0].gaps.len(), unexplained.len()), (Some(12.0), 0, 0));
}

#[test]
fn a_target_that_no_agent_has_is_not_discovered() {
    assert_eq!(lost(join()), Some(Lost::NotDiscovered));
}

#[test]
fn a_last_scrape_at_the_epoch_means_never_scraped_although_it_reads_down() {
    let mut join = join();
    see(&mut join, json!({"health": "down", "lastScrape": "1970-01-01T00:00:00Z"}));
    assert_eq!(lost(join), Some(Lost::NeverScraped));
}

#[test]
fn a_target_that_is_down_keeps_its_error() {
    let mut join = join();
    see(&mut join, json!({"health": "down", "lastError": "connection refused"}));
    assert_eq!(lost(join), Some(Lost::Down("connection refused".to_owned())));
}

#[test]
fn too_many_samples_are_told_apart_from_other_errors() {
    let mut join = join();
    see(&mut join, json!({"health": "down", "lastError": "the response exceeds sample_limit=5"}));
    assert!(matches!(lost(join), Some(Lost::SampleLimit(_))));
}

#[test]
fn up_with_an_old_scrape_is_not_up() {
    let mut join = join();
    see(&mut join, json!({"lastScrape": "2026-11-23T09:58:29Z"}));
    store(&mut join, "web-1", 1.0, 1.0);
    assert_eq!(lost(join), Some(Lost::ScrapedLongAgo(91.0)));
}

#[test]
fn a_scrape_at_the_very_limit_of_two_intervals_and_30_s_is_fresh() {
    let mut join = join();
    see(&mut join, json!({"lastScrape": "2026-11-23T09:58:30Z"}));
    store(&mut join, "web-1", 90.0, 1.0);
    assert_eq!(lost(join), None);
}

#[test]
fn an_empty_exposition_is_no_scrape() {
    let mut join = join();
    see(&mut join, json!({"lastSamplesScraped": 0}));
    assert_eq!(lost(join), Some(Lost::NoSamples));
}

#[test]
fn up_but_not_in_storage_is_told() {
    let mut join = join();
    see(&mut join, json!({}));
    assert_eq!(lost(join), Some(Lost::NotStored));
}

#[test]
fn up_with_an_old_sample_in_storage_is_told() {
    let mut join = join();
    see(&mut join, json!({}));
    store(&mut join, "web-1", 91.0, 1.0);
    assert_eq!(lost(join), Some(Lost::StoredLongAgo(91.0)));
}

#[test]
fn storage_that_says_down_is_believed() {
    let mut join = join();
    see(&mut join, json!({}));
    store(&mut join, "web-1", 1.0, 0.0);
    assert_eq!(lost(join), Some(Lost::StoredAsDown));
}

#[test]
fn job_and_instance_will_do_where_they_name_one_target() {
    let mut join = join();
    see(&mut join, json!({}));
    store(&mut join, "renamed", 1.0, 1.0);
    assert_eq!(lost(join), None);
}

#[test]
fn job_and_instance_will_not_do_where_two_targets_share_them() {
    let mut join = join();
    let urls = BTreeSet::from(["http://10.0.0.1:80/other".to_owned()]);
    join.expect("VMServiceScrape ns/q", job("q"), Discovery::Exact(urls));
    see(&mut join, json!({}));
    see(&mut join, json!({"scrapePool": "q", "scrapeUrl": "http://10.0.0.1:80/other"}));
    store(&mut join, "renamed", 1.0, 1.0);
    assert_eq!(lost(join), Some(Lost::NotStored));
}

#[test]
fn of_two_replicas_the_better_answer_counts() {
    for order in [["up", "down"], ["down", "up"]] {
        let mut join = join();
        order.iter().for_each(|health| see(&mut join, json!({"health": health, "lastError": "x"})));
        store(&mut join, "web-1", 1.0, 1.0);
        assert_eq!(lost(join), None, "{order:?}");
    }
}

#[test]
fn parameters_do_not_make_another_target() {
    let mut join = join();
    see(&mut join, json!({"scrapeUrl": "http://10.0.0.1:80/metrics?format=text"}));
    store(&mut join, "web-1", 1.0, 1.0);
    assert_eq!(lost(join), None);
}

#[test]
fn a_target_of_an_unknown_pool_or_url_is_unexplained() {
    let mut join = join();
    see(&mut join, json!({"scrapePool": "old"}));
    see(&mut join, json!({"scrapeUrl": "http://10.0.0.7:80/metrics"}));
    see(&mut join, json!({"scrapePool": "inline"}));
    let (_, unexplained) = join.finish();
    let pools: Vec<&str> = unexplained.iter().map(|target| target.pool.as_str()).collect();
    assert_eq!(pools, ["old", "p"]);
}

#[test]
fn a_target_of_a_pool_that_should_be_empty_is_unexplained() {
    let mut join = Join::new(None, &[]);
    join.expect("VMServiceScrape ns/p", job("p"), Discovery::Lost(Stage::NoService));
    see(&mut join, json!({}));
    assert_eq!(join.finish().1.len(), 1);
}

#[test]
fn a_probes_number_is_no_part_of_its_name_and_its_target_is() {
    let mut join = Join::new(None, &[]);
    let probe = Job { source: Source::Probe { prober: String::new(), targets: Vec::new() }, ..job("probe/ns/n") };
    let urls = BTreeSet::from(["http://bb:9115/probe?target=https://x/y".to_owned()]);
    join.expect("VMProbe ns/n", probe, Discovery::Exact(urls));
    see(
        &mut join,
        json!({"scrapePool": "probe/ns/n/7", "scrapeUrl": "http://bb:9115/probe?module=m&target=https%3A%2F%2Fx%2Fy"}),
    );
    store(&mut join, "web-1", 1.0, 1.0);
    assert_eq!(lost(join), None);
}
