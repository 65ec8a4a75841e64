//! Literal objects of Flux, as its controllers write them (source-controller 1.7, kustomize-controller 1.7, helm-controller 1.4).

mod causes;
mod declared;
mod releases;
mod variables;
mod way;

use serde_json::{Value, json};

use super::kinds::Target;
use super::*;
use crate::check::finding::Finding;
use crate::check::verdict::Decision;

const HEAD: &str = "main@sha1:8f1d6f3a4b0c2e597d1a63c04be8f02d917c5aa6";
const BEFORE: &str = "main@sha1:0c2e597d1a63c04be8f02d917c5aa68f1d6f3a4b";

fn spec(demand: Value) -> Spec {
    serde_json::from_value(demand).unwrap_or_else(|error| panic!("{error}"))
}

/// A demand on the Kustomization `vmsingle`, with these keys beside.
fn of_vmsingle(keys: Value) -> Spec {
    let mut whole = json!({"kind": "Kustomization", "namespace": "flux-system", "names": ["vmsingle"]});
    whole.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    spec(whole)
}

fn ready(status: &str, reason: &str, message: &str, generation: i64) -> Value {
    json!({"type": "Ready", "status": status, "reason": reason, "message": message, "observedGeneration": generation})
}

fn git() -> (Target, Value) {
    let object = json!({
        "metadata": {"namespace": "flux-system", "name": "platform", "generation": 1, "resourceVersion": "3"},
        "spec": {"url": "ssh://git@git.example.com/platform.git"},
        "status": {"observedGeneration": 1, "artifact": {"revision": HEAD},
            "conditions": [ready("True", "Succeeded", &format!("stored artifact for revision '{HEAD}'"), 1)]},
    });
    (Target::GitRepository, object)
}

/// A Kustomization that has applied everything.
fn kustomization(name: &str, depends_on: &[&str], inventory: &[&str]) -> (Target, Value) {
    let depends_on: Vec<Value> = depends_on.iter().map(|name| json!({"name": name})).collect();
    let entries: Vec<Value> = inventory.iter().map(|id| json!({"id": id, "v": "v1beta1"})).collect();
    let object = json!({
        "metadata": {"namespace": "flux-system", "name": name, "generation": 2, "resourceVersion": "7"},
        "spec": {"path": format!("./clusters/infra/apps/observability/{name}/app"), "prune": true, "wait": true,
            "sourceRef": {"kind": "GitRepository", "name": "platform"}, "dependsOn": depends_on},
        "status": {"observedGeneration": 2, "lastAppliedRevision": HEAD, "lastAttemptedRevision": HEAD,
            "inventory": {"entries": entries},
            "conditions": [ready("True", "ReconciliationSucceeded", &format!("Applied revision: {HEAD}"), 2)]},
    });
    (Target::Kustomization, object)
}

const VMSINGLE: &str = "observability_vmsingle_operator.victoriametrics.com_VMSingle";

/// The operator's, and that of VMSingle, which waits for it; and their source.
fn stack() -> Vec<(Target, Value)> {
    vec![
        git(),
        kustomization("operator", &[], &["observability_operator_helm.toolkit.fluxcd.io_HelmRelease"]),
        kustomization("vmsingle", &["operator"], &[VMSINGLE]),
    ]
}

/// Changes one object of the stack.
fn with(mut all: Vec<(Target, Value)>, name: &str, pointer: &str, value: Value) -> Vec<(Target, Value)> {
    let (_, object) = all.iter_mut().find(|(_, object)| object["metadata"]["name"] == name).unwrap();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = object.pointer_mut(parent).unwrap();
    match key.parse::<usize>() {
        Ok(index) => parent[index] = value,
        Err(_) => parent[key] = value,
    }
    all
}

/// What a look keeps of these objects, through its text.
fn seen(objects: &[(Target, Value)]) -> Observation {
    let objects = objects.iter().map(|(kind, json)| read::object(*kind, json).unwrap()).collect();
    let seen = Observation { objects, ..Observation::default() };
    serde_json::from_str(&serde_json::to_string(&seen).unwrap()).unwrap()
}

fn judge(spec: &Spec, seen: &Observation) -> Verdict {
    Flux::judge(spec, seen, "2026-11-29T12:00:00Z".parse().unwrap())
}

/// The verdict on VMSingle's Kustomization of a stack.
fn of_stack(keys: Value, objects: &[(Target, Value)]) -> Verdict {
    judge(&of_vmsingle(keys), &seen(objects))
}

#[track_caller]
fn one<'a>(verdict: &'a Verdict, code: &str) -> &'a Finding {
    let codes: Vec<_> = verdict.findings().iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, [code], "{verdict:?}");
    &verdict.findings()[0]
}

#[track_caller]
fn fails<'a>(verdict: &'a Verdict, code: &str) -> &'a Finding {
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{verdict:?}");
    one(verdict, code)
}

#[track_caller]
fn unclear<'a>(verdict: &'a Verdict, code: &str) -> &'a Finding {
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)), "{verdict:?}");
    one(verdict, code)
}

#[test]
fn what_has_applied_its_source_is_the_population() {
    let verdict = of_stack(json!({}), &stack());
    let Decision::Pass(examined) = &verdict.decision else { panic!("{verdict:?}") };
    assert_eq!(examined.names, ["Kustomization flux-system/vmsingle"]);
    let identities = Flux::identities(&of_vmsingle(json!({})), &seen(&stack()));
    assert_eq!((identities.len(), identities[0].generation), (1, Some(2)));
}

#[test]
fn without_an_object_nothing_holds() {
    let finding = fails(&of_stack(json!({}), &[git()]), "flux/missing").clone();
    assert_eq!(finding.expected, "Kustomization vmsingle in namespace flux-system");
    fails(&judge(&spec(json!({"kind": "Kustomization"})), &seen(&[git()])), "flux/missing");
    let unserved = Observation { unserved: vec!["Kustomization".to_owned()], ..seen(&[git()]) };
    let verdict = judge(&of_vmsingle(json!({})), &unserved);
    fails(&verdict, "flux/unknown-kind");
    assert!(verdict.is_terminal());
}

#[test]
fn every_name_must_be_there() {
    let two = spec(json!({"kind": "Kustomization", "namespace": "flux-system", "names": ["vmsingle", "vmagent"]}));
    fails(&judge(&two, &seen(&stack())), "flux/missing");
    assert!(judge(&spec(json!({"kind": "Kustomization"})), &seen(&stack())).is_pass());
}

#[test]
fn a_revision_is_the_sources_and_the_wanted_one() {
    let older = with(stack(), "vmsingle", "/status/lastAppliedRevision", json!(BEFORE));
    let finding = fails(&of_stack(json!({}), &older), "flux/older-revision").clone();
    assert_eq!(finding.actual, format!("it has applied {BEFORE}, and it attempts {HEAD}"));
    for wanted in [HEAD, "main@sha1:8f1d6f3", "8f1d6f3", "8f1d6f3a4b0c2e597d1a63c04be8f02d917c5aa6"] {
        assert!(of_stack(json!({"revision": wanted}), &stack()).is_pass(), "{wanted}");
    }
    for wanted in [BEFORE, "0c2e597", "release@sha1:8f1d6f3", "main@sha1"] {
        fails(&of_stack(json!({"revision": wanted}), &stack()), "flux/other-revision");
    }
    let source = spec(json!({"kind": "GitRepository", "revision": "8f1d6f3"}));
    assert!(judge(&source, &seen(&stack())).is_pass());
    let other = spec(json!({"kind": "GitRepository", "revision": "0c2e597"}));
    fails(&judge(&other, &seen(&stack())), "flux/other-revision");
    let nothing = with(stack(), "platform", "/status/artifact", Value::Null);
    fails(&judge(&spec(json!({"kind": "GitRepository"})), &seen(&nothing)), "flux/no-artifact");
}

#[test]
fn a_question_is_the_same_whatever_only_judging_reads() {
    let question = |keys: Value| serde_json::to_value(Flux::question(&of_vmsingle(keys))).unwrap();
    let plain = question(json!({}));
    assert_eq!(question(json!({"revision": "8f1d6f3", "path": "a", "depends_on": ["b"]})), plain);
    let present = json!({"present": [{"apiVersion": "v1", "kind": "Service", "namespace": "a"}]});
    assert_ne!(question(present), plain);
}

#[test]
fn keys_of_another_kind_are_refused() {
    let refused = |demand: Value| serde_json::from_value::<Spec>(demand).unwrap_err().to_string();
    let chart = json!({"kind": "Kustomization", "chart": {"version": "1"}});
    assert_eq!(refused(chart), "`chart` is nothing of a Kustomization: expected it with `kind: HelmRelease`");
    assert!(refused(json!({"kind": "HelmRelease", "path": "a"})).contains("with `kind: Kustomization`"));
    assert!(refused(json!({"kind": "HelmRelease", "revision": "8f1d6f3"})).contains("or one of a source"));
    assert!(refused(json!({"kind": "GitRepository", "depends_on": ["a"]})).contains("Kustomization or HelmRelease"));
    assert!(refused(json!({"kind": "Kustomization", "revision": "main"})).contains("any commit of which would do"));
    // As a suite has it whose variable is empty.
    let empty = serde_json::from_value::<Spec>(json!({"kind": "Kustomization", "revision": ""})).unwrap();
    assert_eq!(empty.revision(), None);
    assert!(refused(json!({"kind": "Kustomization", "unread": ["Secret"]})).contains("expected `present`, too"));
    assert!(refused(json!({"kind": "Kustomization", "substituted": true})).contains("expected `present`, too"));
    let variables = json!({"config_map": "a", "keys": ["B"]});
    assert!(refused(json!({"kind": "Kustomization", "substitutes": variables})).contains("expected `namespace`, too"));
}

#[test]
fn the_permissions_are_those_of_the_look() {
    let demand = of_vmsingle(json!({
        "present": [{"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "o"}],
        "substitutes": {"config_map": "vars", "keys": ["A"], "applied": [
            {"apiVersion": "v1", "kind": "Service", "namespace": "o", "name": "s", "field": "spec.x", "key": "A"}]},
    }));
    let access = Flux::uses(&demand).into_iter().flat_map(|one| one.access(|_| crate::connect::Via::PortForward));
    let access: Vec<String> = access.map(|access| access.to_string()).collect();
    assert_eq!(
        access,
        [
            "list kustomizations.kustomize.toolkit.fluxcd.io in the whole cluster",
            "list gitrepositories.source.toolkit.fluxcd.io in the whole cluster",
            "list ocirepositories.source.toolkit.fluxcd.io in the whole cluster",
            "list buckets.source.toolkit.fluxcd.io in the whole cluster",
            "get deployments.apps in namespace o",
            "get configmaps in namespace flux-system named vars",
            "get services in namespace o named s",
        ]
    );
}

#[test]
fn values_and_variables_of_a_spec_are_not_kept() {
    let canary = "canary-of-the-test";
    let all = with(stack(), "vmsingle", "/spec/postBuild", json!({"substitute": {"PASSWORD": canary}}));
    let release = json!({"metadata": {"namespace": "a", "name": "b"}, "spec": {"values": {"password": canary}}});
    let seen = seen(&[all[2].clone(), (Target::HelmRelease, release)]);
    assert!(!serde_json::to_string(&seen).unwrap().contains(canary));
}
