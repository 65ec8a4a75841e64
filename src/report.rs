//! What a run says, for people and for machines: each report is a pure function of [`Run`](crate::record::Run).

mod count;
pub mod exit;
mod finding;
pub mod json;
pub mod junit;
pub mod line;
pub mod markdown;
pub mod metrics;
pub mod overview;
mod remark;
pub mod terminal;
pub mod termination;
pub mod value;
