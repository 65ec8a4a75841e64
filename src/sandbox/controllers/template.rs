//! Pods from templates, and the hashes and suffixes in their names.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

use k8s_openapi::api::core::v1::{Pod, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use sha2::{Digest, Sha256};

/// The letters of generated names: no vowels, nothing that looks like another letter
/// (Kubernetes v1.33, k8s.io/apimachinery/pkg/util/rand).
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// A short name-safe hash of a template: equal templates, equal hash.
///
/// Its value differs from a real cluster's (which hashes a Go dump of the struct); nothing may rely on it.
pub fn hash(template: &impl serde::Serialize) -> String {
    // A template that came from JSON always goes back to JSON.
    let text = serde_json::to_vec(template).unwrap_or_default();
    letters(Sha256::digest(&text).iter().take(10).copied())
}

/// Five random letters, as the API server appends to `generateName`.
pub fn suffix() -> String {
    let random = RandomState::new().hash_one(std::time::Instant::now());
    letters(random.to_le_bytes().into_iter().take(5))
}

fn letters(bytes: impl Iterator<Item = u8>) -> String {
    bytes.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()])).collect()
}

/// How a pod gets its name.
pub enum Naming<'a> {
    /// This prefix and a random suffix.
    Prefix(&'a str),
    /// Exactly this.
    Exact(&'a str),
}

/// A pod as a workload's template describes it, with `labels` added to the template's own.
pub fn pod(
    template: &PodTemplateSpec,
    namespace: &str,
    naming: &Naming<'_>,
    owner: OwnerReference,
    labels: &[(&str, &str)],
) -> Pod {
    let meta = template.metadata.clone().unwrap_or_default();
    let (name, generate_name) = match naming {
        Naming::Prefix(prefix) => (format!("{prefix}{}", suffix()), Some((*prefix).to_owned())),
        Naming::Exact(name) => ((*name).to_owned(), None),
    };
    let mut all: BTreeMap<String, String> = meta.labels.unwrap_or_default();
    all.extend(labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    Pod {
        metadata: ObjectMeta {
            name: Some(name),
            generate_name,
            namespace: Some(namespace.to_owned()),
            labels: Some(all),
            annotations: meta.annotations,
            owner_references: Some(vec![owner]),
            finalizers: meta.finalizers,
            ..Default::default()
        },
        spec: template.spec.clone(),
        status: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_follows_the_template() {
        let mut template = PodTemplateSpec::default();
        let before = hash(&template);
        assert_eq!(before, hash(&template.clone()));
        template.spec = Some(k8s_openapi::api::core::v1::PodSpec::default());
        assert_ne!(before, hash(&template));
        assert!(before.bytes().all(|byte| LETTERS.contains(&byte)));
    }

    #[test]
    fn suffixes_are_five_letters_and_differ() {
        let all: std::collections::BTreeSet<_> = (0..50).map(|_| suffix()).collect();
        assert!(all.len() > 45, "{all:?}");
        assert!(all.iter().all(|text| text.len() == 5));
    }
}
