use serde_json::json;

use super::*;
use crate::sandbox::api::store::Key;

fn store_with(names: &[&str]) -> (Arc<Store>, Target) {
    let store = Arc::new(Store::new(16));
    let target = store.read(|s| Target::parse(&s.registry, "/api/v1/namespaces/n/configmaps")).unwrap();
    for name in names {
        put(&store, &target, name, "x");
    }
    (store, target)
}

fn put(store: &Store, target: &Target, name: &str, app: &str) {
    let object = json!({"metadata": {"name": name, "namespace": "n", "labels": {"app": app}}});
    store.write(|s| s.put(Key::new(&target.kind, "n", name), object));
}

fn remove(store: &Store, target: &Target, name: &str) {
    store.write(|s| s.remove(&Key::new(&target.kind, "n", name)));
}

fn open(store: &Arc<Store>, target: &Target, query: &str) -> Watch {
    let uri = format!("/x?{query}").parse().unwrap();
    let (open, closing) = tokio::sync::watch::channel(false);
    std::mem::forget(open);
    Watch::open(store, target, &Query::of(&uri), Form::Whole, closing).unwrap()
}

async fn event(watch: &mut Watch) -> (String, Value) {
    let line = tokio::time::timeout(Duration::from_secs(5), watch.next()).await.unwrap().unwrap();
    let value: Value = serde_json::from_slice(&line).unwrap();
    (value["type"].as_str().unwrap().to_owned(), value["object"].clone())
}

#[tokio::test]
async fn a_watch_with_a_selector_sees_objects_come_and_go() {
    let (store, target) = store_with(&[]);
    let from = store.read(State::version);
    let mut watch = open(&store, &target, &format!("resourceVersion={from}&labelSelector=app%3Dweb"));
    put(&store, &target, "a", "other");
    put(&store, &target, "a", "web");
    put(&store, &target, "a", "web");
    put(&store, &target, "a", "other");
    put(&store, &target, "b", "web");
    remove(&store, &target, "b");
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(event(&mut watch).await.0);
    }
    assert_eq!(seen, ["ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED"]);
}

#[tokio::test]
async fn a_deletion_carries_its_own_version() {
    let (store, target) = store_with(&["a"]);
    let from = store.read(State::version);
    remove(&store, &target, "a");
    let mut watch = open(&store, &target, &format!("resourceVersion={from}"));
    let (kind, object) = event(&mut watch).await;
    assert_eq!(kind, "DELETED");
    assert_eq!(object["metadata"]["resourceVersion"], (from + 1).to_string());
}

#[tokio::test]
async fn initial_events_end_with_their_bookmark() {
    let (store, target) = store_with(&["a", "b"]);
    let mut watch =
        open(&store, &target, "sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan");
    assert_eq!(event(&mut watch).await.0, "ADDED");
    assert_eq!(event(&mut watch).await.0, "ADDED");
    let (kind, object) = event(&mut watch).await;
    assert_eq!(kind, "BOOKMARK");
    assert_eq!(object["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
}

#[tokio::test]
async fn a_version_of_an_earlier_store_is_told_to_be_too_old_and_ends_the_watch() {
    let (store, target) = store_with(&["a"]);
    let mut watch = open(&store, &target, "resourceVersion=7");
    let (kind, status) = event(&mut watch).await;
    assert_eq!((kind.as_str(), &status["code"], &status["reason"]), ("ERROR", &json!(410), &json!("Expired")));
    assert!(watch.next().await.is_none());
}

#[tokio::test]
async fn a_watcher_that_fell_behind_the_log_is_told_so() {
    let (store, target) = store_with(&["a"]);
    let from = store.read(State::version);
    for _ in 0..10_001 {
        put(&store, &target, "a", "x");
    }
    let mut watch = open(&store, &target, &format!("resourceVersion={from}"));
    assert_eq!(event(&mut watch).await.0, "ERROR");
}

#[tokio::test]
async fn version_zero_starts_with_what_is_there() {
    let (store, target) = store_with(&["a"]);
    let mut watch = open(&store, &target, "resourceVersion=0");
    assert_eq!(event(&mut watch).await.0, "ADDED");
    put(&store, &target, "a", "y");
    assert_eq!(event(&mut watch).await.0, "MODIFIED");
}

#[tokio::test]
async fn an_idle_watch_ends_after_its_timeout() {
    let (store, target) = store_with(&[]);
    let mut watch = open(&store, &target, "allowWatchBookmarks=true&timeoutSeconds=1");
    let ended = tokio::time::timeout(Duration::from_secs(20), watch.next()).await;
    assert!(ended.expect("the watch outlived its timeout").is_none());
}
