//! Label and field selectors.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::table::Proof;
use crate::waiting::{has, same};

async fn names(cluster: &Cluster, path: &str) -> Result<Vec<String>, String> {
    let list = cluster.get(path).await?.good(path)?;
    let items = list["items"].as_array().cloned().unwrap_or_default();
    Ok(items.iter().map(|item| item["metadata"]["name"].as_str().unwrap_or_default().to_owned()).collect())
}

fn encoded(selector: &str) -> String {
    selector
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

pub async fn labels_select_in_every_form(cluster: &Cluster) -> Proof {
    let maps = cluster.path("v1", "configmaps");
    for (name, labels) in [
        ("select-a", json!({"set": "select", "tier": "one"})),
        ("select-b", json!({"set": "select", "tier": "two"})),
        ("select-c", json!({"set": "select"})),
    ] {
        cluster.create(&maps, &json!({"metadata": {"name": name, "labels": labels}})).await?;
    }
    for (selector, wanted) in [
        ("tier=one", &["select-a"][..]),
        ("tier==two", &["select-b"]),
        ("tier!=one", &["select-b", "select-c"]),
        ("tier in (one,two)", &["select-a", "select-b"]),
        ("tier notin (one)", &["select-b", "select-c"]),
        ("tier", &["select-a", "select-b"]),
        ("!tier", &["select-c"]),
        ("tier=three", &[]),
    ] {
        let path = format!("{maps}?labelSelector={}", encoded(&format!("set=select,{selector}")));
        same(selector, names(cluster, &path).await?, wanted)?;
    }
    Ok(())
}

pub async fn fields_select_by_name_and_phase(cluster: &Cluster) -> Proof {
    let maps = cluster.path("v1", "configmaps");
    cluster.create(&maps, &json!({"metadata": {"name": "field-a"}})).await?;
    same("by name", names(cluster, &format!("{maps}?fieldSelector=metadata.name%3Dfield-a")).await?, ["field-a"])?;
    let pods = cluster.path("v1", "pods");
    let mut pod = crate::pods::sleeper("field-pod");
    pod["metadata"]["labels"] = json!({"set": "field"});
    pod["spec"]["nodeSelector"] = json!({"no": "such"});
    cluster.create(&pods, &pod).await?;
    for (fields, wanted) in [
        ("status.phase=Pending", &["field-pod"][..]),
        ("status.phase!=Pending", &[]),
        ("spec.nodeName=", &["field-pod"]),
        ("spec.nodeName=nosuch", &[]),
    ] {
        let path = format!("{pods}?labelSelector=set%3Dfield&fieldSelector={}", encoded(fields));
        same(fields, names(cluster, &path).await?, wanted)?;
    }
    Ok(())
}

pub async fn a_field_that_cannot_select_is_400(cluster: &Cluster) -> Proof {
    let answer = cluster.get(&cluster.path("v1", "pods?fieldSelector=spec.nosuch%3Da")).await?;
    same("the refusal", answer.refusal(), (400, "BadRequest"))?;
    has("the message", answer.message(), "field label not supported: spec.nosuch")
}

pub async fn a_selector_that_cannot_be_read_is_400(cluster: &Cluster) -> Proof {
    for selector in ["a%20b", "tier%20in%20one", "%3D%3D"] {
        let answer = cluster.get(&cluster.path("v1", &format!("pods?labelSelector={selector}"))).await?;
        same(selector, answer.refusal(), (400, "BadRequest"))?;
    }
    Ok(())
}

pub async fn events_are_found_by_their_object(cluster: &Cluster) -> Proof {
    let events = cluster.path("v1", "events");
    for name in ["selected", "other"] {
        let about = json!({"kind": "ConfigMap", "apiVersion": "v1", "namespace": cluster.namespace, "name": name});
        let body = json!({"metadata": {"name": format!("select-{name}")}, "involvedObject": about,
            "reason": "Seen", "message": "m", "type": "Warning", "count": 1});
        cluster.create(&events, &body).await?;
    }
    let fields = encoded("involvedObject.kind=ConfigMap,involvedObject.name=selected,type=Warning,reason=Seen");
    same("the events", names(cluster, &format!("{events}?fieldSelector={fields}")).await?, ["select-selected"])?;
    let path = format!("{events}/select-selected");
    let event = cluster.get(&path).await?.good("the event")?;
    same("its count", (&event["count"], &event["lastTimestamp"]), (&json!(1), &Value::Null))
}
