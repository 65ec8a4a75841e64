//! VMAgent and VMAlert: workloads with a configuration and a sidecar.

use super::*;

fn story_agent() -> Value {
    json!({"extraArgs": {"promscrape.maxScrapeSize": "64MB", "promscrape.streamParse": "true"},
        "remoteWrite": [{"url": "http://vmsingle-vmsingle.observability.svc:8429/api/v1/write"}],
        "resources": {"limits": {"memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "256Mi"}}, "selectAllByDefault": true})
}

#[test]
fn a_vmagent_has_its_sidecar_first_and_an_init_container() {
    let made = made(App::Agent, "vmagent", story_agent());
    let pod = &made.workloads[0]["spec"]["template"]["spec"];
    let names: Vec<&str> = list(pod, "containers").iter().map(|c| text(c, "name")).collect();
    assert_eq!(names, ["config-reloader", "vmagent"]);
    let reloader = json!([
        "--reload-url=http://localhost:8429/-/reload",
        "--config-envsubst-file=/etc/vmagent/config_out/vmagent.env.yaml",
        "--config-secret-name=observability/vmagent-vmagent",
        "--config-secret-key=vmagent.yaml.gz"
    ]);
    assert_eq!(container(&made.workloads[0], "config-reloader")["args"], reloader);
    assert_eq!(
        container(&made.workloads[0], "config-reloader")["resources"],
        json!({"requests": {"cpu": "10m", "memory": "25Mi"}})
    );
    let init = &pod["initContainers"][0];
    assert_eq!(init["name"], "config-init");
    assert_eq!(init["args"].as_array().unwrap().last().unwrap(), "--only-init-config");
    let main = container(&made.workloads[0], "vmagent");
    assert_eq!(
        main["args"],
        json!([
            "-httpListenAddr=:8429",
            "-promscrape.config=/etc/vmagent/config_out/vmagent.env.yaml",
            "-promscrape.maxScrapeSize=64MB",
            "-promscrape.streamParse=true",
            "-remoteWrite.maxDiskUsagePerURL=1073741824",
            "-remoteWrite.tmpDataPath=/tmp/vmagent-remotewrite-data",
            "-remoteWrite.url=http://vmsingle-vmsingle.observability.svc:8429/api/v1/write"
        ])
    );
    assert_eq!(main["livenessProbe"], main["readinessProbe"]);
    let volumes: Vec<&str> = list(pod, "volumes").iter().map(|v| text(v, "name")).collect();
    assert_eq!(volumes, ["persistent-queue-data", "tls-assets", "config-out", "config"]);
    assert_eq!(kind_of(&made, "ClusterRole")["metadata"]["name"], "monitoring:observability:vmagent-vmagent");
}

#[test]
fn shards_are_workloads_of_their_own() {
    let mut spec = story_agent();
    spec["shardCount"] = json!(2);
    let made = made(App::Agent, "vmagent", spec);
    assert_eq!(made.workloads.len(), 2);
    let second = &made.workloads[1];
    assert_eq!(second["metadata"]["name"], "vmagent-vmagent-1");
    assert_eq!(second["spec"]["selector"]["matchLabels"]["shard-num"], "1");
    assert_eq!(second["spec"]["template"]["metadata"]["labels"]["shard-num"], "1");
    let args = container(second, "vmagent")["args"].as_array().unwrap();
    assert!(
        args.contains(&json!("-promscrape.cluster.membersCount=2"))
            && args.contains(&json!("-promscrape.cluster.memberNum=1"))
    );
    assert_eq!(made.workloads[0]["metadata"]["name"], "vmagent-vmagent-0");
}

#[test]
fn a_stateful_vmagent_keeps_its_queue_on_a_claim() {
    let mut spec = story_agent();
    spec["statefulMode"] = json!(true);
    spec["statefulStorage"] =
        json!({"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": "10Gi"}}}}});
    let set = &made(App::Agent, "vmagent", spec).workloads[0];
    assert_eq!(set["kind"], "StatefulSet");
    assert_eq!(set["spec"]["volumeClaimTemplates"][0]["metadata"]["name"], "persistent-queue-data");
    let args = container(set, "vmagent")["args"].to_string();
    assert!(args.contains("-remoteWrite.tmpDataPath=/vmagent_pq/vmagent-remotewrite-data"), "{args}");
}

#[test]
fn a_vmalert_mounts_its_rules_and_its_sidecar_watches_them() {
    let spec = json!({"datasource": {"url": "http://vmsingle-vmsingle.observability.svc:8429"}, "evaluationInterval": "30s",
        "notifiers": [{"url": "http://vmalertmanager-vmalertmanager.observability.svc:9093"}], "selectAllByDefault": true});
    let made = made(App::Alert, "vmalert", spec);
    let main = container(&made.workloads[0], "vmalert");
    assert_eq!(
        main["args"],
        json!([
            "-datasource.url=http://vmsingle-vmsingle.observability.svc:8429",
            "-evaluationInterval=30s",
            "-httpListenAddr=:8080",
            "-notifier.url=http://vmalertmanager-vmalertmanager.observability.svc:9093",
            "-rule=\"/etc/vmalert/config/vm-vmalert-rulefiles-0/*.yaml\""
        ])
    );
    assert_eq!(
        container(&made.workloads[0], "config-reloader")["args"],
        json!([
            "--reload-url=http://localhost:8080/-/reload",
            "--watched-dir=/etc/vmalert/config/vm-vmalert-rulefiles-0"
        ])
    );
    let mounts: Vec<&str> = list(main, "volumeMounts").iter().map(|m| text(m, "name")).collect();
    assert_eq!(mounts, ["config", "tls-assets", "vm-vmalert-rulefiles-0"]);
    assert_eq!(list(&kind_of(&made, "Service")["spec"], "ports")[0]["port"], 8080);
}

#[test]
fn notifiers_come_from_the_list_the_single_field_or_are_empty() {
    let arg = |spec: Value| {
        let made = made(App::Alert, "a", spec);
        let args = container(&made.workloads[0], "vmalert")["args"].as_array().unwrap().clone();
        args.iter().find(|arg| arg.to_string().contains("-notifier")).map(|arg| arg.as_str().unwrap().to_string())
    };
    assert_eq!(
        arg(json!({"notifiers": [{"url": "a"}, {"url": "b"}], "notifier": {"url": "c"}})).unwrap(),
        "-notifier.url=a,b,c"
    );
    assert_eq!(arg(json!({})).unwrap(), "-notifier.url=");
    assert_eq!(arg(json!({"extraArgs": {"notifier.blackhole": "true"}})).unwrap(), "-notifier.blackhole=true");
}

#[test]
fn remote_write_and_read_of_a_vmalert_become_flags() {
    let made = made(
        App::Alert,
        "a",
        json!({"remoteWrite": {"url": "w"}, "remoteRead": {"url": "r", "lookback": "1h"}, "externalLabels": {"x": "y"}}),
    );
    let args = container(&made.workloads[0], "vmalert")["args"].clone();
    for arg in ["-remoteWrite.url=w", "-remoteRead.url=r", "-remoteRead.lookback=1h", "-external.label=x=y"] {
        assert!(args.as_array().unwrap().contains(&json!(arg)), "{arg} is not in {args}");
    }
}

#[test]
fn relabelling_of_remote_write_becomes_a_file_and_a_flag() {
    let mut spec = story_agent();
    spec["remoteWrite"][0]["inlineUrlRelabelConfig"] =
        json!([{"action": "drop", "sourceLabels": ["job"], "regex": ".*"}]);
    let application = application(App::Agent, "vmagent", spec);
    let map = agent_relabeling(&application).unwrap();
    assert_eq!(
        map["data"],
        json!({"url_relabeling-0.yaml": "- source_labels:\n  - job\n  regex: \".*\"\n  action: drop\n"})
    );
    let made = application.make(&[]).unwrap();
    let args = container(&made.workloads[0], "vmagent")["args"].to_string();
    assert!(args.contains("-remoteWrite.urlRelabelConfig=/etc/vm/relabeling/url_relabeling-0.yaml"), "{args}");
}
