//! Names: each is looked for in the cluster of who names it, and there in one namespace.

use super::Ground;
use super::wiring::plain;
use crate::check::repository::fault::meant;
use crate::check::repository::model::Object;
use crate::check::yaml::Node;

/// The namespace that a reference means: its own, else that of the object that refers. `None` where a variable hides it.
pub fn namespace<'o>(reference: &'o Node, object: &'o Object) -> Option<&'o str> {
    match reference.get("namespace").filter(|node| !node.is_null()) {
        Some(node) => plain(Some(node)),
        None => Some(object.home()),
    }
}

/// What to do where kustomize makes an object of this name, whose own name nobody can know.
pub fn hashed(ground: &Ground<'_>, cluster: usize, kind: &str, name: &str) -> Option<String> {
    let mut made = ground.reach.generated_in(cluster);
    made.any(|made| made.is_hashed && made.kind == kind && made.name == name).then(|| {
        let instead = "write `generatorOptions: {disableNameSuffixHash: true}` beside its generator";
        format!("kustomize makes one with a hash behind its name, of which this name knows nothing: {instead}")
    })
}

/// What to do about a name that is not there: where else there is one, else the nearest name, else something else.
pub fn hint(ground: &Ground<'_>, cluster: usize, kind: &str, name: &str, otherwise: &str) -> String {
    if let Some(hint) = hashed(ground, cluster, kind, name) {
        return hint;
    }
    let of_kind = || ground.reach.objects().filter(|object| object.kind() == kind);
    let same = || of_kind().filter(|object| object.name() == name);
    if let Some(here) = same().find(|object| object.cluster == cluster) {
        return format!("there is one in namespace {}: it has to be named, too, or be in the same", here.home());
    }
    if let Some(there) = same().next() {
        return format!("only {} has one: each cluster needs its own", ground.spec.entries[there.cluster]);
    }
    meant(name, of_kind().filter(|object| object.cluster == cluster).map(Object::name), otherwise)
}
