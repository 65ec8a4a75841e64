//! Claims and their volumes.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::events::of;
use crate::table::Proof;
use crate::waiting::{has, same};

pub fn claim(name: &str) -> Value {
    json!({"metadata": {"name": name}, "spec": {"storageClassName": "contract-nosuch",
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}})
}

pub async fn a_claim_of_a_class_that_is_absent_stays_pending(cluster: &Cluster) -> Proof {
    let claims = cluster.path("v1", "persistentvolumeclaims");
    let made = cluster.create(&claims, &claim("no-class")).await?;
    same("its phase", &made["status"]["phase"], "Pending")?;
    same("its mode", &made["spec"]["volumeMode"], "Filesystem")?;
    let event = of(cluster, "PersistentVolumeClaim", "no-class", "ProvisioningFailed").await?;
    same("the event's type", &event["type"], "Warning")?;
    let said = "storageclass.storage.k8s.io \"contract-nosuch\" not found";
    same("its message", &event["message"], said)?;
    same("who says it", &event["source"]["component"], "persistentvolume-controller")?;
    let later = cluster.get(&format!("{claims}/no-class")).await?.good("the claim")?;
    same(
        "its phase later",
        (&later["status"]["phase"], &later["spec"]["volumeName"]),
        (&json!("Pending"), &Value::Null),
    )
}

pub async fn a_claim_without_a_size_is_422(cluster: &Cluster) -> Proof {
    let mut body = claim("no-size");
    body["spec"]["resources"] = json!({});
    let answer = cluster.post(&cluster.path("v1", "persistentvolumeclaims"), &body).await?;
    same("the refusal", answer.refusal(), (422, "Invalid"))?;
    has("the message", answer.message(), "spec.resources[storage]: Required value")?;
    let mut set = crate::workloads::sleeper("StatefulSet", "no-size", 1);
    body["metadata"]["name"] = json!("data");
    set["spec"]["volumeClaimTemplates"] = json!([body]);
    let answer = cluster.post(&cluster.path("apps/v1", "statefulsets"), &set).await?;
    let said =
        "StatefulSet.apps \"no-size\" is invalid: spec.volumeClaimTemplates[0].spec.resources[storage]: Required value";
    same("of a StatefulSet", answer.message(), said)
}
