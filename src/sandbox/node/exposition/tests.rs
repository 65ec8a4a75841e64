//! Rows as a real kubelet exposes them.

use super::*;

fn row(container: &str, memory: u64) -> Row {
    Row {
        namespace: "observability".to_owned(),
        pod: "p-0".to_owned(),
        uid: "1-2".to_owned(),
        qos: "Burstable",
        container: container.to_owned(),
        id: "ab".to_owned(),
        image: "i:1".to_owned(),
        memory,
        cpu_seconds: 1.5,
        limit: 1000,
    }
}

#[test]
fn pod_rows_and_pause_rows_stand_beside_the_containers() {
    let text = cadvisor(&[row("a", 1_000_000), row("b", 500_000)], 7);
    let value = |part: &str| {
        let line =
            text.lines().find(|line| line.starts_with("container_memory_working_set_bytes{") && line.contains(part));
        line.unwrap().split_whitespace().nth_back(1).unwrap().to_owned()
    };
    assert_eq!(value("container=\"a\""), "1000000");
    assert_eq!(value("container=\"POD\""), "536576");
    assert_eq!(
        value("container=\"\",id=\"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice\""),
        "2036576"
    );
    assert_eq!(value("container=\"\",id=\"/kubepods.slice\""), "2036576");
}

#[test]
fn the_resource_endpoint_repeats_the_amount_with_three_labels() {
    let text = resource(&[row("a", 9)], 7);
    assert!(
        text.contains(
            "container_memory_working_set_bytes{container=\"a\",namespace=\"observability\",pod=\"p-0\"} 9 7\n"
        )
    );
}

#[test]
fn the_kubelet_counts_its_pods() {
    assert!(kubelet("n", 3, 5).contains("\nkubelet_running_pods 3\n"));
}
