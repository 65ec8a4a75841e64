//! SIGINT and SIGTERM ask a run to end.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use super::stop::Handle;
use crate::event::EndReason;

/// Passes SIGINT and SIGTERM on to `run` from now on, every time they come. Abort the task to stop listening; the process then
/// still does not die of these signals, since their handlers stay.
pub fn listen(run: Handle) -> io::Result<JoinHandle<()>> {
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    Ok(tokio::spawn(async move {
        loop {
            let reason = tokio::select! {
                Some(()) = interrupts.recv() => EndReason::Interrupted,
                Some(()) = terminations.recv() => EndReason::Terminated,
                else => return,
            };
            run.stop(reason);
        }
    }))
}
