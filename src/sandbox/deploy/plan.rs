//! Decides which objects of a scenario are applied to a cluster: a pure function of what is there.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::Value;

use super::key::Key;
use super::left::{Left, Why};
use super::names;
use crate::sandbox::scenario::Part;

/// Whether an object is there, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Not there.
    Absent,
    /// Applied by an earlier deployment.
    Ours,
    /// Somebody else's.
    Anothers,
}

/// What is to be done.
#[derive(Debug)]
pub struct Plan {
    /// In this order.
    pub apply: Vec<Value>,
    /// The rest.
    pub left: Vec<Left>,
}

/// Leaves out what the platform has already. `operator` says which operator is used instead of the scenario's.
///
/// # Errors
/// When the story's stack is there and another's: it would be changed, or judged in place of the scenario.
pub fn plan(objects: Vec<(Part, Value, Existing)>, operator: Option<&str>) -> Result<Plan> {
    let (mut apply, mut left, mut foreign) = (Vec::new(), Vec::new(), Vec::new());
    let served = served_before(&objects);
    for (part, object, existing) in objects {
        let key = Key::of(&object);
        // Definitions are needed whoever acts on their objects.
        let is_operator = part == Part::Operator && key.kind != "CustomResourceDefinition";
        match (operator, existing) {
            (Some(which), _) if is_operator => left.push(Left { key, why: Why::Operator(which.to_owned()) }),
            (_, Existing::Anothers) if part == Part::Stack => foreign.push(key),
            (_, Existing::Anothers) => left.push(Left { key, why: Why::ThereBefore }),
            (_, Existing::Absent) if part == Part::Platform && served.contains(&kind_of(&key)) => {
                left.push(Left { key, why: Why::KindBefore });
            }
            (_, Existing::Absent | Existing::Ours) => apply.push(object),
        }
    }
    if !foreign.is_empty() {
        bail!(
            "nothing was deployed: the stack is there already, and not by this command: {}; judge it as it is, or remove it",
            names(foreign.iter())
        );
    }
    Ok(Plan { apply, left })
}

/// The group of ServiceMonitors: whoever reads them scrapes, and does nothing else.
const HARMLESS: &str = "monitoring.coreos.com";

/// Group and kind of an object.
fn kind_of(key: &Key) -> (String, String) {
    (key.version.split_once('/').unwrap_or_default().0.to_owned(), key.kind.clone())
}

/// The kinds of the platform that another defined: where he has a controller, that would act on a stand-in as on its own, and
/// order a certificate, or put Ceph on every empty disk.
fn served_before(objects: &[(Part, Value, Existing)]) -> BTreeSet<(String, String)> {
    let anothers = objects.iter().filter(|(part, object, existing)| {
        *part == Part::Platform && *existing == Existing::Anothers && object["kind"] == "CustomResourceDefinition"
    });
    let text = |object: &Value, path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let kinds = anothers.map(|(_, object, _)| (text(object, "/spec/group"), text(object, "/spec/names/kind")));
    kinds.filter(|(group, _)| group != HARMLESS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(kind: &str, name: &str) -> Value {
        json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}})
    }

    fn applied(plan: &Plan) -> Vec<String> {
        plan.apply.iter().map(|object| Key::of(object).to_string()).collect()
    }

    #[test]
    fn what_the_platform_has_is_left_out_and_what_is_ours_is_applied_again() {
        let objects = vec![
            (Part::Platform, object("Namespace", "kube-system"), Existing::Anothers),
            (Part::Platform, object("Namespace", "rook-ceph"), Existing::Absent),
            (Part::Platform, object("Service", "old"), Existing::Ours),
            (Part::Stack, object("VMSingle", "vmsingle"), Existing::Ours),
        ];
        let plan = plan(objects, None).unwrap();
        assert_eq!(applied(&plan), ["Namespace rook-ceph", "Service old", "VMSingle vmsingle"]);
        assert_eq!(plan.left.len(), 1);
        assert_eq!(plan.left[0].why, Why::ThereBefore);
    }

    #[test]
    fn an_operator_that_is_there_is_used_with_whatever_definitions_are_missing() {
        let objects = vec![
            (Part::Operator, object("CustomResourceDefinition", "vmprobes"), Existing::Absent),
            (Part::Operator, object("CustomResourceDefinition", "vmrules"), Existing::Anothers),
            (Part::Operator, object("Deployment", "operator"), Existing::Absent),
        ];
        let plan = plan(objects, Some("Deployment vm/operator is used")).unwrap();
        assert_eq!(applied(&plan), ["CustomResourceDefinition vmprobes"]);
        assert_eq!(plan.left.len(), 2);
        let text = super::super::left::reasons(&plan.left);
        assert!(text.contains("1 objects of the operator: Deployment vm/operator is used"), "{text}");
        assert!(text.contains("there before: CustomResourceDefinition vmrules"), "{text}");
    }

    #[test]
    fn a_stand_in_is_left_out_where_its_kind_was_defined_by_another() {
        let definition = |group: &str, kind: &str| {
            let mut definition = object("CustomResourceDefinition", kind);
            definition["spec"] = json!({"group": group, "names": {"kind": kind}});
            definition
        };
        let of = |version: &str, kind: &str, name: &str| json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}});
        let objects = vec![
            (Part::Platform, definition("ceph.rook.io", "CephCluster"), Existing::Anothers),
            (Part::Platform, definition("cert-manager.io", "Certificate"), Existing::Ours),
            (Part::Operator, definition("operator.victoriametrics.com", "VMRule"), Existing::Anothers),
            (Part::Platform, of("ceph.rook.io/v1", "CephCluster", "rook"), Existing::Absent),
            (Part::Platform, of("cert-manager.io/v1", "Certificate", "tls"), Existing::Absent),
            (Part::Platform, of("operator.victoriametrics.com/v1beta1", "VMRule", "rule"), Existing::Absent),
        ];
        let plan = plan(objects, None).unwrap();
        assert_eq!(applied(&plan), ["CustomResourceDefinition Certificate", "Certificate tls", "VMRule rule"]);
        let text = super::super::left::reasons(&plan.left);
        assert!(text.contains("of kinds that were there before: CephCluster rook"), "{text}");
    }

    #[test]
    fn anothers_stack_is_not_touched_at_all() {
        let objects = vec![
            (Part::Platform, object("Namespace", "a"), Existing::Absent),
            (Part::Stack, object("VMSingle", "vmsingle"), Existing::Anothers),
        ];
        let error = plan(objects, None).unwrap_err().to_string();
        assert!(error.contains("nothing was deployed") && error.contains("VMSingle vmsingle"), "{error}");
    }
}
