//! The newest known state of all objects of one kind.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kube::ResourceExt;

type Key = (String, String);

/// A cache that is fed by a watch *and* by the answers to our own writes, so that a controller never acts twice
/// because its watch is behind.
pub struct Cache<K> {
    known: Mutex<Known<K>>,
}

struct Known<K> {
    objects: BTreeMap<Key, Arc<K>>,
    /// The uids of what was deleted lately: the late answer to a write must not bring one back.
    gone: VecDeque<String>,
}

/// How many deletions are remembered: far more than can happen while one request is answered.
const REMEMBERED: usize = 1000;

impl<K> Default for Cache<K> {
    fn default() -> Self {
        Self { known: Mutex::new(Known { objects: BTreeMap::new(), gone: VecDeque::new() }) }
    }
}

impl<K: ResourceExt> Cache<K> {
    /// All objects, by namespace and name.
    pub fn all(&self) -> Vec<Arc<K>> {
        self.lock().objects.values().cloned().collect()
    }

    /// One object; `namespace` is empty for cluster-scoped kinds.
    pub fn get(&self, namespace: &str, name: &str) -> Option<Arc<K>> {
        self.lock().objects.get(&(namespace.to_owned(), name.to_owned())).cloned()
    }

    /// Takes over an object unless a newer version of it is known already.
    pub fn put(&self, object: K) {
        let mut known = self.lock();
        if object.uid().is_some_and(|uid| known.gone.contains(&uid)) {
            return;
        }
        let key = key(&object);
        if known.objects.get(&key).is_none_or(|known| version(known.as_ref()) <= version(&object)) {
            known.objects.insert(key, Arc::new(object));
        }
    }

    /// Forgets an object, unless it has been made anew under the same name since.
    pub fn remove(&self, object: &K) {
        let mut known = self.lock();
        let key = key(object);
        if known.objects.get(&key).is_some_and(|known| known.uid() == object.uid()) {
            known.objects.remove(&key);
        }
        known.gone.extend(object.uid());
        if known.gone.len() > REMEMBERED {
            known.gone.pop_front();
        }
    }

    /// Replaces everything by a fresh list, keeping what our own writes have made newer.
    pub fn replace(&self, list: Vec<K>) {
        let mut known = self.lock();
        let mut old = std::mem::take(&mut known.objects);
        for object in list {
            let key = key(&object);
            let newer = old.remove(&key).filter(|known| version(known.as_ref()) > version(&object));
            known.objects.insert(key, newer.unwrap_or_else(|| Arc::new(object)));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known<K>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key<K: ResourceExt>(object: &K) -> Key {
    (object.namespace().unwrap_or_default(), object.name_any())
}

/// Versions are compared as numbers, which KEP-5504 allows since Kubernetes 1.35 and every etcd-backed server does.
fn version<K: ResourceExt>(object: &K) -> u64 {
    object.resource_version().and_then(|text| text.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::ConfigMap;

    fn config(name: &str, uid: &str, version: u64) -> ConfigMap {
        let mut object = ConfigMap::default();
        object.metadata.name = Some(name.into());
        object.metadata.namespace = Some("a".into());
        object.metadata.uid = Some(uid.into());
        object.metadata.resource_version = Some(version.to_string());
        object
    }

    #[test]
    fn an_older_event_does_not_undo_our_own_write() {
        let cache = Cache::default();
        cache.put(config("x", "1", 10));
        cache.put(config("x", "1", 9));
        assert_eq!(cache.get("a", "x").unwrap().resource_version().as_deref(), Some("10"));
    }

    #[test]
    fn the_deletion_of_a_former_object_does_not_remove_its_successor() {
        let cache = Cache::default();
        cache.put(config("x", "2", 10));
        cache.remove(&config("x", "1", 9));
        assert!(cache.get("a", "x").is_some());
        cache.remove(&config("x", "2", 11));
        assert!(cache.get("a", "x").is_none());
    }

    #[test]
    fn the_late_answer_to_a_write_does_not_bring_back_what_was_deleted() {
        let cache = Cache::default();
        cache.put(config("x", "1", 10));
        cache.remove(&config("x", "1", 12));
        cache.put(config("x", "1", 11));
        assert!(cache.get("a", "x").is_none());
    }

    #[test]
    fn a_fresh_list_drops_what_is_gone() {
        let cache = Cache::default();
        cache.put(config("x", "1", 10));
        cache.put(config("y", "2", 12));
        cache.replace(vec![config("y", "2", 11), config("z", "3", 11)]);
        assert!(cache.get("a", "x").is_none());
        assert_eq!(cache.get("a", "y").unwrap().resource_version().as_deref(), Some("12"));
        assert_eq!(cache.all().len(), 2);
    }
}
