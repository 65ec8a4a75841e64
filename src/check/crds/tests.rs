use serde_json::{Value, json};

use super::*;
use crate::check::verdict::Decision;
use crate::connect::Via;

fn spec() -> Spec {
    serde_json::from_value(json!({
        "group": "operator.victoriametrics.com", "version": "v1beta1", "kinds": ["VMSingle"]
    }))
    .unwrap()
}

fn crd() -> Value {
    json!({
        "metadata": {"name": "vmsingles.operator.victoriametrics.com"},
        "spec": {"group": "operator.victoriametrics.com", "names": {"kind": "VMSingle", "plural": "vmsingles"},
            "versions": [{"name": "v1beta1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}}]},
        "status": {"conditions": [
            {"type": "NamesAccepted", "status": "True", "reason": "NoConflicts", "message": "no conflicts found"},
            {"type": "Established", "status": "True", "reason": "InitialNamesAccepted", "message": "accepted"}]},
    })
}

fn seen(crd: Option<&Value>, discovered: Option<&[&str]>) -> Observation {
    let definition = crd.map(|crd| Definition::read(crd).unwrap());
    let name = "vmsingles.operator.victoriametrics.com".to_owned();
    Observation {
        kinds: vec![Seen { kind: "VMSingle".to_owned(), crd: name, definition }],
        discovered: discovered.map(|kinds| kinds.iter().map(|kind| (*kind).to_owned()).collect()),
    }
}

fn verdict(crd: &Value) -> Verdict {
    Crds::judge(&spec(), &seen(Some(crd), Some(&["VMSingle"])), Timestamp::UNIX_EPOCH)
}

fn code(verdict: &Verdict) -> (&str, bool) {
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{verdict:?}");
    (&verdict.findings()[0].code, verdict.is_terminal())
}

#[test]
fn an_established_crd_that_serves_the_version_passes() {
    let verdict = verdict(&crd());
    assert!(verdict.is_pass(), "{verdict:?}");
    assert_eq!(verdict.measured[0].value, 1.0);
}

#[test]
fn what_was_judged_is_named_with_its_generation() {
    let mut crd = crd();
    crd["metadata"]["generation"] = json!(2);
    crd["metadata"]["resourceVersion"] = json!("41");
    let named = Crds::identities(&spec(), &seen(Some(&crd), Some(&["VMSingle"])));
    let expected = "CustomResourceDefinition vmsingles.operator.victoriametrics.com";
    assert_eq!(
        (named[0].object.as_str(), named[0].parts().join("; ").as_str()),
        (expected, "generation 2; resourceVersion 41")
    );
    assert!(Crds::identities(&spec(), &seen(None, None)).is_empty());
}

#[test]
fn an_absent_crd_is_a_terminal_failure() {
    let verdict = Crds::judge(&spec(), &seen(None, None), Timestamp::UNIX_EPOCH);
    assert_eq!(code(&verdict), ("crds/missing", true));
}

#[test]
fn a_crd_without_conditions_may_still_be_on_its_way() {
    let mut crd = crd();
    crd["status"] = json!({});
    assert_eq!(code(&verdict(&crd)), ("crds/not-established", false));
}

#[test]
fn a_crd_that_is_being_deleted_fails_although_it_is_established() {
    let mut crd = crd();
    crd["metadata"]["deletionTimestamp"] = json!("2026-11-23T09:00:00Z");
    assert_eq!(code(&verdict(&crd)), ("crds/terminating", true));
}

#[test]
fn a_conflict_of_names_names_the_conflict() {
    let mut crd = crd();
    crd["status"]["conditions"][0] = json!({"type": "NamesAccepted", "status": "False",
        "reason": "ShortNamesConflict", "message": "\"vma\" is already in use"});
    let verdict = verdict(&crd);
    assert_eq!(code(&verdict), ("crds/names-conflict", true));
    assert!(verdict.findings()[0].actual.contains("\"vma\" is already in use"));
}

#[test]
fn a_version_that_is_known_but_not_served_fails() {
    let mut crd = crd();
    crd["spec"]["versions"][0]["served"] = json!(false);
    assert_eq!(code(&verdict(&crd)), ("crds/version-not-served", true));
}

#[test]
fn another_kind_under_the_name_fails() {
    let mut crd = crd();
    crd["spec"]["names"]["kind"] = json!("VMSingleton");
    assert_eq!(code(&verdict(&crd)).0, "crds/other-kind");
}

#[test]
fn a_kind_that_discovery_does_not_list_is_not_usable_yet() {
    for discovered in [None, Some(&["VMAgent"][..])] {
        let verdict = Crds::judge(&spec(), &seen(Some(&crd()), discovered), Timestamp::UNIX_EPOCH);
        assert_eq!(code(&verdict), ("crds/not-discovered", false));
    }
}

#[test]
fn no_kinds_at_all_is_inconclusive() {
    let nothing = Observation { kinds: Vec::new(), discovered: None };
    let spec = Spec { kinds: Vec::new(), ..spec() };
    let verdict = Crds::judge(&spec, &nothing, Timestamp::UNIX_EPOCH);
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
}

#[test]
fn the_flavour_of_the_schema_is_in_the_evidence() {
    let mut crd = crd();
    assert_eq!(Definition::read(&crd).unwrap().versions[0].schema, Schema::Open);
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"] =
        json!({"type": "object", "properties": {"retentionPeriod": {"type": "string"}}});
    assert_eq!(Definition::read(&crd).unwrap().versions[0].schema, Schema::Full);
}

#[test]
fn what_is_no_crd_is_malformed() {
    assert!(Definition::read(&json!({"spec": {}})).is_err());
    assert!(Definition::read(&json!({"spec": {"names": {"kind": "A"}, "versions": [{"name": "v1"}]}})).is_err());
}

#[test]
fn names_of_crds_are_guessed_as_generators_make_them() {
    let mut spec = spec();
    spec.plurals.insert("VLogs".to_owned(), "vlogs".to_owned());
    let of = |kind: &str| spec.crd(kind).split_once('.').unwrap().0.to_owned();
    assert_eq!(of("VMSingle"), "vmsingles");
    assert_eq!(of("VMAnomaly"), "vmanomalies");
    assert_eq!(of("VLogs"), "vlogs");
    assert_eq!(of("Gateway"), "gateways");
    assert_eq!(of("Switch"), "switches");
    assert_eq!(
        Crds::uses(&spec)[0].access(|_| Via::Url)[0].to_string(),
        "get customresourcedefinitions.apiextensions.k8s.io in the whole cluster named vmsingles.operator.victoriametrics.com"
    );
}
