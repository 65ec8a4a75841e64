//! Placeholder.
pub mod discovered;
pub mod expected;
pub mod job;
pub mod join;
pub mod judge;
pub mod labels;
pub mod picture;
pub mod relabel;
pub mod seen;
pub mod selection;
pub mod spec;
pub mod target;
pub mod target_stream;
