//! The objects, their versions, and the log of changes that watches read.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::kind::Kind;
use super::object;
use super::registry::Registry;

/// How many changes watches can go back.
const LOG_LENGTH: usize = 10_000;

/// Names one object; the order of keys is the order of lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) group: String,
    pub(super) plural: String,
    pub(super) namespace: String,
    pub(super) name: String,
}

impl Key {
    pub(super) fn new(kind: &Kind, namespace: &str, name: &str) -> Self {
        Self {
            group: kind.group.clone(),
            plural: kind.plural.clone(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// One entry of the log.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) version: u64,
    pub(super) key: Key,
    pub(super) before: Option<Arc<Value>>,
    /// The object as it is now, or `None` when it was deleted.
    pub(super) after: Option<Arc<Value>>,
    /// A deleted object's last state, with the version of its deletion.
    pub(super) last: Arc<Value>,
}

/// All that is stored; only reached through [`Store`].
pub(super) struct State {
    objects: BTreeMap<Key, Arc<Value>>,
    version: u64,
    /// Changes up to this version are no longer in the log.
    forgotten: u64,
    log: VecDeque<Change>,
    pub(super) registry: Registry,
    /// The block of addresses from which services get theirs: 127.block.0.0/16.
    pub(super) block: u8,
}

/// One lock around the state, and a bell that rings with each change.
pub(super) struct Store {
    state: Mutex<State>,
    bell: watch::Sender<u64>,
}

impl Store {
    /// An empty store. Versions start at the clock (microseconds), so a watcher of an earlier run asks for one that is too old.
    pub(super) fn new(block: u8) -> Self {
        let start = u64::try_from(jiff::Timestamp::now().as_microsecond()).unwrap_or(1);
        let state = State {
            objects: BTreeMap::new(),
            version: start,
            forgotten: start,
            log: VecDeque::new(),
            registry: Registry::new(),
            block,
        };
        Self { state: Mutex::new(state), bell: watch::Sender::new(start) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in a handler leaves whole objects only, as each is put in one step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    /// Runs a change under the lock and wakes the watchers.
    pub(super) fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        let version = state.version;
        drop(state);
        self.bell.send_if_modified(|rung| std::mem::replace(rung, version) != version);
        result
    }

    pub(super) fn bell(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }
}

impl State {
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// The oldest version from which a watch can still start.
    pub(super) fn oldest(&self) -> u64 {
        self.forgotten
    }

    pub(super) fn get(&self, key: &Key) -> Option<&Arc<Value>> {
        self.objects.get(key)
    }

    /// An object of a kind that is named by its group and plural.
    pub(super) fn named(&self, group: &str, plural: &str, namespace: &str, name: &str) -> Option<&Arc<Value>> {
        self.objects.get(&Key {
            group: group.to_owned(),
            plural: plural.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }

    /// All objects of a kind, in all namespaces or in one.
    pub(super) fn list(
        &self,
        group: &str,
        plural: &str,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = (&Key, &Arc<Value>)> {
        let start = Key {
            group: group.to_owned(),
            plural: plural.to_owned(),
            namespace: namespace.unwrap_or_default().to_owned(),
            name: String::new(),
        };
        let end = start.clone();
        let one = namespace.is_some();
        self.objects.range(start..).take_while(move |(key, _)| {
            key.group == end.group && key.plural == end.plural && (!one || key.namespace == end.namespace)
        })
    }

    pub(super) fn everything(&self) -> impl Iterator<Item = (&Key, &Arc<Value>)> {
        self.objects.iter()
    }

    /// Changes after `version`, oldest first.
    pub(super) fn changes_after(&self, version: u64) -> impl Iterator<Item = &Change> {
        let start = self.log.partition_point(|change| change.version <= version);
        self.log.range(start..)
    }

    /// Stores an object under the next version.
    pub(super) fn put(&mut self, key: Key, mut object: Value) -> Arc<Value> {
        self.version += 1;
        object::metadata(&mut object).insert("resourceVersion".to_owned(), json!(self.version.to_string()));
        let object = Arc::new(object);
        let before = self.objects.insert(key.clone(), object.clone());
        self.record(Change { version: self.version, key, before, after: Some(object.clone()), last: object.clone() });
        object
    }

    /// Takes an object away; its last state carries the version of the deletion.
    pub(super) fn remove(&mut self, key: &Key) -> Option<Arc<Value>> {
        let before = self.objects.remove(key)?;
        self.version += 1;
        let mut last = Value::clone(&before);
        object::metadata(&mut last).insert("resourceVersion".to_owned(), json!(self.version.to_string()));
        let last = Arc::new(last);
        self.record(Change {
            version: self.version,
            key: key.clone(),
            before: Some(before),
            after: None,
            last: last.clone(),
        });
        Some(last)
    }

    fn record(&mut self, change: Change) {
        self.log.push_back(change);
        while self.log.len() > LOG_LENGTH {
            if let Some(old) = self.log.pop_front() {
                self.forgotten = old.version;
            }
        }
    }
}
