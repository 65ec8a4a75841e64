//! What runs in a sandbox: one row a container, and the versions of the programs.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use k8s_openapi::api::core::v1::{Container, Pod};
use kube::ResourceExt;
use serde::{Deserialize, Serialize};

/// Where a node says which process a container is; the container's name follows after a dot.
const PID_ANNOTATION: &str = "sandbox.signoff.dev/pid";

/// Where a container's log is, below the folder of logs.
pub const LOG_PATTERN: &str = "NAMESPACE_POD/CONTAINER.log";

/// What runs in a sandbox that is ready.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// One row a container.
    pub components: Vec<Component>,
    /// One row a program.
    pub versions: Vec<Version>,
    /// Where an acceptance run can take the webhooks of the scenario's receiver `signoff-sink`.
    pub sink: Option<SocketAddr>,
}

/// One container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod's name.
    pub pod: String,
    /// The container's name in its pod.
    pub container: String,
    /// `address:port` of its first port, or its address alone.
    pub address: String,
    /// The process; absent while there is none.
    pub pid: Option<u32>,
    /// The file that its output goes to.
    pub log: PathBuf,
}

/// The version of a program and where the program came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// The program, e.g. `vmagent`.
    pub component: String,
    /// E.g. `v1.131.0`, or `unknown`.
    pub version: String,
    /// E.g. `go install` or `Debian trixie`.
    pub source: String,
}

/// The rows of one pod.
pub fn rows(pod: &Pod, logs: &Path) -> Vec<Component> {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    containers.map(|container| row(pod, container, logs)).collect()
}

fn row(pod: &Pod, container: &Container, logs: &Path) -> Component {
    let status = pod.status.clone().unwrap_or_default();
    let (namespace, name) = (pod.namespace().unwrap_or_default(), pod.name_any());
    let ip = status.pod_ip.unwrap_or_else(|| "-".into());
    let port = container.ports.as_deref().and_then(|ports| ports.first());
    Component {
        address: port.map_or_else(|| ip.clone(), |port| format!("{ip}:{}", port.container_port)),
        pid: pid(pod, &container.name),
        log: logs.join(format!("{namespace}_{name}")).join(format!("{}.log", container.name)),
        namespace,
        pod: name,
        container: container.name.clone(),
    }
}

/// The process that the node wrote down for a container.
fn pid(pod: &Pod, container: &str) -> Option<u32> {
    pod.annotations().get(&format!("{PID_ANNOTATION}.{container}"))?.parse().ok()
}

impl Report {
    /// The rows as an aligned table. Logs are told by [`LOG_PATTERN`]: a column of them would double its width.
    pub fn table(&self) -> String {
        let heads = ["NAMESPACE", "POD", "CONTAINER", "ADDRESS", "PID"].map(str::to_owned);
        let row = |component: &Component| {
            [
                component.namespace.clone(),
                component.pod.clone(),
                component.container.clone(),
                component.address.clone(),
                component.pid.map_or_else(|| "-".into(), |pid| pid.to_string()),
            ]
        };
        let lines: Vec<_> = std::iter::once(heads).chain(self.components.iter().map(row)).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<_> = (0..4).map(width).collect();
        let mut text = String::new();
        for line in &lines {
            for (cell, width) in line.iter().zip(&widths) {
                // Writing to a String cannot fail.
                let _ = write!(text, "{cell:<width$}  ");
            }
            let _ = writeln!(text, "{}", line[4]);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod() -> Pod {
        serde_json::from_value(json!({
            "metadata": {"namespace": "observability", "name": "vmagent-0",
                "annotations": {"sandbox.signoff.dev/pid.vmagent": "4711"}},
            "spec": {"containers": [{"name": "vmagent", "ports": [{"containerPort": 8429}]}, {"name": "config-reloader"}]},
            "status": {"podIP": "127.20.1.4"},
        }))
        .unwrap()
    }

    #[test]
    fn each_container_has_address_process_and_log() {
        let rows = rows(&pod(), Path::new("/tmp/x/logs"));
        assert_eq!((rows[0].address.as_str(), rows[0].pid), ("127.20.1.4:8429", Some(4711)));
        assert_eq!(rows[0].log, Path::new("/tmp/x/logs/observability_vmagent-0/vmagent.log"));
        assert_eq!((rows[1].address.as_str(), rows[1].pid), ("127.20.1.4", None));
    }

    #[test]
    fn the_table_is_aligned() {
        let report = Report { components: rows(&pod(), Path::new("/tmp/x/logs")), versions: Vec::new(), sink: None };
        let table = report.table();
        let lines: Vec<_> = table.lines().collect();
        let column = lines[0].find("PID").unwrap();
        assert_eq!((&lines[1][column..], &lines[2][column..]), ("4711", "-"), "{table}");
    }
}
