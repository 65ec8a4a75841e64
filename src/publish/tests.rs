use std::sync::{Arc, Mutex};

use quick_junit::Report;
use serde_json::{Value, json};

use super::*;
use crate::check::finding::{Finding, Findings};
use crate::check::verdict::{Decision, Verdict};
use crate::connect::testing;
use crate::event::{Outcome, What};
use crate::record::sample::events;
use crate::record::{Fold, Run};

fn run(events: &[Event]) -> Run {
    Fold::all(events).unwrap()
}

/// The sample, in which `crds` has so many findings of so many bytes.
fn large(count: usize, bytes: usize) -> Vec<Event> {
    let findings =
        (0..count).map(|n| Finding::new("crds/absent", format!("CRD {n}"), "x".repeat(bytes))).collect::<Vec<_>>();
    let failed = Verdict { decision: Decision::Fail(Findings::try_from(findings).unwrap()), measured: Vec::new() };
    let mut events = events();
    for event in &mut events {
        if let What::CheckEnded { check, outcome, .. } = &mut event.what
            && check == "crds"
        {
            *outcome = Outcome::Judged(failed.clone());
        }
    }
    events
}

fn file<'a>(parcel: &'a parcel::Parcel, name: &str) -> Option<&'a str> {
    parcel.files.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str())
}

fn read_again(parcel: &parcel::Parcel) -> Run {
    let journal = file(parcel, parcel::JOURNAL).unwrap();
    run(&journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Event>>())
}

#[test]
fn a_journal_without_early_looks_tells_the_same_run() {
    let all = events();
    let fewer = slim::without_early_looks(&all);
    assert_eq!(fewer.len(), all.len() - 1, "the sample looks twice at one check");
    assert_eq!(run(&fewer), run(&all));
    // Also of a run that was cut short anywhere.
    for end in 1..all.len() {
        assert_eq!(run(&slim::without_early_looks(&all[..end])), run(&all[..end]), "{end}");
    }
}

#[test]
fn a_report_of_usual_size_is_whole() {
    let parcel = parcel::parcel(&events()).unwrap();
    let all = run(&slim::without_evidence(events()));
    assert_eq!(parcel.cut, None);
    assert_eq!(read_again(&parcel), all);
    assert_eq!(file(&parcel, parcel::JUNIT), Some(crate::report::junit::junit(&all).as_str()));
    assert_eq!(file(&parcel, parcel::SUMMARY), Some(crate::report::markdown::markdown(&all).as_str()));
}

#[test]
fn nothing_that_is_published_names_evidence_which_is_not() {
    assert!(crate::report::markdown::markdown(&run(&events())).contains("](evidence/"), "the run itself links to it");
    for (name, text) in parcel::parcel(&events()).unwrap().files {
        assert!(!text.contains("evidence/"), "{name}: {text}");
    }
}

#[test]
fn a_large_report_keeps_every_failure_with_its_first_finding_and_says_what_is_cut() {
    for (count, bytes) in [(20_000, 10), (500, 5_000), (1, 2_000_000), (40, 100_000)] {
        let parcel = parcel::parcel(&large(count, bytes)).unwrap();
        let size: usize = parcel.files.iter().map(|(_, text)| text.len()).sum();
        assert!(size <= parcel::LIMIT, "{size}");
        assert!(parcel.cut.is_some());
        let run = read_again(&parcel);
        assert_eq!(run.exit(), self::run(&events()).exit());
        let findings = match &run.check("crds").unwrap().outcome {
            Outcome::Judged(verdict) => verdict.findings(),
            other => panic!("{other:?}"),
        };
        assert_eq!(findings[0].expected, "CRD 0");
        let shown = findings.iter().filter(|finding| finding.code != "report/cut").count();
        assert_eq!(findings.last().unwrap().code == "report/cut", shown < count, "{shown} of {count}");
        let junit = Report::deserialize_from_str(file(&parcel, parcel::JUNIT).unwrap()).unwrap();
        assert_eq!((junit.tests, junit.failures, junit.errors), (5, 1, 2));
    }
}

#[test]
fn what_fits_in_no_way_leaves_at_least_the_verdict() {
    let mut events = events();
    let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
    card.criteria[0].text = "x".repeat(2_000_000);
    let parcel = parcel::parcel(&events).unwrap();
    assert_eq!(parcel.files.len(), 1);
    assert!(file(&parcel, parcel::SUMMARY).unwrap().starts_with("    exit 1: "));
    assert_eq!(parcel.cut.as_deref(), Some("everything but the first red criteria"));
}

#[test]
fn no_secret_is_published() {
    let mut events = events();
    let canary = "c4n4ry-1234567890";
    events[1].what = What::Surroundings(crate::event::Surroundings {
        facts: vec![("server".to_owned(), format!("https://me:{canary}@host"))],
        ..Default::default()
    });
    if let What::CheckEnded { outcome, .. } = &mut events[6].what {
        *outcome = Outcome::Errored { error: format!("401 for Authorization: Bearer {canary}") };
    }
    let parcel = parcel::parcel(&events).unwrap();
    for (name, text) in &parcel.files {
        assert!(!text.contains(canary), "{name}: {text}");
    }
    assert!(file(&parcel, parcel::JUNIT).unwrap().contains("[redacted]"));
}

#[test]
fn the_object_is_labelled_owned_and_immutable() {
    let owner = Owner { job: "acceptance".to_owned(), uid: "u-1".to_owned() };
    let parcel = parcel::parcel(&events()).unwrap();
    let object = object::object(&run(&events()), "signoff", Some(&owner), &parcel);
    assert_eq!(object["metadata"]["name"], "signoff-20261125t013000z-4f2a");
    assert_eq!(
        object["metadata"]["labels"],
        json!({
            "app.kubernetes.io/managed-by": "signoff", "app.kubernetes.io/component": "report",
            "signoff.dev/run": "20261125T013000Z-4f2a", "signoff.dev/story": "6-1-deploy", "signoff.dev/exit": "1",
            "signoff.dev/job": "acceptance",
        })
    );
    // Without `blockOwnerDeletion`, which would need a permission on the Job's finalizers.
    assert_eq!(
        object["metadata"]["ownerReferences"],
        json!([{"apiVersion": "batch/v1", "kind": "Job", "name": "acceptance", "uid": "u-1"}])
    );
    assert_eq!(object["immutable"], true);
    let fetched = Fetched::from(&object);
    assert_eq!((fetched.run.as_str(), fetched.exit, fetched.cut), ("20261125T013000Z-4f2a", Some(1), None));
    assert_eq!(fetched.junit.as_deref(), file(&parcel, parcel::JUNIT));
}

fn report(time: &str, job: &str) -> Value {
    let labels = json!({"signoff.dev/run": time, "signoff.dev/job": job});
    json!({"metadata": {"name": format!("signoff-{}", time.to_lowercase()), "labels": labels}, "data": {}})
}

#[test]
fn the_newest_report_that_is_meant_is_chosen() {
    let reports =
        [report("20261125T01Z-b", "nightly"), report("20261127T01Z-a", "once"), report("20261126T01Z-c", "nightly")];
    let chosen = |named| find::choose(&reports, named).map(|report| report["metadata"]["labels"][object::RUN].clone());
    assert_eq!(chosen("latest"), Some(json!("20261127T01Z-a")));
    assert_eq!(chosen("nightly"), Some(json!("20261126T01Z-c")));
    assert_eq!(chosen("20261125T01Z-b"), Some(json!("20261125T01Z-b")));
    assert_eq!(chosen("signoff-20261125t01z-b"), Some(json!("20261125T01Z-b")));
    assert_eq!(chosen("other"), None);
    assert_eq!(find::choose(&[], "latest"), None);
}

#[test]
fn the_oldest_reports_are_too_many() {
    let reports = [report("3", "a"), report("1", "a"), report("2", "a")];
    let beyond = |keep| find::beyond(&reports, NonZeroUsize::new(keep).unwrap());
    assert_eq!(beyond(1), ["signoff-1", "signoff-2"]);
    assert_eq!(beyond(2), ["signoff-1"]);
    assert!(beyond(3).is_empty() && beyond(9).is_empty());
}

/// An API server that notes requests, has three older reports, and answers `create` with this status.
async fn api(status: u16) -> (Connections, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let url = testing::serve(move |request| {
        noted.lock().unwrap().push(request.to_owned());
        let items = ["20261101", "20261102", "20261103"].map(|time| report(time, "a"));
        match request.split(' ').next() {
            Some("POST") => (status, "application/json", json!({"kind": "ConfigMap", "message": "no"}).to_string()),
            Some("GET") => (200, "application/json", json!({"items": items}).to_string()),
            _ => (200, "application/json", "{}".to_owned()),
        }
    })
    .await;
    (testing::cluster_at(&url).await, asked)
}

fn destination() -> Destination {
    Destination { namespace: Some("signoff".to_owned()), keep: NonZeroUsize::new(2).unwrap(), owner: None }
}

#[tokio::test]
async fn publishing_creates_the_report_and_removes_the_oldest_of_its_story() {
    let (connections, asked) = api(201).await;
    let published = publish(&connections, &destination(), &events()).await.unwrap();
    assert_eq!(published.object, "ConfigMap signoff/signoff-20261125t013000z-4f2a");
    assert_eq!((published.cut, published.not_pruned), (None, None));
    let asked = asked.lock().unwrap();
    assert!(asked[0].starts_with("POST /api/v1/namespaces/signoff/configmaps?"), "{asked:?}");
    assert!(asked[1].starts_with("GET /api/v1/namespaces/signoff/configmaps?") && asked[1].contains("6-1-deploy"));
    assert_eq!(asked[2..], ["DELETE /api/v1/namespaces/signoff/configmaps/signoff-20261101"]);
    for rule in access("signoff") {
        assert_eq!((rule.resource.as_str(), rule.namespace.as_deref()), ("configmaps", Some("signoff")));
    }
}

#[tokio::test]
async fn a_refusal_names_the_rule_and_removes_nothing() {
    let (connections, asked) = api(403).await;
    let error = publish(&connections, &destination(), &events()).await.unwrap_err().to_string();
    assert!(error.starts_with("not permitted to create configmaps in namespace signoff: "), "{error}");
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_last_report_is_fetched() {
    let (connections, _) = api(201).await;
    let (found, namespace) = fetch(&connections, Some("signoff"), "latest").await.unwrap();
    assert_eq!((found.unwrap().run.as_str(), namespace.as_str()), ("20261103", "signoff"));
    let (found, namespace) = fetch(&connections, None, "other").await.unwrap();
    assert_eq!((found, namespace.as_str()), (None, "default"), "without a namespace, the kubeconfig's own");
}
