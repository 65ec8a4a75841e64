//! One time limit for everything that a request has to go through.

use std::time::Duration;

use tokio::time::Instant;

use crate::check::trouble::Trouble;

/// When a request must be done, and how to say that it was not.
#[derive(Clone, Debug)]
pub(super) struct Deadline {
    to: String,
    whole: Duration,
    at: Instant,
}

impl Deadline {
    pub(super) fn after(whole: Duration, to: impl ToString) -> Self {
        Self { to: to.to_string(), whole, at: Instant::now() + whole }
    }

    /// Waits for a step, but not longer than the whole may take.
    pub(super) async fn keep<T>(&self, step: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
        tokio::time::timeout_at(self.at, step)
            .await
            .unwrap_or_else(|_| Err(Trouble::TimedOut { to: self.to.clone(), seconds: self.whole.as_secs_f64() }))
    }
}
