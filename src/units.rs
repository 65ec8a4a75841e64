//! Values with units, as a suite writes them.

mod bytes;
mod duration;
mod percent;
mod quantity;

pub use bytes::{Bytes, both_units};
pub use duration::Duration;
pub use percent::Percent;
pub use quantity::Quantity;
