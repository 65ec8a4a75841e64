//! Runs one load: pacing thread, dispatcher and collector, until something is decided or time is up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::unbounded_channel;
use tokio::task::AbortHandle;

use super::collect::{Collector, End};
use super::dispatch::Dispatch;
use super::pacer::{self, Brake, Schedule};
use super::rotation::Rotation;
use super::sample::{Sample, Target};
use super::sequential::TestPlan;

/// What load to put on a target.
#[derive(Clone, Debug)]
pub struct Orders {
    /// Arrivals per second, evenly spread.
    pub per_second: f64,
    /// Which request comes when.
    pub rotation: Rotation,
    /// When enough is known; its cap bounds the number of requests.
    pub test: TestPlan,
    /// The shortest latency that is too slow.
    pub slow_at: Duration,
    /// No request becomes due later than this.
    pub window: Duration,
    /// How long one request may take once it is sent.
    pub timeout: Duration,
    /// How many requests may be in flight.
    pub concurrency: usize,
    /// How many errors in a row end the load.
    pub patience: usize,
}

/// What a load brought.
#[derive(Clone, Debug)]
pub struct Load {
    /// Every request that became due and was not dropped, in that order.
    pub samples: Vec<Sample>,
    /// Requests that were due but not sent, because the load was given up.
    pub unsent: usize,
    /// From the first due time to the end of the last answer.
    pub took: Duration,
    /// Why it ended.
    pub end: End,
}

/// How often requests in flight are looked at.
const LOOK: Duration = Duration::from_millis(20);
/// Time for the senders to wake before the first request is due.
const RUN_UP: Duration = Duration::from_millis(20);
/// Added to the last due time and the time limit before a load is cut off.
const GRACE: Duration = Duration::from_secs(1);

/// Puts a load on the target. It ends at the latest one time limit and a second after the last arrival; dropping the
/// future stops it. An error when the pacing thread cannot be started.
pub async fn drive<T: Target>(target: Arc<T>, orders: &Orders) -> std::io::Result<Load> {
    let by_window = (orders.window.as_secs_f64() * orders.per_second).floor() as usize;
    let schedule = Schedule {
        started: Instant::now() + RUN_UP,
        per_second: orders.per_second,
        count: orders.test.cap.min(by_window.max(1)),
    };
    let brake = Arc::new(Brake::default());
    let (issue, tickets) = unbounded_channel();
    let (done, mut finished) = unbounded_channel();
    let dispatch = Dispatch {
        schedule,
        rotation: orders.rotation.clone(),
        concurrency: orders.concurrency,
        timeout: orders.timeout,
        brake: Arc::clone(&brake),
        tickets,
        done,
    };
    let dispatcher = tokio::spawn(dispatch.run(target));
    let _stop = StopOnDrop(Arc::clone(&brake), dispatcher.abort_handle());
    pacer::start(schedule, Arc::clone(&brake), issue)?;

    let mut collector = Collector::new(schedule, &orders.test, orders.slow_at, orders.patience);
    let cut_off = schedule.due(schedule.count) + orders.timeout + GRACE;
    let cut_off = tokio::time::sleep_until(cut_off.into());
    tokio::pin!(cut_off);
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            one = finished.recv() => match one {
                Some(one) => collector.record(one),
                None => break,
            },
            _ = look.tick() => {}
            () = &mut cut_off => break,
        }
        collector.walk_on(Instant::now());
        match collector.end() {
            // What is due already is still sent: leaving it out would be an omission.
            Some(End::Decided) => brake.end_arrivals(),
            Some(End::BackedOff(_)) => brake.end_sending(),
            Some(End::WindowOver) | None => {}
        }
    }
    let sent_all = !brake.sending_ended();
    let (samples, unsent, end) = collector.finish(brake.issued(), |n| orders.rotation.at(n), sent_all);
    Ok(Load { samples, unsent, took: schedule.started.elapsed(), end })
}

/// Stops the pacing thread and every request when a load ends or is given up.
struct StopOnDrop(Arc<Brake>, AbortHandle);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.end_sending();
        self.1.abort();
    }
}

#[cfg(test)]
mod tests;
