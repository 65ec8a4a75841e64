//! Takes away what was deployed, in an order in which everything can go.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use kube::Client;
use kube::api::{DeleteParams, ListParams, PropagationPolicy};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::key::Key;
use super::{cluster, is_ours, names, record};
use crate::sandbox::scenario;

const PAUSE: Duration = Duration::from_millis(500);
/// How long what an owner made may outlive its owner: the garbage collector takes a few seconds.
const COLLECTED: Duration = Duration::from_secs(20);
/// Kinds whose objects keep a namespace, where they are nobody's that is known here.
const KEEPING: [(&str, &str); 20] = [
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "PersistentVolumeClaim"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    (VM, "VMSingle"),
    (VM, "VMAgent"),
    (VM, "VMAlert"),
    (VM, "VMAlertmanager"),
    (VM, "VMRule"),
    (VM, "VMServiceScrape"),
    (VM, "VMPodScrape"),
    (VM, "VMNodeScrape"),
    (VM, "VMStaticScrape"),
    (VM, "VMProbe"),
];
const VM: &str = "operator.victoriametrics.com/v1beta1";

/// Removes what is recorded and still carries the label.
///
/// First goes what the operator must release, while it runs; then the operator and all else; then the definitions and the
/// namespaces, but only those that hold nothing of others.
///
/// # Errors
/// When something cannot be deleted, or is still there after `within`. What is left stays recorded.
pub async fn run(client: &Client, scenario: &str, within: Duration, tell: &(dyn Fn(&str) + Send + Sync)) -> Result<()> {
    let recorded = record::read(client, scenario).await?;
    if recorded.is_empty() {
        tell("nothing is recorded as deployed: nothing to remove");
        return Ok(());
    }
    let mut removal =
        Removal { client, scenario, deadline: Instant::now() + within, left: recorded.clone(), kept: Vec::new() };
    let count = recorded.len();
    tell(&format!("removing {count} objects"));
    for stage in Stage::ALL {
        let keys: Vec<Key> = recorded.iter().filter(|key| Stage::of(key) == stage).cloned().collect();
        let result = removal.stage(stage, &keys).await;
        record::write(client, scenario, &removal.left).await?;
        result?;
    }
    for (key, why) in &removal.kept {
        tell(&format!("kept {key}: {why}"));
    }
    tell(&format!("removed {} objects, kept {}", count - removal.kept.len(), removal.kept.len()));
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    OfTheOperator,
    Others,
    Definitions,
    Namespaces,
}

impl Stage {
    const ALL: [Self; 4] = [Self::OfTheOperator, Self::Others, Self::Definitions, Self::Namespaces];

    fn of(key: &Key) -> Self {
        match key.kind.as_str() {
            "CustomResourceDefinition" => Self::Definitions,
            "Namespace" => Self::Namespaces,
            _ if key.is_vm() => Self::OfTheOperator,
            _ => Self::Others,
        }
    }
}

struct Removal<'a> {
    client: &'a Client,
    scenario: &'a str,
    deadline: Instant,
    /// Still recorded.
    left: BTreeSet<Key>,
    kept: Vec<(Key, String)>,
}

impl Removal<'_> {
    /// Asks for the deletion of all, then waits until they are gone.
    async fn stage(&mut self, stage: Stage, keys: &[Key]) -> Result<()> {
        let mut going = Vec::new();
        for key in keys {
            let Some(live) = cluster::live(self.client, &key.stub()).await? else {
                self.left.remove(key);
                continue;
            };
            if !is_ours(&live, self.scenario) {
                self.left.remove(key);
                self.kept.push((key.clone(), "it is another's by now".to_owned()));
                continue;
            }
            if let Some(why) = self.holds(stage, key, &live).await? {
                // Recorded for another time.
                self.kept.push((key.clone(), why));
                continue;
            }
            self.delete(key).await?;
            going.push(key.clone());
        }
        self.gone(going).await
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        let stub = key.stub();
        let (api, name) = scenario::api(self.client, &stub);
        let parameters = DeleteParams { propagation_policy: Some(PropagationPolicy::Background), ..Default::default() };
        match api.delete(name, &parameters).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(error) => Err(error).with_context(|| format!("cannot delete {key}")),
        }
    }

    async fn gone(&mut self, mut going: Vec<Key>) -> Result<()> {
        loop {
            let mut still = Vec::new();
            for key in going {
                match cluster::live(self.client, &key.stub()).await? {
                    Some(_) => still.push(key),
                    None => {
                        self.left.remove(&key);
                    }
                }
            }
            if still.is_empty() {
                return Ok(());
            }
            if Instant::now() >= self.deadline {
                bail!(
                    "still there, though their deletion was asked for: {}; see their finalizers",
                    names(still.iter())
                );
            }
            going = still;
            sleep(PAUSE).await;
        }
    }

    /// Why a definition or a namespace must stay.
    async fn holds(&self, stage: Stage, key: &Key, live: &Value) -> Result<Option<String>> {
        let found = match stage {
            Stage::Definitions => self.objects_of(live).await?,
            Stage::Namespaces => self.foreign(&key.name).await?,
            Stage::OfTheOperator | Stage::Others => Vec::new(),
        };
        Ok((!found.is_empty()).then(|| format!("it holds what others made: {}", names(found.iter()))))
    }

    /// Objects of the kind that a definition defines.
    async fn objects_of(&self, definition: &Value) -> Result<Vec<Key>> {
        let text = |path: &str| definition.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let version = format!("{}/{}", text("/spec/group"), text("/spec/versions/0/name"));
        // What an owner made goes a little after its owner: a scrape object after its ServiceMonitor.
        let patience = self.deadline.min(Instant::now() + COLLECTED);
        loop {
            let found = self.list(&version, text("/spec/names/kind"), "").await?;
            if !found.iter().any(|object| is_leaving(object) || is_owned(object)) || Instant::now() >= patience {
                return Ok(found.iter().map(Key::of).collect());
            }
            sleep(PAUSE).await;
        }
    }

    /// What is in a namespace and neither ours nor made by a controller or for every namespace.
    async fn foreign(&self, namespace: &str) -> Result<Vec<Key>> {
        loop {
            let mut found = Vec::new();
            for (version, kind) in KEEPING {
                found.extend(self.list(version, kind, namespace).await?.into_iter().filter(|one| self.is_foreign(one)));
            }
            // Pods of what has just been deleted may take a while to end.
            if !found.iter().any(is_leaving) || Instant::now() >= self.deadline {
                return Ok(found.iter().map(Key::of).collect());
            }
            sleep(PAUSE).await;
        }
    }

    fn is_foreign(&self, object: &Value) -> bool {
        let metadata = &object["metadata"];
        let of_operator = metadata["labels"]["managed-by"] == "vm-operator";
        let of_every_namespace = metadata["name"] == "kube-root-ca.crt";
        !(is_owned(object) || of_operator || of_every_namespace || is_ours(object, self.scenario))
    }

    async fn list(&self, version: &str, kind: &str, namespace: &str) -> Result<Vec<Value>> {
        let mut like = json!({"apiVersion": version, "kind": kind, "metadata": {"name": ""}});
        if !namespace.is_empty() {
            like["metadata"]["namespace"] = json!(namespace);
        }
        let (api, _) = scenario::api(self.client, &like);
        let found = match api.list(&ListParams::default()).await {
            // A kind that is not served has no objects.
            Err(kube::Error::Api(status)) if status.code == 404 => return Ok(Vec::new()),
            found => found.with_context(|| format!("cannot list {kind}s"))?,
        };
        let mut objects = Vec::new();
        for object in found.items {
            let mut object = serde_json::to_value(object)?;
            // Items of a list need not say what they are.
            object["apiVersion"] = json!(version);
            object["kind"] = json!(kind);
            objects.push(object);
        }
        Ok(objects)
    }
}

/// Whether its deletion was asked for.
fn is_leaving(object: &Value) -> bool {
    object["metadata"]["deletionTimestamp"].is_string()
}

/// Whether it goes with another object.
fn is_owned(object: &Value) -> bool {
    object["metadata"]["ownerReferences"].as_array().is_some_and(|owners| !owners.is_empty())
}
