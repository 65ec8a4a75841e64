//! The thread that says when each request is due: absolute times, whatever the answers do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

/// A request that has become due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    /// Its number, from 0.
    pub n: usize,
    /// When it was due.
    pub due: Instant,
}

/// Requests at an even distance. (In bursts, requests would wait for each other and inflate the quantile.)
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    pub started: Instant,
    pub per_second: f64,
    pub count: usize,
}

impl Schedule {
    /// When request `n` is due. Computed from the start each time, so that rounding never adds up.
    pub fn due(&self, n: usize) -> Instant {
        self.started + Duration::from_secs_f64(n as f64 / self.per_second)
    }
}

/// How far a load is to go on; shared by the pacing thread, the dispatcher and the collector.
#[derive(Debug, Default)]
pub(super) struct Brake {
    level: AtomicU8,
    issued: AtomicUsize,
}

const GO: u8 = 0;
const NO_MORE_ARRIVALS: u8 = 1;
const NO_MORE_SENDING: u8 = 2;

impl Brake {
    /// Lets no further request become due.
    pub fn end_arrivals(&self) {
        self.level.fetch_max(NO_MORE_ARRIVALS, Ordering::SeqCst);
    }

    /// Also drops requests that are due but wait for a sender.
    pub fn end_sending(&self) {
        self.level.fetch_max(NO_MORE_SENDING, Ordering::SeqCst);
    }

    pub fn arrivals_ended(&self) -> bool {
        self.level.load(Ordering::SeqCst) != GO
    }

    pub fn sending_ended(&self) -> bool {
        self.level.load(Ordering::SeqCst) == NO_MORE_SENDING
    }

    /// How many requests became due so far.
    pub fn issued(&self) -> usize {
        self.issued.load(Ordering::SeqCst)
    }
}

/// Sleeping ends this much early and spinning takes over: the kernel's timer slack alone is 50 us.
const SPIN: Duration = Duration::from_micros(120);
/// Longest sleep between two looks at the brake.
const NAP: Duration = Duration::from_millis(50);

/// Starts the pacing thread. It ends with the schedule, by the brake, or when nobody listens any more.
/// A plain thread, since an async runtime's timers are coarse (1 ms in tokio) and late under load.
pub(super) fn start(schedule: Schedule, brake: Arc<Brake>, tickets: UnboundedSender<Ticket>) -> std::io::Result<()> {
    let pace = move || {
        for n in 0..schedule.count {
            let due = schedule.due(n);
            if !wait_until(due, &brake) || tickets.send(Ticket { n, due }).is_err() {
                return;
            }
            brake.issued.store(n + 1, Ordering::SeqCst);
        }
    };
    thread::Builder::new().name("load-pacer".to_owned()).spawn(pace).map(drop)
}

/// Waits for the due time; false when the brake came first.
fn wait_until(due: Instant, brake: &Brake) -> bool {
    loop {
        if brake.arrivals_ended() {
            return false;
        }
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        match left.checked_sub(SPIN) {
            Some(nap) if !nap.is_zero() => thread::sleep(nap.min(NAP)),
            _ => std::hint::spin_loop(),
        }
    }
}
