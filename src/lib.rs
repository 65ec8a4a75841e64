//! Proves that a deployment is really done.
//!
//! `suite -> plan -> [observe -> evidence -> judge -> verdict]* -> outcome -> event -> journal -> run -> reports`
#[cfg(feature = "sandbox")]
pub mod sandbox;
