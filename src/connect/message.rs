//! A request to a component and its reply, whatever the way there.

use std::fmt::{self, Write};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, header};

use crate::check::trouble::Trouble;

/// An HTTP request without an authority: the way adds it.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET, POST or DELETE.
    pub method: Method,
    /// Path with query, percent-encoded: `/api/v1/query?query=up`.
    pub path: String,
    /// `Content-Type` and the like.
    pub headers: HeaderMap,
    /// Empty for GET.
    pub body: Vec<u8>,
    /// How long to wait for the whole reply.
    pub timeout: Duration,
}

/// A whole reply: any status is a reply, only a broken way is an error.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status code.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body. It is never compressed, since no request asks for that.
    pub body: Vec<u8>,
    /// From the first byte sent to the last byte read.
    pub took: Duration,
    /// The way it went.
    pub via: Via,
    /// The path that was asked for, with its query.
    pub path: String,
}

/// The way to a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// Its address inside the cluster, as only a Pod can use it.
    Dns,
    /// A port-forward to one of its pods through the API server.
    PortForward,
    /// The API server's HTTP proxy to one of its pods.
    Proxy,
    /// An address that was given.
    Url,
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "dns",
            Self::PortForward => "port-forward",
            Self::Proxy => "proxy",
            Self::Url => "url",
        })
    }
}

impl Request {
    /// A GET with a time limit of 10 s.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            timeout: Duration::from_secs(10),
        }
    }

    /// A POST of a JSON body.
    pub fn post(path: impl Into<String>, body: &serde_json::Value) -> Self {
        let mut request = Self { method: Method::POST, body: body.to_string().into_bytes(), ..Self::get(path) };
        request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request
    }

    /// A DELETE.
    pub fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, ..Self::get(path) }
    }

    /// A GET with query parameters, which are percent-encoded here.
    pub fn get_with<V: AsRef<str>>(path: &str, query: &[(&str, V)]) -> Self {
        Self::get(path_with(path, query))
    }
}

impl Reply {
    /// The body as text; any status but 2xx is a refusal with the component's own words.
    pub fn text(self) -> Result<String, Trouble> {
        if !(200..300).contains(&self.status) {
            return Err(self.refusal());
        }
        let url = self.path;
        String::from_utf8(self.body).map_err(|error| Trouble::Malformed { url, message: error.to_string() })
    }

    /// The reply as a refusal, with the component's own words.
    pub(super) fn refusal(self) -> Trouble {
        Trouble::Refused { url: self.path, status: self.status, body: start_of(&self.body) }
    }

    /// The body as JSON of a known shape.
    pub fn json<T: serde::de::DeserializeOwned>(self) -> Result<T, Trouble> {
        let url = self.path.clone();
        let text = self.text()?;
        serde_json::from_str(&text).map_err(|error| Trouble::Malformed { url, message: error.to_string() })
    }
}

/// A path with query parameters, percent-encoded.
pub fn path_with<V: AsRef<str>>(path: &str, query: &[(&str, V)]) -> String {
    let pairs: Vec<String> =
        query.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value.as_ref()))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The start of a body, for messages.
pub(super) fn start_of(body: &[u8]) -> String {
    const SHOWN: usize = 500;
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * SHOWN)]);
    text.trim().chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_survives_its_way_into_a_path() {
        let request = Request::get_with("/api/v1/query", &[("query", "up{job=\"a b\"} > 1+1"), ("nocache", "1")]);
        assert_eq!(request.path, "/api/v1/query?query=up%7Bjob%3D%22a%20b%22%7D%20%3E%201%2B1&nocache=1");
    }

    #[test]
    fn a_long_body_is_cut_for_messages() {
        assert_eq!(start_of(&[b'x'; 10_000]).len(), 500);
        assert_eq!(start_of(b" 404 page not found\n"), "404 page not found");
    }
}
