//! What we may do, and what the API serves: asked of the API server before it is needed.

use std::collections::BTreeSet;

use http::{Request, header};
use kube::client::Body;
use serde_json::{Value, json};

use super::Connections;
use super::api::Found;
use crate::check::access::Access;
use crate::check::trouble::Trouble;

/// Where questions about one's own permissions are posted (authorization.k8s.io/v1). Every authenticated user may.
const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

impl Connections {
    /// Asks whether we have a permission. Nothing is kept of the question.
    pub async fn may(&self, access: &Access) -> Result<bool, Trouble> {
        let request = Request::post(REVIEWS).header(header::CONTENT_TYPE, "application/json");
        let body = Body::from(question(access).to_string().into_bytes());
        let rule = Access::new("create", "authorization.k8s.io", "selfsubjectaccessreviews");
        match self.request(request, body).await?.read(REVIEWS, rule)? {
            Found::Object(answer) => answer["status"]["allowed"].as_bool().ok_or_else(|| Trouble::Malformed {
                url: REVIEWS.to_owned(),
                message: "no status.allowed in the answer".to_owned(),
            }),
            Found::Absent | Found::UnknownPath => {
                Err(Trouble::UnknownKind { resource: "selfsubjectaccessreviews.authorization.k8s.io".to_owned() })
            }
        }
    }

    /// The plural names of what the API serves of a group, in any version; empty for a group that is unknown.
    pub async fn served(&self, group: &str) -> Result<BTreeSet<String>, Trouble> {
        // Every authenticated user may read discovery (ClusterRole system:discovery).
        let rule = Access::new("get", group, "discovery");
        let root = if group.is_empty() { "/api".to_owned() } else { format!("/apis/{group}") };
        let Some(found) = self.read(&root, rule.clone()).await? else { return Ok(BTreeSet::new()) };
        let mut names = BTreeSet::new();
        for version in items(&found["versions"]).filter_map(|one| one.as_str().or_else(|| one["version"].as_str())) {
            let listed = self.read(&format!("{root}/{version}"), rule.clone()).await?.unwrap_or_default();
            names.extend(items(&listed["resources"]).filter_map(|one| Some(one["name"].as_str()?.to_owned())));
        }
        Ok(names)
    }
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The body of a SelfSubjectAccessReview; a subresource is a field of its own there.
fn question(access: &Access) -> Value {
    let (resource, subresource) = access.resource.split_once('/').unwrap_or((&access.resource, ""));
    json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {
            "verb": access.verb,
            "group": access.group,
            "resource": resource,
            "subresource": subresource,
            "namespace": access.namespace.as_deref().unwrap_or_default(),
            "name": access.name.as_deref().unwrap_or_default(),
        }},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::testing;

    #[test]
    fn a_question_names_the_subresource_and_the_object_on_their_own() {
        let access = Access::new("get", "", "pods/portforward").within("o").named("p");
        let asked = &question(&access)["spec"]["resourceAttributes"];
        let expected = json!({"verb": "get", "group": "", "resource": "pods", "subresource": "portforward",
            "namespace": "o", "name": "p"});
        assert_eq!(*asked, expected);
    }

    #[tokio::test]
    async fn an_answer_without_a_verdict_is_no_permission() {
        let url = testing::serve(|_| (201, "application/json", r#"{"status":{}}"#.to_owned())).await;
        let answer = testing::cluster_at(&url).await.may(&Access::new("get", "", "pods")).await;
        assert!(matches!(answer, Err(Trouble::Malformed { .. })), "{answer:?}");
    }

    #[tokio::test]
    async fn all_versions_of_a_group_are_read_and_an_unknown_group_serves_nothing() {
        let url = testing::serve(|request| match request {
            "GET /apis/g" => {
                (200, "application/json", r#"{"versions":[{"version":"v1"},{"version":"v2"}]}"#.to_owned())
            }
            "GET /apis/g/v1" => {
                (200, "application/json", r#"{"resources":[{"name":"as"},{"name":"as/status"}]}"#.to_owned())
            }
            "GET /apis/g/v2" => (200, "application/json", r#"{"resources":[{"name":"bs"}]}"#.to_owned()),
            "GET /api" => (200, "application/json", r#"{"versions":["v1"]}"#.to_owned()),
            "GET /api/v1" => (200, "application/json", r#"{"resources":[{"name":"pods"}]}"#.to_owned()),
            _ => (404, "text/plain", "404 page not found".to_owned()),
        })
        .await;
        let connections = testing::cluster_at(&url).await;
        let served = async |group: &str| connections.served(group).await.unwrap().into_iter().collect::<Vec<_>>();
        assert_eq!(served("g").await, ["as", "as/status", "bs"]);
        assert_eq!(served("").await, ["pods"]);
        assert!(served("h").await.is_empty());
    }
}
