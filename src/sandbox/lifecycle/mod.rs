//! The life of a sandbox: started, ready, stopped, and nothing left of it.
//!
//! [`up`] starts `signoff sandbox serve` as a child and listens to it. The child ends in order when its standard input
//! ends, so it cannot outlive its parent; containers cannot outlive the child (parent-death signal); a folder that two
//! kills left behind is swept by the next start.

mod folder;
mod foreground;
mod handle;
mod message;
mod options;
pub mod pending;
pub mod readiness;
mod report;
mod rooms;
mod serve;
pub mod signals;

pub use foreground::{Output, foreground};
pub use handle::{Progress, Sandbox, up};
pub use options::Options;
pub use report::{Component, Report, Version};
pub use serve::serve;
