//! Times as the Kubernetes API and its controllers write them.

use jiff::Timestamp;

/// RFC 3339, UTC, whole seconds.
pub fn stamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Now.
pub fn now() -> String {
    stamp(Timestamp::now())
}
