//! What every namespace gets: the `default` ServiceAccount and the cluster's CA.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{ConfigMap, ServiceAccount};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::ResourceExt;

use super::owner;
use super::world::World;

const ROOT_CA: &str = "kube-root-ca.crt";

/// Makes what is missing in each living namespace.
pub async fn reconcile(world: Arc<World>) -> anyhow::Result<()> {
    for namespace in world.namespaces.all() {
        if owner::ending(namespace.as_ref()) {
            continue;
        }
        let name = namespace.name_any();
        let meta = |object: &str| ObjectMeta {
            name: Some(object.into()),
            namespace: Some(name.clone()),
            ..Default::default()
        };
        if world.accounts.get(&name, "default").is_none() {
            world.create(&ServiceAccount { metadata: meta("default"), ..Default::default() }).await?;
        }
        if world.config_maps.get(&name, ROOT_CA).is_none() {
            // The API is plain HTTP: there is no certificate to trust, but pods expect the key.
            let data = BTreeMap::from([("ca.crt".to_owned(), String::new())]);
            world.create(&ConfigMap { metadata: meta(ROOT_CA), data: Some(data), ..Default::default() }).await?;
        }
    }
    Ok(())
}
