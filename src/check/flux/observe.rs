//! Lists Flux's objects, and asks for what the suite wants to know beside them.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use futures::stream::{StreamExt, TryStreamExt, iter};
use serde_json::Value;

use super::inventory::Id;
use super::seen::{Held, Object, Observation, Placed};
use super::spec::{Applied, Demand, Present};
use super::{literal, read};
use crate::check::trouble::Trouble;
use crate::check::uses::Use;
use crate::connect::Connections;
use crate::connect::resource::CONFIG_MAPS;

/// Objects of inventories that are asked for at the same time.
const AT_ONCE: usize = 8;

pub(super) fn uses(demand: &Demand) -> Vec<Use> {
    let lists = demand.kind.related().iter().map(|kind| kind.resource().access("list", None));
    let present = demand.present.iter().map(Present::access);
    let (mut map, mut placed) = (None, Vec::new());
    if let Some(substitutes) = &demand.substitutes {
        let namespace = demand.namespace.as_deref();
        map = Some(CONFIG_MAPS.access("get", namespace).named(&substitutes.config_map));
        let get = |one: &Applied| one.resource().access("get", one.namespace.as_deref()).named(&one.name);
        placed = substitutes.applied.iter().map(get).collect();
    }
    lists.chain(present).chain(map).chain(placed).map(Use::from).collect()
}

pub(super) async fn observe(demand: &Demand, connections: &Connections) -> Result<Observation, Trouble> {
    let mut seen = Observation::default();
    let kinds = demand.kind.related();
    let resources: Vec<_> = kinds.iter().map(|kind| kind.resource()).collect();
    let lists = resources.iter().map(|resource| async move {
        match connections.list(resource, None, "").await {
            Err(Trouble::UnknownKind { .. }) => Ok(None),
            answer => answer.map(Some),
        }
    });
    for (kind, list) in kinds.iter().zip(try_join_all(lists).await?) {
        match list {
            None => seen.unserved.push(kind.name().to_owned()),
            Some(list) => seen.objects.extend(list.iter().filter_map(|json| read::object(*kind, json))),
        }
    }
    seen.objects.sort_by(|a, b| (&a.kind, &a.namespace, &a.name).cmp(&(&b.kind, &b.namespace, &b.name)));
    let chosen = seen.objects.iter().filter(|object| demand.chooses(object));
    let wanted = chosen.flat_map(|object| wanted(demand, object)).collect::<BTreeMap<_, _>>();
    seen.held =
        iter(wanted).map(|(id, one)| held(id, one, demand, connections)).buffered(AT_ONCE).try_collect().await?;
    if let Some(substitutes) = &demand.substitutes {
        let map = connections.get(&CONFIG_MAPS, demand.namespace.as_deref(), &substitutes.config_map).await?;
        seen.variables = map.map(|map| {
            let value = |key: &String| Some((key.clone(), map["data"][key].as_str()?.to_owned()));
            substitutes.keys.iter().filter_map(value).collect()
        });
        seen.placed = try_join_all(substitutes.applied.iter().map(|one| placed(one, connections))).await?;
    }
    Ok(seen)
}

/// The lines of an object's inventory that are asked for, each with the kind that the suite names.
fn wanted(demand: &Demand, object: &Object) -> Vec<(String, (Present, String))> {
    let inventory = object.kustomization.iter().flat_map(|one| &one.inventory);
    let asked = inventory.filter_map(|entry| {
        let id = Id::parse(&entry.id)?;
        let fits =
            |one: &&Present| one.resource().group == id.group && one.kind == id.kind && one.namespace == id.namespace;
        Some((entry.id.clone(), (demand.present.iter().find(fits)?.clone(), id.name)))
    });
    asked.collect()
}

async fn held(
    id: String,
    (one, name): (Present, String),
    demand: &Demand,
    connections: &Connections,
) -> Result<Held, Trouble> {
    let found = match connections.get(&one.resource(), one.namespace.as_deref(), &name).await {
        // Its definition is gone, and all of its objects with it.
        Err(Trouble::UnknownKind { .. }) => None,
        found => found?,
    };
    let texts = found.as_ref().filter(|_| demand.substituted).and_then(literal::texts);
    Ok(Held { id, there: found.is_some(), texts })
}

async fn placed(one: &Applied, connections: &Connections) -> Result<Placed, Trouble> {
    let object = match connections.get(&one.resource(), one.namespace.as_deref(), &one.name).await {
        Err(Trouble::UnknownKind { .. }) => None,
        found => found?,
    };
    let Some(object) = object else { return Ok(Placed { there: false, value: None }) };
    let value = one.field.split('.').try_fold(&object, |here, name| here.get(name));
    let value = value.map(|value| value.as_str().map_or_else(|| Value::to_string(value), str::to_owned));
    Ok(Placed { there: true, value })
}
