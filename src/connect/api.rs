//! Reads of the Kubernetes API by path, with every answer told apart: present, absent, unknown, denied, broken.

use std::time::Duration;

use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::Value;

use super::client::with_causes;
use super::{Cluster, Connections, Resource, message};
use crate::check::access::Access;
use crate::check::trouble::Trouble;

/// How long one request to the API server may take.
const LIMIT: Duration = Duration::from_secs(10);
/// Objects per page of a list.
const PAGE: usize = 500;

impl Connections {
    /// Reads one object; `None` when the API knows the resource but not the object.
    pub async fn get(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Option<Value>, Trouble> {
        let path = format!("{}/{}", resource.path(namespace), message::encode(name));
        let rule = resource.access("get", namespace).named(name);
        match self.ask(&path).await?.read(&path, rule)? {
            Found::Object(object) => Ok(Some(object)),
            Found::Absent => Ok(None),
            Found::UnknownPath => Err(Trouble::UnknownKind { resource: resource.qualified() }),
        }
    }

    /// Lists objects in one namespace or in all, with a label selector as kubectl writes it (empty for all).
    pub async fn list(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        selector: &str,
    ) -> Result<Vec<Value>, Trouble> {
        let mut items = Vec::new();
        let mut next = String::new();
        loop {
            let mut query = vec![("limit", PAGE.to_string())];
            if !selector.is_empty() {
                query.push(("labelSelector", selector.to_owned()));
            }
            if !next.is_empty() {
                query.push(("continue", next));
            }
            let path = message::path_with(&resource.path(namespace), &query);
            let list = match self.ask(&path).await?.read(&path, resource.access("list", namespace))? {
                Found::Object(list) => list,
                _ => return Err(Trouble::UnknownKind { resource: resource.qualified() }),
            };
            let page: Page = serde_json::from_value(list)
                .map_err(|error| Trouble::Malformed { url: path.clone(), message: format!("no list: {error}") })?;
            items.extend(page.items);
            match page.metadata.next {
                Some(token) if !token.is_empty() => next = token,
                _ => return Ok(items),
            }
        }
    }

    /// Reads any path of the API, for example `/apis/apps/v1` or `/version`; `None` where there is nothing.
    /// `rule` is what to name when the server refuses it.
    pub async fn read(&self, path: &str, rule: Access) -> Result<Option<Value>, Trouble> {
        match self.ask(path).await?.read(path, rule)? {
            Found::Object(value) => Ok(Some(value)),
            Found::Absent | Found::UnknownPath => Ok(None),
        }
    }

    /// The namespace of whoever asks: the Pod's, or the one that the kubeconfig's context names, else `default`.
    pub fn namespace(&self) -> Result<&str, Trouble> {
        Ok(self.cluster()?.client.default_namespace())
    }

    pub(super) fn cluster(&self) -> Result<&Cluster, Trouble> {
        self.inner
            .cluster
            .as_ref()
            .map_err(|why| Trouble::Broken { to: "the Kubernetes API".to_owned(), message: why.clone() })
    }

    async fn ask(&self, path: &str) -> Result<Answer, Trouble> {
        self.request(http::Request::get(path), kube::client::Body::empty()).await
    }

    pub(super) async fn request(
        &self,
        request: http::request::Builder,
        body: kube::client::Body,
    ) -> Result<Answer, Trouble> {
        let cluster = self.cluster()?;
        let broken = |message: String| cluster.broken(message);
        let request = request
            .header(http::header::ACCEPT, "application/json")
            .body(body)
            .map_err(|error| broken(error.to_string()))?;
        let exchange = async {
            let response = cluster.client.send(request).await.map_err(|error| broken(with_causes(&error)))?;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.map_err(|error| broken(with_causes(&error)))?;
            let answer = Answer { status, body: body.to_bytes().to_vec() };
            if status == 401 { Err(cluster.stranger(&answer.words())) } else { Ok(answer) }
        };
        tokio::time::timeout(LIMIT, exchange)
            .await
            .unwrap_or_else(|_| Err(Trouble::TimedOut { to: cluster.shown(), seconds: LIMIT.as_secs_f64() }))
    }
}

/// A page of a list.
#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    metadata: PageMetadata,
    items: Vec<Value>,
}

#[derive(Default, Deserialize)]
struct PageMetadata {
    #[serde(rename = "continue")]
    next: Option<String>,
}

/// What the API server said.
pub(super) struct Answer {
    status: u16,
    body: Vec<u8>,
}

/// An answer that is none of our troubles.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    Object(Value),
    Absent,
    UnknownPath,
}

/// `metav1.Status`, as far as it is needed to tell refusals apart.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    kind: String,
    api_version: String,
    pub(super) message: String,
    details: Details,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    name: String,
}

impl Status {
    /// A body that says of itself that it is a Status.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let status: Self = serde_json::from_slice(body).ok()?;
        (status.kind == "Status" && status.api_version == "v1").then_some(status)
    }
}

impl Answer {
    /// An absent object is told from an unknown path by the details of the Status: only the handler of a known
    /// resource can name the object; the fallback handler answers plain text.
    pub(super) fn read(self, path: &str, rule: Access) -> Result<Found, Trouble> {
        match self.status {
            200..=299 => serde_json::from_slice(&self.body)
                .map(|object| Found::Object(without_nulls(object)))
                .map_err(|error| Trouble::Malformed { url: path.to_owned(), message: format!("no JSON: {error}") }),
            404 if self.status().details.name.is_empty() => Ok(Found::UnknownPath),
            404 => Ok(Found::Absent),
            403 => Err(Trouble::Denied { rule, message: self.words() }),
            code => Err(Trouble::Refused { url: path.to_owned(), status: code, body: self.words() }),
        }
    }

    fn status(&self) -> Status {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    fn words(&self) -> String {
        let said = self.status().message;
        if said.is_empty() { message::start_of(&self.body) } else { said }
    }
}

/// The API server writes `null` for some empty lists (`endpoints` and `ports` of an EndpointSlice) and leaves out others.
/// Both mean the same, so readers see one form only.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().filter(|(_, value)| !value.is_null()).map(|(k, v)| (k, without_nulls(v))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests;
