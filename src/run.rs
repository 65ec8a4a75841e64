//! Runs a plan: one task per check, its looks repeated until they settle, every step an event.
//!
//! Retrying lives here alone. The runner knows nothing of kinds: it sees [`Probe`]s.

mod budget;
mod check;
mod engine;
mod evidence;
mod look;
mod probe;
mod redact;
mod revisions;
mod setup;
mod signals;
mod stop;
mod sweep;

pub use budget::starts;
pub use check::Job;
pub use engine::{Audience, Failure, Setup, run};
pub use look::judge_saved;
pub use probe::{Live, Probe};
pub use redact::{redact, redact_text};
pub use revisions::Reader;
pub use setup::{Cluster, TOOL, jobs, revisions, run_card, surroundings, sweep_before};
pub use signals::listen;
pub use stop::{Handle, Stop, channel};
pub use sweep::sweep;
