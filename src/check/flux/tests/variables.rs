//! Variables that are put into manifests.

use std::collections::BTreeMap;

use super::*;
use crate::check::flux::seen::Placed;

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
