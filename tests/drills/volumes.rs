//! Faults of volumes, seen by the kind `volume` alone: the suite that is judged here looks at nothing else.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::objects::{Name, VMSINGLE};
use crate::sandbox::Sandbox;

const SUITE: &str = include_str!("volumes.yaml");
const CHECK: &str = "drill-stored";
const POD: Name<'_> = ("Pod", "default/drill");
const CLAIM: Name<'_> = ("PersistentVolumeClaim", "default/drill");
const CLASS: Name<'_> = ("StorageClass", "ceph-block");
const MANAGER: Name<'_> = ("VMAlertmanager", "observability/vmalertmanager");
const MANAGERS_CLAIM: Name<'_> =
    ("PersistentVolumeClaim", "observability/vmalertmanager-vmalertmanager-db-vmalertmanager-vmalertmanager-0");

/// Puts this suite in the place of the story's, with the pod and claim that it looks at.
async fn prepared(sandbox: &mut Sandbox) {
    sandbox.suite = SUITE.to_owned();
    sandbox.args = Vec::new();
    if !there(sandbox, CLAIM).await {
        sandbox.restore(&claim("ceph-block", "1Gi")).await;
    }
    if !there(sandbox, POD).await {
        sandbox.restore(&pod(json!({"persistentVolumeClaim": {"claimName": "drill"}}), "/data", false)).await;
    }
}

async fn there(sandbox: &Sandbox, (kind, path): Name<'_>) -> bool {
    let (namespace, name) = path.split_once('/').unwrap();
    sandbox.api(kind, namespace).get_opt(name).await.unwrap().is_some()
}

fn claim(class: &str, size: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": CLAIM.0, "metadata": {"name": "drill", "namespace": "default"},
        "spec": {"storageClassName": class, "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}},
    })
}

fn pod(source: Value, path: &str, read_only: bool) -> Value {
    let mut volume = source;
    volume["name"] = json!("data");
    json!({
        "apiVersion": "v1", "kind": POD.0,
        "metadata": {"name": "drill", "namespace": "default", "labels": {"app": "drill"}},
        "spec": {
            "terminationGracePeriodSeconds": 1,
            "containers": [{"name": "main", "image": "localhost/signoff-exporter:1",
                "args": ["--component", "external-secrets", "--listen", ":8080"],
                "volumeMounts": [{"name": "data", "mountPath": path, "readOnly": read_only}]}],
            "volumes": [volume],
        },
    })
}

/// Another pod in the place of the sound one turns the check red.
async fn with_pod(sandbox: &mut Sandbox, fault: &str, other: Value, wanted: &[(&str, &str)]) {
    prepared(sandbox).await;
    sandbox.delete(POD).await;
    sandbox.restore(&other).await;
    sandbox.red(fault, CHECK, wanted).await;
    sandbox.delete(POD).await;
    prepared(sandbox).await;
}

/// Another claim in the place of the sound one does.
async fn with_claim(sandbox: &mut Sandbox, fault: &str, other: Value, wanted: &[(&str, &str)]) {
    prepared(sandbox).await;
    sandbox.delete(POD).await;
    sandbox.delete(CLAIM).await;
    sandbox.restore(&other).await;
    prepared(sandbox).await;
    sandbox.red(fault, CHECK, wanted).await;
    sandbox.delete(POD).await;
    sandbox.delete(CLAIM).await;
    prepared(sandbox).await;
}

pub async fn nobody_uses_the_claim(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.delete(POD).await;
    sandbox.red("the pod deleted, its claim is bound", CHECK, &[("volume/no-pod", "there is no such pod")]).await;
    prepared(sandbox).await;
}

pub async fn the_pod_has_a_folder_of_its_own(sandbox: &mut Sandbox) {
    let wanted = [("volume/not-persistent", "volume data is emptyDir")];
    with_pod(sandbox, "an emptyDir beside a bound claim", pod(json!({"emptyDir": {}}), "/data", false), &wanted).await;
}

pub async fn it_is_mounted_elsewhere(sandbox: &mut Sandbox) {
    let other = pod(json!({"persistentVolumeClaim": {"claimName": "drill"}}), "/date", false);
    let wanted = [("volume/other-path", "expected volume data is mounted at /data, got at /date in main")];
    with_pod(sandbox, "the claim mounted at another path", other, &wanted).await;
}

pub async fn it_is_mounted_read_only(sandbox: &mut Sandbox) {
    let other = pod(json!({"persistentVolumeClaim": {"claimName": "drill"}}), "/data", true);
    with_pod(sandbox, "the claim mounted read-only", other, &[("volume/read-only", "volume data can be written")])
        .await;
}

pub async fn the_class_does_not_exist(sandbox: &mut Sandbox) {
    let wanted = [
        ("volume/other-class", "expected StorageClass ceph-block, got ceph-blok"),
        ("volume/not-bound", "expected the claim is Bound, got Pending"),
        ("volume/not-running", "it is Pending"),
    ];
    with_claim(sandbox, "the claim's class is misspelt", claim("ceph-blok", "1Gi"), &wanted).await;
}

pub async fn the_claim_is_too_small(sandbox: &mut Sandbox) {
    let wanted = [("volume/too-small", "expected 1Gi or more, got 512Mi")];
    with_claim(sandbox, "a claim of half the size", claim("ceph-block", "512Mi"), &wanted).await;
}

pub async fn the_class_is_of_another_kind(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.delete(CLASS).await;
    let gone = [("volume/class-missing", "expected the StorageClass exists")];
    sandbox.red("the class deleted, its claims stay bound", CHECK, &gone).await;
    let mut other = was.clone();
    other["provisioner"] = json!("local.example.com");
    sandbox.restore(&other).await;
    let wanted = [("volume/other-provisioner", "got local.example.com")];
    sandbox.red("a class of the same name with another provisioner", CHECK, &wanted).await;
    // A provisioner cannot be changed.
    sandbox.delete(CLASS).await;
    sandbox.restore(&was).await;
}

/// The custom resource stays operational, and its claim bound.
pub async fn vmsingle_loses_its_storage(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.patch(VMSINGLE, json!({"spec": {"storage": null}})).await;
    let wanted = [("volume/not-persistent", "is emptyDir")];
    sandbox.red("spec.storage of VMSingle removed", "vmsingle-stored", &wanted).await;
    assert_eq!(sandbox.get(VMSINGLE).await["status"]["updateStatus"], "operational");
    sandbox.restore(&was).await;
}

/// What it writes cannot take the place of what it wrote: Alertmanager stays ready, and loses every silence when it restarts.
pub async fn alertmanager_cannot_write(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let volume = sandbox.get(MANAGERS_CLAIM).await["spec"]["volumeName"].as_str().unwrap().to_owned();
    let folder = find(sandbox.temp.path(), &volume).expect("the sandbox keeps the volume in a folder");
    let silences = find(&folder, "silences").expect("Alertmanager has written its silences");
    std::fs::remove_file(&silences).unwrap();
    std::fs::create_dir_all(silences.join("in the way")).unwrap();
    let wanted = [("volume/write-errors", "attempts failed")];
    sandbox.red("Alertmanager cannot write its silences", "alertmanager-stored", &wanted).await;
    std::fs::remove_dir_all(&silences).unwrap();
    // It counts its errors for as long as it runs.
    sandbox.roll(MANAGER).await;
}

/// A file or folder of this name, at any depth.
fn find(root: &Path, name: &str) -> Option<PathBuf> {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_name() == name {
                return Some(path);
            }
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            }
        }
    }
    None
}
