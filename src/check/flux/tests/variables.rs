//! Variables that are put into manifests.

use std::collections::BTreeMap;

use super::*;
use crate::check::flux::seen::{Held, Placed};

fn substitutes() -> Spec {
    of_vmsingle(json!({"substitutes": {"config_map": "cluster-vars", "keys": ["CLUSTER_NAME"], "applied": [
        {"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMAgent", "namespace": "observability",
            "name": "vmagent", "field": "spec.externalLabels.cluster", "key": "CLUSTER_NAME"}]}}))
}

/// A stack that asks for the variables, with what the ConfigMap and the field hold.
fn arrived(variables: Option<&[(&str, &str)]>, there: bool, value: Option<&str>) -> Observation {
    let from = json!({"substituteFrom": [{"kind": "ConfigMap", "name": "cluster-vars"}]});
    let variables = variables.map(|all| {
        let text = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        all.iter().map(text).collect::<BTreeMap<_, _>>()
    });
    Observation {
        variables,
        placed: vec![Placed { there, value: value.map(str::to_owned) }],
        ..seen(&with(stack(), "vmsingle", "/spec/postBuild", from))
    }
}

const INFRA: Option<&[(&str, &str)]> = Some(&[("CLUSTER_NAME", "infra")]);

#[test]
fn a_value_that_has_arrived_is_the_variables() {
    assert!(judge(&substitutes(), &arrived(INFRA, true, Some("infra"))).is_pass());
    let finding = fails(&judge(&substitutes(), &arrived(INFRA, true, Some("apps"))), "flux/other-value").clone();
    assert_eq!(finding.expected, "spec.externalLabels.cluster is the value of CLUSTER_NAME, `infra`");
    assert_eq!(finding.object.as_deref(), Some("VMAgent observability/vmagent"));
}

#[test]
fn a_value_that_has_not_arrived_is_red() {
    for (there, value) in [(true, Some("${CLUSTER_NAME}")), (true, Some("")), (true, None), (false, None)] {
        fails(&judge(&substitutes(), &arrived(INFRA, there, value)), "flux/not-substituted");
    }
    let unseen = Observation { placed: Vec::new(), ..arrived(INFRA, true, None) };
    unclear(&judge(&substitutes(), &unseen), "flux/not-looked-at");
}

/// With these entries beside the ConfigMap.
fn post_build(post: Value, value: &str) -> Verdict {
    let objects = seen(&with(stack(), "vmsingle", "/spec/postBuild", post)).objects;
    judge(&substitutes(), &Observation { objects, ..arrived(INFRA, true, Some(value)) })
}

#[test]
fn a_value_in_the_kustomization_wins_over_the_config_map() {
    let from = json!([{"kind": "ConfigMap", "name": "cluster-vars"}]);
    for value in ["infra", "apps"] {
        let verdict = post_build(json!({"substituteFrom": from, "substitute": {"CLUSTER_NAME": value}}), value);
        let finding = fails(&verdict, "flux/overridden").clone();
        assert_eq!(finding.object.as_deref(), Some("Kustomization flux-system/vmsingle"));
    }
    assert!(post_build(json!({"substituteFrom": from, "substitute": {"OTHER": "a"}}), "infra").is_pass());
}

#[test]
fn of_two_sources_of_variables_the_later_one_wins() {
    let map = |name: &str| json!({"kind": "ConfigMap", "name": name});
    let secret = json!({"kind": "Secret", "name": "cluster-vars"});
    let later = post_build(json!({"substituteFrom": [map("first"), map("cluster-vars"), secret]}), "apps");
    let finding = fails(&later, "flux/other-value").clone();
    assert_eq!(finding.hint.as_deref(), Some("what comes after it in `substituteFrom` wins: see Secret cluster-vars"));
    let earlier = post_build(json!({"substituteFrom": [map("first"), map("cluster-vars")]}), "apps");
    assert_eq!(fails(&earlier, "flux/other-value").hint, None);
    assert!(post_build(json!({"substituteFrom": [map("cluster-vars"), map("last")]}), "infra").is_pass());
    // A Secret of that name is not the ConfigMap.
    fails(&post_build(json!({"substituteFrom": [secret]}), "infra"), "flux/no-substitution");
}

#[test]
fn ends_of_lines_are_no_part_of_a_value() {
    assert!(judge(&substitutes(), &arrived(Some(&[("CLUSTER_NAME", "infra\n")]), true, Some("infra"))).is_pass());
}

/// VMSingle as the API gives it, in the inventory of its Kustomization.
fn left_in(object: &Value) -> Verdict {
    let held = Held { id: VMSINGLE.to_owned(), there: true, texts: literal::texts(object) };
    let demand = json!({"substituted": true, "present": [{"apiVersion": "operator.victoriametrics.com/v1beta1",
        "kind": "VMSingle", "namespace": "observability"}]});
    judge(&of_vmsingle(demand), &Observation { held: vec![held], ..seen(&stack()) })
}

#[test]
fn a_variable_that_is_left_in_a_text_is_red() {
    let of = |text: &str| {
        json!({"kind": "VMSingle", "metadata": {"annotations": {"a": "${METADATA}"}}, "status": {"a": "${STATUS}"},
            "spec": {"extraArgs": {"a": "b"}, "list": [1, {"cluster": text}]}})
    };
    for text in ["${CLUSTER_NAME}", "a-${CLUSTER_NAME:=infra}-b", "${a.b} ${CLUSTER_NAME}", "${CLUSTER_NAME^^}"] {
        let verdict = left_in(&of(text));
        let finding = fails(&verdict, "flux/not-substituted").clone();
        assert_eq!(finding.actual, "`${CLUSTER_NAME}` in spec.list[1].cluster", "{text}");
        assert_eq!(finding.object.as_deref(), Some("VMSingle observability/vmsingle"));
    }
    for text in ["infra", "$CLUSTER_NAME", "${1}", "${.Name}", "{{ $value }}", "${CLUSTER_NAME", "$ {CLUSTER_NAME}", ""]
    {
        let verdict = left_in(&of(text));
        let Decision::Pass(examined) = &verdict.decision else { panic!("{text}: {verdict:?}") };
        assert_eq!(examined.names[1], "VMSingle observability/vmsingle (2 texts)");
    }
}

#[test]
fn what_flux_leaves_as_it_is_and_secrets_are_not_looked_into() {
    let mut spared = json!({"kind": "VMSingle", "metadata": {"annotations": {
        "kustomize.toolkit.fluxcd.io/substitute": "disabled"}}, "spec": {"a": "${CLUSTER_NAME}"}});
    unclear(&left_in(&spared), "flux/not-looked-at");
    spared["metadata"] = json!({"labels": {"kustomize.toolkit.fluxcd.io/substitute": "disabled"}});
    unclear(&left_in(&spared), "flux/not-looked-at");
    assert_eq!(literal::texts(&json!({"kind": "Secret", "stringData": {"a": "${CLUSTER_NAME}"}})), None);
    unclear(&left_in(&json!({"kind": "Secret", "data": {"a": "b"}})), "flux/not-looked-at");
    unclear(&left_in(&json!({"kind": "VMSingle", "spec": {"replicas": 1}})), "flux/not-looked-at");
    // What stands beside a variable may be secret.
    let kept = literal::texts(&json!({"kind": "VMSingle", "spec": {"url": "https://a:canary@${HOST}"}}));
    assert!(!serde_json::to_string(&kept).unwrap().contains("canary"));
}

#[test]
fn variables_are_there_and_asked_for() {
    fails(&judge(&substitutes(), &arrived(None, true, Some("infra"))), "flux/variables-missing");
    fails(&judge(&substitutes(), &arrived(Some(&[]), true, Some("infra"))), "flux/variable-missing");
    let empty = judge(&substitutes(), &arrived(Some(&[("CLUSTER_NAME", " ")]), true, Some(" ")));
    assert_eq!(fails(&empty, "flux/variable-missing").actual, "it is empty");
    let mut silent = arrived(INFRA, true, Some("infra"));
    silent.objects = seen(&stack()).objects;
    fails(&judge(&substitutes(), &silent), "flux/no-substitution");
}
