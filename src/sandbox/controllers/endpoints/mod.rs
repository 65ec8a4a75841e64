//! Service + pods -> EndpointSlices and Endpoints.

mod compute;
mod legacy;

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Endpoints, Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::ResourceExt;
use serde_json::json;

use super::owner;
use super::world::World;

const SERVICE: &str = "kubernetes.io/service-name";
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
const MANAGER: &str = "endpointslice-controller.k8s.io";
const HEADLESS: &str = "service.kubernetes.io/headless";

/// Writes the slices and Endpoints of every Service with a selector and removes those that are left over.
pub async fn reconcile(world: Arc<World>) -> anyhow::Result<()> {
    let mut pods: BTreeMap<String, Vec<Arc<Pod>>> = BTreeMap::new();
    for pod in world.pods.all() {
        pods.entry(pod.namespace().unwrap_or_default()).or_default().push(pod);
    }
    for service in world.services.all() {
        let selector = service.spec.as_ref().and_then(|spec| spec.selector.clone()).unwrap_or_default();
        if selector.is_empty() || owner::ending(service.as_ref()) {
            continue;
        }
        let selected: Vec<_> =
            pods.get(&service.namespace().unwrap_or_default()).into_iter().flatten().cloned().collect();
        let selected: Vec<_> = selected
            .into_iter()
            .filter(|pod| selector.iter().all(|(key, value)| pod.labels().get(key) == Some(value)))
            .collect();
        let groups = compute::groups(&service, &selected);
        slices(&world, &service, &groups).await?;
        endpoints(&world, &service, &groups).await?;
    }
    orphans(&world).await
}

async fn slices(world: &World, service: &Service, groups: &[compute::Group]) -> anyhow::Result<()> {
    let wanted: Vec<_> = groups.iter().map(|group| group.slice(service, labels(service, true))).collect();
    for slice in &wanted {
        match world.slices.get(&slice.namespace().unwrap_or_default(), &slice.name_any()) {
            None => world.create(slice).await?,
            Some(known) if same(&known, slice) => {}
            Some(known) => {
                let patch = json!({
                    "metadata": {"labels": slice.metadata.labels},
                    "endpoints": slice.endpoints,
                    "ports": slice.ports,
                });
                world.patch(known.as_ref(), patch).await?;
            }
        }
    }
    for known in world.slices.all() {
        let ours = is_ours(&known, service) && known.labels().get(MANAGED_BY).is_some_and(|manager| manager == MANAGER);
        if ours && !wanted.iter().any(|slice| slice.name_any() == known.name_any()) {
            world.delete(known.as_ref()).await?;
        }
    }
    Ok(())
}

fn same(known: &EndpointSlice, wanted: &EndpointSlice) -> bool {
    known.endpoints == wanted.endpoints
        && known.ports == wanted.ports
        && known.metadata.labels == wanted.metadata.labels
}

fn is_ours(slice: &EndpointSlice, service: &Service) -> bool {
    slice.namespace() == service.namespace() && slice.labels().get(SERVICE) == Some(&service.name_any())
}

async fn endpoints(world: &World, service: &Service, groups: &[compute::Group]) -> anyhow::Result<()> {
    let wanted = legacy::endpoints(service, groups, labels(service, false));
    match world.endpoints.get(&service.namespace().unwrap_or_default(), &service.name_any()) {
        None => world.create(&wanted).await,
        Some(known) if known.subsets == wanted.subsets && known.metadata.labels == wanted.metadata.labels => Ok(()),
        Some(known) => {
            let patch = json!({"metadata": {"labels": wanted.metadata.labels}, "subsets": wanted.subsets});
            world.patch(known.as_ref(), patch).await
        }
    }
}

/// A Service's labels are carried over, since scrape configurations select endpoints by them.
fn labels(service: &Service, slice: bool) -> BTreeMap<String, String> {
    let mut labels = service.labels().clone();
    if service.spec.as_ref().and_then(|spec| spec.cluster_ip.as_deref()) == Some("None") {
        labels.insert(HEADLESS.into(), String::new());
    }
    if slice {
        labels.insert(MANAGED_BY.into(), MANAGER.into());
        labels.insert(SERVICE.into(), service.name_any());
    } else {
        labels.insert("endpoints.kubernetes.io/managed-by".into(), "endpoint-controller".into());
    }
    labels
}

/// Removes what belongs to a Service that is gone. Endpoints have no owner in Kubernetes: their name is the link.
async fn orphans(world: &World) -> anyhow::Result<()> {
    let gone =
        |namespace: Option<String>, name: &str| world.services.get(&namespace.unwrap_or_default(), name).is_none();
    for endpoints in world.endpoints.all() {
        if is_managed(&endpoints) && gone(endpoints.namespace(), &endpoints.name_any()) {
            world.delete(endpoints.as_ref()).await?;
        }
    }
    for slice in world.slices.all() {
        let managed = slice.labels().get(MANAGED_BY).is_some_and(|manager| manager == MANAGER);
        let service = slice.labels().get(SERVICE).cloned().unwrap_or_default();
        if managed && !owner::ending(slice.as_ref()) && gone(slice.namespace(), &service) {
            world.delete(slice.as_ref()).await?;
        }
    }
    Ok(())
}

fn is_managed(endpoints: &Endpoints) -> bool {
    endpoints.labels().contains_key("endpoints.kubernetes.io/managed-by") && !owner::ending(endpoints)
}
