//! The `/scale` subresource.

use axum::extract::Request;
use axum::response::Response;
use http::header;
use serde_json::{Value, json};

use super::handle::ok;
use super::kind::Scale;
use super::object;
use super::objects::{find, key, options};
use super::patch::{Patch, as_version};
use super::replace::replace;
use super::request::{Query, Target};
use super::server::Api;
use super::status::Failure;
use super::write::{Ownership, Part};
use super::{body, shape, strategic};

/// Reads or changes the number of replicas.
pub(super) async fn answer(
    api: &Api,
    target: &Target,
    query: &Query,
    verb: &str,
    request: Request,
) -> Result<Response, Failure> {
    let kind = &target.kind;
    let Some(paths) = &kind.scale else {
        return Err(Failure::no_resource());
    };
    if verb == "get" {
        return Ok(ok(&of(paths, &*find(api, target)?)));
    }
    let (parts, content) = request.into_parts();
    let bytes = body::bytes(content).await?;
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let options = options(query, &parts.headers)?;
    let key = key(target)?;
    let change =
        if verb == "update" { Patch::Merge(body::parse(&bytes)?) } else { Patch::read(kind, content_type, &bytes)? };
    let written = api.store.write(|state| {
        let before = state.get(&key).cloned().ok_or_else(|| Failure::not_found(kind, &key.name))?;
        let wanted = changed(of(paths, &before), &change)?;
        let version = object::text(&wanted, "/metadata/resourceVersion");
        if !version.is_empty() && version != object::text(&before, "/metadata/resourceVersion") {
            return Err(Failure::modified(kind, &key.name));
        }
        let mut whole = as_version(kind, &before);
        object::set_at(&mut whole, &paths.spec, wanted["spec"]["replicas"].clone());
        replace(state, kind, &before, whole, Part::Main, Ownership::Record, &options)
    })?;
    Ok(ok(&of(paths, &written.object)))
}

fn changed(mut scale: Value, change: &Patch) -> Result<Value, Failure> {
    match change {
        Patch::Json(patch) => {
            json_patch::patch(&mut scale, patch).map_err(|e| Failure::bad_request(e.to_string()))?;
        }
        Patch::Merge(change) | Patch::Apply(change) => json_patch::merge(&mut scale, change),
        Patch::Strategic(change) => {
            strategic::patch(shape::Cursor::BuiltIn { parent: "", field: "Scale" }, &mut scale, change);
        }
    }
    Ok(scale)
}

/// The autoscaling/v1 Scale of an object.
fn of(paths: &Scale, object: &Value) -> Value {
    let number = |path: &str| object::at(object, path).and_then(Value::as_i64).unwrap_or(0);
    let metadata = &object["metadata"];
    let mut scale = json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"], "creationTimestamp": metadata["creationTimestamp"],
        },
        "spec": {"replicas": number(&paths.spec)},
        "status": {"replicas": number(&paths.status)},
    });
    let selector = match object::at(object, &paths.selector) {
        Some(Value::String(text)) => text.clone(),
        Some(selector) => {
            let labels = selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten();
            labels.map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or_default())).collect::<Vec<_>>().join(",")
        }
        None => String::new(),
    };
    if !selector.is_empty() {
        scale["status"]["selector"] = json!(selector);
    }
    scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_shows_its_replicas_and_selector() {
        let registry = crate::sandbox::api::registry::Registry::new();
        let kind = registry.find("apps", "v1", "deployments").unwrap();
        let object = json!({"metadata": {"name": "a"}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "a"}}}, "status": {"replicas": 1}});
        let scale = of(kind.scale.as_ref().unwrap(), &object);
        assert_eq!(scale["spec"]["replicas"], 2);
        assert_eq!(scale["status"], json!({"replicas": 1, "selector": "app=a"}));
    }
}
