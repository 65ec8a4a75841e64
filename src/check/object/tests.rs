//! Literal objects.

mod elements;
mod expressions;
mod kept;
mod lint;
mod settled;
mod values;

use serde_json::{Value as Json, json};

use super::definition::About;
use super::*;
use crate::check::verdict::Decision;

const AT: &str = "2026-11-29T12:00:00Z";

fn spec(demand: Json) -> Spec {
    serde_json::from_value(demand).unwrap_or_else(|error| panic!("{error}"))
}

/// A demand on VMSingles in `o`.
fn of_singles(demand: Json) -> Spec {
    let mut whole = json!({"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMSingle", "namespace": "o"});
    whole.as_object_mut().unwrap().extend(demand.as_object().unwrap().clone());
    spec(whole)
}

/// A VMSingle that the operator has seen.
fn single() -> Json {
    json!({
        "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMSingle",
        "metadata": {"name": "vmsingle", "namespace": "o", "uid": "u", "resourceVersion": "7", "generation": 2,
            "creationTimestamp": "2026-11-29T11:00:00Z", "labels": {"app.kubernetes.io/name": "vmsingle"}},
        "spec": {"retentionPeriod": "90d", "removePvcAfterDelete": true, "replicas": 1,
            "storage": {"storageClassName": "ceph-block", "resources": {"requests": {"storage": "50Gi"}}}},
        "status": {"observedGeneration": 2, "updateStatus": "operational"},
    })
}

const READ: Definition = Definition::Read { observed_generation: true, status: true };

/// What a look keeps of these objects, through its text.
fn seen(spec: &Spec, about: About, objects: &[Json]) -> Observation {
    let found = objects.len() as u64;
    let objects = objects.iter().map(|object| observe::keep(spec, object.clone(), spec.is_secret(), &about).unwrap());
    let served = Served::As { plural: "vmsingles".to_owned(), kind: spec.kind.clone(), namespaced: true };
    let objects = objects.collect();
    let seen = Observation { served, definition: about.definition, fields: about.fields, found, owned: found, objects };
    serde_json::from_str(&serde_json::to_string(&seen).unwrap()).unwrap()
}

/// Saved evidence may be judged by other limits, not by another question.
#[test]
fn what_is_looked_at_is_asked_and_what_it_is_held_against_is_not() {
    let asked = |more: Json| serde_json::to_value(Object::question(&of_singles(more))).unwrap();
    let base = json!({"fields": {"spec.replicas": {"at_least": "1"}}, "conditions": {"Ready": "True"}, "count": {"exactly": 1}});
    let with = |path: &str, value: Json| {
        let mut other = base.clone();
        *other.pointer_mut(path).unwrap() = value;
        asked(other)
    };
    let same = asked(base.clone());
    assert_eq!(with("/fields", json!({"spec.replicas": {"equals": 3}})), same);
    assert_eq!(with("/conditions/Ready", json!("False")), same);
    assert_eq!(with("/count", json!({"at_least": 2})), same);
    assert_ne!(with("/fields", json!({"spec.other": {"at_least": "1"}})), same);
    assert_ne!(with("/conditions", json!({"Stalled": "True"})), same);
    let each = |limit: &str| asked(json!({"for_each": [{"path": "spec.c[*]", "fields": {"m": {"at_most": limit}}}]}));
    assert_eq!(each("1Gi"), each("2Gi"));
}

#[test]
fn what_was_judged_is_named_with_its_generation() {
    let spec = of_singles(json!({"fields": {"spec.replicas": {"equals": 1}}}));
    let named = Object::identities(&spec, &seen(&spec, about(READ), &[single()]));
    assert_eq!(named[0].object, "VMSingle o/vmsingle");
    assert_eq!(named[0].parts(), ["generation 2", "resourceVersion 7"]);
}

fn about(definition: Definition) -> About {
    About { definition, schema: None, fields: None }
}

fn verdict(spec: &Spec, seen: &Observation) -> Verdict {
    Object::judge(spec, seen, AT.parse().unwrap())
}

fn judge(demand: Json, objects: &[Json]) -> Verdict {
    let spec = of_singles(demand);
    verdict(&spec, &seen(&spec, about(READ), objects))
}

/// A VMSingle of which one field is another.
fn with(pointer: &str, value: Json) -> Json {
    let mut object = single();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    object.pointer_mut(parent).unwrap()[name] = value;
    object
}

#[track_caller]
fn fails(verdict: &Verdict, code: &str) {
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{verdict:?}");
    let codes: Vec<_> = verdict.findings().iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, [code]);
}

#[track_caller]
fn unclear(verdict: &Verdict, code: &str) {
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)), "{verdict:?}");
    let codes: Vec<_> = verdict.findings().iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, [code]);
}

#[test]
fn objects_that_are_as_they_should_be_are_the_population() {
    let demand = json!({"name": "vmsingle", "fields": {"spec.retentionPeriod": {"equals": "90d"}}});
    let verdict = judge(demand, &[single()]);
    let Decision::Pass(examined) = &verdict.decision else { panic!("{verdict:?}") };
    assert_eq!((examined.count.get(), examined.names[0].as_str()), (1, "VMSingle o/vmsingle"));
    assert_eq!(verdict.measured[0].value, 1.0);
}

#[test]
fn without_an_object_nothing_holds() {
    let verdict = judge(json!({"name": "vmsingle", "fields": {"spec.x": {"absent": true}}}), &[]);
    fails(&verdict, "object/missing");
    assert_eq!(verdict.findings()[0].expected, "at least 1 VMSingle vmsingle in namespace o");
    fails(&judge(json!({"selector": "a=b"}), &[]), "object/missing");
}

#[test]
fn a_count_holds_at_its_bounds() {
    let two = [single(), with("/metadata/name", json!("other"))];
    assert!(judge(json!({"count": {"exactly": 2}}), &two).is_pass());
    assert!(judge(json!({"count": {"at_least": 2, "at_most": 2}}), &two).is_pass());
    fails(&judge(json!({"count": {"at_least": 3}}), &two), "object/other-count");
    fails(&judge(json!({"count": {"at_most": 1}}), &two), "object/other-count");
    fails(&judge(json!({"count": {"at_most": 1}}), &[]), "object/missing");
}

#[test]
fn that_there_are_none_rests_on_a_list() {
    let verdict = judge(json!({"count": {"exactly": 0}}), &[]);
    let Decision::Pass(examined) = &verdict.decision else { panic!("{verdict:?}") };
    assert_eq!((examined.what.as_str(), examined.names[0].as_str()), ("lists", "VMSingle in namespace o"));
    let mut leaving = single();
    leaving["metadata"]["deletionTimestamp"] = json!("2026-11-29T11:59:00Z");
    leaving["metadata"]["finalizers"] = json!(["a.io/b"]);
    let verdict = judge(json!({"count": {"exactly": 0}}), &[leaving]);
    fails(&verdict, "object/unwanted");
    assert!(verdict.findings()[0].actual.ends_with("held by a.io/b"), "{verdict:?}");
}

#[test]
fn one_object_of_many_that_does_not_hold_is_named() {
    let mut other = with("/spec/retentionPeriod", json!("30d"));
    other["metadata"]["name"] = json!("other");
    let verdict = judge(json!({"fields": {"spec.retentionPeriod": {"equals": "90d"}}}), &[single(), other]);
    fails(&verdict, "object/other-value");
    let finding = &verdict.findings()[0];
    assert_eq!(finding.object.as_deref(), Some("VMSingle o/other"));
    assert_eq!(finding.expected, "spec.retentionPeriod is \"90d\"");
    assert_eq!(finding.actual, "spec.retentionPeriod is \"30d\"");
}

#[test]
fn an_object_on_its_way_out_fails_although_all_holds() {
    let leaving = with("/metadata/deletionTimestamp", json!("2026-11-29T11:59:00Z"));
    fails(&judge(json!({"fields": {"spec.retentionPeriod": {"equals": "90d"}}}), &[leaving]), "object/being-deleted");
}

#[test]
fn a_kind_that_is_not_served_is_told_apart() {
    let spec = of_singles(json!({}));
    let not_served = |versions: &[&str]| {
        let versions = versions.iter().map(|version| (*version).to_owned()).collect();
        verdict(&spec, &Observation { served: Served::Not { versions }, ..seen(&spec, about(READ), &[]) })
    };
    fails(&not_served(&[]), "object/unknown-kind");
    assert!(not_served(&[]).is_terminal());
    fails(&not_served(&["v1"]), "object/version-not-served");
    assert_eq!(not_served(&["v1"]).findings()[0].actual, "only in v1");
    let served = Served::As { plural: "a".to_owned(), kind: "A".to_owned(), namespaced: false };
    fails(&verdict(&spec, &Observation { served, ..seen(&spec, about(READ), &[]) }), "object/no-namespaces");
}

#[test]
fn one_object_by_its_name_needs_a_namespace_where_its_kind_has_them() {
    let demand = json!({"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMSingle", "name": "vmsingle"});
    let spec = spec(demand);
    let verdict = verdict(&spec, &seen(&spec, about(READ), &[single()]));
    fails(&verdict, "object/no-namespace-given");
    assert!(verdict.is_terminal());
}

#[test]
fn an_age_holds_at_its_bounds() {
    let age = |demand: Json| judge(json!({"age": demand}), &[single()]);
    assert!(age(json!({"older_than": "1h", "newer_than": "1h"})).is_pass());
    fails(&age(json!({"older_than": "1h1s"})), "object/other-age");
    fails(&age(json!({"newer_than": "59m59s"})), "object/other-age");
    let ageless = with("/metadata/creationTimestamp", Json::Null);
    fails(&judge(json!({"age": {"older_than": "1s"}}), &[ageless]), "object/other-age");
}

#[test]
fn more_objects_than_are_kept_are_no_pass() {
    let spec = of_singles(json!({}));
    let many = Observation { owned: 501, ..seen(&spec, about(READ), &[single()]) };
    unclear(&verdict(&spec, &many), "object/too-many");
}

#[test]
fn the_permissions_are_those_of_the_look() {
    let access = |demand: Json| {
        let used = Object::uses(&spec(demand));
        let access = used.iter().flat_map(|one| one.access(|_| crate::connect::Via::PortForward));
        access.map(|access| access.to_string()).collect::<Vec<_>>()
    };
    let one = json!({"apiVersion": "v1", "kind": "Secret", "namespace": "o", "name": "a"});
    assert_eq!(access(one), ["get secrets in namespace o named a"]);
    let all = json!({"apiVersion": "operator.victoriametrics.com/v1", "kind": "VLogs", "plural": "vlogs"});
    assert_eq!(
        access(all),
        [
            "list vlogs.operator.victoriametrics.com in the whole cluster",
            "get customresourcedefinitions.apiextensions.k8s.io in the whole cluster named vlogs.operator.victoriametrics.com",
        ]
    );
    let cluster = json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "name": "a"});
    assert_eq!(access(cluster), ["get storageclasses.storage.k8s.io in the whole cluster named a"]);
}
