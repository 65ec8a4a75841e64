//! Wakes an application when someone else touches its workload: a scaled Deployment is put right within a second.

use std::collections::HashMap;
use std::sync::Arc;

use futures::StreamExt as _;
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use tokio::sync::mpsc::Sender;

use super::{Change, Operator, changes, key_of};
use crate::sandbox::operator::kinds::App;

/// Where to send the keys of applications to wake.
pub type Wakers = HashMap<App, Sender<String>>;

/// Watches workloads of one kind.
pub async fn run(operator: Arc<Operator>, kind: &'static str, wakers: Wakers) {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("apps", "v1", kind));
    // Key of the workload to its owner and the generation that was seen last.
    let mut seen: HashMap<String, (App, String, i64)> = HashMap::new();
    let mut changes = changes(&operator, resource);
    while let Some(change) = changes.next().await {
        let wake = match change {
            Change::Gone(key) => seen.remove(&key).map(|(app, owner, _)| (app, owner)),
            Change::Present(object) => changed(&mut seen, &object),
        };
        if let Some((app, owner)) = wake
            && let Some(waker) = wakers.get(&app)
        {
            // A full queue means that the application will be looked at anyway.
            let _ = waker.try_send(owner);
        }
    }
}

fn changed(seen: &mut HashMap<String, (App, String, i64)>, object: &DynamicObject) -> Option<(App, String)> {
    let (app, owner) = owner_of(object)?;
    let generation = object.metadata.generation.unwrap_or_default();
    let previous = seen.insert(key_of(object), (app, owner.clone(), generation));
    previous.filter(|(_, _, before)| *before != generation).map(|_| (app, owner))
}

fn owner_of(object: &DynamicObject) -> Option<(App, String)> {
    let namespace = object.metadata.namespace.as_deref()?;
    let owners = object.metadata.owner_references.iter().flatten();
    let mut owners = owners.filter_map(|owner| Some((App::of_kind(&owner.kind)?, &owner.name)));
    owners.next().map(|(app, name)| (app, format!("{namespace}/{name}")))
}
