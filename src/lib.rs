//! Proves that a deployment is really done.
//!
//! `suite -> plan -> [observe -> evidence -> judge -> verdict]* -> outcome -> event -> journal -> run -> reports`

pub mod check;
pub mod cli;
pub mod connect;
pub mod doctor;
pub mod event;
pub mod explain;
pub mod load;
pub mod plan;
pub mod publish;
pub mod rbac;
pub mod record;
pub mod rejudge;
pub mod report;
pub mod run;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod session;
pub mod suite;
pub mod trial;
pub mod units;
