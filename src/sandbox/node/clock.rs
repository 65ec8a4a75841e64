//! Times and ids as the API writes them.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;

/// Now, in whole seconds as all API times are.
pub(super) fn now() -> Time {
    let now = Timestamp::now();
    Time(Timestamp::from_second(now.as_second()).unwrap_or(now))
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A container id that no other start shares.
pub(super) fn container_id(uid: &str, container: &str, start: i32) -> String {
    use sha2::{Digest, Sha256};
    let seed = format!("{uid}/{container}/{start}");
    format!("containerd://{}", hex(&Sha256::digest(seed.as_bytes())))
}
