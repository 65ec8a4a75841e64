//! Requests on subresources: status, scale, log, eviction, binding, port-forward, proxy.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::changes::{change, update};
use super::delete::{self, Deleted};
use super::handle::{answer as respond, ok};
use super::kind::Kind;
use super::object;
use super::objects::{find, key, options};
use super::patch::as_version;
use super::replace::replace;
use super::request::{Query, Target};
use super::server::Api;
use super::status::Failure;
use super::store::{Key, State};
use super::write::{Options, Ownership, Part};
use super::{body, forward, logs, proxy, scale, selector};
use crate::sandbox::stamp;

/// Answers a request on a subresource.
pub(super) async fn answer(
    api: &Arc<Api>,
    target: Target,
    query: Query,
    verb: &str,
    request: Request,
) -> Result<Response, Failure> {
    let kind = target.kind.clone();
    let name = target.subresource.clone().unwrap_or_default();
    let is_pod = kind.is("", "pods");
    match (name.as_str(), verb) {
        ("status", "get") if kind.status => Ok(ok(&as_version(&kind, &find(api, &target)?))),
        ("status", "update") if kind.status => update(api, &target, &query, Part::Status, request).await,
        ("status", "patch") if kind.status => change(api, &target, &query, Part::Status, request).await,
        ("finalize", "update") if kind.is("", "namespaces") => {
            update(api, &target, &query, Part::Finalize, request).await
        }
        ("scale", "get" | "update" | "patch") if kind.scale.is_some() => {
            scale::answer(api, &target, &query, verb, request).await
        }
        ("log", "get") if is_pod => logs::answer(api, &target, &query),
        ("eviction", "create") if is_pod => evict(api, &target, &query, request).await,
        ("binding", "create") if is_pod => bind(api, &target, &query, request).await,
        ("portforward", _) if is_pod => forward::answer(api, &target, &query, request).await,
        ("proxy", _) if is_pod || kind.is("", "services") => proxy::answer(api, &target, request).await,
        ("exec" | "attach", _) if is_pod => Err(Failure::not_implemented(format!(
            "the sandbox does not serve pods/{name}: its containers are plain processes"
        ))),
        _ if kind.custom() => Err(Failure::not_found(&kind, target.name.as_deref().unwrap_or_default())),
        _ => Err(Failure::no_resource()),
    }
}

fn success() -> Response {
    let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201});
    respond(StatusCode::CREATED, "application/json", &[], &status)
}

async fn read(request: Request) -> Result<(HeaderMap, Value), Failure> {
    let (parts, content) = request.into_parts();
    let bytes = body::bytes(content).await?;
    Ok((parts.headers, body::parse(&bytes)?))
}

/// Deletes a pod unless a disruption budget forbids it.
async fn evict(api: &Api, target: &Target, query: &Query, request: Request) -> Result<Response, Failure> {
    let (headers, eviction) = read(request).await?;
    let pod = find(api, target)?;
    let options = options(query, &headers)?;
    let dry_run = options.dry_run;
    let key = key(target)?;
    let given = |name: &str| eviction.pointer(&format!("/deleteOptions/{name}"));
    let how = delete::Options {
        grace_seconds: given("gracePeriodSeconds").and_then(Value::as_i64),
        uid: given("preconditions/uid").and_then(Value::as_str).map(str::to_owned),
        dry_run,
        ..delete::Options::cascade()
    };
    let labels = pod.pointer("/metadata/labels").cloned().unwrap_or(Value::Null);
    api.store.write(|state| {
        let mut budgets = state.list("policy", "poddisruptionbudgets", Some(&target.namespace));
        let exhausted = budgets.any(|(_, budget)| {
            let selects =
                budget.pointer("/spec/selector").is_some_and(|s| selector::label_selector_matches(s, &labels));
            selects && budget.pointer("/status/disruptionsAllowed").and_then(Value::as_i64).unwrap_or(0) < 1
        });
        drop(budgets);
        if exhausted {
            return Err(Failure::too_many_requests(
                "Cannot evict pod as it would violate the pod's disruption budget.",
            ));
        }
        if !dry_run {
            disrupt(state, &target.kind, &key, &options)?;
        }
        delete::delete(state, &target.kind, &key, &how).map(|_: Deleted| ())
    })?;
    Ok(success())
}

/// Notes on a pod why it will go.
fn disrupt(state: &mut State, kind: &Kind, key: &Key, options: &Options) -> Result<(), Failure> {
    let Some(before) = state.get(key).cloned() else {
        return Err(Failure::not_found(kind, &key.name));
    };
    let mut pod = Value::clone(&before);
    let condition = json!({
        "type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI",
        "message": "Eviction API: evicting", "lastProbeTime": null, "lastTransitionTime": stamp::now(),
    });
    set_condition(&mut pod, condition);
    replace(state, kind, &before, pod, Part::Status, Ownership::Record, options).map(drop)
}

/// Puts a condition in the place of the one of its type.
fn set_condition(pod: &mut Value, condition: Value) {
    let mut conditions = object::items(pod, "/status/conditions").to_vec();
    conditions.retain(|one| one["type"] != condition["type"]);
    conditions.push(condition);
    object::set_at(pod, "status.conditions", Value::Array(conditions));
}

/// Gives a pod its node.
async fn bind(api: &Api, target: &Target, query: &Query, request: Request) -> Result<Response, Failure> {
    let (headers, binding) = read(request).await?;
    let options = options(query, &headers)?;
    let node = object::text(&binding, "/target/name").to_owned();
    let key = key(target)?;
    let kind = &target.kind;
    api.store.write(|state| {
        let before = state.get(&key).cloned().ok_or_else(|| Failure::not_found(kind, &key.name))?;
        let bound = object::text(&before, "/spec/nodeName");
        if !bound.is_empty() {
            let why = format!("pod {} is already assigned to node {bound:?}", key.name);
            return Err(Failure::conflict(kind, &key.name, &why));
        }
        let mut pod = Value::clone(&before);
        object::set_at(&mut pod, "spec.nodeName", json!(node));
        let scheduled = replace(state, kind, &before, pod, Part::Main, Ownership::Record, &options)?.object;
        let mut pod = Value::clone(&scheduled);
        let condition = json!({"type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": stamp::now()});
        set_condition(&mut pod, condition);
        replace(state, kind, &scheduled, pod, Part::Status, Ownership::Record, &options)
    })?;
    Ok(success())
}
