//! Reading request bodies: JSON, YAML, and a little Protobuf.

use axum::body::Body;
use serde_json::Value;

use super::protobuf;
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

/// Parses a body as JSON, else as YAML; or as Protobuf, where it says that it is.
///
/// # Errors
/// 400 with what the parser says.
pub(super) fn parse(body: &[u8]) -> Result<Value, Failure> {
    if body.starts_with(b"k8s\0") {
        return protobuf::parse(body);
    }
    let json = match serde_json::from_slice(body) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let text = std::str::from_utf8(body).map_err(|_| Failure::bad_request("the body is not UTF-8"))?;
    serde_saphyr::from_str(text).map_err(|_| Failure::bad_request(format!("error decoding the body: {json}")))
}
