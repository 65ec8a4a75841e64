//! One request of a load: when it was due, how late we were, how long it took, and what came back.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// One request, in the order in which they were due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Which request of the mix it was, from 0.
    pub query: usize,
    /// When it was due, in microseconds since the load began.
    pub due_us: u64,
    /// How late it was sent by our own fault, in microseconds; waiting for a free sender is not in it.
    pub lag_us: u64,
    /// From the due time to the last byte of the answer, in microseconds.
    pub latency_us: u64,
    /// What came back.
    #[serde(default, skip_serializing_if = "Answer::is_good")]
    pub answer: Answer,
}

/// What came back for a request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A success with a result in it.
    #[default]
    Good,
    /// A success with nothing in it: it says nothing about how long real work takes.
    Empty,
    /// A status that is no success.
    Refused {
        /// HTTP status code.
        status: u16,
    },
    /// A success status, but not the documented body.
    Malformed(String),
    /// Nothing within the time limit.
    TimedOut,
    /// The way to the component broke.
    Broken(String),
}

impl Answer {
    /// Whether its latency counts as it is; every other answer counts as slow.
    pub fn is_good(&self) -> bool {
        *self == Self::Good
    }

    /// Whether it is an error of the server or of the way there.
    pub fn is_error(&self) -> bool {
        !matches!(self, Self::Good | Self::Empty)
    }

    /// A few words for findings: `503`, `no answer in time`.
    pub fn label(&self) -> String {
        match self {
            Self::Good => "a result".to_owned(),
            Self::Empty => "an empty result".to_owned(),
            Self::Refused { status } => format!("status {status}"),
            Self::Malformed(message) => format!("a malformed answer ({message})"),
            Self::TimedOut => "no answer in time".to_owned(),
            Self::Broken(message) => format!("a broken connection ({message})"),
        }
    }
}

impl Sample {
    /// Its latency as figures must count it: whatever is not good is at least `slow_at`, never fast.
    pub fn counted_us(&self, slow_at: Duration) -> u64 {
        if self.answer.is_good() { self.latency_us } else { self.latency_us.max(micros(slow_at)) }
    }
}

/// An answer as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// When its last byte was read, before anything was made of it.
    pub at: Instant,
    /// What it was.
    pub answer: Answer,
    /// The server's wish to be left alone (`Retry-After` of a 429 or 503).
    pub retry_after: Option<String>,
}

/// Whatever requests are sent to.
pub trait Target: Send + Sync + 'static {
    /// Sends request number `query` of the mix and waits for the whole answer.
    fn send(&self, query: usize) -> impl Future<Output = Received> + Send;
}

/// Whole microseconds, without overflow.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
