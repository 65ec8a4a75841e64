//! Sources that exist, and stores of secrets that exist.

use super::Ground;
use super::names::{hint, namespace};
use super::wiring::plain;
use crate::check::repository::fault::Fault;
use crate::check::repository::model::{HELM, KUSTOMIZE, Object, SOURCE};
use crate::check::yaml::Node;

/// Kinds of sources and of stores.
const KINDS: [&str; 8] = [
    "GitRepository",
    "OCIRepository",
    "HelmRepository",
    "HelmChart",
    "Bucket",
    "ExternalArtifact",
    "SecretStore",
    "ClusterSecretStore",
];

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for object in ground.reach.objects() {
        for path in references(object) {
            faults.extend(object.root.at(path).and_then(|node| reference(ground, object, node)));
        }
    }
    faults
}

/// Where an object names another one by kind and name.
fn references(object: &Object) -> &'static [&'static [&'static str]] {
    const KS: &[&[&str]] = &[&["spec", "sourceRef"]];
    const HR: &[&[&str]] = &[&["spec", "chart", "spec", "sourceRef"], &["spec", "chartRef"]];
    const ES: &[&[&str]] = &[&["spec", "secretStoreRef"]];
    const EVERYWHERE: &[&[&str]] = &[&["spec", "externalSecretSpec", "secretStoreRef"]];
    match (object.group(), object.kind()) {
        (KUSTOMIZE, "Kustomization") | (SOURCE, "HelmChart") => KS,
        (HELM, "HelmRelease") => HR,
        ("external-secrets.io", "ExternalSecret") => ES,
        ("external-secrets.io", "ClusterExternalSecret") => EVERYWHERE,
        _ => &[],
    }
}

/// The object that is named must be declared in the same cluster, and in the namespace that is meant.
fn reference(ground: &Ground<'_>, object: &Object, node: &Node) -> Option<Fault> {
    // A store's kind may be left out (external-secrets, SecretStoreRef).
    let kind = plain(node.get("kind")).unwrap_or("SecretStore");
    let name = plain(node.get("name"))?;
    // What is made in many namespaces finds a store in each of them.
    let is_anywhere = kind == "ClusterSecretStore" || object.kind() == "ClusterExternalSecret";
    let namespace = namespace(node, object).filter(|_| !is_anywhere);
    // Of another kind it is told that there is none such.
    if !KINDS.contains(&kind)
        || ground.spec.is_given(kind, name)
        || ground.reach.has(object.cluster, kind, namespace, name)
    {
        return None;
    }
    let is_store = kind.ends_with("SecretStore");
    let code = if is_store { "unknown-store" } else { "unknown-source" };
    let group = if is_store { "external-secrets.io" } else { SOURCE };
    let mut here = ground.reach.objects_in(object.cluster);
    let other = here.find(|other| other.name() == name && other.group() == group && other.kind() != kind);
    let hint = match other {
        Some(other) => format!("there is an object of this name, but it is a {}", other.kind()),
        None => hint(ground, object.cluster, kind, name, &declared(ground, object.cluster, kind)),
    };
    let expected = format!("{} names a {kind} that is declared", object.title());
    let actual = match namespace {
        Some(namespace) => format!("no {kind} {name} in namespace {namespace}"),
        None => format!("no {kind} {name}"),
    };
    let place = object.place(node.get("name").unwrap_or(node));
    Some(Fault::new(place, code, expected, actual).hint(hint))
}

fn declared(ground: &Ground<'_>, cluster: usize, kind: &str) -> String {
    let same = ground.reach.objects_in(cluster).filter(|other| other.kind() == kind);
    match same.map(Object::name).collect::<Vec<_>>() {
        none if none.is_empty() => {
            format!("add its manifest, or give {kind}/... in the suite where it is there without the repository")
        }
        some => format!("declared are: {}", some.join(", ")),
    }
}
