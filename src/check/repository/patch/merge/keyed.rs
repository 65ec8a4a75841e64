//! Lists whose elements have a key, which a patch merges one by one (Kubernetes 1.34, `patchMergeKey` in api/core/v1/types.go;
//! kustomize has that schema built in, and none of custom resources).

use super::{How, marked, order};
use crate::check::yaml::{Node, Value};

/// Groups of kinds that hold pods, are Services, or hold webhooks.
const GROUPS: [&str; 5] = ["", "apps", "batch", "policy", "admissionregistration.k8s.io"];

/// Whether kustomize knows the keys of this kind.
pub fn knows(root: &Node) -> bool {
    let version = root.get("apiVersion").and_then(Node::text).unwrap_or_default();
    GROUPS.contains(&version.split_once('/').map_or("", |(group, _)| group))
}

/// The key of a list's elements, and what tells elements of the same key apart.
fn keys_of(list: &str, elements: &[Node]) -> Option<(&'static str, Option<&'static str>)> {
    let has = |key: &str| elements.iter().any(|element| element.get(key).is_some());
    Some(match list {
        "containers" | "initContainers" | "ephemeralContainers" | "volumes" | "env" => ("name", None),
        "imagePullSecrets" | "secrets" | "resourceClaims" | "schedulingGates" | "webhooks" => ("name", None),
        "volumeMounts" => ("mountPath", None),
        "volumeDevices" => ("devicePath", None),
        "ports" if has("containerPort") => ("containerPort", Some("protocol")),
        "ports" => ("port", Some("protocol")),
        "hostAliases" => ("ip", None),
        "topologySpreadConstraints" => ("topologyKey", Some("whenUnsatisfiable")),
        _ => return None,
    })
}

/// Merges a list into the one that is there: what the patch names comes first, in its order (kustomize kyaml/yaml/merge2,
/// `MergeOptionsListPrepend`).
pub(super) fn merge(there: &mut Node, list: &str, patch: &[Node], how: How) {
    let mark = there.mark;
    let Value::List(elements) = &mut there.value else { return };
    // An element that holds an order alone speaks of the whole list.
    let is_order = |one: &Node| order(one).is_some() && one.entries().len() == 1;
    let keys = keys_of(list, elements).filter(|_| !patch.iter().any(is_order));
    let Some((key, other)) = keys else {
        *elements = patch.iter().filter(|one| !is_order(one)).map(|one| marked(one, mark)).collect();
        return;
    };
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let is_same = |one: &Node, element: &Node| {
        let differs = |key| text(one, key).zip(text(element, key)).is_some_and(|(one, element)| one != element);
        text(one, key).is_some() && text(one, key) == text(element, key) && !other.is_some_and(differs)
    };
    let mut rest = std::mem::take(elements);
    for one in patch {
        let found = rest.iter().position(|element| is_same(one, element)).map(|at| rest.remove(at));
        match (found, order(one)) {
            (_, Some("delete")) => {}
            (Some(element), Some("replace")) => elements.push(marked(one, element.mark)),
            (Some(mut element), _) => {
                let how = How { mark: element.mark, ..how };
                let parts = one.entries().iter().filter(|(name, _)| name.text != "$patch");
                parts.for_each(|(name, value)| super::merge(&mut element, &name.text, value, how));
                elements.push(element);
            }
            (None, _) => elements.push(marked(one, mark)),
        }
    }
    elements.append(&mut rest);
}
