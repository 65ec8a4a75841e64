//! How requests are refused: code, reason, message and details of the `Status`.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::table::Proof;
use crate::waiting::{begins, has, same};
use crate::wire::Sent;

pub async fn an_absent_object_is_404(cluster: &Cluster) -> Proof {
    let answer = cluster.get(&cluster.path("v1", "configmaps/nosuch")).await?;
    let wanted = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "configmaps \"nosuch\" not found", "reason": "NotFound",
        "details": {"name": "nosuch", "kind": "configmaps"}, "code": 404,
    });
    same("the body", &answer.body, wanted)?;
    let answer = cluster.delete(&cluster.path("apps/v1", "deployments/nosuch")).await?;
    same("of a group", answer.message(), "deployments.apps \"nosuch\" not found")?;
    same("its details", &answer.body["details"], json!({"name": "nosuch", "group": "apps", "kind": "deployments"}))
}

pub async fn an_object_that_exists_is_409(cluster: &Cluster) -> Proof {
    let (maps, body) = (cluster.path("v1", "configmaps"), json!({"metadata": {"name": "twice"}}));
    cluster.create(&maps, &body).await?;
    let answer = cluster.post(&maps, &body).await?;
    same("the refusal", answer.refusal(), (409, "AlreadyExists"))?;
    same("the message", answer.message(), "configmaps \"twice\" already exists")?;
    same("the details", &answer.body["details"], json!({"name": "twice", "kind": "configmaps"}))
}

pub async fn an_object_that_is_not_valid_is_422(cluster: &Cluster) -> Proof {
    let answer = cluster.post(&cluster.path("v1", "configmaps"), &json!({"metadata": {"name": "Upper"}})).await?;
    same("the refusal", answer.refusal(), (422, "Invalid"))?;
    let said = "ConfigMap \"Upper\" is invalid: metadata.name: Invalid value: \"Upper\": a lowercase RFC 1123 subdomain must consist of";
    begins("the message", answer.message(), said)?;
    let details = &answer.body["details"];
    same("the details", (&details["name"], &details["kind"]), (&json!("Upper"), &json!("ConfigMap")))?;
    let cause = &details["causes"][0];
    same("the cause", (&cause["reason"], &cause["field"]), (&json!("FieldValueInvalid"), &json!("metadata.name")))?;
    let mut body = crate::workloads::sleeper("Deployment", "unfit", 1);
    body["spec"]["selector"] = json!({"matchLabels": {"app": "another"}});
    let answer = cluster.post(&cluster.path("apps/v1", "deployments"), &body).await?;
    same("a selector that does not fit", answer.refusal(), (422, "Invalid"))?;
    begins(
        "its message",
        answer.message(),
        "Deployment.apps \"unfit\" is invalid: spec.template.metadata.labels: Invalid value: ",
    )?;
    has("its message", answer.message(), "`selector` does not match template `labels`")
}

pub async fn a_body_that_is_no_json_is_400(cluster: &Cluster) -> Proof {
    let body = Some(("application/json", "{nonsense".to_owned()));
    let answer = cluster.call("POST", &cluster.path("v1", "configmaps"), Sent { body, ..Sent::default() }).await?;
    same("the refusal", answer.refusal(), (400, "BadRequest"))?;
    let body = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}});
    let answer = cluster.post(&cluster.path("v1", "configmaps"), &body).await?;
    same("another kind", answer.refusal(), (400, "BadRequest"))?;
    let body = json!({"metadata": {"name": "a", "namespace": "elsewhere"}});
    let answer = cluster.post(&cluster.path("v1", "configmaps"), &body).await?;
    same("another namespace", answer.refusal(), (400, "BadRequest"))?;
    let said = "the namespace of the provided object does not match the namespace sent on the request";
    same("its message", answer.message(), said)
}

pub async fn a_media_type_that_is_unknown_is_415(cluster: &Cluster) -> Proof {
    let maps = cluster.path("v1", "configmaps");
    cluster.create(&maps, &json!({"metadata": {"name": "media"}})).await?;
    let answer = cluster.send("PATCH", &format!("{maps}/media"), "text/plain", &json!({})).await?;
    same("the refusal", answer.refusal(), (415, "UnsupportedMediaType"))?;
    same("the message", answer.message(), "415: Unsupported Media Type")
}

pub async fn a_wrong_uid_is_409(cluster: &Cluster) -> Proof {
    let maps = cluster.path("v1", "configmaps");
    let made = cluster.create(&maps, &json!({"metadata": {"name": "uid"}})).await?;
    let mut body = json!({"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": "another"}});
    let path = format!("{maps}/uid");
    let answer = cluster.send("DELETE", &path, "application/json", &body).await?;
    same("the refusal", answer.refusal(), (409, "Conflict"))?;
    let own = made["metadata"]["uid"].as_str().unwrap_or_default();
    let said = format!(
        "Operation cannot be fulfilled on ConfigMap \"uid\": the UID in the precondition (another) does not match the UID in record ({own}). The object might have been deleted and then recreated"
    );
    same("the message", answer.message(), said.as_str())?;
    same("the details", &answer.body["details"], json!({"name": "uid", "kind": "ConfigMap"}))?;
    body["preconditions"]["uid"] = made["metadata"]["uid"].clone();
    cluster.send("DELETE", &path, "application/json", &body).await?.good("its own uid")?;
    cluster.gone(&path).await
}

pub async fn a_namespace_that_is_absent_is_404(cluster: &Cluster) -> Proof {
    let body = json!({"metadata": {"name": "a"}});
    let answer = cluster.post("/api/v1/namespaces/contract-nosuch/configmaps", &body).await?;
    same("the refusal", answer.refusal(), (404, "NotFound"))?;
    same("the message", answer.message(), "namespaces \"contract-nosuch\" not found")?;
    let list = cluster.get("/api/v1/namespaces/contract-nosuch/configmaps").await?.good("a list there")?;
    same("its items", &list["items"], json!([]))
}

pub async fn a_method_that_a_resource_has_not_is_405(cluster: &Cluster) -> Proof {
    let maps = cluster.path("v1", "configmaps");
    cluster.create(&maps, &json!({"metadata": {"name": "method"}})).await?;
    let answer = cluster.post(&format!("{maps}/method"), &json!({})).await?;
    same("the refusal", answer.refusal(), (405, "MethodNotAllowed"))?;
    same("the message", answer.message(), "the server does not allow this method on the requested resource")
}

pub async fn a_dry_run_changes_nothing(cluster: &Cluster) -> Proof {
    let maps = cluster.path("v1", "configmaps");
    let answer = cluster.post(&format!("{maps}?dryRun=All"), &json!({"metadata": {"name": "dry"}})).await?;
    same("the code", answer.code, 201)?;
    same("the object", cluster.get(&format!("{maps}/dry")).await?.code, 404)?;
    cluster.create(&maps, &json!({"metadata": {"name": "wet"}})).await?;
    cluster.merge(&format!("{maps}/wet?dryRun=All"), &json!({"data": {"k": "1"}})).await?.good("a patch")?;
    cluster.delete(&format!("{maps}/wet?dryRun=All")).await?.good("a deletion")?;
    let left = cluster.get(&format!("{maps}/wet")).await?.good("what is left")?;
    same("its data", &left["data"], Value::Null)
}
