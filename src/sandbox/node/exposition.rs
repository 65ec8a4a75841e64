//! What a kubelet exposes about its containers, as Prometheus text.
//!
//! A real one exposes more than the containers: rows of the pod's and the QoS slice's cgroups (`container=""`) and of the
//! pause container (`container="POD"`). They are here too, since summing them is the classic mistake.

use std::fmt::Write;

/// Memory of a pause container on a real node.
const PAUSE_BYTES: u64 = 536_576;

/// One container, as of the last look.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) namespace: String,
    pub(super) pod: String,
    pub(super) uid: String,
    pub(super) qos: &'static str,
    pub(super) container: String,
    /// Without `containerd://`.
    pub(super) id: String,
    pub(super) image: String,
    pub(super) memory: u64,
    pub(super) cpu_seconds: f64,
    pub(super) limit: u64,
}

impl Row {
    fn slice(&self) -> String {
        let pod = self.uid.replace('-', "_");
        match self.qos {
            "Guaranteed" => format!("/kubepods.slice/kubepods-pod{pod}.slice"),
            class => {
                let class = class.to_lowercase();
                format!("/kubepods.slice/kubepods-{class}.slice/kubepods-{class}-pod{pod}.slice")
            }
        }
    }
}

/// One sample: labels and value.
type Sample = (String, f64);

/// `/metrics/cadvisor`; `millis` is when the processes were looked at.
pub(super) fn cadvisor(rows: &[Row], millis: i64) -> String {
    let mut out = String::new();
    let memory = |row: &Row| exact(row.memory);
    let with_parents = |value: &dyn Fn(&Row) -> f64, pause: f64| samples(rows, value, pause);
    let working_set = with_parents(&memory, exact(PAUSE_BYTES));
    family(
        &mut out,
        "container_memory_working_set_bytes",
        "gauge",
        "Current working set of the container in bytes.",
        &working_set,
        millis,
    );
    family(&mut out, "container_memory_rss", "gauge", "Size of RSS in bytes.", &working_set, millis);
    let cpu: Vec<Sample> = with_parents(&|row| row.cpu_seconds, 0.02)
        .into_iter()
        .map(|(labels, value)| (format!("{labels},cpu=\"total\""), value))
        .collect();
    family(
        &mut out,
        "container_cpu_usage_seconds_total",
        "counter",
        "Cumulative cpu time consumed in seconds.",
        &cpu,
        millis,
    );
    let limits: Vec<Sample> = rows.iter().map(|row| (container_labels(row), exact(row.limit))).collect();
    family(&mut out, "container_spec_memory_limit_bytes", "gauge", "Memory limit for the container.", &limits, millis);
    out
}

/// Each container, each pod's cgroup and pause container, and the slice of all pods.
fn samples(rows: &[Row], value: &dyn Fn(&Row) -> f64, pause: f64) -> Vec<Sample> {
    let mut out: Vec<Sample> = rows.iter().map(|row| (container_labels(row), value(row))).collect();
    let mut total = 0.0;
    for pod in pods(rows) {
        let first = pod[0];
        let sum: f64 = pod.iter().map(|row| value(row)).sum::<f64>() + pause;
        let (slice, namespace, name) = (first.slice(), &first.namespace, &first.pod);
        out.push((labels("", &slice, "", "", namespace, name), sum));
        let pause_id = format!("{slice}/cri-containerd-{}.scope", first.uid.replace('-', ""));
        let pause_image = "registry.k8s.io/pause:3.10";
        out.push((labels("POD", &pause_id, pause_image, &first.uid, namespace, name), pause));
        total += sum;
    }
    out.push((labels("", "/kubepods.slice", "", "", "", ""), total));
    out
}

/// The rows of each pod, in order.
fn pods(rows: &[Row]) -> Vec<Vec<&Row>> {
    let mut all: Vec<Vec<&Row>> = Vec::new();
    for row in rows {
        match all.iter_mut().find(|pod| pod[0].uid == row.uid) {
            Some(pod) => pod.push(row),
            None => all.push(vec![row]),
        }
    }
    all
}

fn container_labels(row: &Row) -> String {
    let id = format!("{}/cri-containerd-{}.scope", row.slice(), row.id);
    labels(&row.container, &id, &row.image, &row.id, &row.namespace, &row.pod)
}

fn labels(container: &str, id: &str, image: &str, name: &str, namespace: &str, pod: &str) -> String {
    format!(
        "container=\"{container}\",id=\"{id}\",image=\"{image}\",name=\"{name}\",namespace=\"{namespace}\",pod=\"{pod}\""
    )
}

/// `/metrics/resource`: the same amounts under the same names with fewer labels.
pub(super) fn resource(rows: &[Row], millis: i64) -> String {
    let mut out = String::new();
    let short =
        |row: &Row| format!("container=\"{}\",namespace=\"{}\",pod=\"{}\"", row.container, row.namespace, row.pod);
    let memory: Vec<Sample> = rows.iter().map(|row| (short(row), exact(row.memory))).collect();
    let cpu: Vec<Sample> = rows.iter().map(|row| (short(row), row.cpu_seconds)).collect();
    family(
        &mut out,
        "container_cpu_usage_seconds_total",
        "counter",
        "[STABLE] Cumulative cpu time consumed by the container in core-seconds",
        &cpu,
        millis,
    );
    family(
        &mut out,
        "container_memory_working_set_bytes",
        "gauge",
        "[STABLE] Current working set of the container in bytes",
        &memory,
        millis,
    );
    let total: f64 = rows.iter().map(|row| exact(row.memory)).sum();
    family(
        &mut out,
        "node_memory_working_set_bytes",
        "gauge",
        "[STABLE] Current working set of the node in bytes",
        &[(String::new(), total)],
        millis,
    );
    out
}

/// `/metrics`: a few of the kubelet's own series.
pub(super) fn kubelet(node: &str, running_pods: usize, running_containers: usize) -> String {
    let mut out = String::new();
    let mut gauge = |name: &str, help: &str, labels: String, value: usize| {
        let value = u32::try_from(value).map_or(0.0, f64::from);
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
        let _ = writeln!(out, "{name}{} {value}", braced(&labels));
    };
    gauge("kubelet_node_name", "[ALPHA] The node's name. The count is always 1.", format!("node=\"{node}\""), 1);
    gauge("kubelet_running_pods", "[BETA] Number of pods that have a running pod sandbox", String::new(), running_pods);
    gauge(
        "kubelet_running_containers",
        "[BETA] Number of containers currently running",
        "container_state=\"running\"".to_owned(),
        running_containers,
    );
    gauge(
        "kubernetes_build_info",
        "[ALPHA] A metric with a constant '1' value labeled by version.",
        "git_version=\"v1.34.0\",major=\"1\",minor=\"34\"".to_owned(),
        1,
    );
    out
}

fn family(out: &mut String, name: &str, kind: &str, help: &str, samples: &[Sample], millis: i64) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (labels, value) in samples {
        let _ = writeln!(out, "{name}{} {value} {millis}", braced(labels));
    }
}

fn braced(labels: &str) -> String {
    if labels.is_empty() { String::new() } else { format!("{{{labels}}}") }
}

/// Sizes of memory are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "memory sizes are far below 2^53")]
const fn exact(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests;
