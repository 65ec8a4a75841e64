//! Waits until the scenario is up: every workload rolled out, every VM object operational.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DynamicObject, ListParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, ResourceExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::pending::{self, Pending};

/// How often is looked.
const INTERVAL: Duration = Duration::from_millis(250);
/// Changes are told at most this often.
const MENTION: Duration = Duration::from_secs(1);
/// How many are named; the others are counted.
const NAMED: usize = 3;
/// A process on this machine accepts a connection at once or not at all.
const ANSWER: Duration = Duration::from_millis(500);
/// How many lines of a log are quoted.
const QUOTED: usize = 5;

/// Objects whose operator says when they are operational.
pub const VM_KINDS: [&str; 4] = ["VMSingle", "VMAgent", "VMAlert", "VMAlertmanager"];

/// Waits until the scenario is up, with every container listening. Of objects that are never ready it waits until they failed.
///
/// # Errors
/// After `limit`: which workloads are not ready, what their pods say, and the last lines of their logs.
pub async fn wait(
    client: &Client,
    logs: &Path,
    (limit, never_ready): (Duration, &[&str]),
    tell: &(dyn Fn(&str) + Send + Sync),
) -> anyhow::Result<()> {
    let pending = async || {
        let mut waiting = look(client).await?;
        waiting.retain(|pending| !pending.failed || !never_ready.contains(&pending.name.as_str()));
        if waiting.is_empty() { silent(client).await } else { Ok(waiting) }
    };
    let Some(waiting) = until(limit, tell, pending).await? else { return Ok(()) };
    bail!("not ready after {} s:\n{}", limit.as_secs(), why(client, logs, &waiting).await?)
}

/// Looks until nothing is pending; tells what is, whenever that changes. Gives what is still pending after `limit`.
pub async fn until(
    limit: Duration,
    tell: &(dyn Fn(&str) + Send + Sync),
    look: impl AsyncFn() -> anyhow::Result<Vec<Pending>>,
) -> anyhow::Result<Option<Vec<Pending>>> {
    let deadline = Instant::now() + limit;
    let (mut told, mut last) = (String::new(), Instant::now());
    loop {
        let waiting = look().await?;
        if waiting.is_empty() {
            return Ok(None);
        }
        if Instant::now() >= deadline {
            return Ok(Some(waiting));
        }
        let text = summary(&waiting);
        if text != told && last.elapsed() >= MENTION {
            tell(&text);
            (told, last) = (text, Instant::now());
        }
        sleep(INTERVAL).await;
    }
}

/// `waiting for A, B, C and 4 more`.
fn summary(waiting: &[Pending]) -> String {
    let named: Vec<_> = waiting.iter().take(NAMED).map(|pending| pending.name.as_str()).collect();
    let more = waiting.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("waiting for {}{rest}", named.join(", "))
}

async fn look(client: &Client) -> anyhow::Result<Vec<Pending>> {
    let all = ListParams::default();
    let mut waiting = Vec::new();
    let deployments = Api::<Deployment>::all(client.clone()).list(&all).await.context("cannot list Deployments")?;
    waiting.extend(deployments.iter().filter_map(pending::deployment));
    let sets = Api::<StatefulSet>::all(client.clone()).list(&all).await.context("cannot list StatefulSets")?;
    waiting.extend(sets.iter().filter_map(pending::stateful_set));
    let daemons = Api::<DaemonSet>::all(client.clone()).list(&all).await.context("cannot list DaemonSets")?;
    waiting.extend(daemons.iter().filter_map(pending::daemon_set));
    for kind in VM_KINDS {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("operator.victoriametrics.com", "v1beta1", kind));
        // A scenario without the operator has no such kind.
        let objects = Api::<DynamicObject>::all_with(client.clone(), &resource).list(&all).await;
        waiting.extend(objects.into_iter().flatten().filter_map(|object| pending::vm_object(kind, &object)));
    }
    Ok(waiting)
}

/// Containers of running pods that do not listen on their first port: a probe need not have asked them.
async fn silent(client: &Client) -> anyhow::Result<Vec<Pending>> {
    let pods = Api::<Pod>::all(client.clone()).list(&ListParams::default()).await.context("cannot list Pods")?;
    let mut silent = Vec::new();
    for pod in pods.iter().filter(|pod| pod.metadata.deletion_timestamp.is_none()) {
        for (container, address) in pending::addresses(pod) {
            let connect = tokio::time::timeout(ANSWER, TcpStream::connect(&address)).await;
            if !matches!(connect, Ok(Ok(_))) {
                let name = format!("Pod {}/{}", pod.namespace().unwrap_or_default(), pod.name_any());
                let reason = format!("container {container} does not answer on {address}");
                silent.push(Pending { name, reason, failed: false });
            }
        }
    }
    Ok(silent)
}

async fn why(client: &Client, logs: &Path, waiting: &[Pending]) -> anyhow::Result<String> {
    let mut lines: Vec<_> = waiting.iter().map(|pending| format!("  {}: {}", pending.name, pending.reason)).collect();
    let pods = Api::<Pod>::all(client.clone()).list(&ListParams::default()).await.context("cannot list Pods")?;
    for pod in &pods {
        let Some(reason) = pending::pod(pod) else {
            continue;
        };
        let name = format!("{}_{}", pod.namespace().unwrap_or_default(), pod.name_any());
        lines.push(format!("  Pod {}: {reason}", name.replacen('_', "/", 1)));
        lines.extend(last_lines(&logs.join(name)));
    }
    Ok(lines.join("\n"))
}

/// The last lines of each log of a pod.
fn last_lines(folder: &Path) -> Vec<String> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut lines = Vec::new();
    for file in files {
        let text = std::fs::read(&file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let all: Vec<_> = text.lines().collect();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        lines.extend(all.iter().skip(all.len().saturating_sub(QUOTED)).map(|line| format!("    {name}: {line}")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_three_and_counts_the_others() {
        let make = |name: &str| Pending { name: name.into(), reason: String::new(), failed: false };
        assert_eq!(summary(&["A", "B"].map(make)), "waiting for A, B");
        assert_eq!(summary(&["A", "B", "C", "D"].map(make)), "waiting for A, B, C and 1 more");
    }

    #[test]
    fn only_the_last_lines_of_each_log_are_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let text: String = (1..=8).map(|number| format!("line {number}\n")).collect();
        std::fs::write(folder.path().join("vmagent.log"), text).unwrap();
        let lines = last_lines(folder.path());
        assert_eq!(lines.len(), QUOTED);
        assert_eq!(lines[0], "    vmagent.log: line 4");
        assert!(last_lines(&folder.path().join("absent")).is_empty());
    }
}
