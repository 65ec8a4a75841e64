//! By what it is known that a run wrote something: so it is swept, and so it is not judged as the system's own.

/// Label of an object: the run that wrote it.
pub const RUN: &str = "signoff.dev/run";
/// Label of an alert, by which it is silenced: the run's nonce. Label names of alerts have no dots.
pub const ALERT: &str = "signoff_run";
