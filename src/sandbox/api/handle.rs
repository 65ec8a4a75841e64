//! Every request comes in here: who asks for what, whether it is denied, and who answers.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::access::{self, Attempt};
use super::audit;
use super::request::{Query, Target, verb};
use super::server::Api;
use super::status::Failure;
use super::{discovery, objects, openapi, subresource};

/// Answers one request.
pub(super) async fn handle(Shared(api): Shared<Arc<Api>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let target = api.store.read(|state| Target::parse(&state.registry, &path));
    let answer = match target {
        Some(target) => on_target(&api, target, request).await,
        None => plain(&api, &path, request.headers()),
    };
    answer.unwrap_or_else(Failure::into_response)
}

async fn on_target(api: &Arc<Api>, target: Target, request: Request) -> Result<Response, Failure> {
    let query = Query::of(request.uri());
    let verb = verb(request.method(), &target, &query).ok_or_else(Failure::method_not_allowed)?;
    // The sandbox's own rooms are not what a drill wants to hinder, or what anybody wants to read of.
    if request.headers().contains_key("x-signoff-component") {
        return permitted(api, target, query, verb, request).await;
    }
    let at = request.uri().to_string();
    let event = audit::event(&target, verb, &at, request.headers());
    let answer = examined(api, target, query, verb, request).await.unwrap_or_else(Failure::into_response);
    api.audit.write(event, answer.status());
    Ok(answer)
}

/// Refuses what is denied, and answers the rest.
async fn examined(
    api: &Arc<Api>,
    target: Target,
    query: Query,
    verb: &'static str,
    request: Request,
) -> Result<Response, Failure> {
    let attempt = Attempt {
        verb,
        group: &target.kind.group,
        plural: &target.kind.plural,
        subresource: target.subresource.as_deref().unwrap_or_default(),
        // A namespace is asked for in itself, as upstream.
        namespace: if target.kind.is("", "namespaces") {
            target.name.as_deref().unwrap_or_default()
        } else {
            &target.namespace
        },
    };
    if api.store.read(|state| access::denied(state, &attempt)) {
        return Err(access::refusal(&target.kind, target.name.as_deref().unwrap_or_default(), &attempt));
    }
    permitted(api, target, query, verb, request).await
}

async fn permitted(
    api: &Arc<Api>,
    target: Target,
    query: Query,
    verb: &'static str,
    request: Request,
) -> Result<Response, Failure> {
    if target.subresource.is_some() {
        subresource::answer(api, target, query, verb, request).await
    } else {
        objects::answer(api, target, query, verb, request).await
    }
}

/// Everything that is not about objects: health, version, discovery, OpenAPI.
fn plain(api: &Api, path: &str, headers: &HeaderMap) -> Result<Response, Failure> {
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let aggregated = discovery::wants_aggregated(accept);
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    api.store.read(|state| {
        let registry = &state.registry;
        let found = match segments.as_slice() {
            ["healthz" | "livez" | "readyz", ..] => return Ok("ok".into_response()),
            ["version"] => Some(discovery::version()),
            ["api"] if aggregated => return Ok(typed(discovery::AGGREGATED, &discovery::aggregated(registry, true))),
            ["apis"] if aggregated => return Ok(typed(discovery::AGGREGATED, &discovery::aggregated(registry, false))),
            ["api"] => Some(discovery::core_versions(&api.address)),
            ["apis"] => Some(discovery::groups(registry)),
            ["api", version] => discovery::resources(registry, "", version),
            ["apis", group] => discovery::group(registry, group),
            ["apis", group, version] => discovery::resources(registry, group, version),
            ["openapi", "v3"] => Some(openapi::index(registry)),
            ["openapi", "v3", rest @ ..] => openapi::document(registry, &rest.join("/")),
            ["openapi", "v2"] if accept.contains("protobuf") => {
                let kind = [(header::CONTENT_TYPE, openapi::VERSION_TWO_PROTOBUF)];
                return Ok((kind, openapi::version_two_protobuf()).into_response());
            }
            ["openapi", "v2"] => Some(openapi::version_two(registry)),
            [""] => Some(json!({"paths": ["/api", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]})),
            _ => None,
        };
        match found {
            Some(value) => Ok(ok(&value)),
            None if registry.built_in(&segments) => Err(Failure::no_resource()),
            // Upstream, only the handlers of built-in groups answer with a Status.
            None => Ok((StatusCode::NOT_FOUND, "404 page not found\n").into_response()),
        }
    })
}

/// 200 with a JSON body.
pub(super) fn ok(value: &Value) -> Response {
    typed("application/json", value)
}

fn typed(content_type: &str, value: &Value) -> Response {
    answer(StatusCode::OK, content_type, &[], value)
}

/// An answer with warnings (RFC 7234 code 299), which kubectl prints.
pub(super) fn answer(code: StatusCode, content_type: &str, warnings: &[String], value: &Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = code;
    let headers = response.headers_mut();
    if let Ok(value) = content_type.parse() {
        headers.insert(header::CONTENT_TYPE, value);
    }
    for warning in warnings {
        if let Ok(value) = format!("299 - {warning:?}").parse() {
            headers.append(header::WARNING, value);
        }
    }
    response
}
