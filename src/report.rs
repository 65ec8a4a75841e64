//! What a run says, for people and for machines: each report is a pure function of [`Run`](crate::record::Run).

mod count;
mod exit;
mod finding;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod overview;
mod remark;
pub mod terminal;
pub mod value;
