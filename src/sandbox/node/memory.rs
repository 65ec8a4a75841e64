//! Watches what each process uses: kills what is over its limit, and publishes `metrics.k8s.io`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kube::api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use kube::{Api, Client};
use serde_json::{Value, json};

use super::context::{Running, Shared, locked};
use super::process::{self, Usage};
use super::{clock, disk, quantity};

/// How often processes are looked at: a container that grows fast must not pass its limit by much.
const LOOK: Duration = Duration::from_millis(250);
/// How often metrics are published.
const PUBLISH: Duration = Duration::from_secs(5);

/// Annotation of a pod: the container that its metrics leave out, as metrics-server does when a reading fails.
const UNMETERED: &str = "sandbox.signoff.dev/unmetered";

/// Looks and publishes for ever.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut publisher = Publisher { before: HashMap::new(), published: HashSet::new(), at: Instant::now() };
    loop {
        let until = Instant::now() + PUBLISH;
        while Instant::now() < until {
            for running in shared.pods() {
                look(&running);
                disk::look(&running).await;
            }
            publisher.forget_gone(&shared).await;
            tokio::time::sleep(LOOK).await;
        }
        publisher.publish(&shared).await;
    }
}

fn look(running: &Running) {
    let mut state = locked(&running.state);
    let mut usage = HashMap::new();
    let state = &mut *state;
    for one in state.init.iter_mut().chain(&mut state.main) {
        let Some(pid) = one.pid() else { continue };
        let Some(seen) = process::usage(pid) else {
            continue;
        };
        let limits = one.spec.resources.as_ref().and_then(|resources| resources.limits.as_ref());
        let limit = limits.and_then(|all| all.get("memory")).and_then(quantity::bytes);
        if limit.is_some_and(|limit| seen.memory > limit) {
            one.over_limit = true;
            process::kill(pid);
        }
        usage.insert(one.spec.name.clone(), seen);
    }
    state.usage = usage;
}

fn unmetered(running: &Running) -> Option<&str> {
    running.pod.metadata.annotations.as_ref()?.get(UNMETERED).map(String::as_str)
}

struct Publisher {
    /// CPU time at the last publication, by pod and container.
    before: HashMap<(String, String), Duration>,
    /// Pods with a published object: namespace, name and uid.
    published: HashSet<(String, String, String)>,
    at: Instant,
}

impl Publisher {
    async fn publish(&mut self, shared: &Arc<Shared>) {
        let window = self.at.elapsed();
        self.at = Instant::now();
        let mut per_node: HashMap<String, (f64, u64)> = HashMap::new();
        let mut now = HashMap::new();
        for running in shared.pods() {
            let mut containers = Vec::new();
            let usage = locked(&running.state).usage.clone();
            for (name, seen) in usage {
                let key = (running.uid().to_owned(), name.clone());
                let used = seen.cpu.saturating_sub(self.before.get(&key).copied().unwrap_or(seen.cpu));
                let cores = used.as_secs_f64() / window.as_secs_f64().max(0.001);
                now.insert(key, seen.cpu);
                let total = per_node.entry(running.node.clone()).or_default();
                total.0 += cores;
                total.1 += seen.memory;
                if unmetered(&running) != Some(name.as_str()) {
                    containers.push(json!({"name": name, "usage": quantities(cores, seen.memory)}));
                }
            }
            if !containers.is_empty() {
                self.write_pod(shared, &running, &containers, window).await;
            }
        }
        self.before = now;
        for node in &shared.config.nodes {
            let (cores, memory) = per_node.get(&node.name).copied().unwrap_or_default();
            let body = object("NodeMetrics", &node.name, window, json!({"usage": quantities(cores, memory)}));
            write(&shared.client, "NodeMetrics", "nodes", None, &node.name, body).await;
        }
    }

    async fn write_pod(&mut self, shared: &Shared, running: &Running, containers: &[Value], window: Duration) {
        let mut body = object("PodMetrics", running.name(), window, json!({"containers": containers}));
        body["metadata"]["namespace"] = json!(running.namespace());
        body["metadata"]["labels"] = json!(running.pod.metadata.labels);
        let namespace = Some(running.namespace());
        write(&shared.client, "PodMetrics", "pods", namespace, running.name(), body).await;
        let id = (running.namespace().to_owned(), running.name().to_owned(), running.uid().to_owned());
        self.published.insert(id);
    }

    /// Removes the metrics of pods that are gone.
    async fn forget_gone(&mut self, shared: &Arc<Shared>) {
        if self.published.is_empty() {
            return;
        }
        let here: HashSet<String> = locked(&shared.running).keys().cloned().collect();
        let gone: Vec<_> = self.published.iter().filter(|(_, _, uid)| !here.contains(uid)).cloned().collect();
        for id in gone {
            let api = api(&shared.client, "PodMetrics", "pods", Some(&id.0));
            let _ = tokio::time::timeout(PUBLISH, api.delete(&id.1, &kube::api::DeleteParams::default())).await;
            self.published.remove(&id);
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a machine has few cores, and never less than none"
)]
fn quantities(cores: f64, memory: u64) -> Value {
    json!({"cpu": format!("{}n", (cores * 1e9) as u64), "memory": format!("{}Ki", memory / 1024)})
}

fn object(kind: &str, name: &str, window: Duration, content: Value) -> Value {
    let mut body = json!({
        "apiVersion": "metrics.k8s.io/v1beta1",
        "kind": kind,
        "metadata": {"name": name},
        "timestamp": clock::now(),
        "window": format!("{:.3}s", window.as_secs_f64()),
    });
    for (key, value) in content.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    body
}

fn api(client: &Client, kind: &str, plural: &str, namespace: Option<&str>) -> Api<DynamicObject> {
    let gvk = GroupVersionKind::gvk("metrics.k8s.io", "v1beta1", kind);
    let resource = ApiResource::from_gvk_with_plural(&gvk, plural);
    match namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        None => Api::all_with(client.clone(), &resource),
    }
}

async fn write(client: &Client, kind: &str, plural: &str, namespace: Option<&str>, name: &str, body: Value) {
    let params = PatchParams::apply("metrics-server").force();
    let api = api(client, kind, plural, namespace);
    let written = tokio::time::timeout(PUBLISH, api.patch(name, &params, &Patch::Apply(body))).await;
    if !matches!(written, Ok(Ok(_))) {
        tracing::debug!(kind, name, ?written, "metrics were not written");
    }
}

/// What the last look saw of a pod's containers, by name.
pub(super) fn seen(running: &Running) -> Vec<(String, Usage)> {
    let mut all: Vec<_> = locked(&running.state).usage.clone().into_iter().collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_written_in_nano_cores_and_kibibytes() {
        assert_eq!(quantities(0.25, 94_371_840), json!({"cpu": "250000000n", "memory": "92160Ki"}));
    }
}
