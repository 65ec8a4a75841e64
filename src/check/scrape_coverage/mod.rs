//! Placeholder.
pub mod target;
pub mod target_stream;
