use serde_json::json;

use super::*;
use crate::sandbox::api::registry::Registry;

fn kind(group: &str, plural: &str) -> std::sync::Arc<Kind> {
    Registry::new().any(group, plural).unwrap()
}

fn by(manager: &str, force: bool) -> Applier<'_> {
    Applier { manager, subresource: "", force }
}

#[test]
fn two_managers_share_an_object_and_each_removes_only_its_own_fields() {
    let cm = kind("", "configmaps");
    let first = apply(&cm, None, &json!({"data": {"a": "1", "b": "1"}}), by("one", false)).unwrap();
    let both = apply(&cm, Some(&first), &json!({"data": {"c": "1"}}), by("two", false)).unwrap();
    assert_eq!(both["data"], json!({"a": "1", "b": "1", "c": "1"}));
    let less = apply(&cm, Some(&both), &json!({"data": {"a": "1"}}), by("one", false)).unwrap();
    assert_eq!(less["data"], json!({"a": "1", "c": "1"}));
}

#[test]
fn a_field_with_another_value_and_owner_is_a_conflict_unless_forced() {
    let deployments = kind("apps", "deployments");
    let live = apply(&deployments, None, &json!({"spec": {"replicas": 1}}), by("one", false)).unwrap();
    let wanted = json!({"spec": {"replicas": 2}});
    let refused = apply(&deployments, Some(&live), &wanted, by("two", false)).unwrap_err();
    assert_eq!(refused.code, 409);
    assert_eq!(refused.message, r#"Apply failed with 1 conflict: conflict with "one": .spec.replicas"#);
    assert_eq!(refused.details["causes"][0]["reason"], "FieldManagerConflict");
    let forced = apply(&deployments, Some(&live), &wanted, by("two", true)).unwrap();
    assert_eq!(forced["spec"]["replicas"], 2);
    let owners: Vec<String> = managed::read(&forced).into_iter().map(|e| e.manager).collect();
    assert_eq!(owners, ["two"]);
}

#[test]
fn the_same_value_is_owned_together_without_a_conflict() {
    let deployments = kind("apps", "deployments");
    let live = apply(&deployments, None, &json!({"spec": {"replicas": 1}}), by("one", false)).unwrap();
    let both = apply(&deployments, Some(&live), &json!({"spec": {"replicas": 1}}), by("two", false)).unwrap();
    assert_eq!(managed::read(&both).len(), 2);
    let left =
        apply(&deployments, Some(&both), &json!({"metadata": {"labels": {"x": "y"}}}), by("one", false)).unwrap();
    assert_eq!(left["spec"]["replicas"], 1, "the other manager still wants it");
}

#[test]
fn an_update_takes_the_changed_field_and_later_conflicts_name_it() {
    let deployments = kind("apps", "deployments");
    let live = apply(&deployments, None, &json!({"spec": {"replicas": 1, "paused": true}}), by("one", false)).unwrap();
    let mut edited = live.clone();
    edited["spec"]["replicas"] = json!(3);
    managed::record_update(&deployments, Some(&live), &mut edited, "kubectl-edit", "");
    let refused =
        apply(&deployments, Some(&edited), &json!({"spec": {"replicas": 1, "paused": true}}), by("one", false))
            .unwrap_err();
    assert_eq!(
        refused.message,
        r#"Apply failed with 1 conflict: conflict with "kubectl-edit" using apps/v1: .spec.replicas"#
    );
}

#[test]
fn containers_are_merged_by_name_and_a_dropped_one_is_removed() {
    let deployments = kind("apps", "deployments");
    let pod = |containers: Value| json!({"spec": {"template": {"spec": {"containers": containers}}}});
    let live = apply(
        &deployments,
        None,
        &pod(json!([{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:1"}])),
        by("one", false),
    )
    .unwrap();
    let next =
        apply(&deployments, Some(&live), &pod(json!([{"name": "a", "image": "x:2"}])), by("one", false)).unwrap();
    assert_eq!(next["spec"], pod(json!([{"name": "a", "image": "x:2"}]))["spec"]);
    let key = r#"k:{"name":"a"}"#;
    let fields = &next["metadata"]["managedFields"][0]["fieldsV1"];
    let container = &fields["f:spec"]["f:template"]["f:spec"]["f:containers"][key];
    assert_eq!(*container, json!({".": {}, "f:image": {}, "f:name": {}}));
}

#[test]
fn service_ports_without_a_protocol_are_the_tcp_ones() {
    let services = kind("", "services");
    let live = apply(&services, None, &json!({"spec": {"ports": [{"port": 80}]}}), by("one", false)).unwrap();
    let mut defaulted = live.clone();
    defaulted["spec"]["ports"][0]["protocol"] = json!("TCP");
    let next = apply(
        &services,
        Some(&defaulted),
        &json!({"spec": {"ports": [{"port": 80, "name": "http"}]}}),
        by("one", false),
    )
    .unwrap();
    assert_eq!(next["spec"]["ports"], json!([{"port": 80, "protocol": "TCP", "name": "http"}]));
}

#[test]
fn several_conflicts_are_listed_under_their_manager() {
    let cm = kind("", "configmaps");
    let live = apply(&cm, None, &json!({"data": {"a": "1", "b": "1"}}), by("one", false)).unwrap();
    let refused = apply(&cm, Some(&live), &json!({"data": {"a": "2", "b": "2"}}), by("two", false)).unwrap_err();
    assert_eq!(refused.message, "Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.a\n- .data.b");
}
