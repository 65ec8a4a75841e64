//! What one may do: reviews and denials.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::table::Proof;
use crate::waiting::{holds, same};
use crate::wire::{Answer, Sent};

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

async fn review(cluster: &Cluster, user: Option<&str>, asked: Value) -> Result<Answer, String> {
    let body = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": asked}});
    let body = Some(("application/json", body.to_string()));
    cluster.call("POST", REVIEWS, Sent { body, user, ..Sent::default() }).await
}

pub async fn a_review_tells_what_is_allowed(cluster: &Cluster) -> Proof {
    let asked = json!({"verb": "list", "resource": "pods", "namespace": cluster.namespace});
    let answer = review(cluster, None, asked.clone()).await?;
    same("the code", answer.code, 201)?;
    same("allowed", &answer.body["status"]["allowed"], true)?;
    same("what was asked", &answer.body["spec"]["resourceAttributes"], asked)?;
    same("kind", &answer.body["kind"], "SelfSubjectAccessReview")
}

pub async fn a_review_tells_what_is_denied(cluster: &Cluster) -> Proof {
    let asked = json!({"verb": "list", "resource": "secrets", "namespace": cluster.denied()});
    let answer = review(cluster, cluster.somebody(), asked).await?;
    same("the code", answer.code, 201)?;
    same("allowed", &answer.body["status"]["allowed"], false)?;
    let asked = json!({"verb": "get", "resource": "pods", "subresource": "portforward", "namespace": cluster.denied(), "name": "p"});
    let answer = review(cluster, cluster.somebody(), asked).await?;
    same("of a subresource", &answer.body["status"]["allowed"], false)
}

pub async fn a_denied_request_is_403_with_everything_in_it(cluster: &Cluster) -> Proof {
    let namespace = cluster.denied();
    let user = cluster.somebody();
    let list = format!("/api/v1/namespaces/{namespace}/secrets");
    let answer = cluster.call("GET", &list, Sent { user, ..Sent::default() }).await?;
    same("the refusal", answer.refusal(), (403, "Forbidden"))?;
    let name = answer.message().split('"').nth(1).unwrap_or_default().to_owned();
    cluster.differs("a_denied_request_is_403_with_everything_in_it", &name)?;
    let said = format!(
        r#"secrets is forbidden: User "{name}" cannot list resource "secrets" in API group "" in the namespace "{namespace}""#
    );
    same("the message", answer.message(), said.as_str())?;
    same("the details", &answer.body["details"], json!({"kind": "secrets"}))?;
    let answer = cluster.call("GET", &format!("{list}/one"), Sent { user, ..Sent::default() }).await?;
    let said = format!(
        r#"secrets "one" is forbidden: User "{name}" cannot get resource "secrets" in API group "" in the namespace "{namespace}""#
    );
    same("of one", answer.message(), said.as_str())?;
    same("its details", &answer.body["details"], json!({"name": "one", "kind": "secrets"}))?;
    // Denied before it is looked for: the pod does not exist.
    let path = format!("/api/v1/namespaces/{namespace}/pods/p/portforward?ports=80");
    let answer = cluster.call("GET", &path, Sent { user, ..Sent::default() }).await?;
    same("of a subresource", answer.refusal(), (403, "Forbidden"))?;
    holds(answer.message().contains(r#"cannot get resource "pods/portforward" in API group """#), || {
        answer.text.clone()
    })
}
