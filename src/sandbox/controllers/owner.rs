//! Who owns whom.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::{Resource, ResourceExt};

/// The reference that makes `owner` the controller of what carries it.
pub fn reference<K: Resource<DynamicType = ()>>(owner: &K) -> OwnerReference {
    OwnerReference {
        api_version: K::api_version(&()).into_owned(),
        kind: K::kind(&()).into_owned(),
        name: owner.name_any(),
        uid: owner.uid().unwrap_or_default(),
        controller: Some(true),
        block_owner_deletion: Some(true),
    }
}

/// Whether `owner` is the controller of `child`.
pub fn controls<O: ResourceExt, C: ResourceExt>(owner: &O, child: &C) -> bool {
    let Some(uid) = owner.uid() else { return false };
    child.owner_references().iter().any(|reference| reference.controller == Some(true) && reference.uid == uid)
}

/// Whether an object is on its way out.
pub fn ending<K: ResourceExt>(object: &K) -> bool {
    object.meta().deletion_timestamp.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::apps::v1::ReplicaSet;
    use k8s_openapi::api::core::v1::Pod;

    #[test]
    fn a_namesake_with_another_uid_controls_nothing() {
        let mut set = ReplicaSet::default();
        set.metadata.name = Some("x".into());
        set.metadata.uid = Some("1".into());
        let mut pod = Pod::default();
        pod.metadata.owner_references = Some(vec![reference(&set)]);
        assert!(controls(&set, &pod));
        set.metadata.uid = Some("2".into());
        assert!(!controls(&set, &pod));
    }
}
