//! Values with units, as a suite writes them.

mod duration;

pub use duration::Duration;
