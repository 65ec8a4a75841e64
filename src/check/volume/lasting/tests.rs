//! Literal figures of storages.

use serde_json::{Value as Json, json};

use crate::check::kind::Kind;
use crate::check::verdict::{Decision, Verdict};
use crate::check::volume::filling::{filling, growth, query};
use crate::check::volume::{Observation, Spec, Volume};
use crate::units::Duration;

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

fn spec(lasts: Json) -> Result<Spec, serde_json::Error> {
    let written = json!({"namespace": "o", "service": "single", "port": "http"});
    serde_json::from_value(json!({"namespace": "o", "claim": "single", "written": written, "lasts": lasts}))
}

/// 1000 rows a second at one byte each are 7.78 GB in 90 days. 20 days are stored, with an index that grows 10 MB a day.
fn sound() -> Json {
    json!({
        "workload": true,
        "pods": [{"name": "single-0", "resource_version": "1", "phase": "Running", "data_paths": {"main": "/data"},
            "volume": {"name": "data", "source": "persistentVolumeClaim", "claim": "single",
                "mounts": [{"container": "main", "path": "/data", "read_only": false}]}}],
        "claims": [{"name": "single", "resource_version": "2", "phase": "Bound", "capacity": "50Gi", "access_modes": []}],
        "writers": [{"place": "Pod o/single-0", "pod": "single-0", "component": "vmsingle v1.131.0",
            "shows": {"storage": {"data_bytes": 4096.0, "read_only": false}},
            "filling": {"rows": 1.728e9, "row_bytes": 1.728e9, "index_bytes": 2e8, "disk_bytes": 50.0 * GIB,
                "free_bytes": 48.5 * GIB,
                "growth": {"added": 1000.0, "deduplicated": 0.0, "covered_seconds": 3600.0, "age_seconds": 5.0}}}],
    })
}

fn judged(lasts: Json, seen: Json) -> Verdict {
    let seen: Observation = serde_json::from_value(seen).unwrap();
    Volume::judge(&spec(lasts).unwrap(), &seen, "2026-11-29T12:00:00Z".parse().unwrap())
}

/// With this in the figures of the program.
#[track_caller]
fn with(place: &str, value: Json) -> Verdict {
    let mut seen = sound();
    *seen.pointer_mut(&format!("/writers/0/filling{place}")).unwrap_or_else(|| panic!("no {place}")) = value;
    judged(json!({"retention": "90d"}), seen)
}

#[track_caller]
fn fails(verdict: &Verdict, texts: &[&str]) {
    let Decision::Fail(findings) = &verdict.decision else { panic!("{verdict:?}") };
    let finding = &findings.as_slice()[0];
    assert_eq!((finding.code.as_str(), findings.as_slice().len()), ("volume/does-not-last", 1));
    let told = format!("{} | {}", finding.expected, finding.actual);
    texts.iter().for_each(|text| assert!(told.contains(text), "{told}"));
}

#[track_caller]
fn unclear(verdict: &Verdict, code: &str) {
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)), "{verdict:?}");
    assert_eq!(verdict.findings()[0].code, code);
}

#[test]
fn what_comes_fits_into_the_volume_less_the_reserve() {
    let verdict = judged(json!({"retention": "90d"}), sound());
    assert!(verdict.is_pass(), "{verdict:?}");
    let projected = verdict.measured.iter().find(|one| one.name == "volume_projected").unwrap();
    // 90 days of rows, and 90 days of an index of which 20 days take 200 MB.
    assert!((projected.value - (7.776e9 + 9e8)).abs() < 1.0, "{}", projected.value);
}

#[test]
fn the_bound_is_what_the_reserve_leaves() {
    let capacity = |bytes: f64| {
        let mut seen = sound();
        seen["claims"][0]["capacity"] = json!(format!("{bytes:.0}"));
        judged(json!({"retention": "90d", "reserve": "50%"}), seen)
    };
    let needed: f64 = 7.776e9 + 9e8;
    assert!(capacity(needed * 2.0 + 10.0).is_pass());
    let verdict = capacity(needed * 2.0 - 10.0);
    fails(&verdict, &["90d of what comes now take 8.676 GB (8.080 GiB) or less", "50.0 % of its 17.352 GB"]);
}

#[test]
fn the_day_on_which_it_is_full_is_told() {
    let verdict = with("/growth/added", json!(20_000.0));
    // 1.73e9 rows are then those of one day.
    fails(&verdict, &["20000 rows a second (over 3600 s) of 1.00 bytes", "are full on 2026-12-26, in 27 days"]);
    fails(&judged(json!({"retention": "100y"}), sound()), &["in "]);
}

#[test]
fn a_disk_smaller_than_its_claim_counts() {
    fails(&with("/disk_bytes", json!(8e9)), &["its 8.000 GB (7.451 GiB) are full"]);
    assert!(with("/disk_bytes", Json::Null).is_pass());
}

/// Whoever took it: what is free, and what the program has itself, is all that it can have.
#[test]
fn what_others_have_taken_is_no_room() {
    // 8.676 GB are needed, with the reserve 10.845; 1.928 are its own.
    assert!(with("/free_bytes", json!(8.92e9)).is_pass());
    let verdict = with("/free_bytes", json!(8.91e9));
    fails(&verdict, &["take 8.670 GB", "of its 10.838 GB (10.094 GiB) (others take 42.849 GB (39.906 GiB)) stay free"]);
    assert!(with("/free_bytes", Json::Null).is_pass());
}

#[test]
fn duplicates_that_are_dropped_do_not_come() {
    let mut seen = sound();
    seen["writers"][0]["filling"]["growth"]["added"] = json!(20_000.0);
    seen["writers"][0]["filling"]["growth"]["deduplicated"] = json!(19_000.0);
    assert!(judged(json!({"retention": "90d"}), seen).is_pass());
}

/// One minute of 1000 rows a second, at 20 bytes each: 155 GB by the figure, 0.8 GB at best.
#[test]
fn young_data_fails_only_where_even_the_best_packing_does_not_help() {
    let young = |retention: &str| {
        let mut seen = sound();
        seen["writers"][0]["filling"]["rows"] = json!(60_000.0);
        seen["writers"][0]["filling"]["row_bytes"] = json!(1.2e6);
        seen["writers"][0]["filling"]["index_bytes"] = json!(1e6);
        judged(json!({"retention": retention}), seen)
    };
    assert!(young("10d").is_pass());
    unclear(&young("90d"), "volume/too-early");
    fails(&young("100y"), &["of 20.00 bytes"]);
}

#[test]
fn too_short_a_history_or_none_is_never_a_pass() {
    unclear(&with("/growth/covered_seconds", json!(29.0)), "volume/too-early");
    assert!(with("/growth/covered_seconds", json!(30.0)).is_pass());
    unclear(&with("/rows", json!(0.0)), "volume/too-early");
    unclear(&with("/growth", Json::Null), "volume/growth-unknown");
    unclear(&with("/rows", Json::Null), "volume/growth-unknown");
    unclear(&with("/index_bytes", Json::Null), "volume/growth-unknown");
    unclear(&with("", Json::Null), "volume/growth-unknown");
}

#[test]
fn a_storage_that_takes_nothing_does_not_last() {
    unclear(&with("/growth/age_seconds", json!(91.0)), "volume/nothing-comes");
    assert!(with("/growth/age_seconds", json!(90.0)).is_pass());
    unclear(&with("/growth/added", json!(0.0)), "volume/nothing-comes");
    unclear(&with("/growth/deduplicated", json!(1000.0)), "volume/nothing-comes");
}

#[test]
fn without_a_size_nothing_is_projected() {
    let mut seen = sound();
    seen["claims"][0]["capacity"] = json!("much");
    let verdict = judged(json!({"retention": "90d"}), seen);
    let codes: Vec<&str> = verdict.findings().iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["volume/too-small"]);
}

#[test]
fn it_rests_on_what_the_program_tells() {
    let alone = json!({"namespace": "o", "claim": "single", "lasts": {"retention": "90d"}});
    assert!(serde_json::from_value::<Spec>(alone).unwrap_err().to_string().contains("expected `written` beside it"));
    assert!(spec(json!({})).is_err());
    // What only judging reads is no part of the question.
    let question = |lasts: Json| serde_json::to_value(Volume::question(&spec(lasts).unwrap())).unwrap();
    assert_eq!(question(json!({"retention": "90d"})), question(json!({"retention": "1y", "reserve": "1%"})));
    assert_ne!(question(json!({"retention": "90d"})), question(json!({"retention": "90d", "over": "2h"})));
}

#[test]
fn a_page_and_an_answer_are_read() {
    let page = "vm_rows{type=\"storage/inmemory\"} 5\nvm_rows{type=\"storage/small\"} 10\nvm_rows{type=\"indexdb/file\"} 7\n\
        vm_rows_ignored_total{reason=\"big_timestamp\"} 3\nvm_data_size_bytes{type=\"storage/small\"} 100\n\
        vm_data_size_bytes{type=\"indexdb/file\"} 20\nvm_total_disk_space_bytes{path=\"/d\"} 1000\n\
        vm_free_disk_space_bytes{path=\"/d\"} 900\n";
    let seen = filling(page);
    assert_eq!((seen.rows, seen.row_bytes, seen.index_bytes), (Some(15.0), Some(100.0), Some(20.0)));
    assert_eq!((seen.disk_bytes, seen.free_bytes), (Some(1000.0), Some(900.0)));
    let answer = |parts: &[(&str, &str)]| {
        let series = |(is, value): &(&str, &str)| json!({"metric": {"is": is}, "value": [1.0, value]});
        let result: Vec<Json> = parts.iter().map(series).collect();
        let body = json!({"status": "success", "data": {"resultType": "vector", "result": result}});
        growth(&crate::check::instant::read(body.to_string().as_bytes()).unwrap())
    };
    let seen = answer(&[("added", "10"), ("covered", "60"), ("age", "3")]).unwrap();
    assert_eq!((seen.added, seen.deduplicated, seen.covered_seconds, seen.age_seconds), (10.0, 0.0, 60.0, 3.0));
    assert!(answer(&[("added", "10"), ("covered", "60")]).is_none());
    assert!(answer(&[("added", "NaN"), ("covered", "60"), ("age", "3")]).is_none());
    let query = query("o", &["a-0", "a-1"], Duration::seconds(3600));
    assert!(
        query.contains("sum(max(rate(vm_rows_added_to_storage_total{namespace=\"o\",pod=~\"a-0|a-1\"}[1h])) by (pod))"),
        "{query}"
    );
    assert!(query.contains("vm_deduplicated_samples_total{type=\"merge\",namespace=\"o\""), "{query}");
}
