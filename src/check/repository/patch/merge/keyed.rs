//! Lists whose elements have a key, which a patch merges one by one (Kubernetes 1.34, `patchMergeKey` in api/core/v1/types.go;
//! kustomize has that schema built in, and none of custom resources).

use super::{How, marked, order};
use crate::check::yaml::{Node, Value};

/// Groups of kinds that hold pods, or are Services.
const GROUPS: [&str; 4] = ["", "apps", "batch", "policy"];

/// Whether kustomize knows the keys of this kind.
pub fn knows(root: &Node) -> bool {
    let version = root.get("apiVersion").and_then(Node::text).unwrap_or_default();
    GROUPS.contains(&version.split_once('/').map_or("", |(group, _)| group))
}

/// The key of a list's elements.
fn key_of(list: &str, elements: &[Node]) -> Option<&'static str> {
    let has = |key: &str| elements.iter().any(|element| element.get(key).is_some());
    Some(match list {
        "containers" | "initContainers" | "ephemeralContainers" | "volumes" | "env" | "imagePullSecrets" => "name",
        "secrets" | "resourceClaims" => "name",
        "volumeMounts" => "mountPath",
        "volumeDevices" => "devicePath",
        "ports" if has("containerPort") => "containerPort",
        "ports" => "port",
        "hostAliases" => "ip",
        "topologySpreadConstraints" => "topologyKey",
        _ => return None,
    })
}

/// Merges a list into the one that is there.
pub(super) fn merge(there: &mut Node, list: &str, patch: &[Node], how: How) {
    let mark = there.mark;
    let Value::List(elements) = &mut there.value else { return };
    // An element that holds this order alone speaks of the whole list.
    let replaces = |one: &Node| order(one) == Some("replace") && one.entries().len() == 1;
    let key = key_of(list, elements).filter(|_| !patch.iter().any(replaces));
    let Some(key) = key else {
        *elements = patch.iter().filter(|one| !replaces(one)).map(|one| marked(one, mark)).collect();
        return;
    };
    for one in patch {
        let id = |node: &Node| node.get(key).and_then(Node::text).map(str::to_owned);
        let at = elements.iter().position(|element| id(element).is_some() && id(element) == id(one));
        match (at, order(one)) {
            (Some(at), Some("delete")) => drop(elements.remove(at)),
            (None, Some("delete")) => {}
            (Some(at), Some("replace")) => elements[at] = marked(one, elements[at].mark),
            (Some(at), _) => {
                let how = How { mark: elements[at].mark, ..how };
                let parts = one.entries().iter().filter(|(name, _)| name.text != "$patch");
                parts.for_each(|(name, value)| super::merge(&mut elements[at], &name.text, value, how));
            }
            (None, _) => elements.push(marked(one, mark)),
        }
    }
}
