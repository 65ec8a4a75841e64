//! One worker for each application object: a pass on each change, and again after the resync period.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use kube::core::DynamicObject;
use tokio::sync::Notify;
use tokio::sync::mpsc::Receiver;
use tokio::task::{AbortHandle, JoinSet};

use super::pass::{self, Next};
use super::{Change, Operator, changes, key_of, with_jitter};
use crate::sandbox::operator::kinds::App;
use crate::sandbox::operator::metrics;

/// First and longest pause after a failure.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(120));

struct Worker {
    wake: Arc<Notify>,
    /// Generation and whether deletion was asked for, at the last event.
    seen: (i64, bool),
    task: AbortHandle,
}

/// Watches the objects of `app`; `owned` names objects whose workload was touched by someone.
pub async fn run(operator: Arc<Operator>, app: App, mut owned: Receiver<String>) {
    let mut workers = Workers { operator: operator.clone(), app, workers: HashMap::new(), tasks: JoinSet::new() };
    let mut changes = changes(&operator, app.resource());
    loop {
        tokio::select! {
            Some(change) = changes.next() => workers.take(change),
            Some(key) = owned.recv() => workers.wake(&key),
            else => return,
        }
    }
}

/// The workers of one kind of application.
struct Workers {
    operator: Arc<Operator>,
    app: App,
    workers: HashMap<String, Worker>,
    tasks: JoinSet<()>,
}

impl Workers {
    fn take(&mut self, change: Change) {
        match change {
            Change::Gone(key) => {
                if let Some(worker) = self.workers.remove(&key) {
                    worker.task.abort();
                }
            }
            Change::Present(object) => self.see(&object),
        }
        let count = self.workers.len() as f64;
        self.operator.metrics.set(&metrics::objects(self.app.prefix()), count);
    }

    /// Only a changed spec or a deletion counts, not statuses and annotations.
    fn see(&mut self, object: &DynamicObject) {
        let key = key_of(object);
        let meta = &object.metadata;
        let seen = (meta.generation.unwrap_or_default(), meta.deletion_timestamp.is_some());
        match self.workers.get_mut(&key) {
            Some(worker) if worker.seen == seen => {}
            Some(worker) => {
                worker.seen = seen;
                worker.wake.notify_one();
            }
            None => {
                let wake = Arc::new(Notify::new());
                let work = work(self.operator.clone(), self.app, key.clone(), wake.clone());
                let task = self.tasks.spawn(work);
                self.workers.insert(key, Worker { wake, seen, task });
            }
        }
    }

    fn wake(&self, key: &str) {
        if let Some(worker) = self.workers.get(key) {
            worker.wake.notify_one();
        }
    }
}

async fn work(operator: Arc<Operator>, app: App, key: String, wake: Arc<Notify>) {
    let (namespace, name) = key.split_once('/').unwrap_or_default();
    let mut failures = 0_u32;
    loop {
        let pause = match pass::run(&operator, app, namespace, name).await {
            Next::Gone => {
                // A new object of this name may come before the watch tells that the old one went.
                wake.notified().await;
                continue;
            }
            Next::Resync => {
                failures = 0;
                with_jitter(operator.options.resync)
            }
            Next::Retry => {
                let pause = BACKOFF.0.saturating_mul(2_u32.saturating_pow(failures)).min(BACKOFF.1);
                failures += 1;
                pause
            }
        };
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
