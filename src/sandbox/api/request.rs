//! What a request asks for: its path taken apart, its query, who sends it.

use std::sync::Arc;

use http::{HeaderMap, Method, Uri, header};

use super::kind::Kind;
use super::registry::Registry;

/// The part of a path that names objects.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) kind: Arc<Kind>,
    /// "" for cluster-scoped kinds, and for all namespaces.
    pub(super) namespace: String,
    pub(super) name: Option<String>,
    pub(super) subresource: Option<String>,
    /// What follows the subresource, with its leading slash (`/api/v1/query` of an API proxy); not decoded.
    pub(super) rest: String,
}

impl Target {
    /// Takes `/api/v1/...` or `/apis/GROUP/VERSION/...` apart; `None` for a kind that is not served.
    pub(super) fn parse(registry: &Registry, path: &str) -> Option<Self> {
        let mut segments = path.trim_start_matches('/').split('/');
        let (group, version) = match segments.next()? {
            "api" => ("", segments.next()?),
            "apis" => (segments.next()?, segments.next()?),
            _ => return None,
        };
        let rest: Vec<&str> = segments.collect();
        let find = |plural: &str| registry.find(group, version, plural);
        let (kind, namespace, tail) = match rest.as_slice() {
            ["namespaces", namespace, plural, tail @ ..]
                if !(group.is_empty() && matches!(*plural, "status" | "finalize" | "")) =>
            {
                (find(plural).filter(|k| k.namespaced())?, decode(namespace), tail)
            }
            [plural, tail @ ..] => (find(plural)?, String::new(), tail),
            [] => return None,
        };
        let tail: &[&str] = if tail == [""] { &[] } else { tail };
        let rest = tail.get(2..).unwrap_or_default();
        Some(Self {
            kind,
            namespace,
            name: tail.first().map(|s| decode(s)),
            subresource: tail.get(1).map(|s| (*s).to_owned()),
            rest: rest.iter().map(|s| format!("/{s}")).collect(),
        })
    }
}

/// `%3A` and the like in one path segment.
fn decode(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = segment.get(at + 1..at + 3).and_then(|h| u8::from_str_radix(h, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A request's query, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(uri: &Uri) -> Self {
        let parsed = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        Self(parsed.map(|q| q.0).unwrap_or_default())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value, or "" where it is absent.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some("true" | "1" | "True" | "TRUE" | ""))
    }

    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name).and_then(|value| value.parse().ok())
    }
}

/// The verb as RBAC names it.
pub(super) fn verb(method: &Method, target: &Target, query: &Query) -> Option<&'static str> {
    let watch = query.flag("watch") && target.subresource.is_none();
    Some(match *method {
        Method::GET | Method::HEAD if watch => "watch",
        Method::GET | Method::HEAD if target.name.is_none() => "list",
        Method::GET | Method::HEAD => "get",
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH => "patch",
        Method::DELETE if target.name.is_none() => "deletecollection",
        Method::DELETE => "delete",
        _ => return None,
    })
}

/// The field manager: as given, else the first word of the client's name, as upstream.
pub(super) fn manager(query: &Query, headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let given = query.text("fieldManager");
    let name = if given.is_empty() { agent.split('/').next().unwrap_or_default() } else { given };
    if name.is_empty() { "unknown".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(path: &str) -> Option<[String; 5]> {
        let target = Target::parse(&Registry::new(), path)?;
        let [name, sub] = [target.name, target.subresource].map(Option::unwrap_or_default);
        Some([target.kind.kind.clone(), target.namespace, name, sub, target.rest])
    }

    #[test]
    fn paths_name_kinds_namespaces_objects_and_subresources() {
        let cases = [
            ("/api/v1/pods", ["Pod", "", "", "", ""]),
            ("/api/v1/namespaces/n/pods/", ["Pod", "n", "", "", ""]),
            ("/api/v1/namespaces/n/pods/p", ["Pod", "n", "p", "", ""]),
            ("/api/v1/namespaces/n", ["Namespace", "", "n", "", ""]),
            ("/api/v1/namespaces/n/status", ["Namespace", "", "n", "status", ""]),
            ("/api/v1/namespaces", ["Namespace", "", "", "", ""]),
            ("/apis/apps/v1/namespaces/n/deployments/d/scale", ["Deployment", "n", "d", "scale", ""]),
            (
                "/api/v1/namespaces/n/services/http%3Avm:8429/proxy/api/v1/query",
                ["Service", "n", "http:vm:8429", "proxy", "/api/v1/query"],
            ),
        ];
        for (path, expected) in cases {
            assert_eq!(parse(path), Some(expected.map(str::to_owned)), "{path}");
        }
        assert_eq!(parse("/apis/apps/v1/pods"), None);
        assert_eq!(parse("/api/v1/namespaces/n/nodes"), None);
    }
}
