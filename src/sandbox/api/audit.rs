//! The audit log: a line for each request about objects, as a Kubernetes API server writes it (audit.k8s.io/v1, level
//! `Metadata`), so that what a client asks for can be held against what it says that it needs.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};

use super::access;
use super::request::Target;

/// Where requests are written down, if anywhere.
#[derive(Debug, Default)]
pub(super) struct Audit(Option<Mutex<File>>);

impl Audit {
    /// A log at the end of this file, which is made where it does not exist.
    pub(super) fn at(path: &Path) -> anyhow::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.with_context(|| format!("cannot write the audit log {}", path.display()))?;
        Ok(Self(Some(Mutex::new(file))))
    }

    /// Writes an event with the code of the answer; a disk that is full does not keep the API from answering.
    pub(super) fn write(&self, mut event: Value, code: StatusCode) {
        let Some(file) = &self.0 else { return };
        event["responseStatus"] = json!({"code": code.as_u16()});
        let _ = writeln!(file.lock().unwrap_or_else(PoisonError::into_inner), "{event}");
    }
}

/// The event of a request; `at` is its path with its query.
pub(super) fn event(target: &Target, verb: &str, at: &str, headers: &HeaderMap) -> Value {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let mut reference = Map::new();
    let parts = [
        ("resource", Some(target.kind.plural.as_str())),
        ("namespace", Some(target.namespace.as_str())),
        ("name", target.name.as_deref()),
        ("apiGroup", Some(target.kind.group.as_str())),
        ("apiVersion", Some(target.kind.version.as_str())),
        ("subresource", target.subresource.as_deref()),
    ];
    let parts = parts.into_iter().filter_map(|(key, value)| Some((key, value.filter(|value| !value.is_empty())?)));
    reference.extend(parts.map(|(key, value)| (key.to_owned(), value.into())));
    let mut event = json!({
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "stage": "ResponseComplete",
        "requestURI": at,
        "verb": verb,
        "user": {"username": access::USER},
        "userAgent": text(header::USER_AGENT.as_str()).unwrap_or_default(),
        "objectRef": reference,
    });
    if let Some(user) = text("impersonate-user") {
        event["impersonatedUser"] = json!({"username": user});
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::api::registry::Registry;

    fn written(path: &str, verb: &str, headers: &[(&'static str, &str)]) -> Value {
        let target = Target::parse(&Registry::new(), path).unwrap();
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        event(&target, verb, path, &headers)
    }

    #[test]
    fn an_event_names_who_and_what_and_leaves_out_what_is_empty() {
        let path = "/api/v1/namespaces/n/pods/p/portforward";
        let event = written(path, "get", &[("impersonate-user", "system:serviceaccount:n:a")]);
        assert_eq!(event["impersonatedUser"]["username"], "system:serviceaccount:n:a");
        let expected = json!({"resource": "pods", "namespace": "n", "name": "p", "apiVersion": "v1", "subresource": "portforward"});
        assert_eq!(event["objectRef"], expected);
        let listed = written("/apis/apps/v1/deployments", "list", &[]);
        assert_eq!(listed["objectRef"], json!({"resource": "deployments", "apiGroup": "apps", "apiVersion": "v1"}));
        assert!(listed["impersonatedUser"].is_null());
    }

    #[test]
    fn lines_are_added_and_a_log_that_is_not_kept_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        for _ in 0..2 {
            Audit::at(&path).unwrap().write(json!({"verb": "get"}), StatusCode::FORBIDDEN);
        }
        Audit::default().write(json!({}), StatusCode::OK);
        let line = "{\"verb\":\"get\",\"responseStatus\":{\"code\":403}}\n";
        assert_eq!(std::fs::read_to_string(path).unwrap(), line.repeat(2));
    }
}
