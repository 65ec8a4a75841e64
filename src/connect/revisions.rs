//! What Flux has fetched and applied, by the statuses of its objects.
//!
//! source-controller writes `status.artifact.revision` (`main@sha1:<commit>`, `<tag>@sha256:<digest>`), kustomize-controller
//! `status.lastAppliedRevision`; helm-controller the chart's version in `status.history`, newest first.

use futures::future::join_all;
use serde_json::Value;

use super::{Connections, Resource, Scope};
use crate::check::access::Access;
use crate::check::trouble::Trouble;

const SOURCE: &str = "source.toolkit.fluxcd.io";

/// A kind of Flux, and where its status tells the revision.
static KINDS: [(Resource, &str); 4] = [
    (Resource::of(SOURCE, "v1", "GitRepository", "gitrepositories", Scope::Namespaced), "/status/artifact/revision"),
    (Resource::of(SOURCE, "v1", "OCIRepository", "ocirepositories", Scope::Namespaced), "/status/artifact/revision"),
    (
        Resource::of("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations", Scope::Namespaced),
        "/status/lastAppliedRevision",
    ),
    (
        Resource::of("helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases", Scope::Namespaced),
        "/status/history/0/chartVersion",
    ),
];

/// What was found of Flux.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revisions {
    /// Object and revision: `GitRepository flux-system/infra`, `main@sha1:4f2a...`.
    pub found: Vec<(String, String)>,
    /// What is not there, and in what way, by the kind.
    pub remarks: Vec<(String, String)>,
    /// What could not be read, and why, by the kind.
    pub unread: Vec<(String, String)>,
}

impl Revisions {
    /// The permissions that asking for them needs.
    pub fn access() -> Vec<Access> {
        KINDS.iter().map(|(resource, _)| resource.access("list", None)).collect()
    }

    fn add(&mut self, resource: &Resource, place: &str, answer: Result<Vec<Value>, Trouble>) {
        let kind = resource.kind.to_string();
        match answer {
            Err(Trouble::UnknownKind { .. }) => self.remarks.push((kind, "its CRD is not installed".to_owned())),
            Err(trouble) => self.unread.push((kind, trouble.to_string())),
            Ok(objects) if objects.is_empty() => self.remarks.push((kind, "there is none".to_owned())),
            Ok(objects) => self.found.extend(objects.iter().map(|object| {
                let text = |place: &str| object.pointer(place).and_then(Value::as_str);
                let part = |place| text(place).unwrap_or("?");
                let name = format!("{kind} {}/{}", part("/metadata/namespace"), part("/metadata/name"));
                (name, text(place).unwrap_or("no revision yet").to_owned())
            })),
        }
    }
}

impl Connections {
    /// Asks what Flux has fetched and applied. It never fails: what is not readable says why.
    pub async fn revisions(&self) -> Revisions {
        let answers = join_all(KINDS.iter().map(|(resource, _)| self.list(resource, None, ""))).await;
        let mut revisions = Revisions::default();
        for ((resource, place), answer) in KINDS.iter().zip(answers) {
            revisions.add(resource, place, answer);
        }
        revisions
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::connect::testing::{cluster_at, serve};

    fn named(name: &str, status: Value) -> Value {
        json!({"metadata": {"namespace": "flux-system", "name": name}, "status": status})
    }

    #[tokio::test]
    async fn what_is_not_readable_is_said_beside_what_is() {
        let url = serve(|request| {
            let list = |items: Value| (200, "application/json", json!({"kind": "List", "items": items}).to_string());
            if request.contains("/gitrepositories") {
                let done = json!({"artifact": {"revision": "main@sha1:4f2a"}});
                list(json!([named("infra", done), named("fresh", json!({"observedGeneration": -1}))]))
            } else if request.contains("/kustomizations") {
                list(json!([named("apps", json!({"lastAppliedRevision": "main@sha1:0000"}))]))
            } else if request.contains("/helmreleases") {
                let denied =
                    json!({"kind": "Status", "status": "Failure", "reason": "Forbidden", "message": "no", "code": 403});
                (403, "application/json", denied.to_string())
            } else {
                (404, "text/plain", "404 page not found\n".to_owned())
            }
        })
        .await;
        let seen = cluster_at(&url).await.revisions().await;
        let found: Vec<(&str, &str)> = seen.found.iter().map(|(object, at)| (object.as_str(), at.as_str())).collect();
        let expected = [
            ("GitRepository flux-system/infra", "main@sha1:4f2a"),
            ("GitRepository flux-system/fresh", "no revision yet"),
            ("Kustomization flux-system/apps", "main@sha1:0000"),
        ];
        assert_eq!(found, expected);
        assert_eq!(seen.remarks[0], ("OCIRepository".to_owned(), "its CRD is not installed".to_owned()));
        assert_eq!((seen.remarks.len(), seen.unread[0].0.as_str()), (1, "HelmRelease"));
        let denied = "not permitted to list helmreleases.helm.toolkit.fluxcd.io in the whole cluster: ";
        assert!(seen.unread[0].1.starts_with(denied), "{:?}", seen.unread);
    }
}
