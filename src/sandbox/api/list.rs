//! Lists: selected, in pages, at one version.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::kind::Kind;
use super::object;
use super::patch::as_version;
use super::request::{Query, Target};
use super::selector::Selector;
use super::status::Failure;
use super::store::{Change, Key, State};

/// One page.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) items: Vec<Arc<Value>>,
    pub(super) version: u64,
    pub(super) next: Option<String>,
    pub(super) remaining: Option<usize>,
}

/// The selector of a request.
///
/// # Errors
/// 400 with what cannot be parsed.
pub(super) fn selector(target: &Target, query: &Query) -> Result<Selector, Failure> {
    let mut fields = query.text("fieldSelector").to_owned();
    // A watch on one named object is a watch with a field selector.
    if let Some(name) = &target.name {
        fields = [fields, format!("metadata.name={name}")]
            .into_iter()
            .filter(|f| !f.is_empty())
            .collect::<Vec<_>>()
            .join(",");
    }
    Selector::parse(&target.kind, query.text("labelSelector"), &fields).map_err(Failure::bad_request)
}

/// Reads one page.
///
/// # Errors
/// 400 for selectors and tokens that cannot be parsed, 410 for a token that is too old.
pub(super) fn page(state: &State, target: &Target, query: &Query) -> Result<Page, Failure> {
    let selector = selector(target, query)?;
    let limit: Option<usize> = query.number("limit").filter(|n| *n > 0);
    let (version, after) = match query.get("continue").filter(|t| !t.is_empty()) {
        Some(token) => open_token(token)?,
        None => (state.version(), (String::new(), String::new())),
    };
    if version < state.oldest() {
        return Err(Failure::continue_expired());
    }
    let namespace = Some(target.namespace.as_str()).filter(|n| !n.is_empty());
    let all = at_version(state, target, namespace, version);
    let mut found = all
        .into_iter()
        .filter(|(key, _)| (&key.namespace, &key.name) > (&after.0, &after.1))
        .filter(|(_, object)| selector.matches(object));
    let mut items = Vec::new();
    let mut last = after.clone();
    for (key, object) in found.by_ref().take(limit.unwrap_or(usize::MAX)) {
        last = (key.namespace, key.name);
        items.push(object);
    }
    let left = found.count();
    let next = (left > 0).then(|| token(version, &last));
    // Upstream counts the rest only where nothing is to be selected.
    let counted = left > 0 && selector == Selector::default();
    Ok(Page { items, version, remaining: counted.then_some(left), next })
}

/// The objects as they were at a version: all pages of a list tell of the same moment.
fn at_version(state: &State, target: &Target, namespace: Option<&str>, version: u64) -> BTreeMap<Key, Arc<Value>> {
    let kind = &target.kind;
    let mut all: BTreeMap<Key, Arc<Value>> =
        state.list(&kind.group, &kind.plural, namespace).map(|(key, object)| (key.clone(), object.clone())).collect();
    let mine = |change: &&Change| {
        kind.is(&change.key.group, &change.key.plural) && namespace.is_none_or(|one| change.key.namespace == one)
    };
    let later: Vec<&Change> = state.changes_after(version).filter(mine).collect();
    for change in later.into_iter().rev() {
        match &change.before {
            Some(before) => all.insert(change.key.clone(), before.clone()),
            None => all.remove(&change.key),
        };
    }
    all
}

fn token(version: u64, last: &(String, String)) -> String {
    URL_SAFE_NO_PAD.encode(json!([version, last.0, last.1]).to_string())
}

fn open_token(token: &str) -> Result<(u64, (String, String)), Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    let parts: Option<(u64, String, String)> = bytes.and_then(|b| serde_json::from_slice(&b).ok());
    let (version, namespace, name) =
        parts.ok_or_else(|| Failure::bad_request("invalid continue token: continue key is not valid"))?;
    Ok((version, (namespace, name)))
}

/// The list object of a page.
pub(super) fn to_value(kind: &Kind, page: &Page) -> Value {
    let items: Vec<Value> = page.items.iter().map(|o| as_version(kind, o)).collect();
    json!({
        "kind": format!("{}List", kind.kind),
        "apiVersion": kind.api_version(),
        "metadata": metadata(page),
        "items": items,
    })
}

pub(super) fn metadata(page: &Page) -> Value {
    let mut metadata = json!({"resourceVersion": page.version.to_string()});
    if let Some(next) = &page.next {
        metadata["continue"] = json!(next);
    }
    if let Some(remaining) = page.remaining {
        metadata["remainingItemCount"] = json!(remaining);
    }
    metadata
}

/// The names that a deletion of the whole collection means.
pub(super) fn keys(state: &State, target: &Target, query: &Query) -> Result<Vec<super::store::Key>, Failure> {
    let selector = selector(target, query)?;
    let namespace = Some(target.namespace.as_str()).filter(|n| !n.is_empty());
    let all = state.list(&target.kind.group, &target.kind.plural, namespace);
    Ok(all.filter(|(_, o)| selector.matches(o) && !object::name(o).is_empty()).map(|(k, _)| k.clone()).collect())
}
