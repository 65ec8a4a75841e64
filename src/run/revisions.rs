//! Reads what Flux has applied once more, so that a run knows whether it speaks of one revision.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::timeout;

use super::stop::Stop;
use crate::event::{EndReason, Reading};

/// Reading may take this long.
pub const LIMIT: Duration = Duration::from_secs(20);

/// Reads what Flux has fetched and applied.
pub type Reader = Arc<dyn Fn() -> BoxFuture<'static, Reading> + Send + Sync>;

/// One reading; `None` where the run was interrupted, which is all that is told of it then. A deadline that has passed does not
/// keep it from being made.
pub async fn read(reader: &Reader, stop: &Stop) -> Option<Reading> {
    let mut stop = stop.clone();
    let interrupted = async {
        match stop.reason() {
            None => drop(stop.asked().await),
            Some(EndReason::Interrupted | EndReason::Terminated) => {}
            Some(EndReason::DeadlinePassed | EndReason::Completed) => drop(stop.asked_twice().await),
        }
    };
    tokio::select! {
        biased;
        () = interrupted => None,
        read = timeout(LIMIT, reader()) => {
            Some(read.unwrap_or_else(|_| Reading::none(format!("no answer within {} s", LIMIT.as_secs()))))
        }
    }
}
