//! Objects against those that operator v0.66.1 makes.

mod configured;

use super::*;
use crate::sandbox::operator::object::{list, text};

fn application(app: App, name: &str, spec: Value) -> Application {
    let object =
        Object { namespace: "observability".into(), name: name.into(), uid: "u-1".into(), spec, ..Object::default() };
    Application::new(app, object, &Images::default())
}

fn made(app: App, name: &str, spec: Value) -> Made {
    application(app, name, spec).make(&["vm-vmalert-rulefiles-0".to_string()]).unwrap()
}

fn kind_of<'a>(made: &'a Made, kind: &str) -> &'a Value {
    made.support.iter().find(|object| text(object, "kind") == kind).unwrap()
}

fn container<'a>(workload: &'a Value, name: &str) -> &'a Value {
    list(&workload["spec"]["template"]["spec"], "containers").iter().find(|c| text(c, "name") == name).unwrap()
}

#[test]
fn everything_is_labelled_owned_and_held() {
    let metadata = application(App::Single, "vmsingle", json!({})).metadata("vmsingle-vmsingle");
    let expected = json!({
        "name": "vmsingle-vmsingle", "namespace": "observability",
        "labels": {"app.kubernetes.io/component": "monitoring", "app.kubernetes.io/instance": "vmsingle",
            "app.kubernetes.io/name": "vmsingle", "managed-by": "vm-operator"},
        "ownerReferences": [{"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMSingle", "name": "vmsingle",
            "uid": "u-1", "controller": true, "blockOwnerDeletion": true}],
        "finalizers": ["apps.victoriametrics.com/finalizer"],
    });
    assert_eq!(metadata, expected);
}

#[test]
fn a_vmsingle_has_the_flags_claim_and_alias_of_the_story() {
    let spec = json!({"extraArgs": {"dedup.minScrapeInterval": "30s", "search.maxConcurrentRequests": "8", "search.maxQueueDuration": "30s"},
        "resources": {"limits": {"memory": "2Gi"}, "requests": {"cpu": "100m", "memory": "512Mi"}}, "retentionPeriod": "90d",
        "storage": {"resources": {"requests": {"storage": "50Gi"}}, "storageClassName": "ceph-block"}});
    let made = made(App::Single, "vmsingle", spec);
    let deployment = &made.workloads[0];
    assert_eq!(deployment["spec"]["strategy"], json!({"type": "Recreate"}));
    let main = container(deployment, "vmsingle");
    assert_eq!(main["image"], "victoriametrics/victoria-metrics:v1.131.0");
    assert_eq!(
        main["args"],
        json!([
            "-dedup.minScrapeInterval=30s",
            "-httpListenAddr=:8429",
            "-retentionPeriod=90d",
            "-search.maxConcurrentRequests=8",
            "-search.maxQueueDuration=30s",
            "-storageDataPath=/victoria-metrics-data"
        ])
    );
    assert_eq!(main["resources"], json!({"limits": {"memory": "2Gi"}, "requests": {"cpu": "100m", "memory": "512Mi"}}));
    assert!(main.get("livenessProbe").is_none());
    assert_eq!(main["readinessProbe"]["httpGet"], json!({"path": "/health", "port": 8429, "scheme": "HTTP"}));
    assert_eq!(
        deployment["spec"]["template"]["spec"]["volumes"],
        json!([{"name": "data", "persistentVolumeClaim": {"claimName": "vmsingle-vmsingle"}}])
    );
    assert_eq!(kind_of(&made, "PersistentVolumeClaim")["spec"]["accessModes"], json!(["ReadWriteOnce"]));
    assert_eq!(
        kind_of(&made, "Service")["spec"]["ports"],
        json!([{"name": "http", "protocol": "TCP", "port": 8429, "targetPort": 8429},
            {"name": "http-alias", "protocol": "TCP", "port": 8428, "targetPort": 8429}])
    );
}

#[test]
fn without_storage_data_goes_to_an_empty_folder() {
    let made = made(App::Single, "s", json!({}));
    assert_eq!(made.workloads[0]["spec"]["template"]["spec"]["volumes"], json!([{"name": "data", "emptyDir": {}}]));
    assert!(!made.support.iter().any(|object| text(object, "kind") == "PersistentVolumeClaim"));
}

#[test]
fn an_alertmanager_is_a_stateful_set_behind_a_headless_service() {
    let spec = json!({"configSecret": "vmalertmanager-config", "replicaCount": 1,
        "storage": {"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "ceph-block"}}}});
    let made = made(App::Alertmanager, "vmalertmanager", spec);
    let set = &made.workloads[0];
    assert_eq!(set["spec"]["updateStrategy"], json!({"type": "OnDelete"}));
    assert_eq!(set["spec"]["podManagementPolicy"], "Parallel");
    assert_eq!(set["spec"]["serviceName"], "vmalertmanager-vmalertmanager");
    let claim = &set["spec"]["volumeClaimTemplates"][0];
    assert_eq!(claim["metadata"]["name"], "vmalertmanager-vmalertmanager-db");
    assert_eq!(claim["spec"]["accessModes"], json!(["ReadWriteOnce"]));
    let main = container(set, "alertmanager");
    assert_eq!(
        main["args"],
        json!([
            "--cluster.listen-address=",
            "--cluster.peer=vmalertmanager-vmalertmanager-0.vmalertmanager-vmalertmanager:9094",
            "--config.file=/etc/alertmanager/config/alertmanager.yaml",
            "--data.retention=120h",
            "--enable-feature=utf8-strict-mode",
            "--storage.path=/alertmanager",
            "--web.listen-address=:9093",
            "--web.route-prefix=/"
        ])
    );
    assert_eq!(
        main["volumeMounts"][1],
        json!({"name": "vmalertmanager-vmalertmanager-db", "mountPath": "/alertmanager", "subPath": "alertmanager-db"})
    );
    assert_eq!(set["spec"]["template"]["spec"]["terminationGracePeriodSeconds"], 120);
    assert_eq!(
        container(set, "config-reloader")["args"],
        json!([
            "--reload-url=http://127.0.0.1:9093/-/reload",
            "--config-envsubst-file=/etc/alertmanager/config/alertmanager.yaml",
            "--config-secret-key=alertmanager.yaml",
            "--config-secret-name=observability/vmalertmanager-vmalertmanager-config",
            "--webhook-method=POST",
            "--watched-dir=/etc/alertmanager/config",
            "--watched-dir=/etc/alertmanager/tls_assets"
        ])
    );
    let service = &kind_of(&made, "Service")["spec"];
    assert_eq!(service["clusterIP"], "None");
    assert_eq!(service["publishNotReadyAddresses"], true);
    assert_eq!(service["ports"][0], json!({"name": "http", "protocol": "TCP", "port": 9093, "targetPort": "web"}));
    assert_eq!(service["ports"][2], json!({"name": "udp-mesh", "protocol": "UDP", "port": 9094, "targetPort": 9094}));
}

#[test]
fn storage_as_the_story_writes_it_is_refused_for_want_of_a_size() {
    let spec = json!({"storage": {"storageClassName": "ceph-block", "resources": {"requests": {"storage": "1Gi"}}}});
    let made = made(App::Alertmanager, "vmalertmanager", spec);
    assert_eq!(
        check_claims(&made.workloads[0]).unwrap_err().to_string(),
        "cannot create new sts vmalertmanager-vmalertmanager under namespace observability: StatefulSet.apps \
         \"vmalertmanager-vmalertmanager\" is invalid: spec.volumeClaimTemplates[0].spec.resources[storage]: Required value"
    );
}

#[test]
fn several_replicas_form_a_cluster() {
    let made = made(App::Alertmanager, "am", json!({"replicaCount": 2}));
    let args = container(&made.workloads[0], "alertmanager")["args"].to_string();
    assert!(
        args.contains("--cluster.listen-address=[$(POD_IP)]:9094")
            && args.contains("--cluster.peer=vmalertmanager-am-1.vmalertmanager-am:9094")
    );
}

#[test]
fn each_component_is_scraped_by_its_own_object() {
    let made = made(App::Single, "vmsingle", json!({}));
    let scrape = kind_of(&made, "VMServiceScrape");
    assert_eq!(scrape["metadata"]["name"], "vmsingle-vmsingle");
    assert!(scrape["metadata"].get("finalizers").is_none());
    assert_eq!(scrape["spec"]["endpoints"], json!([{"attach_metadata": {}, "path": "/metrics", "port": "http"}]));
    let off = self::made(App::Single, "vmsingle", json!({"disableSelfServiceScrape": true}));
    assert!(!off.support.iter().any(|object| text(object, "kind") == "VMServiceScrape"));
}

#[test]
fn default_resources_are_used_only_where_nothing_is_given() {
    let resources = |spec: Value| application(App::Alertmanager, "a", spec).spec()["resources"].clone();
    assert_eq!(
        resources(json!({})),
        json!({"limits": {"cpu": "100m", "memory": "256Mi"}, "requests": {"cpu": "30m", "memory": "56Mi"}})
    );
    assert_eq!(
        resources(json!({"resources": {"requests": {"cpu": "5m"}}})),
        json!({"requests": {"cpu": "5m", "memory": "56Mi"}, "limits": {"memory": "256Mi"}})
    );
    assert_eq!(resources(json!({"useDefaultResources": false})), json!({}));
}

#[test]
fn security_priority_and_image_reach_the_pod() {
    let spec = json!({"securityContext": {"fsGroup": 65534, "readOnlyRootFilesystem": true}, "priorityClassName": "cluster-services",
        "image": {"tag": "v1.130.0"}, "podMetadata": {"labels": {"team": "a"}, "annotations": {"note": "b"}}});
    let made = made(App::Single, "s", spec);
    let template = &made.workloads[0]["spec"]["template"];
    assert_eq!(template["spec"]["securityContext"], json!({"fsGroup": 65534}));
    assert_eq!(template["spec"]["priorityClassName"], "cluster-services");
    assert_eq!(template["metadata"]["labels"]["team"], "a");
    assert_eq!(template["metadata"]["annotations"], json!({"note": "b"}));
    let main = container(&made.workloads[0], "vmsingle");
    assert_eq!(main["image"], "victoriametrics/victoria-metrics:v1.130.0");
    assert_eq!(main["securityContext"], json!({"readOnlyRootFilesystem": true}));
}
