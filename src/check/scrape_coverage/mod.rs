//! Placeholder.
pub mod discovered;
pub mod expected;
pub mod job;
pub mod labels;
pub mod picture;
pub mod relabel;
pub mod selection;
pub mod target;
pub mod target_stream;
