//! Events about objects.

use std::time::Instant;

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::table::Proof;
use crate::waiting::{PATIENCE, holds, same};

/// Waits for an event with this reason about an object.
pub async fn of(cluster: &Cluster, kind: &str, name: &str, reason: &str) -> Result<Value, String> {
    saying(cluster, kind, name, reason, "").await
}

/// Waits for an event with this reason and this in its message.
pub async fn saying(cluster: &Cluster, kind: &str, name: &str, reason: &str, said: &str) -> Result<Value, String> {
    let fields = format!("involvedObject.kind%3D{kind}%2CinvolvedObject.name%3D{name}");
    let path = cluster.path("v1", &format!("events?fieldSelector={fields}"));
    let end = Instant::now() + PATIENCE;
    loop {
        let list = cluster.get(&path).await?.good("events")?;
        let all = list["items"].as_array().cloned().unwrap_or_default();
        if let Some(found) = all.iter().find(|event| {
            event["reason"] == reason && event["message"].as_str().is_some_and(|text| text.contains(said))
        }) {
            return Ok(found.clone());
        }
        if Instant::now() > end {
            let seen: Vec<_> = all.iter().map(|event| format!("{} {}", event["reason"], event["message"])).collect();
            return Err(format!("no event {reason} {said:?} about {kind} {name}, but {seen:#?}"));
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

pub async fn events_name_their_object_and_count(cluster: &Cluster) -> Proof {
    let mut pod = crate::pods::sleeper("told");
    pod["spec"]["containers"][0]["env"] =
        json!([{"name": "A", "valueFrom": {"secretKeyRef": {"name": "told-absent", "key": "k"}}}]);
    let made = cluster.create(&cluster.path("v1", "pods"), &pod).await?;
    let scheduled = of(cluster, "Pod", "told", "Scheduled").await?;
    let node =
        cluster.until("its node", &cluster.path("v1", "pods/told"), |pod| pod["spec"]["nodeName"].is_string()).await?;
    let node = node["spec"]["nodeName"].as_str().unwrap_or_default().to_owned();
    same(
        "the scheduler",
        (&scheduled["type"], &scheduled["reportingComponent"]),
        (&json!("Normal"), &json!("default-scheduler")),
    )?;
    let times = [&scheduled["count"], &scheduled["firstTimestamp"], &scheduled["lastTimestamp"]];
    same("its count and times", times, [&Value::Null; 3])?;
    holds(scheduled["eventTime"].is_string(), || format!("eventTime is {}", scheduled["eventTime"]))?;
    let said = format!("Successfully assigned {}/told to {node}", cluster.namespace);
    same("its message", &scheduled["message"], said.as_str())?;
    let failed = of(cluster, "Pod", "told", "Failed").await?;
    same("type", &failed["type"], "Warning")?;
    same("message", &failed["message"], "Error: secret \"told-absent\" not found")?;
    let about = &failed["involvedObject"];
    same("apiVersion", &about["apiVersion"], "v1")?;
    same("uid", &about["uid"], &made["metadata"]["uid"])?;
    same("fieldPath", &about["fieldPath"], "spec.containers{main}")?;
    same("who", &failed["source"], json!({"component": "kubelet", "host": node}))?;
    let path = cluster.path("v1", &format!("events/{}", failed["metadata"]["name"].as_str().unwrap_or_default()));
    let again = cluster.until("a repetition", &path, |event| event["count"].as_u64() > Some(1)).await?;
    let times = [&again["firstTimestamp"], &again["lastTimestamp"]].map(|time| time.as_str().unwrap_or_default());
    // They are whole seconds, and it may be told twice within one.
    holds(!times[0].is_empty() && times[0] <= times[1], || format!("first and last: {times:?}"))
}
