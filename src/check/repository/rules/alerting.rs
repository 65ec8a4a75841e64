//! Alerting that is quiet because of what is written: every object is taken, and nobody is ever told.

use super::Ground;
use super::names::{hashed, hint};
use super::wiring::plain;
use crate::check::repository::fault::Fault;
use crate::check::repository::model::Object;
use crate::check::yaml::Node;

/// Metrics that no release shows any more, each with since when and what there is instead.
const GONE: [(&str, &str, &str); 2] = [
    (
        "gotk_reconcile_condition",
        "Flux's controllers show no such series since 2.5, and none of HelmReleases since 2.2",
        "use gotk_resource_info of kube-state-metrics: {ready!=\"True\"}",
    ),
    (
        "gotk_suspend_status",
        "Flux's controllers show no such series any more",
        "use gotk_resource_info of kube-state-metrics: {suspended=\"true\"}",
    ),
];

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let all = ground.reach.objects();
    all.flat_map(|object| match object.kind() {
        "VMRule" | "PrometheusRule" => dead(object),
        "VMAlertmanager" => unconfigured(ground, object).into_iter().collect(),
        _ => Vec::new(),
    })
    .collect()
}

/// Rules over series that nothing shows: they are evaluated without an error, and never fire.
fn dead(object: &Object) -> Vec<Fault> {
    let groups = object.root.at(&["spec", "groups"]).map(Node::items).unwrap_or_default();
    let rules = groups.iter().filter_map(|group| group.get("rules")).flat_map(Node::items);
    let found = rules.filter_map(|rule| {
        let node = rule.get("expr")?;
        let (metric, since, instead) =
            GONE.iter().find(|(metric, ..)| node.text().is_some_and(|text| text.contains(metric)))?;
        let expected = "a rule over series that something shows";
        let fault = Fault::new(object.place(node), "dead-metric", expected, format!("{metric}: {since}"));
        Some(fault.hint(*instead))
    });
    found.collect()
}

/// Without its Secret the operator runs a configuration that drops every alert, and calls that operational
/// (VictoriaMetrics operator v0.66.1, internal/controller/operator/factory/vmalertmanager/statefulset.go).
fn unconfigured(ground: &Ground<'_>, object: &Object) -> Option<Fault> {
    let node = object.root.at(&["spec", "configSecret"])?;
    let name = plain(Some(node))?;
    let makes = |one: &Object| {
        let made = Some(one.text(&["spec", "target", "name"])).filter(|made| !made.is_empty());
        one.is("external-secrets.io", "ExternalSecret")
            && one.home() == object.home()
            && made.unwrap_or(one.name()) == name
    };
    if ground.spec.is_given("Secret", name)
        || ground.reach.has(object.cluster, "Secret", Some(object.home()), name)
        || ground.reach.objects_in(object.cluster).any(makes)
    {
        return None;
    }
    let expected = format!("a Secret {name} in namespace {}, or an ExternalSecret that makes it", object.home());
    let actual = "neither: the operator falls back to a configuration that tells nobody";
    let otherwise = format!("add it, or give Secret/{name} in the suite where it is there already");
    let hint = hashed(ground, object.cluster, "Secret", name)
        .unwrap_or_else(|| hint(ground, object.cluster, "ExternalSecret", name, &otherwise));
    Some(Fault::new(object.place(node), "no-configuration", expected, actual).hint(hint))
}
