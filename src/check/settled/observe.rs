//! Looks at what must stand still.

use futures::future::try_join_all;
use serde_json::Value;

use super::rollout::Rollout;
use super::said::Said;
use super::{Custom, Object, Observation, Spec, flux, pods};
use crate::check::trouble::Trouble;
use crate::check::uses::Use;
use crate::connect::resource::{DAEMON_SETS, DEPLOYMENTS, PODS, STATEFUL_SETS};
use crate::connect::{Connections, Resource, Scope};

/// How the API groups of Flux end.
const FLUX: &str = ".toolkit.fluxcd.io";
/// Controllers of pods.
static WORKLOADS: [&Resource; 3] = [&DEPLOYMENTS, &STATEFUL_SETS, &DAEMON_SETS];

pub(super) fn uses(spec: &Spec) -> Vec<Use> {
    let custom = spec.objects.iter().map(resource);
    let kinds: Vec<Resource> = WORKLOADS.into_iter().cloned().chain(custom).chain([PODS]).collect();
    let places = spec.namespaces.iter().flat_map(|namespace| kinds.iter().map(move |kind| (kind, namespace)));
    let lists = places.map(|(kind, namespace)| kind.access("list", Some(namespace)));
    let flux = spec.flux.iter().flat_map(|flux| {
        let source = &flux.source;
        let namespace = Some(source.namespace.as_str());
        [source.resource().access("get", namespace).named(&source.name), flux::KUSTOMIZATIONS.access("list", namespace)]
    });
    lists.chain(flux).map(Use::Api).collect()
}

fn resource(custom: &Custom) -> Resource {
    Resource::named(&custom.api_version, &custom.kind, None, Scope::Namespaced)
}

/// Flux comes first: what it applies while this looks changes what is looked at later.
pub(super) async fn observe(spec: &Spec, connections: &Connections) -> Result<Observation, Trouble> {
    let mut seen = Observation::default();
    if let Some(flux) = &spec.flux {
        let source = &flux.source;
        let namespace = Some(source.namespace.as_str());
        let found = connections.get(&source.resource(), namespace, &source.name).await?;
        seen.source = found.as_ref().map(flux::source);
        let all = connections.list(&flux::KUSTOMIZATIONS, namespace, "").await?;
        (seen.kustomizations, seen.beside) = flux::kustomizations(source, &all);
    }
    let custom: Vec<Resource> = spec.objects.iter().map(resource).collect();
    let kinds = || WORKLOADS.into_iter().chain(&custom);
    let places = spec.namespaces.iter().flat_map(|namespace| kinds().map(move |kind| (kind, namespace)));
    let objects = try_join_all(places.map(|(kind, namespace)| objects(kind, namespace, connections))).await?;
    seen.objects = objects.into_iter().flatten().collect();
    // Last, so that a pod that a controller has just made is seen.
    let kind = PODS;
    let pods = try_join_all(spec.namespaces.iter().map(|one| connections.list(&kind, Some(one), ""))).await?;
    seen.pods = pods.iter().flatten().filter_map(pods::pod).collect();
    Ok(seen)
}

async fn objects(kind: &Resource, namespace: &str, connections: &Connections) -> Result<Vec<Object>, Trouble> {
    let all = connections.list(kind, Some(namespace), "").await?;
    Ok(all.iter().map(|object| self::object(kind, object)).collect())
}

pub(super) fn object(kind: &Resource, object: &Value) -> Object {
    Object {
        name: format!("{} {}", kind.kind, path(object)),
        generation: object["metadata"]["generation"].as_i64().unwrap_or(0),
        observed_generation: object["status"]["observedGeneration"].as_i64(),
        resource_version: object["metadata"]["resourceVersion"].as_str().map(str::to_owned),
        rollout: if kind.group == "apps" { Rollout::of(&kind.kind, object) } else { None },
        said: kind.group.ends_with(FLUX).then(|| Said::of(object)),
        // The operator of VictoriaMetrics names the generation before it makes anything of it (v0.66.1).
        under_way: object["status"]["updateStatus"] == "expanding",
    }
}

/// `observability/vmagent`.
pub(super) fn path(object: &Value) -> String {
    let text = |key: &str| object["metadata"][key].as_str().unwrap_or("?");
    format!("{}/{}", text("namespace"), text("name"))
}
