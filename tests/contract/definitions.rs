//! Custom kinds: what their schema does to objects.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::table::Proof;
use crate::waiting::{begins, has, is_true, same};

/// A definition of this run, of kind Widget, in a group of its own.
pub struct Definition {
    pub group: String,
}

impl Definition {
    /// Makes it with `more` properties of its spec beside `size`, and waits until objects can be made.
    pub async fn make(cluster: &Cluster, label: &str, more: Value) -> Result<Self, String> {
        let mut properties = json!({"size": {"type": "integer"}, "note": {"type": "string"}});
        properties
            .as_object_mut()
            .into_iter()
            .for_each(|map| map.extend(more.as_object().cloned().unwrap_or_default()));
        let spec = json!({"type": "object", "required": ["size"], "properties": properties});
        Self::with_spec(cluster, label, spec).await
    }

    /// Makes it with this schema of the spec.
    pub async fn with_spec(cluster: &Cluster, label: &str, spec: Value) -> Result<Self, String> {
        let group = format!("{label}.{}.example.com", cluster.namespace);
        let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        let schema = json!({"type": "object", "properties": {"spec": spec, "status": open}});
        let version = json!({"name": "v1", "served": true, "storage": true,
            "schema": {"openAPIV3Schema": schema}, "subresources": {"status": {}}});
        let names = json!({"plural": "widgets", "singular": "widget", "kind": "Widget"});
        let body = json!({
            "metadata": {"name": format!("widgets.{group}")},
            "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": [version]},
        });
        let made = Self { group };
        cluster.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", &body).await?;
        cluster.remove_later(made.own_path());
        cluster.until("Established", &made.own_path(), |crd| is_true(crd, "Established")).await?;
        // The server begins to serve a moment later.
        cluster.until("the new kind", &made.path(cluster), |list| !list.is_null()).await?;
        Ok(made)
    }

    pub fn own_path(&self) -> String {
        format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.{}", self.group)
    }

    /// Where its objects are.
    pub fn path(&self, cluster: &Cluster) -> String {
        cluster.path(&format!("{}/v1", self.group), "widgets")
    }

    pub fn object(&self, name: &str, spec: Value) -> Value {
        json!({"apiVersion": format!("{}/v1", self.group), "kind": "Widget", "metadata": {"name": name}, "spec": spec})
    }
}

pub async fn unknown_fields_are_pruned_with_a_warning(cluster: &Cluster) -> Proof {
    let made = Definition::make(cluster, "prune", json!({})).await?;
    let body = made.object("a", json!({"size": 1, "sise": 2}));
    let answer = cluster.post(&made.path(cluster), &body).await?;
    same("the warning", answer.header("warning"), r#"299 - "unknown field \"spec.sise\"""#)?;
    same("the spec", &answer.good("the object")?["spec"], json!({"size": 1}))
}

pub async fn strict_validation_refuses_unknown_fields(cluster: &Cluster) -> Proof {
    let made = Definition::make(cluster, "strict", json!({})).await?;
    let body = made.object("a", json!({"size": 1, "sise": 2}));
    let answer = cluster.post(&format!("{}?fieldValidation=Strict", made.path(cluster)), &body).await?;
    same("of a custom kind", answer.refusal(), (400, "BadRequest"))?;
    has("the message", answer.message(), r#"strict decoding error: unknown field "spec.sise""#)?;
    let path = cluster.path("v1", "configmaps?fieldValidation=Strict");
    let body = json!({"metadata": {"name": "strict"}, "datum": {"a": "b"}});
    let answer = cluster.post(&path, &body).await?;
    same("of a built-in kind", answer.refusal(), (400, "BadRequest"))?;
    has("the message", answer.message(), r#"strict decoding error: unknown field "datum""#)
}

pub async fn wrong_types_and_values_are_422(cluster: &Cluster) -> Proof {
    let more =
        json!({"mode": {"type": "string", "enum": ["fast", "slow"]}, "share": {"type": "integer", "minimum": 1}});
    let made = Definition::make(cluster, "types", more).await?;
    for (spec, reason, message) in [
        (
            json!({"size": "big"}),
            "FieldValueTypeInvalid",
            r#"Invalid value: "string": spec.size in body must be of type integer: "string""#,
        ),
        (json!({"note": "n"}), "FieldValueRequired", "Required value"),
        (
            json!({"size": 1, "mode": "idle"}),
            "FieldValueNotSupported",
            r#"Unsupported value: "idle": supported values: "fast", "slow""#,
        ),
        (
            json!({"size": 1, "share": 0}),
            "FieldValueInvalid",
            "Invalid value: 0: spec.share in body should be greater than or equal to 1",
        ),
    ] {
        let answer = cluster.post(&made.path(cluster), &made.object("a", spec)).await?;
        same("the refusal", answer.refusal(), (422, "Invalid"))?;
        begins("the message", answer.message(), &format!(r#"Widget.{} "a" is invalid: "#, made.group))?;
        let cause = &answer.body["details"]["causes"][0];
        same("the cause", (&cause["reason"], &cause["message"]), (&json!(reason), &json!(message)))?;
    }
    Ok(())
}

pub async fn defaults_are_filled_in(cluster: &Cluster) -> Proof {
    let inner = json!({"type": "object", "default": {}, "properties": {"level": {"type": "string", "default": "low"}}});
    let made = Definition::make(cluster, "defaults", json!({"inner": inner})).await?;
    let object = cluster.create(&made.path(cluster), &made.object("a", json!({"size": 1}))).await?;
    same("the spec", &object["spec"], json!({"size": 1, "inner": {"level": "low"}}))
}

pub async fn a_null_is_as_good_as_nothing(cluster: &Cluster) -> Proof {
    let list = json!({"type": "array", "items": {"type": "string"}});
    let made = Definition::make(cluster, "nulls", json!({"list": list})).await?;
    let object = cluster.create(&made.path(cluster), &made.object("a", json!({"size": 1, "note": null}))).await?;
    same("the spec", &object["spec"], json!({"size": 1}))?;
    let answer = cluster.post(&made.path(cluster), &made.object("b", json!({"size": null}))).await?;
    same("one that is required", &answer.body["details"]["causes"][0]["reason"], "FieldValueRequired")?;
    let answer = cluster.post(&made.path(cluster), &made.object("c", json!({"size": 1, "list": [null]}))).await?;
    let said = r#"Invalid value: "null": spec.list[0] in body must be of type string: "null""#;
    same("one in a list", &answer.body["details"]["causes"][0]["message"], said)
}

pub async fn an_open_schema_keeps_everything(cluster: &Cluster) -> Proof {
    let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true, "required": ["size"]});
    let made = Definition::with_spec(cluster, "open", open).await?;
    let path = format!("{}?fieldValidation=Strict", made.path(cluster));
    let spec = json!({"size": "any", "sise": {"deep": [1, "b"]}});
    let object = cluster.create(&path, &made.object("a", spec.clone())).await?;
    same("the spec", &object["spec"], spec)?;
    let answer = cluster.post(&path, &made.object("b", json!({}))).await?;
    same("without what is required", answer.refusal(), (422, "Invalid"))
}
