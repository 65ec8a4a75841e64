//! One time limit for everything that a request has to go through.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep};

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
        let timer = self.timer();
        tokio::pin!(timer);
        self.keep_by(timer, step).await
    }

    /// A timer for many steps in a row: one made anew for each wakes another thread each time.
    pub(super) fn timer(&self) -> Sleep {
        tokio::time::sleep_until(self.at)
    }

    /// As [`Deadline::keep`], by a timer that was made before.
    pub(super) async fn keep_by<T>(
        &self,
        timer: Pin<&mut Sleep>,
        step: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        tokio::select! {
            biased;
            done = step => done,
            () = timer => Err(Trouble::TimedOut { to: self.to.clone(), seconds: self.whole.as_secs_f64() }),
        }
    }
}
