//! Saved evidence that was damaged is never a pass and never a panic, whatever its kind: every kind of the list is held to it,
//! by the snippet of its page and by what a run has really seen of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use signoff::check::evidence::{Evidence, Seen};
use signoff::check::expectation::{Expectation, PAGES};
use signoff::rejudge::{Saved, evidence};

use super::{parsed, snippet, suite_of};

/// Places of one observation that are damaged, spread over the whole.
const PLACES: usize = 600;

/// What one look saw, and what it is judged by.
struct Whole {
    expectation: Expectation,
    evidence: Evidence,
    seen: Value,
}

fn of_page(kind: &str) -> Expectation {
    let page = PAGES.iter().find(|(name, _)| *name == kind).unwrap_or_else(|| panic!("no kind {kind}")).1;
    parsed(&suite_of(&[snippet(kind, page)])).checks.remove(0).expectation
}

#[test]
fn what_is_no_observation_is_an_error_and_an_empty_one_never_a_pass() {
    let at = "2026-11-29T12:00:00Z".parse().unwrap();
    for (kind, _) in PAGES {
        let expectation = of_page(kind);
        for garbage in [json!(null), json!(true), json!(7), json!(-0.5), json!(""), json!("pass"), json!("{}")] {
            assert!(expectation.judge(&garbage, at).is_err(), "{kind}: {garbage} is taken for an observation");
        }
        for hollow in
            [json!({}), json!([]), json!([null]), json!([[], {}]), json!({"pass": true}), json!({"decision": {}})]
        {
            let passes = expectation.judge(&hollow, at).is_ok_and(|verdict| verdict.is_pass());
            assert!(!passes, "{kind}: {hollow} passes");
            assert!(expectation.identities(&hollow).is_empty(), "{kind}: {hollow} names objects");
        }
    }
}

#[test]
fn a_value_of_another_type_is_an_error_and_a_text_that_is_cut_off_is_too() {
    let wholes = wholes();
    let kinds: BTreeSet<&str> = wholes.iter().map(|whole| whole.expectation.kind()).collect();
    let missing: Vec<_> = PAGES.iter().map(|(kind, _)| *kind).filter(|kind| !kinds.contains(kind)).collect();
    assert!(missing.is_empty(), "nothing was ever seen of {missing:?}: add evidence here, or to examples/report");
    for whole in &wholes {
        let (check, kind, at) = (&whole.evidence.check, whole.expectation.kind(), whole.evidence.at);
        let judged = whole.expectation.judge(&whole.seen, at);
        assert!(judged.as_ref().is_ok_and(|verdict| verdict.is_pass()), "{check}, whole: {judged:?}");
        let places = places(&whole.seen);
        for place in places.iter().step_by(places.len() / PLACES + 1) {
            let mut damaged = whole.seen.clone();
            let here = damaged.pointer_mut(place).unwrap();
            *here = if here.is_string() || here.is_array() { json!(7) } else { json!("x") };
            let judged = whole.expectation.judge(&damaged, at);
            assert!(judged.is_err() || is_free(kind, place), "{check}: {place} of another type: {judged:?}");
        }
        let emptied = emptied(&whole.seen);
        let passes = whole.expectation.judge(&emptied, at).is_ok_and(|verdict| verdict.is_pass());
        // What has no list at all is not changed by that.
        assert!(!passes || emptied == whole.seen, "{check}: {emptied} passes");
        for key in whole.seen.as_object().unwrap().keys() {
            let mut without = whole.seen.clone();
            without.as_object_mut().unwrap().remove(key);
            // It may do without, but it must not panic.
            drop(whole.expectation.judge(&without, at));
        }
        let text = serde_json::to_string_pretty(&whole.evidence).unwrap();
        let cuts = (0..text.len()).step_by(text.len() / 100 + 1).chain([text.len() - 1]);
        for cut in cuts.filter(|cut| text.is_char_boundary(*cut)) {
            assert!(serde_json::from_str::<Evidence>(&text[..cut]).is_err(), "{check}: cut off after {cut} bytes");
        }
    }
}

/// Values that may be of any type: what an object holds, what its expressions mention of it, and Alertmanager's configuration,
/// of which the judge reads what leads an alert and says himself what he cannot read.
fn is_free(kind: &str, place: &str) -> bool {
    match kind {
        "object" => place.contains("/holds/json") || place.contains("/mentioned/json"),
        "alertmanager_config" | "rules" => place.contains("/config/shown/"),
        _ => false,
    }
}

/// Every place that holds something.
fn places(value: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(fields) => {
                fields.iter().map(|(key, field)| (key.replace('~', "~0").replace('/', "~1"), field)).collect()
            }
            Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
            _ => Vec::new(),
        };
        for (key, inner) in inner.into_iter().filter(|(_, inner)| !inner.is_null()) {
            let at = format!("{at}/{key}");
            walk(inner, &at, found);
            found.push(at);
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}

/// The same with nothing in its lists.
fn emptied(value: &Value) -> Value {
    match value {
        Value::Array(_) => json!([]),
        Value::Object(fields) => fields.iter().map(|(key, field)| (key.clone(), emptied(field))).collect(),
        other => other.clone(),
    }
}

/// What the run in `examples/report` saw, and by hand what no suite of the story asks for.
fn wholes() -> Vec<Whole> {
    let mut wholes = sample(Path::new("examples/report"));
    wholes.extend(repository());
    wholes.push(by_hand(
        "flag",
        json!({"instances": [{"pod": "Pod observability/vmsingle-0", "shown": 120, "flags": {"retentionPeriod": "90d"},
            "component": {"application": "vmsingle", "version": "v1.131.0"}}]}),
    ));
    let holds = |path: &str, value: Value| json!({"path": path, "count": 1, "matches": [{"at": path, "holds": {"json": value}}]});
    wholes.push(by_hand(
        "object",
        json!({
            "served": {"as": {"plural": "vmsingles", "kind": "VMSingle", "namespaced": true}},
            "definition": {"read": {"observed_generation": true, "status": true}}, "found": 1, "owned": 1,
            "objects": [{"namespace": "observability", "name": "vmsingle", "uid": "u", "resource_version": "7",
                "created": "2026-11-29T11:00:00Z", "generation": 2, "observed_generation": 2, "has_status": true,
                "paths": [holds("spec.resources.limits.memory", json!("2Gi")), holds("spec.retentionPeriod", json!("90d")),
                    holds("spec.storage.resources.requests.storage", json!("50Gi")),
                    holds("spec.storage.storageClassName", json!("ceph-block"))],
                "mentioned": {"json": {"status": {"updateStatus": "operational"}}}}],
        }),
    ));
    wholes
}

fn by_hand(kind: &str, seen: Value) -> Whole {
    let evidence = Evidence {
        check: kind.to_owned(),
        kind: kind.to_owned(),
        attempt: 1,
        at: "2026-11-29T12:00:00Z".parse().unwrap(),
        took_seconds: 0.1,
        seen: Seen::Observation(seen.clone()),
    };
    Whole { expectation: of_page(kind), evidence, seen }
}

/// Every look of a run that saw something.
fn sample(folder: &Path) -> Vec<Whole> {
    let journal = fs::read_to_string(folder.join("events.jsonl")).unwrap();
    let events: Vec<_> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let text = fs::read_to_string(folder.join("suite.yaml")).unwrap();
    let saved = Saved::new(&events, Some(&text)).unwrap();
    let mut asked: BTreeMap<String, Expectation> =
        saved.asked.unwrap().checks.into_iter().map(|check| (check.card.id.clone(), check.expectation)).collect();
    let checks = saved.run.checks.iter().filter(|check| check.evidence.is_some());
    let wholes = checks.filter_map(|check| {
        let evidence = evidence(folder, &check.card.id).unwrap();
        let Seen::Observation(seen) = evidence.seen.clone() else { return None };
        Some(Whole { expectation: asked.remove(&check.card.id)?, evidence, seen })
    });
    wholes.collect()
}

/// What is seen of the checkout in which everything is right.
fn repository() -> Vec<Whole> {
    let folder = tempfile::tempdir().unwrap();
    let page = PAGES.iter().find(|(kind, _)| *kind == "repository").unwrap().1;
    let file = folder.path().join("s.yaml");
    fs::write(&file, suite_of(&[snippet("repository", page)])).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
    command.arg("run").arg(&file).args(["--allow-unproven", "--repo", "tests/repository/checkout"]);
    let output = command.arg("--reports").arg(folder.path().join("reports")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    sample(&folder.path().join("reports/latest"))
}
