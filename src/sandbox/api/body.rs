//! Reading request bodies: JSON or YAML.

use axum::body::Body;
use serde_json::Value;

use super::status::Failure;

/// The largest body that is taken; the real server's limit for one object is 1.5 MB, and full CRDs come close.
const LARGEST: usize = 16 * 1024 * 1024;

/// All bytes of a body.
///
/// # Errors
/// 400 when it is too large or breaks off.
pub(super) async fn bytes(body: Body) -> Result<axum::body::Bytes, Failure> {
    let read = axum::body::to_bytes(body, LARGEST).await;
    read.map_err(|e| Failure::bad_request(format!("cannot read the request body: {e}")))
}

/// Parses a body as JSON, else as YAML.
///
/// # Errors
/// 400 with what the parser says.
pub(super) fn parse(body: &[u8]) -> Result<Value, Failure> {
    let json = match serde_json::from_slice(body) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let text = std::str::from_utf8(body).map_err(|_| not_text())?;
    serde_saphyr::from_str(text)
        .map_err(|_| Failure::bad_request(format!("error decoding the body: {json}")))
}

fn not_text() -> Failure {
    Failure::unsupported_media_type("application/json, application/yaml")
}

/// Refuses bodies in Protobuf, which some kubectl generators send.
///
/// # Errors
/// 415 that lists what is understood.
pub(super) fn check_type(content_type: &str) -> Result<(), Failure> {
    if content_type.contains("protobuf") {
        Err(not_text())
    } else {
        Ok(())
    }
}
