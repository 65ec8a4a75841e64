//! Discovery: which groups, versions and resources there are, plain and aggregated.

use std::sync::Arc;

use serde_json::{Value, json};

use super::kind::Kind;
use super::registry::Registry;

/// The content type of aggregated discovery; clients compare it literally.
pub(super) const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// Does the `Accept` header ask for aggregated discovery?
pub(super) fn wants_aggregated(accept: &str) -> bool {
    accept.split(',').any(|part| {
        let mut parameters = part.split(';').map(str::trim);
        let json = parameters.next() == Some("application/json");
        let rest: Vec<&str> = parameters.collect();
        json && rest.contains(&"g=apidiscovery.k8s.io") && rest.contains(&"v=v2")
    })
}

pub(super) fn version() -> Value {
    json!({
        "major": "1", "minor": "34", "emulationMajor": "1", "emulationMinor": "34",
        "minCompatibilityMajor": "1", "minCompatibilityMinor": "33",
        "gitVersion": "v1.34.4+signoff", "gitCommit": "", "gitTreeState": "clean", "buildDate": "2026-01-01T00:00:00Z",
        "goVersion": "", "compiler": "rustc", "platform": format!("{}/{}", std::env::consts::OS, architecture()),
    })
}

fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// `/api`
pub(super) fn core_versions(host: &str) -> Value {
    json!({
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": host}],
    })
}

/// `/apis`
pub(super) fn groups(registry: &Registry) -> Value {
    let groups = registry.groups().into_iter().filter(|(group, _)| !group.is_empty());
    let groups: Vec<Value> = groups.map(|(group, versions)| group_value(&group, &versions)).collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

fn group_value(group: &str, versions: &[String]) -> Value {
    let entry = |version: &String| json!({"groupVersion": format!("{group}/{version}"), "version": version});
    let list: Vec<Value> = versions.iter().map(entry).collect();
    json!({"name": group, "versions": list, "preferredVersion": list.first()})
}

/// `/apis/GROUP`
pub(super) fn group(registry: &Registry, group: &str) -> Option<Value> {
    let (_, versions) = registry.groups().into_iter().find(|(name, _)| !name.is_empty() && name == group)?;
    let mut value = group_value(group, &versions);
    value["kind"] = json!("APIGroup");
    value["apiVersion"] = json!("v1");
    Some(value)
}

/// `/api/v1` and `/apis/GROUP/VERSION`
pub(super) fn resources(registry: &Registry, group: &str, version: &str) -> Option<Value> {
    let kinds: Vec<&Arc<Kind>> = registry.all().iter().filter(|k| k.group == group && k.version == version).collect();
    let first = kinds.first()?;
    let resources: Vec<Value> = kinds.iter().flat_map(|kind| plain(kind)).collect();
    Some(json!({
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": first.api_version(), "resources": resources,
    }))
}

fn plain(kind: &Kind) -> Vec<Value> {
    let mut main = json!({
        "name": kind.plural, "singularName": kind.singular, "namespaced": kind.namespaced(), "kind": kind.kind,
        "verbs": kind.verb_names(),
    });
    if !kind.short.is_empty() {
        main["shortNames"] = json!(kind.short);
    }
    if !kind.categories.is_empty() {
        main["categories"] = json!(kind.categories);
    }
    let mut list = vec![main];
    for (name, sub, verbs) in kind.subresources() {
        let mut entry = json!({
            "name": format!("{}/{name}", kind.plural), "singularName": "", "namespaced": kind.namespaced(),
            "kind": if sub.2.is_empty() { kind.kind.as_str() } else { sub.2 }, "verbs": verbs,
        });
        if !sub.0.is_empty() {
            entry["group"] = json!(sub.0);
            entry["version"] = json!(sub.1);
        }
        list.push(entry);
    }
    list
}

/// `/api` (core only) or `/apis` (all other groups), aggregated.
pub(super) fn aggregated(registry: &Registry, core: bool) -> Value {
    let groups = registry.groups().into_iter().filter(|(group, _)| group.is_empty() == core);
    let items: Vec<Value> = groups
        .map(|(group, versions)| {
            let metadata = if core {
                json!({"creationTimestamp": null})
            } else {
                json!({"name": group, "creationTimestamp": null})
            };
            let versions: Vec<Value> = versions.iter().map(|v| aggregated_version(registry, &group, v)).collect();
            json!({"metadata": metadata, "versions": versions})
        })
        .collect();
    json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items,
    })
}

fn aggregated_version(registry: &Registry, group: &str, version: &str) -> Value {
    let kinds = registry.all().iter().filter(|k| k.group == group && k.version == version);
    let resources: Vec<Value> = kinds.map(|kind| aggregated_kind(kind)).collect();
    json!({"version": version, "resources": resources, "freshness": "Current"})
}

fn aggregated_kind(kind: &Kind) -> Value {
    let scope = if kind.namespaced() { "Namespaced" } else { "Cluster" };
    let own = |group: &str, version: &str, name: &str| json!({"group": group, "version": version, "kind": name});
    let mut value = json!({
        "resource": kind.plural, "responseKind": own(&kind.group, &kind.version, &kind.kind), "scope": scope,
        "singularResource": kind.singular, "verbs": kind.verb_names(),
    });
    if !kind.short.is_empty() {
        value["shortNames"] = json!(kind.short);
    }
    if !kind.categories.is_empty() {
        value["categories"] = json!(kind.categories);
    }
    let subresources: Vec<Value> = kind
        .subresources()
        .into_iter()
        .map(|(name, sub, verbs)| {
            let kind =
                if sub.2.is_empty() { own(&kind.group, &kind.version, &kind.kind) } else { own(sub.0, sub.1, sub.2) };
            json!({"subresource": name, "responseKind": kind, "verbs": verbs})
        })
        .collect();
    if !subresources.is_empty() {
        value["subresources"] = json!(subresources);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aggregated_discovery_is_given_only_to_those_who_ask_for_v2() {
        assert!(wants_aggregated(
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
        ));
        assert!(!wants_aggregated("application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"));
        assert!(!wants_aggregated("application/json"));
    }

    #[test]
    fn the_pods_entry_names_its_subresources() {
        let list = resources(&Registry::new(), "", "v1").unwrap();
        let names: Vec<&str> =
            list["resources"].as_array().unwrap().iter().filter_map(|r| r["name"].as_str()).collect();
        for name in ["pods", "pods/log", "pods/status", "pods/portforward", "services/proxy", "namespaces"] {
            assert!(names.contains(&name), "{name}");
        }
        assert!(!names.contains(&"configmaps/status"));
    }
}
