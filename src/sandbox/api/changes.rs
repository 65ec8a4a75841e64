//! Requests that change objects: create, update, patch, delete.

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::create::create as store_new;
use super::delete::{self, Deleted, Dependants};
use super::handle::{answer as respond, ok};
use super::kind::{Kind, Verbs};
use super::object;
use super::objects::{dry_run, key, options};
use super::patch::{self, Patch, as_version};
use super::replace::replace;
use super::request::{Query, Target};
use super::server::Api;
use super::status::{Cause, Failure, details};
use super::table::Form;
use super::write::{Ownership, Part, Written};
use super::{access, body, list};

/// A body that is an object of this kind.
async fn object_of(request: Request) -> Result<(HeaderMap, Value), Failure> {
    let (parts, content) = request.into_parts();
    let bytes = body::bytes(content).await?;
    Ok((parts.headers, body::parse(&bytes)?))
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

pub(super) async fn create(api: &Api, target: &Target, query: &Query, request: Request) -> Result<Response, Failure> {
    let (headers, content) = object_of(request).await?;
    let kind = &target.kind;
    if kind.verbs == Verbs::Review {
        let review = api.store.read(|state| access::review(state, kind, content));
        let review = review.ok_or_else(Failure::method_not_allowed)?;
        return Ok(respond(StatusCode::CREATED, "application/json", &[], &review));
    }
    if target.name.is_some() || (kind.namespaced() && target.namespace.is_empty()) {
        return Err(Failure::method_not_allowed());
    }
    let options = options(query, &headers)?;
    let namespace = &target.namespace;
    let written = api.store.write(|state| store_new(state, kind, namespace, content, Ownership::Record, &options))?;
    Ok(written_answer(kind, &written, Form::asked(&headers, query)))
}

pub(super) async fn update(
    api: &Api,
    target: &Target,
    query: &Query,
    part: Part,
    request: Request,
) -> Result<Response, Failure> {
    let (headers, content) = object_of(request).await?;
    let options = options(query, &headers)?;
    let key = key(target)?;
    let kind = &target.kind;
    let written = api.store.write(|state| {
        let before = state.get(&key).cloned().ok_or_else(|| Failure::not_found(kind, &key.name))?;
        // Custom kinds cannot be replaced blindly; built-in ones can.
        if kind.custom() && object::text(&content, "/metadata/resourceVersion").is_empty() {
            let cause = Cause::invalid("metadata.resourceVersion", &json!(0), "must be specified for an update");
            return Err(Failure::invalid_resource(kind, &key.name, &cause));
        }
        replace(state, kind, &before, content, part, Ownership::Record, &options)
    })?;
    Ok(written_answer(kind, &written, Form::asked(&headers, query)))
}

pub(super) async fn change(
    api: &Api,
    target: &Target,
    query: &Query,
    part: Part,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, content) = request.into_parts();
    let bytes = body::bytes(content).await?;
    let kind = &target.kind;
    let change = Patch::read(kind, content_type(&parts.headers), &bytes)?;
    if matches!(change, Patch::Apply(_)) && query.text("fieldManager").is_empty() {
        return Err(Failure::without_manager());
    }
    let options = options(query, &parts.headers)?;
    let key = key(target)?;
    let written = api.store.write(|state| patch::patch(state, kind, &key, &change, part, &options))?;
    Ok(written_answer(kind, &written, Form::asked(&parts.headers, query)))
}

fn written_answer(kind: &Kind, written: &Written, form: Form) -> Response {
    let code = if written.created { StatusCode::CREATED } else { StatusCode::OK };
    let object = form.one(kind, as_version(kind, &written.object));
    respond(code, "application/json", &written.warnings, &object)
}

/// The options of a deletion, from the query and the body (which wins).
async fn delete_options(query: &Query, request: Request) -> Result<delete::Options, Failure> {
    let (parts, content) = request.into_parts();
    let bytes = body::bytes(content).await?;
    let given = if bytes.is_empty() || content_type(&parts.headers).contains("protobuf") {
        Value::Null
    } else {
        body::parse(&bytes)?
    };
    let grace = given.get("gracePeriodSeconds").and_then(Value::as_i64).or_else(|| query.number("gracePeriodSeconds"));
    let policy = match object::text(&given, "/propagationPolicy") {
        "" => query.text("propagationPolicy"),
        policy => policy,
    };
    let orphan = policy == "Orphan" || given.get("orphanDependents") == Some(&Value::Bool(true));
    let condition =
        |name: &str| given.pointer(&format!("/preconditions/{name}")).and_then(Value::as_str).map(str::to_owned);
    Ok(delete::Options {
        grace_seconds: grace,
        dependants: if orphan { Dependants::Orphan } else { Dependants::Delete },
        uid: condition("uid"),
        version: condition("resourceVersion"),
        dry_run: dry_run(query)? || !object::items(&given, "/dryRun").is_empty(),
    })
}

pub(super) async fn remove(api: &Api, target: &Target, query: &Query, request: Request) -> Result<Response, Failure> {
    let options = delete_options(query, request).await?;
    let key = key(target)?;
    let kind = &target.kind;
    let deleted = api.store.write(|state| delete::delete(state, kind, &key, &options))?;
    Ok(match deleted {
        Deleted::Pending(object) => ok(&as_version(kind, &object)),
        // Pods answer with themselves, everything else with a Status, as upstream.
        Deleted::Gone(object) if kind.is("", "pods") => ok(&as_version(kind, &object)),
        Deleted::Gone(object) => ok(&json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
            "details": gone_details(kind, &key.name, object::uid(&object)),
        })),
    })
}

fn gone_details(kind: &Kind, name: &str, uid: &str) -> Value {
    let mut details = details(name, &kind.group, &kind.plural);
    details["uid"] = json!(uid);
    details
}

pub(super) async fn remove_all(
    api: &Api,
    target: &Target,
    query: &Query,
    request: Request,
) -> Result<Response, Failure> {
    let options = delete_options(query, request).await?;
    let kind = &target.kind;
    let page = api.store.write(|state| {
        let page = list::page(state, target, query)?;
        for key in list::keys(state, target, query)? {
            // Objects that must stay do not keep the others.
            let _ = delete::delete(state, kind, &key, &options);
        }
        Ok(page)
    })?;
    Ok(ok(&list::to_value(kind, &page)))
}
