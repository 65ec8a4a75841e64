//! Ports of the nodes: pods in the host's network give way to what is there already.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Moves the ports of a workload in the host's network that pods of others have taken; gives `(from, to)` of each.
pub fn give_way(workload: &mut Value, pods: &[Value]) -> Vec<(u16, u16)> {
    if workload.pointer("/spec/template/spec/hostNetwork") != Some(&json!(true)) {
        return Vec::new();
    }
    let mut used: BTreeSet<u16> = pods.iter().filter(|pod| !is_of(pod, workload)).flat_map(taken).collect();
    let taken_by_others = used.clone();
    let containers = workload.pointer_mut("/spec/template/spec/containers").and_then(Value::as_array_mut);
    let mut moved = Vec::new();
    for container in containers.into_iter().flatten() {
        for from in container_ports(container) {
            if taken_by_others.contains(&from) {
                let Some(to) = (from.saturating_add(1)..u16::MAX).find(|port| !used.contains(port)) else { continue };
                move_port(container, from, to);
                moved.push((from, to));
                used.insert(to);
            } else {
                used.insert(from);
            }
        }
    }
    moved
}

/// Whether a pod is one of the workload's.
fn is_of(pod: &Value, workload: &Value) -> bool {
    let wanted = workload.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    pod["metadata"]["namespace"] == workload["metadata"]["namespace"]
        && wanted.is_some_and(|wanted| wanted.iter().all(|(key, value)| &pod["metadata"]["labels"][key] == value))
}

/// Ports of its node that a pod takes.
fn taken(pod: &Value) -> Vec<u16> {
    let in_hosts_network = pod.pointer("/spec/hostNetwork") == Some(&json!(true));
    let over = matches!(pod.pointer("/status/phase").and_then(Value::as_str), Some("Succeeded" | "Failed"));
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array).into_iter().flatten();
    let ports = containers.flat_map(|container| container["ports"].as_array().into_iter().flatten());
    let of_host = ports
        .filter_map(|port| if in_hosts_network { number(&port["containerPort"]) } else { number(&port["hostPort"]) });
    if over { Vec::new() } else { of_host.collect() }
}

fn container_ports(container: &Value) -> Vec<u16> {
    container["ports"].as_array().into_iter().flatten().filter_map(|port| number(&port["containerPort"])).collect()
}

fn number(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|number| u16::try_from(number).ok())
}

/// In the list of ports, and in the argument that says where to listen. Probes and Services go by the port's name.
fn move_port(container: &mut Value, from: u16, to: u16) {
    for port in container["ports"].as_array_mut().into_iter().flatten() {
        if number(&port["containerPort"]) == Some(from) {
            port["containerPort"] = json!(to);
        }
    }
    for arg in container["args"].as_array_mut().into_iter().flatten() {
        if let Some(start) = arg.as_str().and_then(|text| text.strip_suffix(&format!(":{from}"))) {
            *arg = json!(format!("{start}:{to}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exporter() -> Value {
        json!({"metadata": {"namespace": "a"}, "spec": {"selector": {"matchLabels": {"x": "y"}}, "template": {"spec": {
            "hostNetwork": true, "containers": [{"args": ["--web.listen-address=:9100"],
                "ports": [{"name": "metrics", "containerPort": 9100}]}]}}}})
    }

    fn pod(namespace: &str, label: &str, port: u16, host: bool) -> Value {
        json!({"metadata": {"namespace": namespace, "labels": {"x": label}},
            "spec": {"hostNetwork": host, "containers": [{"ports": [{"containerPort": port}]}]}})
    }

    #[test]
    fn a_taken_port_is_moved_past_all_others() {
        let mut workload = exporter();
        let pods = [pod("b", "y", 9100, true), pod("b", "y", 9101, true)];
        assert_eq!(give_way(&mut workload, &pods), [(9100, 9102)]);
        let container = &workload["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["ports"][0]["containerPort"], 9102);
        assert_eq!(container["args"][0], "--web.listen-address=:9102");
    }

    #[test]
    fn its_own_pods_and_those_outside_the_hosts_network_take_nothing() {
        let ended = {
            let mut pod = pod("b", "y", 9100, true);
            pod["status"] = json!({"phase": "Failed"});
            pod
        };
        let mut workload = exporter();
        let pods = [pod("a", "y", 9100, true), pod("b", "y", 9100, false), ended];
        assert_eq!(give_way(&mut workload, &pods), []);
        assert_eq!(workload, exporter());
    }

    #[test]
    fn a_host_port_counts_and_a_workload_of_the_pods_network_stays() {
        let mut with_host_port = pod("b", "y", 80, false);
        with_host_port["spec"]["containers"][0]["ports"][0]["hostPort"] = json!(9100);
        let mut workload = exporter();
        assert_eq!(give_way(&mut workload, std::slice::from_ref(&with_host_port)), [(9100, 9101)]);
        let mut inside = exporter();
        inside["spec"]["template"]["spec"]["hostNetwork"] = json!(false);
        assert_eq!(give_way(&mut inside, &[with_host_port]), []);
    }
}
