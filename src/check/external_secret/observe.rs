//! Looks at an ExternalSecret, the store that it names, and the Secret that it makes.

use serde_json::Value;

use super::observation::{External, Key, Observation, Served, Store, Target};
use super::spec::{Spec, StoreKind, StoreName};
use crate::check::access::Access;
use crate::check::condition::Condition;
use crate::check::trouble::Trouble;
use crate::check::uses::Use;
use crate::connect::{Connections, Resource, Scope};

const GROUP: &str = "external-secrets.io";
static EXTERNAL_SECRETS: Resource = Resource::of(GROUP, "v1", "ExternalSecret", "externalsecrets", Scope::Namespaced);
static CLUSTER_STORES: Resource =
    Resource::of(GROUP, "v1", "ClusterSecretStore", "clustersecretstores", Scope::Cluster);
static STORES: Resource = Resource::of(GROUP, "v1", "SecretStore", "secretstores", Scope::Namespaced);
static SECRETS: Resource = Resource::of("", "v1", "Secret", "secrets", Scope::Namespaced);

pub(super) fn uses(spec: &Spec) -> Vec<Use> {
    let namespace = Some(spec.namespace.as_str());
    let mut rules = vec![EXTERNAL_SECRETS.access("get", namespace).named(&spec.name)];
    match &spec.store {
        Some(store) => {
            let (resource, within) = place(store.kind, &spec.namespace);
            rules.push(resource.access("get", within).named(&store.name));
        }
        None => rules.extend([CLUSTER_STORES.access("get", None), STORES.access("get", namespace)]),
    }
    if !spec.keys.is_empty() {
        rules.push(SECRETS.access("get", namespace).named(spec.target()));
    }
    rules.into_iter().map(Use::Api).collect()
}

fn place(kind: StoreKind, namespace: &str) -> (&'static Resource, Option<&str>) {
    match kind {
        StoreKind::ClusterSecretStore => (&CLUSTER_STORES, None),
        StoreKind::SecretStore => (&STORES, Some(namespace)),
    }
}

pub(super) async fn observe(spec: &Spec, connections: &Connections) -> Result<Observation, Trouble> {
    let namespace = Some(spec.namespace.as_str());
    let external = match connections.get(&EXTERNAL_SECRETS, namespace, &spec.name).await {
        Err(Trouble::UnknownKind { .. }) => {
            let served = Served::Not(versions(connections).await?);
            return Ok(Observation { served, external: None, store: None, target: None });
        }
        found => found?.map(|object| external(&spec.name, &object)),
    };
    let named = external.as_ref().and_then(|external| external.store.clone());
    // Another store than the wanted one is nothing that may be looked at.
    let store = match named.filter(|named| spec.store.as_ref().is_none_or(|wanted| wanted == named)) {
        Some(named) => store(connections, &spec.namespace, &named).await?,
        None => None,
    };
    let target = match spec.keys.is_empty() {
        true => None,
        false => connections.get(&SECRETS, namespace, spec.target()).await?.map(|object| target(&object)),
    };
    Ok(Observation { served: Served::Wanted, external, store, target })
}

/// The versions as which the kind is served, where v1 is not one of them. Every authenticated user may read discovery
/// (ClusterRole system:discovery).
async fn versions(connections: &Connections) -> Result<Vec<String>, Trouble> {
    let root = format!("/apis/{GROUP}");
    let read = async |path: &str| {
        let found = connections.read(path, Access::new("get", GROUP, "")).await?;
        Ok::<Value, Trouble>(found.unwrap_or_default())
    };
    let group = read(&root).await?;
    let mut versions = Vec::new();
    for version in list(&group["versions"]).filter_map(|version| text(&version["version"])) {
        let resources = read(&format!("{root}/{version}")).await?;
        if list(&resources["resources"]).any(|resource| resource["name"] == *EXTERNAL_SECRETS.plural) {
            versions.push(version);
        }
    }
    Ok(versions)
}

async fn store(connections: &Connections, namespace: &str, named: &StoreName) -> Result<Option<Store>, Trouble> {
    let (resource, within) = place(named.kind, namespace);
    let found = match connections.get(resource, within, &named.name).await {
        // The kind of the store is not served, so there is none.
        Err(Trouble::UnknownKind { .. }) => None,
        found => found?,
    };
    Ok(found.map(|object| Store {
        name: named.to_string(),
        resource_version: text(&object["metadata"]["resourceVersion"]),
        ready: Condition::of(&object, "Ready"),
    }))
}

fn external(name: &str, object: &Value) -> External {
    let (metadata, spec, status) = (&object["metadata"], &object["spec"], &object["status"]);
    let reference = &spec["secretStoreRef"];
    // Without a kind it is a SecretStore.
    let kind = match reference["kind"].as_str() {
        Some("ClusterSecretStore") => StoreKind::ClusterSecretStore,
        _ => StoreKind::SecretStore,
    };
    External {
        generation: metadata["generation"].as_i64(),
        resource_version: text(&metadata["resourceVersion"]),
        deleting: text(&metadata["deletionTimestamp"]),
        interval: text(&spec["refreshInterval"]),
        policy: text(&spec["refreshPolicy"]),
        store: text(&reference["name"]).map(|name| StoreName { kind, name }),
        makes: text(&spec["target"]["name"]).unwrap_or_else(|| name.to_owned()),
        creation: text(&spec["target"]["creationPolicy"]).unwrap_or_else(|| "Owner".to_owned()),
        ready: Condition::of(object, "Ready"),
        refreshed: text(&status["refreshTime"]),
        synced: text(&status["syncedResourceVersion"]),
    }
}

/// Values are dropped here: of each its size alone is kept.
fn target(object: &Value) -> Target {
    let metadata = &object["metadata"];
    let owner = |owner: &Value| Some(format!("{} {}", owner["kind"].as_str()?, owner["name"].as_str()?));
    let size =
        |(key, value): (&String, &Value)| Key { name: key.clone(), bytes: value.as_str().map_or(0, str::len) as u64 };
    Target {
        resource_version: text(&metadata["resourceVersion"]),
        owners: list(&metadata["ownerReferences"]).filter_map(owner).collect(),
        managed: metadata["labels"]["reconcile.external-secrets.io/managed"] == "true",
        hashed: metadata["annotations"]["reconcile.external-secrets.io/data-hash"].is_string(),
        keys: object["data"].as_object().into_iter().flatten().map(size).collect(),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
