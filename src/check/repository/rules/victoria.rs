//! Custom resources of the VictoriaMetrics operator (v0.66.1: api/operator/v1beta1, docs/resources/vmagent.md).

use super::Ground;
use crate::check::repository::fault::{Fault, Place};
use crate::check::repository::model::Object;
use crate::check::yaml::Value;

const GROUP: &str = "operator.victoriametrics.com";

/// Kinds whose status says `updateStatus`, and has no conditions.
const SILENT: [&str; 9] =
    ["VMSingle", "VMAgent", "VMAlert", "VMAlertmanager", "VMCluster", "VMAuth", "VLSingle", "VLCluster", "VLAgent"];

/// Keys of a PersistentVolumeClaim that stand right under `storage` by mistake.
const OF_A_CLAIM: [&str; 3] = ["storageClassName", "resources", "accessModes"];

/// What a VMAgent selects scrapes by, each with the key of its namespaces.
const SCRAPES: [(&str, &str); 6] = [
    ("serviceScrapeSelector", "serviceScrapeNamespaceSelector"),
    ("podScrapeSelector", "podScrapeNamespaceSelector"),
    ("probeSelector", "probeNamespaceSelector"),
    ("staticScrapeSelector", "staticScrapeNamespaceSelector"),
    ("nodeScrapeSelector", "nodeScrapeNamespaceSelector"),
    ("scrapeConfigSelector", "scrapeConfigNamespaceSelector"),
];

/// Whether nothing but an expression of one's own tells of this object whether it works.
pub fn is_silent(object: &Object) -> bool {
    object.group() == GROUP && SILENT.contains(&object.kind())
}

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for object in ground.reach.objects().filter(|object| object.group() == GROUP) {
        match object.kind() {
            "VMAlertmanager" => faults.extend(storage(object, "storage")),
            "VMAgent" => {
                faults.extend(storage(object, "statefulStorage"));
                SCRAPES.iter().for_each(|(all, of)| faults.extend(own_namespace(object, all, of)));
                faults.extend(nodes(object));
            }
            "VMAlert" => faults.extend(own_namespace(object, "ruleSelector", "ruleNamespaceSelector")),
            _ => {}
        }
    }
    faults
}

/// VMSingle's `storage` is the spec of a claim; everywhere else that is one level deeper.
fn storage(object: &Object, key: &str) -> Option<Fault> {
    let entries = object.root.at(&["spec", key])?.entries();
    let (wrong, _) = entries.iter().find(|(name, _)| OF_A_CLAIM.contains(&name.text.as_str()))?;
    let place = Place { file: object.file, mark: wrong.mark };
    let expected =
        format!("spec.{key} of a {} has volumeClaimTemplate, emptyDir or disableMountSubPath", object.kind());
    let actual = format!("{} stands right under it: Flux's apply refuses the object", wrong.text);
    let fault = Fault::new(place, "storage-shape", expected, actual);
    Some(fault.hint(format!("write it under spec.{key}.volumeClaimTemplate.spec")))
}

/// A selector without one of namespaces selects in the object's own namespace, however empty it is.
fn own_namespace(object: &Object, key: &str, namespaces: &str) -> Option<Fault> {
    let node = object.root.at(&["spec", key])?;
    let is_all = node.entries().iter().all(|(_, value)| matches!(&value.value, Value::Map(inner) if inner.is_empty()));
    if !is_all || object.root.at(&["spec", namespaces]).is_some() || object.is_patched {
        return None;
    }
    let expected = format!("spec.{namespaces} beside a {key} that means all");
    let actual = "none: only objects in its own namespace are selected";
    let fault = Fault::new(object.nearest(&["spec", key]), "own-namespace", expected, actual);
    Some(fault.hint(format!("add `{namespaces}: {{}}`, or selectAllByDefault: true without selectors")))
}

/// With neither selector, and not told to take all, a VMAgent scrapes no nodes: no kubelet, no cAdvisor.
fn nodes(object: &Object) -> Option<Fault> {
    let has = |key: &str| object.root.at(&["spec", key]).is_some();
    let takes_all = object.text(&["spec", "selectAllByDefault"]) == "true";
    if takes_all || has("nodeScrapeSelector") || has("nodeScrapeNamespaceSelector") || object.is_patched {
        return None;
    }
    let expected = "spec.nodeScrapeSelector or selectAllByDefault: true";
    let fault = Fault::new(object.here(), "no-nodes", expected, "neither: every VMNodeScrape is passed over");
    Some(fault.hint("add `nodeScrapeSelector: {}` and `nodeScrapeNamespaceSelector: {}`"))
}
