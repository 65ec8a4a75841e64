//! API versions that are no longer served, those that a suite wants, and names that Kubernetes keeps for itself.

use super::Ground;
use crate::check::repository::fault::Fault;
use crate::check::repository::model::{HELM, KUSTOMIZE, Object, SOURCE};

/// Group, version, and since when it is gone: kustomize-controller 1.7 and 1.8, helm-controller 1.4 and 1.5, source-controller
/// 1.7 and 1.8 (their CRDs at those tags), and the release notes of External Secrets 0.17.
const GONE: [(&str, &str, &str); 8] = [
    (KUSTOMIZE, "v1beta1", "since Flux 2.7"),
    (KUSTOMIZE, "v1beta2", "since Flux 2.8, and it was deprecated before"),
    (HELM, "v2beta1", "since Flux 2.7"),
    (HELM, "v2beta2", "since Flux 2.8, and it was deprecated before"),
    (SOURCE, "v1beta1", "since Flux 2.7"),
    (SOURCE, "v1beta2", "since Flux 2.8, and it was deprecated before"),
    ("external-secrets.io", "v1alpha1", "since External Secrets 0.16"),
    ("external-secrets.io", "v1beta1", "since External Secrets 0.17"),
];
/// Kinds of those groups that have no other version yet.
const YOUNG: [&str; 1] = ["PushSecret"];

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let all = ground.reach.objects().chain(&ground.reach.unreached);
    all.filter_map(|object| gone(object).or_else(|| other(ground, object)).or_else(|| reserved(object))).collect()
}

fn gone(object: &Object) -> Option<Fault> {
    let (group, version) = object.text(&["apiVersion"]).split_once('/')?;
    let is_young = YOUNG.contains(&object.kind());
    let (.., since) = GONE.iter().find(|(old, gone, _)| (*old, *gone) == (group, version) && !is_young)?;
    let place = object.nearest(&["apiVersion"]);
    let fault =
        Fault::new(place, "old-version", "a version that is served", format!("{group}/{version} is not, {since}"));
    Some(fault.hint(format!("write {group}/{}", if group == HELM { "v2" } else { "v1" })))
}

fn other(ground: &Ground<'_>, object: &Object) -> Option<Fault> {
    let (group, version) = object.text(&["apiVersion"]).split_once('/')?;
    let wanted = ground.spec.api_versions.get(group)?;
    if wanted.iter().any(|wanted| wanted == version) {
        return None;
    }
    let place = object.nearest(&["apiVersion"]);
    let fault = Fault::new(place, "other-version", format!("{group} in {}", wanted.join(" or ")), version);
    Some(fault.hint("write the version that the suite wants"))
}

/// The API server refuses a PriorityClass of a name that begins with `system-` (pkg/apis/scheduling/validation).
fn reserved(object: &Object) -> Option<Fault> {
    if !object.is("scheduling.k8s.io", "PriorityClass") || !object.name().starts_with("system-") {
        return None;
    }
    let expected = "a name that does not begin with system-";
    let fault =
        Fault::new(object.here(), "reserved-name", expected, format!("{}: the API server refuses it", object.name()));
    Some(fault.hint("choose another name"))
}
