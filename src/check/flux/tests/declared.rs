//! Folders, dependencies, inventories and what is awaited.

use super::*;
use crate::check::flux::inventory::Id;
use crate::check::flux::seen::Held;

fn present() -> Value {
    json!({"present": [{"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMSingle", "namespace": "observability"}]})
}

fn held(objects: &[(Target, Value)], held: &[(&str, bool)]) -> Observation {
    let held = held.iter().map(|(id, there)| Held { id: (*id).to_owned(), there: *there, texts: None }).collect();
    Observation { held, ..seen(objects) }
}

#[test]
fn ids_are_taken_apart() {
    let id = |text: &str| Id::parse(text).map(|id| (id.namespace, id.name, id.group, id.kind));
    let of = |namespace: Option<&str>, name: &str, group: &str, kind: &str| {
        Some((namespace.map(str::to_owned), name.to_owned(), group.to_owned(), kind.to_owned()))
    };
    assert_eq!(id("default_healthy_apps_Deployment"), of(Some("default"), "healthy", "apps", "Deployment"));
    assert_eq!(
        id("default_settings-h29d89cmmt__ConfigMap"),
        of(Some("default"), "settings-h29d89cmmt", "", "ConfigMap")
    );
    let role = "_system__node_rbac.authorization.k8s.io_ClusterRole";
    assert_eq!(id(role), of(None, "system:node", "rbac.authorization.k8s.io", "ClusterRole"));
    assert_eq!(id("no id"), None);
}

#[test]
fn a_folder_is_the_wanted_one_or_in_it() {
    for path in ["clusters/infra/apps", "./clusters/infra/apps/observability/vmsingle/app/"] {
        assert!(of_stack(json!({"path": path}), &stack()).is_pass(), "{path}");
    }
    fails(&of_stack(json!({"path": "clusters/infra/app"}), &stack()), "flux/other-path");
}

#[test]
fn a_dependency_may_be_reached_by_way_of_others() {
    let all = with(stack(), "operator", "/spec/dependsOn", json!([{"name": "rook-ceph-cluster"}]));
    let all = [all, vec![kustomization("rook-ceph-cluster", &[], &[])]].concat();
    for wanted in ["operator", "rook-ceph-cluster", "flux-system/rook-ceph-cluster"] {
        assert!(of_stack(json!({"depends_on": [wanted]}), &all).is_pass(), "{wanted}");
    }
    let finding = fails(&of_stack(json!({"depends_on": ["rook-ceph"]}), &all), "flux/no-dependency").clone();
    assert_eq!(finding.actual, "it waits for flux-system/operator, flux-system/rook-ceph-cluster");
    let alone = with(stack(), "vmsingle", "/spec/dependsOn", json!([]));
    let finding = fails(&of_stack(json!({"depends_on": ["operator"]}), &alone), "flux/no-dependency").clone();
    assert_eq!(finding.actual, "it waits for nothing");
}

#[test]
fn what_was_applied_is_held_and_still_there() {
    let holds = |name: &str| json!({"holds": [{"kind": "VMSingle", "namespace": "observability", "name": name}]});
    assert!(of_stack(holds("vmsingle"), &stack()).is_pass());
    fails(&of_stack(holds("other"), &stack()), "flux/not-held");
    let spec = of_vmsingle(present());
    assert!(judge(&spec, &held(&stack(), &[(VMSINGLE, true)])).is_pass());
    let finding = fails(&judge(&spec, &held(&stack(), &[(VMSINGLE, false)])), "flux/drift").clone();
    assert!(finding.expected.starts_with("VMSingle observability/vmsingle"), "{finding:?}");
    unclear(&judge(&spec, &held(&stack(), &[])), "flux/not-read");
    let mut rest = present();
    rest["unread"] = json!(["Secret"]);
    let more = json!([{"id": VMSINGLE, "v": "v1beta1"}, {"id": "observability_s__Secret", "v": "v1"}]);
    let all = with(stack(), "vmsingle", "/status/inventory/entries", more);
    assert!(judge(&of_vmsingle(rest), &held(&all, &[(VMSINGLE, true)])).is_pass());
    let empty = with(stack(), "vmsingle", "/status/inventory/entries", json!([]));
    unclear(&judge(&spec, &held(&empty, &[])), "flux/inventory-empty");
}

#[test]
fn an_object_has_one_owner() {
    let both = with(stack(), "operator", "/status/inventory/entries", json!([{"id": VMSINGLE, "v": "v1beta1"}]));
    let finding = fails(&of_stack(json!({}), &both), "flux/owned-twice").clone();
    assert_eq!(finding.actual, "Kustomization flux-system/operator owns it, too");
}

#[test]
fn a_kind_without_ready_is_awaited_by_an_expression_that_is_evaluated() {
    let awaits = |kind: &str| json!({"awaits": [{"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": kind}]});
    let expression = json!([{"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMSingle",
        "current": "status.updateStatus == 'operational'"}]);
    let good = with(stack(), "vmsingle", "/spec/healthCheckExprs", expression);
    assert!(of_stack(awaits("VMSingle"), &good).is_pass());
    fails(&of_stack(awaits("VMSingle"), &stack()), "flux/not-awaited");
    let incomplete = with(good.clone(), "vmsingle", "/spec/healthCheckExprs/0/current", Value::Null);
    fails(&of_stack(awaits("VMSingle"), &incomplete), "flux/not-awaited");
    let inert = with(good.clone(), "vmsingle", "/spec/wait", json!(false));
    let finding = fails(&of_stack(awaits("VMSingle"), &inert), "flux/not-awaited").clone();
    assert!(finding.actual.starts_with("it awaits nothing"), "{finding:?}");
    let list = |name: &str, namespace: &str, group: &str| {
        let one =
            json!({"apiVersion": format!("{group}/v1beta1"), "kind": "VMSingle", "name": name, "namespace": namespace});
        of_stack(awaits("VMSingle"), &with(inert.clone(), "vmsingle", "/spec/healthChecks", json!([one])))
    };
    assert!(list("vmsingle", "observability", "operator.victoriametrics.com").is_pass());
    for (name, namespace, group) in [
        ("other", "observability", "operator.victoriametrics.com"),
        ("vmsingle", "default", "operator.victoriametrics.com"),
        ("vmsingle", "observability", "example.com"),
    ] {
        let finding = fails(&list(name, namespace, group), "flux/not-awaited").clone();
        assert!(
            finding.actual.starts_with("`healthChecks` does not name VMSingle observability/vmsingle"),
            "{finding:?}"
        );
    }
    fails(&of_stack(awaits("VMAgent"), &good), "flux/not-applied");
}

#[test]
fn an_expression_reads_the_status() {
    let by = |current: &str| {
        let expression =
            json!([{"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMSingle", "current": current}]);
        let awaits = json!({"awaits": [{"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMSingle"}]});
        of_stack(awaits, &with(stack(), "vmsingle", "/spec/healthCheckExprs", expression))
    };
    for current in
        ["status.updateStatus == 'operational'", "has(status.x) && true", "'a' == \"b\" || status['x'] == 'y'"]
    {
        assert!(by(current).is_pass(), "{current}");
    }
    for current in ["true", "'status' == \"status\"", "spec.statusPage != ''"] {
        let finding = fails(&by(current), "flux/not-awaited").clone();
        assert_eq!(finding.actual, format!("`current` of VMSingle is `{current}`, which reads nothing of `status`"));
    }
}
