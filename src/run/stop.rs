//! The one signal that ends a run early, with its reason.

use tokio::sync::watch;

use crate::event::EndReason;

/// Waits for the end of the run. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<Asked>);

/// Asks the run to end.
#[derive(Clone, Debug)]
pub struct Handle(watch::Sender<Asked>);

/// What was asked for so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Nothing,
    Stop(EndReason),
    /// A second time: do not even wait for what must be undone.
    AtOnce(EndReason),
}

/// A run's stop and the handle to it.
pub fn channel() -> (Handle, Stop) {
    let (sender, receiver) = watch::channel(Asked::Nothing);
    (Handle(sender), Stop(receiver))
}

impl Handle {
    /// Asks the run to end for this reason. The first reason counts; the second request does not wait for clean-up.
    pub fn stop(&self, reason: EndReason) {
        self.0.send_modify(|asked| {
            *asked = match *asked {
                Asked::Nothing => Asked::Stop(reason),
                Asked::Stop(first) | Asked::AtOnce(first) => Asked::AtOnce(first),
            }
        });
    }

    /// Asks the run to end unless it was asked already: a deadline is no second request.
    pub fn stop_once(&self, reason: EndReason) {
        self.0.send_if_modified(|asked| {
            let first = *asked == Asked::Nothing;
            if first {
                *asked = Asked::Stop(reason);
            }
            first
        });
    }
}

impl Stop {
    /// The reason, when the run was asked to end.
    pub fn reason(&self) -> Option<EndReason> {
        match *self.0.borrow() {
            Asked::Nothing => None,
            Asked::Stop(reason) | Asked::AtOnce(reason) => Some(reason),
        }
    }

    /// Ends when the run is asked to end; never, when nobody can ask any more.
    pub async fn asked(&mut self) -> EndReason {
        self.until(|asked| match asked {
            Asked::Nothing => None,
            Asked::Stop(reason) | Asked::AtOnce(reason) => Some(reason),
        })
        .await
    }

    /// Ends when the run is asked a second time.
    pub async fn asked_twice(&mut self) -> EndReason {
        self.until(|asked| match asked {
            Asked::Nothing | Asked::Stop(_) => None,
            Asked::AtOnce(reason) => Some(reason),
        })
        .await
    }

    async fn until(&mut self, reason: impl Fn(Asked) -> Option<EndReason>) -> EndReason {
        loop {
            if let Some(reason) = reason(*self.0.borrow_and_update()) {
                return reason;
            }
            if self.0.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
