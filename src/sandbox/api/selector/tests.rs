use serde_json::json;

use super::*;
use crate::sandbox::api::registry::Registry;

fn pods(labels: &str, fields: &str) -> Result<Selector, String> {
    Selector::parse(&Registry::new().find("", "v1", "pods").unwrap(), labels, fields)
}

fn selects(labels: &str) -> bool {
    let pod = json!({"metadata": {"name": "a", "labels": {"app": "web", "tier": "front", "empty": ""}}});
    pods(labels, "").unwrap().matches(&pod)
}

#[test]
fn every_form_of_a_label_requirement_is_understood() {
    for yes in [
        "",
        "app=web",
        "app==web",
        "app",
        "!gone",
        "app!=db",
        "gone!=x",
        "app in (db, web)",
        "app notin (db)",
        "gone notin (a)",
        "app=web,tier in (front,back),!gone",
        "empty=",
    ] {
        assert!(selects(yes), "{yes}");
    }
    for no in ["app=db", "gone", "!app", "app!=web", "app in (db)", "app notin (web,db)", "gone in (a)", "app=web,gone"]
    {
        assert!(!selects(no), "{no}");
    }
}

#[test]
fn a_requirement_that_cannot_be_parsed_is_refused() {
    for wrong in ["app in web", "a b", "=x", "app in (web", "app near (web)"] {
        assert!(pods(wrong, "").is_err(), "{wrong}");
    }
}

#[test]
fn field_selectors_compare_text_and_treat_absent_as_empty() {
    let pod = json!({"metadata": {"name": "a", "namespace": "n"}, "spec": {"nodeName": "w1"}, "status": {"phase": "Running"}});
    let selects = |fields: &str| pods("", fields).unwrap().matches(&pod);
    assert!(selects("metadata.name=a,metadata.namespace=n,status.phase=Running,spec.nodeName==w1"));
    assert!(selects("status.phase!=Failed,status.nominatedNodeName="));
    assert!(selects("spec.hostNetwork=false"));
    assert!(!selects("spec.nodeName!=w1"));
}

#[test]
fn a_field_that_the_kind_cannot_be_selected_by_is_refused_by_name() {
    let refused = pods("", "spec.containers=x").unwrap_err();
    assert_eq!(refused, "field label not supported: spec.containers");
}

#[test]
fn a_label_selector_object_needs_all_its_parts_to_hold() {
    let labels = json!({"app": "web"});
    let on = |selector: Value| label_selector_matches(&selector, &labels);
    assert!(on(json!({})));
    assert!(on(json!({"matchLabels": {"app": "web"}})));
    assert!(!on(json!({"matchLabels": {"app": "web", "x": "y"}})));
    assert!(on(
        json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}, {"key": "x", "operator": "DoesNotExist"}]})
    ));
    assert!(!on(json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]})));
}
