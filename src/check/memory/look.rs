//! Looks at memory: the pods as the API server knows them, metrics.k8s.io, and cAdvisor's series in the storage.

use jiff::Timestamp;
use serde_json::Value;

use super::seen::{ContainerSeen, Observation, Reading, Source};
use super::spec::Spec;
use crate::check::access::Access;
use crate::check::identity::Identity;
use crate::check::instant::{self, Answer, Series};
use crate::check::look::Look;
use crate::check::pod;
use crate::check::trouble::Trouble;
use crate::check::uses::Use;
use crate::connect::{Connections, Resource, Scope, resource};
use crate::units::Bytes;

const POD_METRICS: Resource = Resource::of("metrics.k8s.io", "v1beta1", "PodMetrics", "pods", Scope::Namespaced);

/// Everything that a look uses.
pub fn uses(spec: &Spec) -> Vec<Use> {
    let pods = spec
        .namespaces
        .iter()
        .flat_map(|namespace| ["", "metrics.k8s.io"].map(|group| Access::new("list", group, "pods").within(namespace)));
    pods.map(Use::Api).chain([Use::reading(&spec.storage, None)]).collect()
}

/// One look, at `now`.
pub async fn observe(spec: &Spec, look: &Look<'_>, now: Timestamp) -> Result<Observation, Trouble> {
    let mut seen = Observation::default();
    for namespace in &spec.namespaces {
        let pods = look.connections.list(&resource::PODS, Some(namespace), &spec.selector).await?;
        for pod in pods.iter().filter(|pod| !pod::is_done(pod)) {
            seen.containers.extend(containers(pod, now));
            seen.pods.push(Identity::of_pod(pod));
        }
        match look.connections.list(&POD_METRICS, Some(namespace), &spec.selector).await {
            Ok(metrics) => seen.metrics_api.readings.extend(metrics.iter().flat_map(|pod| readings(pod, now))),
            Err(trouble) => seen.metrics_api.trouble = Some(trouble),
        }
    }
    seen.series = series(spec, look.connections).await;
    if seen.series.trouble.is_none() {
        let answer = ask(spec, look.connections, &peak_query(spec)).await?;
        seen.peak_bytes = answer.series.first().and_then(number);
    }
    Ok(seen)
}

/// The containers of one pod.
fn containers(pod: &Value, now: Timestamp) -> Vec<ContainerSeen> {
    let name = format!("{}/{}", text(pod, "/metadata/namespace"), text(pod, "/metadata/name"));
    let label = pod.pointer("/metadata/labels/app.kubernetes.io~1name").and_then(Value::as_str);
    let owner = text(pod, "/metadata/ownerReferences/0/name");
    let component = label.unwrap_or(if owner.is_empty() { &name } else { owner }).to_owned();
    pod::containers(pod)
        .map(|(container, status)| {
            let limit = container.pointer("/resources/limits/memory").and_then(Value::as_str);
            ContainerSeen {
                pod: name.clone(),
                container: text(container, "/name").to_owned(),
                component: component.clone(),
                running_seconds: status.and_then(|status| age(text(status, "/state/running/startedAt"), now)),
                limit_bytes: limit.and_then(|text| text.parse::<Bytes>().ok()).map(Bytes::as_f64),
                oom_killed_at: status.and_then(oom_killed_at),
            }
        })
        .collect()
}

fn oom_killed_at(status: &Value) -> Option<String> {
    ["/lastState/terminated", "/state/terminated"].into_iter().find_map(|place| {
        let ended = status.pointer(place).filter(|ended| text(ended, "/reason") == "OOMKilled")?;
        Some(text(ended, "/finishedAt").to_owned())
    })
}

/// The readings of one PodMetrics object. A reading is as old as the middle of its window at least.
fn readings(metrics: &Value, now: Timestamp) -> Vec<Reading> {
    let pod = format!("{}/{}", text(metrics, "/metadata/namespace"), text(metrics, "/metadata/name"));
    let age_seconds = age(text(metrics, "/timestamp"), now).unwrap_or(f64::MAX);
    items(metrics, "/containers")
        .filter_map(|container| {
            let bytes = text(container, "/usage/memory").parse::<Bytes>().ok()?.as_f64();
            let container = text(container, "/name").to_owned();
            Some(Reading { pod: pod.clone(), container, bytes, age_seconds })
        })
        .collect()
}

/// One series a container: the largest of those that duplicate scrapes and restarts leave.
/// Rows of pods and of pause containers are other cgroups and would be counted twice.
fn selector(spec: &Spec) -> String {
    let namespaces = spec.namespaces.join("|");
    format!("container_memory_working_set_bytes{{namespace=~\"{namespaces}\",container!=\"\",container!=\"POD\"}}")
}

fn peak_query(spec: &Spec) -> String {
    let sum = format!("sum(max by (namespace,pod,container) ({}))", selector(spec));
    format!("max_over_time(({sum})[{}:1m])", spec.window)
}

async fn series(spec: &Spec, connections: &Connections) -> Source {
    let by = "by (namespace,pod,container)";
    let values = ask(spec, connections, &format!("max {by} ({})", selector(spec))).await;
    let ages = ask(spec, connections, &format!("time() - max {by} (timestamp({}))", selector(spec))).await;
    match (values, ages) {
        (Ok(values), Ok(ages)) => Source { readings: joined(&values, &ages), trouble: None },
        (Err(trouble), _) | (_, Err(trouble)) => Source { readings: Vec::new(), trouble: Some(trouble) },
    }
}

fn joined(values: &Answer, ages: &Answer) -> Vec<Reading> {
    let age = |of: &Series| ages.series.iter().find(|series| series.labels == of.labels).and_then(number);
    let label = |series: &Series, name: &str| series.labels.get(name).cloned().unwrap_or_default();
    values
        .series
        .iter()
        .filter_map(|series| {
            Some(Reading {
                pod: format!("{}/{}", label(series, "namespace"), label(series, "pod")),
                container: label(series, "container"),
                bytes: number(series)?,
                age_seconds: age(series).unwrap_or(f64::MAX),
            })
        })
        .collect()
}

fn number(series: &Series) -> Option<f64> {
    Some(series.number()).filter(|number| number.is_finite())
}

async fn ask(spec: &Spec, connections: &Connections, query: &str) -> Result<Answer, Trouble> {
    Ok(instant::ask(connections, &spec.storage, query).await?.1)
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn items<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// Seconds from a written time to `now`; a clock that is ahead counts as none.
fn age(time: &str, now: Timestamp) -> Option<f64> {
    let time: Timestamp = time.parse().ok()?;
    Some(now.duration_since(time).as_secs_f64().max(0.0))
}

#[cfg(test)]
mod tests;
