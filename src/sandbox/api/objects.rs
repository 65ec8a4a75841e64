//! Requests on objects themselves: get, list, watch, create, update, patch, delete.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::delete::{self, Deleted, Dependants};
use super::handle::{answer as respond, ok};
use super::kind::{Kind, Verbs};
use super::object;
use super::patch::{self, Patch, as_version};
use super::prepare::Validation;
use super::request::{Query, Target, manager};
use super::server::Api;
use super::status::Failure;
use super::store::Key;
use super::table::Form;
use super::watch::Watch;
use super::write::{self, Options, Ownership, Part, Written};
use super::{access, body, list};

/// Answers a request without a subresource.
pub(super) async fn answer(
    api: &Arc<Api>,
    target: Target,
    query: Query,
    verb: &str,
    request: Request,
) -> Result<Response, Failure> {
    if target.kind.verbs == Verbs::Review && verb != "create" {
        return Err(Failure::method_not_allowed());
    }
    match verb {
        "get" => get(api, &target, &query, request.headers()),
        "list" => list(api, &target, &query, request.headers()),
        "watch" => watch(api, &target, &query, request.headers()),
        "create" => create(api, &target, &query, request).await,
        "update" => update(api, &target, &query, Part::Main, request).await,
        "patch" => change(api, &target, &query, Part::Main, request).await,
        "delete" => remove(api, &target, &query, request).await,
        _ => remove_all(api, &target, &query, request).await,
    }
}

/// The key of the object that a request names.
///
/// # Errors
/// 405 where it names none.
pub(super) fn key(target: &Target) -> Result<Key, Failure> {
    let name = target
        .name
        .as_deref()
        .ok_or_else(Failure::method_not_allowed)?;
    if target.kind.namespaced() && target.namespace.is_empty() {
        return Err(Failure::method_not_allowed());
    }
    Ok(Key::new(&target.kind, &target.namespace, name))
}

/// The named object.
///
/// # Errors
/// 404 where there is none.
pub(super) fn find(api: &Api, target: &Target) -> Result<Arc<Value>, Failure> {
    let key = key(target)?;
    api.store
        .read(|s| s.get(&key).cloned())
        .ok_or_else(|| Failure::not_found(&target.kind, &key.name))
}

fn get(
    api: &Api,
    target: &Target,
    query: &Query,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let object = as_version(&target.kind, &find(api, target)?);
    Ok(ok(&Form::asked(headers, query).one(&target.kind, object)))
}

fn list(
    api: &Api,
    target: &Target,
    query: &Query,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let page = api.store.read(|state| list::page(state, target, query))?;
    Ok(ok(&Form::asked(headers, query).list(&target.kind, &page)))
}

fn watch(
    api: &Api,
    target: &Target,
    query: &Query,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let form = Form::asked(headers, query);
    let watch = Watch::open(&api.store, target, query, form, api.closing.subscribe())?;
    let stream = futures::stream::unfold(watch, |mut watch| async move {
        watch
            .next()
            .await
            .map(|line| (Ok::<_, std::convert::Infallible>(line), watch))
    });
    let mut response = Response::new(Body::from_stream(stream));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json"),
    );
    Ok(response)
}

/// The options of a write.
///
/// # Errors
/// 400 for `dryRun` values other than `All`.
pub(super) fn options(query: &Query, headers: &HeaderMap) -> Result<Options, Failure> {
    Ok(Options {
        dry_run: dry_run(query)?,
        manager: manager(query, headers),
        force: query.get("force").is_some() && query.flag("force"),
        validation: match query.text("fieldValidation") {
            "Strict" => Validation::Strict,
            "Ignore" => Validation::Ignore,
            _ => Validation::Warn,
        },
    })
}

fn dry_run(query: &Query) -> Result<bool, Failure> {
    match query.get("dryRun") {
        None | Some("") => Ok(false),
        Some("All") => Ok(true),
        Some(other) => Err(Failure::bad_request(format!(
            "invalid dryRun value {other:?}: supported values: \"All\""
        ))),
    }
}

/// A body that is an object of this kind.
async fn object_of(request: Request) -> Result<(HeaderMap, Value), Failure> {
    let (parts, content) = request.into_parts();
    body::check_type(content_type(&parts.headers))?;
    let bytes = body::bytes(content).await?;
    Ok((parts.headers, body::parse(&bytes)?))
}

fn content_type(headers: &HeaderMap) -> &str {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
}

async fn create(
    api: &Api,
    target: &Target,
    query: &Query,
    request: Request,
) -> Result<Response, Failure> {
    let (headers, content) = object_of(request).await?;
    let kind = &target.kind;
    if kind.verbs == Verbs::Review {
        let review = api.store.read(|state| access::review(state, kind, content));
        let review = review.ok_or_else(Failure::method_not_allowed)?;
        return Ok(respond(
            StatusCode::CREATED,
            "application/json",
            &[],
            &review,
        ));
    }
    if target.name.is_some() || (kind.namespaced() && target.namespace.is_empty()) {
        return Err(Failure::method_not_allowed());
    }
    let options = options(query, &headers)?;
    let namespace = &target.namespace;
    let written = api.store.write(|state| {
        write::create(state, kind, namespace, content, Ownership::Record, &options)
    })?;
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
        let before = state
            .get(&key)
            .cloned()
            .ok_or_else(|| Failure::not_found(kind, &key.name))?;
        write::replace(
            state,
            kind,
            &before,
            content,
            part,
            Ownership::Record,
            &options,
        )
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
        return Err(Failure::bad_request(
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
        ));
    }
    let options = options(query, &parts.headers)?;
    let key = key(target)?;
    let written = api
        .store
        .write(|state| patch::patch(state, kind, &key, &change, part, &options))?;
    Ok(written_answer(
        kind,
        &written,
        Form::asked(&parts.headers, query),
    ))
}

fn written_answer(kind: &Kind, written: &Written, form: Form) -> Response {
    let code = if written.created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
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
    let grace = given
        .get("gracePeriodSeconds")
        .and_then(Value::as_i64)
        .or_else(|| query.number("gracePeriodSeconds"));
    let policy = match object::text(&given, "/propagationPolicy") {
        "" => query.text("propagationPolicy"),
        policy => policy,
    };
    let orphan = policy == "Orphan" || given.get("orphanDependents") == Some(&Value::Bool(true));
    let condition = |name: &str| {
        given
            .pointer(&format!("/preconditions/{name}"))
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    Ok(delete::Options {
        grace_seconds: grace,
        dependants: if orphan {
            Dependants::Orphan
        } else {
            Dependants::Delete
        },
        uid: condition("uid"),
        version: condition("resourceVersion"),
        dry_run: dry_run(query)? || !object::items(&given, "/dryRun").is_empty(),
    })
}

async fn remove(
    api: &Api,
    target: &Target,
    query: &Query,
    request: Request,
) -> Result<Response, Failure> {
    let options = delete_options(query, request).await?;
    let key = key(target)?;
    let kind = &target.kind;
    let deleted = api
        .store
        .write(|state| delete::delete(state, kind, &key, &options))?;
    Ok(match deleted {
        Deleted::Pending(object) => ok(&as_version(kind, &object)),
        // Pods answer with themselves, everything else with a Status, as upstream.
        Deleted::Gone(object) if kind.is("", "pods") => ok(&as_version(kind, &object)),
        Deleted::Gone(object) => ok(&json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
            "details": {"name": key.name, "group": kind.group, "kind": kind.plural, "uid": object::uid(&object)},
        })),
    })
}

async fn remove_all(
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
