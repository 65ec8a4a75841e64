//! Open-loop load: arrivals on a fixed schedule, latency counted from the due time, no opinion about the result.
//!
//! A closed loop (send, wait, send) stops asking while the system is stalled, so that a stall of seconds leaves one slow
//! sample among hundreds of fast ones ("coordinated omission": Gil Tene, *How NOT to Measure Latency*, 2013). Here a thread
//! of its own says when each request is due, whatever the answers do, and a request that has to wait for a free sender
//! waits on the system's account. What is *our* account (the pacing thread or the runtime being late) is kept apart as
//! the sample's lag.
//!
//! Never correct such samples once more (`Histogram::record_correct`): that would count each stall twice.

mod collect;
mod dispatch;
mod drive;
mod histogram;
mod pacer;
mod quantile;
mod rotation;
mod sample;
mod sequential;

pub use drive::{Load, Orders, drive};
pub use histogram::{decode, encode, histogram};
pub use quantile::{Quantile, exceedances_allowed, samples_needed};
pub use rotation::Rotation;
pub use sample::{Answer, Received, Sample, Target};
pub use sequential::{RISK, Step, TestPlan, Walk};

pub use collect::{BackOff, End};
