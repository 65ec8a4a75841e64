//! Waits until everything that was applied is ready, with what the operator makes of it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{Api, DynamicObject, ListParams};
use kube::{Client, Resource, ResourceExt};
use serde_json::Value;

use super::key::Key;
use crate::sandbox::lifecycle::pending::{self, Pending};
use crate::sandbox::lifecycle::readiness::{self, VM_KINDS};
use crate::sandbox::scenario;

/// Waits for all of `applied` that can be ready; those of `never_ready` cannot.
///
/// # Errors
/// After `within`: what is not ready, and what its pods say.
pub async fn run(
    client: &Client,
    applied: &[Value],
    (within, never_ready): (Duration, &[&str]),
    tell: &(dyn Fn(&str) + Send + Sync),
) -> Result<()> {
    let pending = async || {
        let mut waiting = look(client, applied).await?;
        waiting.retain(|pending| !never_ready.contains(&pending.name.as_str()));
        Ok(waiting)
    };
    let Some(waiting) = readiness::until(within, tell, pending).await? else {
        return Ok(());
    };
    let mut lines: Vec<String> = waiting.iter().map(|one| format!("  {}: {}", one.name, one.reason)).collect();
    lines.extend(pods(client, applied).await?);
    bail!("not ready after {} s:\n{}", within.as_secs(), lines.join("\n"))
}

/// What is applied, by kind, and the live application objects, which own workloads.
struct Sought {
    keys: Vec<Key>,
    /// Kind and name of an application object, with its uid.
    owners: Vec<(Key, String)>,
}

async fn look(client: &Client, applied: &[Value]) -> Result<Vec<Pending>> {
    let keys: Vec<Key> = applied.iter().map(Key::of).collect();
    let (mut waiting, mut owners) = (Vec::new(), Vec::new());
    for key in keys.iter().filter(|key| VM_KINDS.contains(&key.kind.as_str())) {
        let stub = key.stub();
        let (api, name) = scenario::api(client, &stub);
        let found: Option<DynamicObject> = api.get_opt(name).await.with_context(|| format!("cannot get {key}"))?;
        let Some(found) = found else {
            waiting.push(gone(key));
            continue;
        };
        waiting.extend(pending::vm_object(&key.kind, &found));
        owners.push((key.clone(), found.uid().unwrap_or_default()));
    }
    let sought = Sought { keys, owners };
    let mut seen = Vec::new();
    waiting.extend(sought.rollouts::<Deployment>(client, pending::deployment, &mut seen).await?);
    waiting.extend(sought.rollouts::<StatefulSet>(client, pending::stateful_set, &mut seen).await?);
    waiting.extend(sought.rollouts::<DaemonSet>(client, pending::daemon_set, &mut seen).await?);
    // An application that is called operational but owns nothing has shown nothing.
    for (key, uid) in &sought.owners {
        if !seen.contains(uid) {
            waiting.push(Pending {
                name: key.to_string(),
                reason: "the operator has made no workload for it yet".into(),
                failed: false,
            });
        }
    }
    Ok(waiting)
}

fn gone(key: &Key) -> Pending {
    Pending { name: key.to_string(), reason: "is no longer there".into(), failed: false }
}

impl Sought {
    /// The workloads of one kind that are applied or owned by what is applied, and are not ready; adds to `seen` the uids
    /// of those that own one.
    async fn rollouts<K>(
        &self,
        client: &Client,
        pending: fn(&K) -> Option<Pending>,
        seen: &mut Vec<String>,
    ) -> Result<Vec<Pending>>
    where
        K: Resource<DynamicType = ()> + Clone + std::fmt::Debug + serde::de::DeserializeOwned,
    {
        let kind = K::kind(&());
        let all = Api::<K>::all(client.clone()).list(&ListParams::default()).await;
        let all = all.with_context(|| format!("cannot list {kind}s"))?;
        let mut waiting = Vec::new();
        for key in self.keys.iter().filter(|key| key.kind == kind) {
            match all.iter().find(|one| is(one.meta(), key)) {
                Some(found) => waiting.extend(pending(found)),
                None => waiting.push(gone(key)),
            }
        }
        for one in &all {
            let owners: Vec<String> = one.owner_references().iter().map(|owner| owner.uid.clone()).collect();
            if let Some((_, uid)) = self.owners.iter().find(|(_, uid)| owners.contains(uid)) {
                seen.push(uid.clone());
                waiting.extend(pending(one));
            }
        }
        Ok(waiting)
    }
}

fn is(meta: &ObjectMeta, key: &Key) -> bool {
    meta.name.as_deref() == Some(&key.name) && meta.namespace.as_deref() == Some(&key.namespace)
}

/// What the pods that are not ready say, in the namespaces of what was applied.
async fn pods(client: &Client, applied: &[Value]) -> Result<Vec<String>> {
    let namespaces: Vec<String> = applied.iter().map(|object| Key::of(object).namespace).collect();
    let pods = Api::<Pod>::all(client.clone()).list(&ListParams::default()).await.context("cannot list Pods")?;
    let ours = pods.iter().filter(|pod| pod.namespace().is_some_and(|namespace| namespaces.contains(&namespace)));
    let said = ours.filter_map(|pod| {
        let reason = pending::pod(pod)?;
        Some(format!("  Pod {}/{}: {reason}", pod.namespace().unwrap_or_default(), pod.name_any()))
    });
    Ok(said.collect())
}
