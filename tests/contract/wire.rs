//! Requests as they go over the wire, and their answers whatever their code.

use std::time::Duration;

use http::{HeaderMap, Request, header};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(20);

/// An answer of any code.
#[derive(Debug)]
pub struct Answer {
    pub code: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// The body as JSON; null where it is none.
    pub body: Value,
}

impl Answer {
    /// The body, where the code is one of success.
    pub fn good(self, what: &str) -> Result<Value, String> {
        if self.code < 300 { Ok(self.body) } else { Err(format!("{what}: {} {}", self.code, self.text)) }
    }

    /// Code and reason of a `Status`.
    pub fn refusal(&self) -> (u16, &str) {
        (self.code, self.body["reason"].as_str().unwrap_or_default())
    }

    pub fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// What is sent beside method and path.
#[derive(Clone, Debug, Default)]
pub struct Sent<'a> {
    /// Content type and text.
    pub body: Option<(&'a str, String)>,
    pub accept: &'a str,
    /// On whose behalf, for clusters that know users.
    pub user: Option<&'a str>,
    /// The protocol to switch to, for port-forward.
    pub upgrade: Option<&'a str>,
}

fn request(method: &str, path: &str, sent: &Sent<'_>) -> Result<Request<Body>, String> {
    let accept = if sent.accept.is_empty() { "application/json" } else { sent.accept };
    let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT, accept);
    if let Some(user) = sent.user {
        request = request.header("Impersonate-User", user);
    }
    if let Some(protocol) = sent.upgrade {
        request = request.header(header::CONNECTION, "Upgrade").header(header::UPGRADE, protocol);
        request = request.header("X-Stream-Protocol-Version", "portforward.k8s.io");
    }
    let (kind, text) = sent.body.clone().unwrap_or_default();
    if sent.body.is_some() {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    request.body(Body::from(text.into_bytes())).map_err(|error| format!("{method} {path}: {error}"))
}

/// Sends a request and reads its whole answer.
pub async fn call(client: &Client, method: &str, path: &str, sent: &Sent<'_>) -> Result<Answer, String> {
    let request = request(method, path, sent)?;
    let whole = async {
        let (head, body) = client.send(request).await?.into_parts();
        Ok::<_, kube::Error>((head, body.collect_bytes().await?))
    };
    let (head, bytes) = tokio::time::timeout(PATIENCE, whole)
        .await
        .map_err(|_| format!("{method} {path}: no answer after {PATIENCE:?}"))?
        .map_err(|error| format!("{method} {path}: {error}"))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let body = serde_json::from_str(&text).unwrap_or_default();
    Ok(Answer { code: head.status.as_u16(), headers: head.headers, text, body })
}

/// A stream of lines of JSON.
pub struct Lines {
    body: Body,
    rest: Vec<u8>,
}

impl Lines {
    pub async fn open(client: &Client, path: &str) -> Result<Self, String> {
        let response = client.send(request("GET", path, &Sent::default())?).await.map_err(|error| error.to_string())?;
        let code = response.status().as_u16();
        let body = response.into_body();
        if code == 200 {
            return Ok(Self { body, rest: Vec::new() });
        }
        let text = body.collect_bytes().await.map_err(|error| error.to_string())?;
        Err(format!("GET {path}: {code} {}", String::from_utf8_lossy(&text)))
    }

    /// The next line; `None` at the stream's end.
    pub async fn next(&mut self) -> Result<Option<Value>, String> {
        tokio::time::timeout(PATIENCE, self.line()).await.map_err(|_| format!("no line after {PATIENCE:?}"))?
    }

    async fn line(&mut self) -> Result<Option<Value>, String> {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                return serde_json::from_slice(&line).map(Some).map_err(|error| error.to_string());
            }
            let Some(frame) = self.body.frame().await else { return Ok(None) };
            let frame = frame.map_err(|error| error.to_string())?;
            self.rest.extend_from_slice(frame.data_ref().map_or(&[][..], |data| &data[..]));
        }
    }
}
