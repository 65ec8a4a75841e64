//! Which objects a look at a workload was about.

use super::observation::{Container, Observation, Pod};
use super::spec::Spec;
use crate::check::identity::{Identity, Image};

/// The workload and its pods.
pub(super) fn identities(spec: &Spec, seen: &Observation) -> Vec<Identity> {
    let workload = seen.workload.as_ref().map(|workload| Identity {
        generation: Some(workload.generation),
        resource_version: workload.resource_version.clone(),
        ..Identity::of(format!("{} {}/{}", spec.kind, spec.namespace, spec.name))
    });
    workload.into_iter().chain(seen.pods.iter().map(|pod| of_pod(spec, pod))).collect()
}

fn of_pod(spec: &Spec, pod: &Pod) -> Identity {
    Identity {
        resource_version: pod.resource_version.clone(),
        images: pod.containers.iter().map(image).collect(),
        ..Identity::of(format!("Pod {}/{}", spec.namespace, pod.name))
    }
}

fn image(container: &Container) -> Image {
    let Container { name, image, image_id, .. } = container;
    Image { container: name.clone(), image: image.clone(), id: image_id.clone() }
}
