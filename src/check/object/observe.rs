//! Looks at objects, and keeps what is judged.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::blind::{blind, kept, part_kept};
use super::cel::{Expression, part};
use super::definition::{About, about, served};
use super::each::ForEach;
use super::known;
use super::observation::{Definition, Element, Elements, Found, Match, Observation, Seen, Unknown};
use super::path::Path;
use super::spec::{Demand, Owner};
use crate::check::condition::Condition;
use crate::check::suggest::closest;
use crate::check::trouble::Trouble;
use crate::connect::{Connections, Resource, Scope};

/// Objects that are kept; more are told by their number.
pub(super) const OBJECTS: usize = 500;
/// Places of one path that are kept.
pub(super) const MATCHES: usize = 200;
/// Unknown fields of one object that are kept.
const UNKNOWN: usize = 50;
/// Bytes of an element's name; names of Kubernetes are not longer.
const NAME: usize = 253;
/// Bytes of one value, as JSON.
const VALUE: usize = 2048;
/// Bytes of all fields that the expressions mention, as JSON. Expressions walk over whole lists, such as all conditions.
pub(super) const PART: usize = 64 << 10;

pub(super) async fn observe(demand: &Demand, connections: &Connections) -> Result<Observation, Trouble> {
    let (served, resource) = served(demand, connections).await?;
    let nothing = Observation {
        served,
        definition: Definition::None { observed_generation: false },
        fields: None,
        found: 0,
        owned: 0,
        objects: Vec::new(),
    };
    let Some(resource) = resource.filter(|one| demand.suits(one.scope == Scope::Namespaced)) else {
        return Ok(nothing);
    };
    let about = about(demand, &resource, connections).await?;
    let mut objects = objects(demand, &resource, connections).await?;
    let found = objects.len() as u64;
    objects.retain(|object| demand.owner.as_ref().is_none_or(|owner| owns(owner, object)));
    let owned = objects.len() as u64;
    let path = |object: &Json| {
        let text = |key: &str| object["metadata"][key].as_str().unwrap_or_default().to_owned();
        (text("namespace"), text("name"))
    };
    objects.sort_by_cached_key(path);
    objects.truncate(OBJECTS);
    let secret = resource.group.is_empty() && resource.plural == "secrets";
    let objects = objects.into_iter().map(|object| keep(demand, object, secret, &about));
    let objects = objects.collect::<Result<_, _>>()?;
    Ok(Observation { definition: about.definition, fields: about.fields, found, owned, objects, ..nothing })
}

async fn objects(demand: &Demand, resource: &Resource, connections: &Connections) -> Result<Vec<Json>, Trouble> {
    let namespace = demand.namespace.as_deref();
    match &demand.name {
        Some(name) => Ok(connections.get(resource, namespace, name).await?.into_iter().collect()),
        None => connections.list(resource, namespace, demand.selector.as_deref().unwrap_or_default()).await,
    }
}

fn owns(owner: &Owner, object: &Json) -> bool {
    let owners = object["metadata"]["ownerReferences"].as_array().into_iter().flatten();
    owners.into_iter().any(|one| one["kind"] == *owner.kind && one["name"] == *owner.name)
}

/// What is kept of an object.
pub(super) fn keep(demand: &Demand, mut object: Json, secret: bool, about: &About) -> Result<Found, Trouble> {
    // Before anything is taken away: names of fields are no secrets.
    let unknown = about.schema.as_ref().map(|schema| known::unknown(schema, &object)).unwrap_or_default();
    blind(&mut object, secret);
    let (metadata, status) = (&object["metadata"], &object["status"]);
    let text = |key: &str| metadata[key].as_str().map(str::to_owned);
    let malformed = |message: &str| Trouble::Malformed {
        url: format!("{} {}", demand.kind, metadata["name"]),
        message: message.to_owned(),
    };
    let paths = demand.fields.keys().map(|path| seen(path, &object, "").map_err(|error| malformed(&error)));
    let elements = demand.for_each.iter().map(|each| elements(each, &object).map_err(|error| malformed(&error)));
    Ok(Found {
        namespace: text("namespace"),
        name: text("name").ok_or_else(|| malformed("no metadata.name"))?,
        uid: text("uid").unwrap_or_default(),
        resource_version: text("resourceVersion").unwrap_or_default(),
        created: text("creationTimestamp").and_then(|time| time.parse::<Timestamp>().ok()),
        deleting: text("deletionTimestamp").map(|since| held(&since, metadata)),
        generation: metadata["generation"].as_i64(),
        observed_generation: status["observedGeneration"].as_i64(),
        has_status: status.as_object().is_some_and(|status| !status.is_empty()),
        conditions: conditions(demand, &object),
        paths: paths.collect::<Result<_, _>>()?,
        elements: elements.collect::<Result<_, _>>()?,
        mentioned: (!demand.cel.is_empty())
            .then(|| part_kept(part(demand.cel.iter().flat_map(Expression::mentions), &object), PART)),
        unknown: unknown.into_iter().take(UNKNOWN).collect::<Vec<Unknown>>(),
    })
}

fn held(since: &str, metadata: &Json) -> String {
    let finalizers: Vec<&str> =
        metadata["finalizers"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    if finalizers.is_empty() {
        format!("since {since}")
    } else {
        format!("since {since}, held by {}", finalizers.join(", "))
    }
}

fn conditions(demand: &Demand, object: &Json) -> Vec<Condition> {
    Condition::all(object).filter(|one| demand.conditions.contains_key(&one.name)).collect()
}

/// Where a path leads to from a place: in an object, or in one of its elements.
fn seen(path: &Path, object: &Json, from: &str) -> Result<Seen, String> {
    let matches = path.matches(object)?;
    let count = matches.len() as u64;
    let near = if matches.is_empty() { near(path, object) } else { None };
    let kept =
        matches.into_iter().take(MATCHES).map(|(at, value)| Match { at: joined(from, &at), holds: kept(value, VALUE) });
    Ok(Seen { path: path.to_string(), count, matches: kept.collect(), near })
}

fn elements(each: &ForEach, object: &Json) -> Result<Elements, String> {
    let found = each.path.matches(object)?;
    let count = found.len() as u64;
    let near = if found.is_empty() { near(&each.path, object) } else { None };
    let element = |(at, value): (String, &Json)| {
        let paths = each.fields.keys().map(|path| seen(path, value, &at)).collect::<Result<_, _>>()?;
        let name = value["name"].as_str().filter(|name| name.len() <= NAME).map(str::to_owned);
        Ok::<_, String>(Element { name, paths, at })
    };
    let kept = found.into_iter().take(MATCHES).map(element).collect::<Result<_, _>>()?;
    Ok(Elements { path: each.path.to_string(), count, each: kept, near })
}

/// A place in an element as a place in the object: `spec.ports[0]` and `name` make `spec.ports[0].name`.
fn joined(from: &str, at: &str) -> String {
    let inner = at.strip_prefix('$').unwrap_or(at);
    match from {
        "" => at.to_owned(),
        _ if inner.is_empty() || inner.starts_with('[') => format!("{from}{inner}"),
        _ => format!("{from}.{inner}"),
    }
}

/// The first name on the way that is not there, as it was probably meant.
fn near(path: &Path, object: &Json) -> Option<String> {
    let names = path.names()?;
    let mut here = object;
    for (depth, name) in names.iter().enumerate() {
        match here.get(name) {
            Some(inner) => here = inner,
            None => {
                let known = here.as_object()?.keys().map(String::as_str);
                let near = closest(name, known)?;
                return Some([&names[..depth], &[near]].concat().join("."));
            }
        }
    }
    None
}
