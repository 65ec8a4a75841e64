//! Watches: what is told from which version on.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::definitions::Definition;
use crate::table::Proof;
use crate::waiting::{begins, holds, same};
use crate::wire::Lines;

fn config_map(name: &str, label: &str, value: &str) -> Value {
    json!({"metadata": {"name": name, "labels": {"watch": label}}, "data": {"k": value}})
}

/// The next event: type, name, value.
async fn event(lines: &mut Lines) -> Result<(String, String, String), String> {
    let line = lines.next().await?.ok_or("the watch ended")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok((text(&line["type"]), text(&line["object"]["metadata"]["name"]), text(&line["object"]["data"]["k"])))
}

fn told(kind: &str, name: &str, value: &str) -> (String, String, String) {
    (kind.to_owned(), name.to_owned(), value.to_owned())
}

pub async fn a_list_and_a_watch_from_its_version_miss_nothing(cluster: &Cluster) -> Proof {
    let maps = cluster.path("v1", "configmaps");
    let query = "labelSelector=watch%3Devery";
    cluster.create(&maps, &config_map("watch-a", "every", "1")).await?;
    let list = cluster.get(&format!("{maps}?{query}")).await?.good("the list")?;
    same("kind", &list["kind"], "ConfigMapList")?;
    same("how many", list["items"].as_array().map(Vec::len), Some(1))?;
    cluster.create(&maps, &config_map("watch-b", "every", "1")).await?;
    cluster.merge(&format!("{maps}/watch-a"), &json!({"data": {"k": "2"}})).await?.good("the patch")?;
    cluster.delete(&format!("{maps}/watch-b")).await?.good("the deletion")?;
    let version = list["metadata"]["resourceVersion"].as_str().unwrap_or_default();
    let mut lines =
        Lines::open(&cluster.client, &format!("{maps}?{query}&watch=true&resourceVersion={version}")).await?;
    same("first", event(&mut lines).await?, told("ADDED", "watch-b", "1"))?;
    same("second", event(&mut lines).await?, told("MODIFIED", "watch-a", "2"))?;
    same("third", event(&mut lines).await?, told("DELETED", "watch-b", "1"))?;
    cluster.merge(&format!("{maps}/watch-a"), &json!({"data": {"k": "3"}})).await?.good("the patch")?;
    same("what happens meanwhile", event(&mut lines).await?, told("MODIFIED", "watch-a", "3"))
}

pub async fn a_selector_turns_changes_into_arrivals_and_leavings(cluster: &Cluster) -> Proof {
    let maps = cluster.path("v1", "configmaps");
    let query = "labelSelector=watch%3Dinside";
    let list = cluster.get(&format!("{maps}?{query}")).await?.good("the list")?;
    let version = list["metadata"]["resourceVersion"].as_str().unwrap_or_default();
    let mut lines = Lines::open(&cluster.client, &format!("{maps}?{query}&watch=1&resourceVersion={version}")).await?;
    cluster.create(&maps, &config_map("watch-moves", "outside", "1")).await?;
    for label in ["inside", "outside"] {
        let patch = json!({"metadata": {"labels": {"watch": label}}});
        cluster.merge(&format!("{maps}/watch-moves"), &patch).await?.good("the patch")?;
    }
    same("it comes in", event(&mut lines).await?, told("ADDED", "watch-moves", "1"))?;
    same("it goes out", event(&mut lines).await?, told("DELETED", "watch-moves", "1"))
}

pub async fn a_version_that_is_too_old_is_410(cluster: &Cluster) -> Proof {
    // Nobody can know what happened to a kind before it was there.
    let made = Definition::make(cluster, "old", json!({})).await?;
    let path = format!("{}?watch=true&resourceVersion=1", made.path(cluster));
    let mut lines = Lines::open(&cluster.client, &path).await?;
    let line = lines.next().await?.ok_or("the watch ended")?;
    same("type", &line["type"], "ERROR")?;
    let status = &line["object"];
    same("kind", &status["kind"], "Status")?;
    same("code", &status["code"], 410)?;
    same("reason", &status["reason"], "Expired")?;
    begins("message", status["message"].as_str().unwrap_or_default(), "too old resource version: 1 (")?;
    same("what follows", lines.next().await?, None::<Value>)
}

pub async fn a_watch_starts_with_what_there_is_and_says_where_that_ends(cluster: &Cluster) -> Proof {
    let maps = cluster.path("v1", "configmaps");
    cluster.create(&maps, &config_map("watch-start", "start", "1")).await?;
    let options = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    let path = format!("{maps}?watch=true&labelSelector=watch%3Dstart&{options}");
    let mut lines = Lines::open(&cluster.client, &path).await?;
    same("first", event(&mut lines).await?, told("ADDED", "watch-start", "1"))?;
    let line = lines.next().await?.ok_or("the watch ended")?;
    same("then", &line["type"], "BOOKMARK")?;
    same("its kind", &line["object"]["kind"], "ConfigMap")?;
    let metadata = &line["object"]["metadata"];
    same("its mark", &metadata["annotations"]["k8s.io/initial-events-end"], "true")?;
    let version = metadata["resourceVersion"].as_str().unwrap_or_default();
    holds(version.parse::<u64>().is_ok(), || format!("its version is {version:?}"))
}

pub async fn a_watch_ends_at_its_time(cluster: &Cluster) -> Proof {
    let path = cluster.path("v1", "configmaps?watch=true&timeoutSeconds=2&labelSelector=watch%3Dnever");
    let mut lines = Lines::open(&cluster.client, &path).await?;
    let began = std::time::Instant::now();
    same("what is told", lines.next().await?, None::<Value>)?;
    holds((1..6).contains(&began.elapsed().as_secs()), || format!("it ended after {:?}", began.elapsed()))
}
