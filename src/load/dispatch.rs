//! Hands due requests to a bounded number of senders, and tells our own lateness from waiting for the system.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::pacer::{Brake, Schedule, Ticket};
use super::rotation::Rotation;
use super::sample::{Answer, Received, Sample, Target, micros};

/// A finished request.
pub(super) struct Done {
    pub n: usize,
    pub sample: Sample,
    pub retry_after: Option<String>,
}

/// What dispatching needs besides the target.
pub(super) struct Dispatch {
    pub schedule: Schedule,
    pub rotation: Rotation,
    pub concurrency: usize,
    pub timeout: Duration,
    pub brake: Arc<Brake>,
    pub tickets: UnboundedReceiver<Ticket>,
    pub done: UnboundedSender<Done>,
}

impl Dispatch {
    /// Sends until the tickets end or the brake says so, then waits for what is in flight.
    /// Dropping the future aborts all of it.
    pub async fn run<T: Target>(mut self, target: Arc<T>) {
        // A slot carries the time since which it is free. A request that found none free is late by the system's fault up to then.
        let (give_back, mut slots) = unbounded_channel::<Instant>();
        for _ in 0..self.concurrency.max(1) {
            give_back.send(self.schedule.started).expect("the receiver is in this function");
        }
        let mut senders = JoinSet::new();
        while let Some(ticket) = self.tickets.recv().await {
            let Some(free_since) = slots.recv().await else { break };
            if self.brake.sending_ended() {
                break;
            }
            while senders.try_join_next().is_some() {}
            let ready = ticket.due.max(free_since);
            let errand = Errand {
                ticket,
                ready,
                started: self.schedule.started,
                query: self.rotation.at(ticket.n),
                timeout: self.timeout,
            };
            let (target, done, give_back) = (Arc::clone(&target), self.done.clone(), give_back.clone());
            senders.spawn(async move {
                let finished = errand.run(&*target).await;
                // Nobody listens only when the load was given up.
                let _ = done.send(finished);
                let _ = give_back.send(Instant::now());
            });
        }
        drop(self.done);
        while senders.join_next().await.is_some() {}
    }
}

struct Errand {
    ticket: Ticket,
    ready: Instant,
    started: Instant,
    query: usize,
    timeout: Duration,
}

impl Errand {
    async fn run<T: Target>(self, target: &T) -> Done {
        let lag = self.ready.elapsed();
        let received = tokio::time::timeout(self.timeout, target.send(self.query)).await;
        let Received { at, answer, retry_after } =
            received.unwrap_or_else(|_| Received { at: Instant::now(), answer: Answer::TimedOut, retry_after: None });
        let sample = Sample {
            query: self.query,
            due_us: micros(self.ticket.due.duration_since(self.started)),
            lag_us: micros(lag),
            latency_us: micros(at.saturating_duration_since(self.ticket.due)),
            answer,
        };
        Done { n: self.ticket.n, sample, retry_after }
    }
}
