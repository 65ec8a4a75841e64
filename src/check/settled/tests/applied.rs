//! What Flux was to apply.

use super::*;

const FETCHED: &str = "main@sha1:4f2a00";
const OLDER: &str = "main@sha1:0000";

fn ready(status: &str, reason: &str, generation: i64) -> Value {
    json!({"type": "Ready", "status": status, "reason": reason, "message": "why", "observedGeneration": generation,
        "lastTransitionTime": "2026-03-01T11:40:00Z"})
}

#[test]
fn flux_must_have_applied_what_its_source_has_fetched() {
    let of = |kustomization: Value| judge(&seen(&[pod("11:00:00")], &[kustomization]));
    let older = of(with(
        kustomization("main@sha1:0000"),
        "/status/conditions/0",
        json!({"type": "Ready", "status": "False",
        "reason": "HealthCheckFailed", "message": "timeout", "observedGeneration": 3}),
    ));
    unclear(&older, "settled/not-applied");
    let actual = "it has applied main@sha1:0000; Ready is False (HealthCheckFailed): timeout";
    assert_eq!(older.findings()[0].actual, actual);
    unclear(&of(with(kustomization("main@sha1:4f2a00"), "/metadata/generation", json!(4))), "settled/not-observed");
    let mut suspended = kustomization("main@sha1:0000");
    suspended["spec"]["suspend"] = json!(true);
    let verdict = of(suspended.clone());
    unclear(&verdict, "settled/suspended");
    assert!(verdict.is_terminal());
    let here = with(suspended, "/status/lastAppliedRevision", json!("main@sha1:4f2a00"));
    assert_eq!(let_through(&[here]), "Kustomization f/apps (left to other checks: it is suspended)");
    unclear(&judge(&seen(&[pod("11:00:00")], &[])), "settled/no-kustomizations");
    let other = with(kustomization("main@sha1:4f2a00"), "/spec/sourceRef/name", json!("other"));
    unclear(&of(other), "settled/no-kustomizations");
}

#[test]
fn the_revision_that_is_meant_is_told_by_its_start() {
    let by = |revision: &str| {
        let mut spec = spec();
        spec.flux.as_mut().unwrap().revision = Some(revision.to_owned());
        judge::judge(&spec, &good(), now())
    };
    for revision in ["", "main@sha1:4f2a00", "main@sha1:4f2a", "4f2a"] {
        assert!(by(revision).is_pass(), "{revision}");
    }
    for revision in ["main@sha1:5f2a", "f2a00", "other@sha1:4f2a00"] {
        unclear(&by(revision), "settled/other-revision");
    }
    let fetched = |source: Option<SourceSeen>| judge(&Observation { source, ..good() });
    let mut failing = with(source(), "/status/conditions/0", ready("False", "GitOperationFailed", 1));
    failing["status"]["artifact"] = Value::Null;
    unclear(&fetched(Some(flux::source(&failing))), "settled/nothing-fetched");
    unclear(&fetched(None), "settled/no-source");
    assert!(fetched(None).is_terminal());
}

fn with_source(source: Value) -> Verdict {
    judge(&Observation { source: Some(flux::source(&source)), ..good() })
}

#[test]
fn a_source_that_is_suspended_will_never_settle() {
    let suspended = with(source(), "/spec", json!({"suspend": true}));
    let verdict = with_source(suspended.clone());
    unclear(&verdict, "settled/suspended");
    assert!(verdict.is_terminal());
    assert_eq!(verdict.findings()[0].actual, "it is suspended, and holds main@sha1:4f2a00");
    let failing = with(suspended, "/status/conditions/0", ready("False", "GitOperationFailed", 1));
    let verdict = with_source(failing);
    assert_eq!(
        verdict.findings()[0].actual,
        "it is suspended, and holds main@sha1:4f2a00; Ready is False (GitOperationFailed): why"
    );
}

#[test]
fn a_source_is_ready_at_its_generation() {
    unclear(&with_source(with(source(), "/metadata/generation", json!(2))), "settled/not-observed");
    unclear(&with_source(with(source(), "/status/conditions", json!([]))), "settled/not-observed");
    for status in ["False", "Unknown"] {
        let verdict = with_source(with(source(), "/status/conditions/0", ready(status, "GitOperationFailed", 1)));
        unclear(&verdict, "settled/source-not-ready");
        assert!(!verdict.is_terminal());
        let actual = format!("it holds main@sha1:4f2a00, and Ready is {status} (GitOperationFailed): why");
        assert_eq!(verdict.findings()[0].actual, actual);
    }
    let mut stalled = ready("True", "URLInvalid", 1);
    stalled["type"] = json!("Stalled");
    let conditions = json!([ready("False", "URLInvalid", 1), stalled]);
    let verdict = with_source(with(source(), "/status/conditions", conditions));
    unclear(&verdict, "settled/source-not-ready");
    assert!(verdict.is_terminal());
}

/// A Kustomization whose Ready is this, with the revision that it has tried last.
fn kustomization_is(ready: Value, attempted: Option<&str>) -> Value {
    let mut one = with(kustomization(OLDER), "/status/conditions/0", ready);
    one["status"]["lastAttemptedRevision"] = json!(attempted);
    one
}

/// Whether these are let through, and what the pass says of the first.
#[track_caller]
fn let_through(all: &[Value]) -> String {
    let verdict = judge(&seen(&[pod("11:00:00")], all));
    let Decision::Pass(examined) = verdict.decision else { panic!("{verdict:?}") };
    examined.names[0].clone()
}

#[test]
fn what_has_failed_at_this_revision_is_left_to_the_checks_behind() {
    for reason in ["BuildFailed", "ReconciliationFailed", "HealthCheckFailed", "PruneFailed"] {
        let name = let_through(&[kustomization_is(ready("False", reason, 3), Some(FETCHED))]);
        assert_eq!(name, format!("Kustomization f/apps (left to other checks: {reason})"));
    }
    let holds = |one: Value, code: &str| unclear(&judge(&seen(&[pod("11:00:00")], &[one])), code);
    // Of the revision before, of the generation before, and not yet.
    holds(kustomization_is(ready("False", "BuildFailed", 3), Some(OLDER)), "settled/not-applied");
    holds(kustomization_is(ready("False", "BuildFailed", 3), None), "settled/not-applied");
    holds(kustomization_is(ready("False", "BuildFailed", 2), Some(FETCHED)), "settled/not-observed");
    holds(kustomization_is(ready("False", "HealthCheckCanceled", 3), Some(FETCHED)), "settled/not-applied");
    holds(kustomization_is(ready("Unknown", "Progressing", 3), Some(FETCHED)), "settled/reconciling");
    // Also where this revision was applied once.
    let again = with(kustomization(FETCHED), "/status/conditions/0", ready("Unknown", "Progressing", 3));
    holds(again, "settled/reconciling");
    let mut stalled = kustomization_is(ready("False", "InvalidCELExpression", 3), None);
    let mut condition = ready("True", "InvalidCELExpression", 3);
    condition["type"] = json!("Stalled");
    stalled["status"]["conditions"].as_array_mut().unwrap().push(condition);
    assert!(let_through(&[stalled]).ends_with("(left to other checks: InvalidCELExpression)"));
}

/// Which revision it was is not noted; the artifact is of 11:30.
#[test]
fn a_folder_that_is_missing_is_final_where_that_was_said_after_the_artifact_came() {
    let at = |time: &str| {
        let mut failed = ready("False", "ArtifactFailed", 3);
        failed["lastTransitionTime"] = json!(format!("2026-03-01T{time}Z"));
        judge(&seen(&[pod("11:00:00")], &[kustomization_is(failed, Some(OLDER))]))
    };
    assert!(at("11:30:01").is_pass());
    unclear(&at("11:30:00"), "settled/not-applied");
}

#[test]
fn what_waits_for_something_that_never_comes_is_let_through_with_it() {
    let waits = |on: &str| {
        let mut one = kustomization_is(ready("False", "DependencyNotReady", 3), None);
        one["spec"]["dependsOn"] = json!([{"name": on}]);
        one
    };
    let other = |one: Value| with(one, "/metadata/name", json!("base"));
    assert!(let_through(&[waits("gone")]).contains("DependencyNotReady"));
    assert!(let_through(&[waits("apps")]).contains("DependencyNotReady"), "a circle");
    let failed = other(kustomization_is(ready("False", "BuildFailed", 3), Some(FETCHED)));
    assert!(let_through(&[waits("base"), failed.clone()]).contains("DependencyNotReady"));
    let chain = with(waits("base"), "/metadata/name", json!("middle"));
    assert!(let_through(&[waits("middle"), chain, failed]).contains("DependencyNotReady"));
    // One of another source, which is not to be at this revision.
    let beside = |one: Value| with(other(one), "/spec/sourceRef/name", json!("other"));
    let failed = beside(kustomization_is(ready("False", "BuildFailed", 3), None));
    assert!(let_through(&[waits("base"), failed]).contains("DependencyNotReady"));
    let mut suspended = beside(kustomization(OLDER));
    suspended["spec"]["suspend"] = json!(true);
    assert!(let_through(&[waits("base"), suspended]).contains("DependencyNotReady"));
    let held = |all: &[Value]| {
        let verdict = judge(&seen(&[pod("11:00:00")], all));
        verdict.findings().iter().any(|one| one.code == "settled/not-applied")
    };
    // It has come, it is on its way, and nothing is known of it.
    assert!(held(&[waits("base"), beside(kustomization(OLDER))]));
    assert!(held(&[waits("base"), other(kustomization_is(ready("Unknown", "Progressing", 3), None))]));
    let mut elsewhere = waits("base");
    elsewhere["spec"]["dependsOn"][0]["namespace"] = json!("elsewhere");
    assert!(held(&[elsewhere]));
}

#[test]
fn everything_that_was_judged_is_named_with_its_version() {
    let versioned = |mut object: Value| {
        object["metadata"]["resourceVersion"] = json!("7");
        object
    };
    let mut all = seen(&[versioned(pod("11:00:00"))], &[versioned(kustomization(FETCHED))]);
    all.source = Some(flux::source(&versioned(source())));
    let identities = Settled::identities(&spec(), &all);
    let told: Vec<_> = identities.iter().map(|one| (one.object.as_str(), one.resource_version.as_deref())).collect();
    let version = Some("7");
    assert_eq!(
        told,
        [
            ("GitRepository f/ops", version),
            ("Kustomization f/apps", version),
            ("VMAgent o/a", None),
            ("Pod o/a-0", version)
        ]
    );
}
