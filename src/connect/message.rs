//! A request to a component and its reply, whatever the way there.

use std::time::Duration;

use http::{HeaderMap, Method};

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
    /// Its body, decompressed.
    pub body: Vec<u8>,
    /// From the first byte sent to the last byte read.
    pub took: Duration,
    /// The way it went.
    pub via: Via,
}

/// The way to a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// A port-forward to one of its pods through the API server.
    PortForward,
    /// An address that was given.
    Url,
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
}
