//! Requests on objects themselves: who answers, and the reading ones (get, list, watch).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, header};
use serde_json::Value;

use super::changes::{change, create, remove, remove_all, update};
use super::handle::ok;
use super::kind::Verbs;
use super::list;
use super::patch::as_version;
use super::prepare::Validation;
use super::request::{Query, Target, manager};
use super::server::Api;
use super::status::Failure;
use super::store::Key;
use super::table::Form;
use super::watch::Watch;
use super::write::{Options, Part};

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
    let name = target.name.as_deref().ok_or_else(Failure::method_not_allowed)?;
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
    api.store.read(|s| s.get(&key).cloned()).ok_or_else(|| Failure::not_found(&target.kind, &key.name))
}

fn get(api: &Api, target: &Target, query: &Query, headers: &HeaderMap) -> Result<Response, Failure> {
    let object = as_version(&target.kind, &find(api, target)?);
    Ok(ok(&Form::asked(headers, query).one(&target.kind, object)))
}

fn list(api: &Api, target: &Target, query: &Query, headers: &HeaderMap) -> Result<Response, Failure> {
    let page = api.store.read(|state| list::page(state, target, query))?;
    Ok(ok(&Form::asked(headers, query).list(&target.kind, &page)))
}

fn watch(api: &Api, target: &Target, query: &Query, headers: &HeaderMap) -> Result<Response, Failure> {
    let form = Form::asked(headers, query);
    let watch = Watch::open(&api.store, target, query, form, api.closing.subscribe())?;
    let stream = futures::stream::unfold(watch, |mut watch| async move {
        watch.next().await.map(|line| (Ok::<_, std::convert::Infallible>(line), watch))
    });
    let mut response = Response::new(Body::from_stream(stream));
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
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

pub(super) fn dry_run(query: &Query) -> Result<bool, Failure> {
    match query.get("dryRun") {
        None | Some("") => Ok(false),
        Some("All") => Ok(true),
        Some(other) => Err(Failure::bad_request(format!("invalid dryRun value {other:?}: supported values: \"All\""))),
    }
}
