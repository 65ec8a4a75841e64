//! Applies a scenario as Flux would: server-side, in order, definitions first.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use kube::Client;
use kube::api::{Api, Patch, PatchParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::Scenario;

/// The field manager of Flux.
const MANAGER: &str = "kustomize-controller";
/// How long a definition may take until its objects can be made.
const ESTABLISHED: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);
/// Where a status, or a condition, says of which generation it is.
const OBSERVED: &str = "observedGeneration";

/// Applies all objects of the scenario. Gives a line for each that the API refuses, as the scenario foretells.
///
/// # Errors
/// When another object is refused, or one of those is not, or a definition is not established in 30 s.
pub async fn apply(client: &Client, scenario: &Scenario, sink: &str) -> Result<Vec<String>> {
    put_all(client, &scenario.manifests(sink)?, MANAGER, scenario.refused).await
}

/// Applies objects in their order as this field manager; waits after the last definition until all are established. Gives a
/// line for each of `refused`, which the API must refuse.
///
/// # Errors
/// When another object is refused, or one of those is not, or a definition is not established in 30 s.
pub async fn put_all(client: &Client, objects: &[Value], manager: &str, refused: &[&str]) -> Result<Vec<String>> {
    let is_definition = |object: &&Value| object["kind"] == "CustomResourceDefinition";
    let last = objects.iter().rposition(|object| is_definition(&object));
    let mut left = Vec::new();
    for (position, object) in objects.iter().enumerate() {
        let title = title(object);
        match put(client, object, manager).await {
            Ok(_) if refused.contains(&title.as_str()) => bail!("{title} is taken, which no real API does"),
            Ok(generation) => put_status(client, object, generation).await?,
            Err(error) => match refusal(&error).filter(|_| refused.contains(&title.as_str())) {
                Some(words) => left.push(format!("left out {title}, which the API refuses: {words}")),
                None => return Err(error),
            },
        }
        if Some(position) == last {
            for definition in objects.iter().filter(is_definition) {
                established(client, definition).await?;
            }
        }
    }
    Ok(left)
}

/// The API's words, where it did not take what an object says.
fn refusal(error: &anyhow::Error) -> Option<&str> {
    match error.chain().find_map(|cause| cause.downcast_ref::<kube::Error>()) {
        Some(kube::Error::Api(status)) if matches!(status.code, 400 | 422) => Some(&status.message),
        _ => None,
    }
}

/// `Kind namespace/name`, or `Kind name` of an object of the whole cluster.
pub fn title(object: &Value) -> String {
    let metadata = &object["metadata"];
    let place = metadata["namespace"].as_str().map_or_else(String::new, |namespace| format!("{namespace}/"));
    format!("{} {place}{}", text(object, "kind"), text(metadata, "name"))
}

/// Writes the status of an object that comes with one, as the controller would that is not there: of this generation.
async fn put_status(client: &Client, object: &Value, generation: Option<i64>) -> Result<()> {
    let Some(mut status) = object.get("status").cloned() else { return Ok(()) };
    if let Some(generation) = generation {
        of_generation(&mut status, generation);
    }
    let (api, name) = api(client, object);
    let patch = Patch::Merge(serde_json::json!({"status": status}));
    let done = api.patch_status(name, &PatchParams::default(), &patch).await;
    done.map(drop).with_context(|| format!("cannot write the status of {} {name}", text(object, "kind")))
}

/// Makes a status, and each of its conditions, speak of this generation: an object that is applied anew may be of a later one
/// than the scenario says. A controller that has never succeeded says -1, whatever the generation.
fn of_generation(status: &mut Value, generation: i64) {
    let conditions = status.get_mut("conditions").and_then(Value::as_array_mut).into_iter().flatten();
    for observed in conditions.filter_map(|condition| condition.get_mut(OBSERVED)) {
        *observed = generation.into();
    }
    if let Some(observed) = status.get_mut(OBSERVED).filter(|observed| observed.as_i64() != Some(-1)) {
        *observed = generation.into();
    }
}

/// Applies one object as this field manager, and gives its generation; a kind that the API does not serve yet is tried again for a while.
async fn put(client: &Client, object: &Value, manager: &str) -> Result<Option<i64>> {
    let (api, name) = api(client, object);
    let object = owned(client, object).await?;
    let parameters = PatchParams::apply(manager).force();
    let deadline = Instant::now() + ESTABLISHED;
    loop {
        match api.patch(name, &parameters, &Patch::Apply(&object)).await {
            Ok(applied) => return Ok(applied.metadata.generation),
            Err(kube::Error::Api(status)) if status.code == 404 && Instant::now() < deadline => sleep(PAUSE).await,
            Err(error) => return Err(error).with_context(|| format!("cannot apply {} {name}", text(&object, "kind"))),
        }
    }
}

/// The object with the uids of its owners, which no manifest can know. An owner is one of its namespace, and there before.
async fn owned(client: &Client, object: &Value) -> Result<Value> {
    let mut object = object.clone();
    let namespace = object["metadata"]["namespace"].clone();
    let owners = object.pointer_mut("/metadata/ownerReferences").and_then(Value::as_array_mut);
    for owner in owners.into_iter().flatten() {
        let metadata = serde_json::json!({"name": owner["name"], "namespace": namespace});
        let stub = serde_json::json!({"apiVersion": owner["apiVersion"], "kind": owner["kind"], "metadata": metadata});
        let (api, name) = api(client, &stub);
        let found =
            api.get(name).await.with_context(|| format!("cannot get the owner {} {name}", text(&stub, "kind")))?;
        owner["uid"] = serde_json::json!(found.metadata.uid);
    }
    Ok(object)
}

async fn established(client: &Client, definition: &Value) -> Result<()> {
    let (api, name) = api(client, definition);
    let deadline = Instant::now() + ESTABLISHED;
    while Instant::now() < deadline {
        let found = api.get(name).await.with_context(|| format!("cannot get CustomResourceDefinition {name}"))?;
        let conditions = found.data.pointer("/status/conditions").and_then(Value::as_array);
        let mut conditions = conditions.into_iter().flatten();
        if conditions.any(|condition| condition["type"] == "Established" && condition["status"] == "True") {
            return Ok(());
        }
        sleep(PAUSE).await;
    }
    bail!("CustomResourceDefinition {name} is not Established after {} s", ESTABLISHED.as_secs())
}

/// The API of an object's kind, in its namespace, and its name.
pub fn api<'a>(client: &Client, object: &'a Value) -> (Api<DynamicObject>, &'a str) {
    let version = text(object, "apiVersion");
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, text(object, "kind")));
    let api = match object["metadata"]["namespace"].as_str() {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        None => Api::all_with(client.clone(), &resource),
    };
    (api, text(&object["metadata"], "name"))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
