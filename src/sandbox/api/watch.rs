//! Watches: a stream of changes since a version, seen through a selector.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use serde_json::{Value, json};
use tokio::sync::watch::Receiver;
use tokio::time::Instant;

use super::kind::Kind;
use super::list;
use super::patch::as_version;
use super::request::{Query, Target};
use super::selector::Selector;
use super::status::Failure;
use super::store::{Change, State, Store};
use super::table::Form;

/// How often an idle watch that allows it is told the current version (once a minute upstream).
const BOOKMARK_EVERY: Duration = Duration::from_secs(60);
/// How long a watch lives when the client names no time (upstream: 30 to 60 minutes).
const LONGEST: Duration = Duration::from_secs(1800);

/// One open watch.
pub(super) struct Watch {
    store: Arc<Store>,
    kind: Arc<Kind>,
    namespace: String,
    selector: Selector,
    form: Form,
    seen: u64,
    queue: VecDeque<Bytes>,
    bell: Receiver<u64>,
    closing: Receiver<bool>,
    until: Instant,
    bookmarks: Option<Instant>,
    ended: bool,
}

impl Watch {
    /// Opens a watch; the events that are due at once are queued.
    ///
    /// # Errors
    /// 400 for selectors and versions that cannot be parsed. A version that is too old is told in the stream, as upstream.
    pub(super) fn open(
        store: &Arc<Store>,
        target: &Target,
        query: &Query,
        form: Form,
        closing: Receiver<bool>,
    ) -> Result<Self, Failure> {
        let selector = list::selector(target, query)?;
        let from = match query.text("resourceVersion") {
            "" | "0" => None,
            text => Some(text.parse().map_err(|_| Failure::bad_request(format!("invalid resource version {text:?}")))?),
        };
        let timeout = query.number("timeoutSeconds").filter(|s| *s > 0).map_or(LONGEST, Duration::from_secs);
        let bookmarks = query.flag("allowWatchBookmarks");
        let mut watch = Self {
            store: store.clone(),
            kind: target.kind.clone(),
            namespace: target.namespace.clone(),
            selector,
            form,
            seen: 0,
            queue: VecDeque::new(),
            bell: store.bell(),
            closing,
            until: Instant::now() + timeout,
            bookmarks: bookmarks.then(|| Instant::now() + BOOKMARK_EVERY),
            ended: false,
        };
        store.read(|state| watch.start(state, from, query.get("sendInitialEvents")));
        Ok(watch)
    }

    fn start(&mut self, state: &State, from: Option<u64>, initial: Option<&str>) {
        self.seen = state.version();
        let wanted = match initial {
            Some(flag) => flag == "true",
            None => from.is_none(),
        };
        if !wanted {
            if let Some(from) = from {
                self.seen = from;
                self.refuse_if_forgotten(state);
            }
            return;
        }
        let namespace = Some(self.namespace.as_str()).filter(|n| !n.is_empty());
        let all: Vec<Arc<Value>> =
            state.list(&self.kind.group, &self.kind.plural, namespace).map(|(_, o)| o.clone()).collect();
        for object in &all {
            if self.selector.matches(object) {
                self.push("ADDED", object);
            }
        }
        if initial.is_some() {
            self.bookmark(true);
        }
    }

    fn refuse_if_forgotten(&mut self, state: &State) {
        // A version from the future comes from another store: its changes cannot be told either.
        if self.seen < state.oldest() || self.seen > state.version() {
            let failure = Failure::too_old(self.seen, state.oldest());
            self.queue.push_back(line(&json!({"type": "ERROR", "object": failure.to_value()})));
            self.ended = true;
        }
    }

    fn push(&mut self, event: &str, object: &Arc<Value>) {
        let object = self.form.one(&self.kind, as_version(&self.kind, object));
        self.queue.push_back(line(&json!({"type": event, "object": object})));
    }

    fn bookmark(&mut self, initial_end: bool) {
        let mut metadata = json!({"resourceVersion": self.seen.to_string()});
        if initial_end {
            metadata["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        let object = json!({"kind": self.kind.kind, "apiVersion": self.kind.api_version(), "metadata": metadata});
        self.queue.push_back(line(&json!({"type": "BOOKMARK", "object": object})));
    }

    /// Queues what has changed since the last look.
    fn catch_up(&mut self) {
        let store = self.store.clone();
        store.read(|state| {
            self.refuse_if_forgotten(state);
            if self.ended {
                return;
            }
            let group = self.kind.group.clone();
            let mine = |c: &&Change| {
                c.key.group == group
                    && c.key.plural == self.kind.plural
                    && (self.namespace.is_empty() || c.key.namespace == self.namespace)
            };
            let events: Vec<(&'static str, Arc<Value>)> =
                state.changes_after(self.seen).filter(mine).filter_map(|c| seen_through(&self.selector, c)).collect();
            for (event, object) in events {
                self.push(event, &object);
            }
            self.seen = state.version();
            // A kind that is no longer served ends its watches.
            self.ended = state.registry.find(&group, &self.kind.version, &self.kind.plural).is_none();
        });
    }

    /// The next line of the stream, or `None` at its end.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(line) = self.queue.pop_front() {
                return Some(line);
            }
            if self.ended || *self.closing.borrow() {
                return None;
            }
            self.bell.mark_unchanged();
            self.catch_up();
            if !self.queue.is_empty() || self.ended {
                continue;
            }
            let due = self.bookmarks.unwrap_or(self.until).min(self.until);
            tokio::select! {
                rung = self.bell.changed() => if rung.is_err() { return None },
                _ = self.closing.changed() => return None,
                () = tokio::time::sleep_until(due) => {
                    if Instant::now() >= self.until {
                        return None;
                    }
                    self.bookmark(false);
                    self.bookmarks = Some(Instant::now() + BOOKMARK_EVERY);
                }
            }
        }
    }
}

/// What a change means to somebody who sees only what the selector selects.
fn seen_through(selector: &Selector, change: &Change) -> Option<(&'static str, Arc<Value>)> {
    let was = change.before.as_ref().is_some_and(|o| selector.matches(o));
    let is = change.after.as_ref().is_some_and(|o| selector.matches(o));
    let event = match (was, is) {
        (false, true) => "ADDED",
        (true, true) => "MODIFIED",
        (true, false) => "DELETED",
        (false, false) => return None,
    };
    Some((event, change.last.clone()))
}

fn line(event: &Value) -> Bytes {
    let mut text = event.to_string();
    text.push('\n');
    Bytes::from(text)
}

#[cfg(test)]
mod tests;
