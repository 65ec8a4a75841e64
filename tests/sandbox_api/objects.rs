//! Objects: create, read, change, list, apply, delete.

use kube::ResourceExt;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use serde_json::json;

use crate::support::{self, Sandbox, refusal};

#[tokio::test]
async fn objects_are_created_read_changed_listed_and_deleted() {
    let sandbox = Sandbox::start().await;
    let api = sandbox.dynamic("v1", "ConfigMap", "default");
    let object = support::object("v1", "ConfigMap", "a", json!({"data": {"x": "1"}}));
    let created = api.create(&PostParams::default(), &object).await.unwrap();
    assert!(created.uid().is_some() && created.metadata.generation.is_none());
    assert_eq!(refusal(api.create(&PostParams::default(), &object).await), (409, "AlreadyExists".into()));

    let mut stale = created.clone();
    let patched = api.patch("a", &PatchParams::default(), &Patch::Merge(json!({"data": {"y": "2"}}))).await.unwrap();
    assert_eq!(patched.data["data"], json!({"x": "1", "y": "2"}));
    stale.data["data"]["x"] = json!("old");
    assert_eq!(refusal(api.replace("a", &PostParams::default(), &stale).await), (409, "Conflict".into()));

    let listed = api.list(&ListParams::default().fields("metadata.name=a")).await.unwrap();
    assert_eq!(listed.items.len(), 1);
    api.delete("a", &DeleteParams::default()).await.unwrap();
    assert_eq!(refusal(api.get("a").await), (404, "NotFound".into()));
    sandbox.stop().await;
}

#[tokio::test]
async fn a_list_comes_in_pages_of_one_version() {
    let sandbox = Sandbox::start().await;
    let api = sandbox.dynamic("v1", "ConfigMap", "default");
    for name in ["a", "b", "c"] {
        api.create(&PostParams::default(), &support::object("v1", "ConfigMap", name, json!({}))).await.unwrap();
    }
    let first = api.list(&ListParams::default().limit(2)).await.unwrap();
    let token = first.metadata.continue_.clone().expect("one object is left");
    assert_eq!((first.items.len(), first.metadata.remaining_item_count), (2, Some(1)));
    let second = api.list(&ListParams::default().limit(2).continue_token(&token)).await.unwrap();
    assert_eq!(second.items[0].name_any(), "c");
    assert_eq!(second.metadata.resource_version, first.metadata.resource_version);
    sandbox.stop().await;
}

#[tokio::test]
async fn server_side_apply_keeps_owners_apart_and_bumps_the_generation_only_for_the_spec() {
    let sandbox = Sandbox::start().await;
    let api = sandbox.dynamic("apps/v1", "Deployment", "default");
    let deployment = support::deployment("web", 1);
    let first = api.patch("web", &PatchParams::apply("one"), &Patch::Apply(&deployment)).await.unwrap();
    assert_eq!((first.metadata.generation, &first.data["spec"]["progressDeadlineSeconds"]), (Some(1), &json!(600)));
    let again = api.patch("web", &PatchParams::apply("one"), &Patch::Apply(&deployment)).await.unwrap();
    assert_eq!(again.resource_version(), first.resource_version(), "an apply that changes nothing writes nothing");

    let more = support::deployment("web", 3);
    let refused = api.patch("web", &PatchParams::apply("two"), &Patch::Apply(&more)).await;
    assert_eq!(refusal(refused), (409, "Conflict".into()));
    let forced = api.patch("web", &PatchParams::apply("two").force(), &Patch::Apply(&more)).await.unwrap();
    assert_eq!((forced.metadata.generation, &forced.data["spec"]["replicas"]), (Some(2), &json!(3)));

    let status = json!({"status": {"readyReplicas": 3, "replicas": 3}, "spec": {"replicas": 9}});
    let after = api.patch_status("web", &PatchParams::default(), &Patch::Merge(status)).await.unwrap();
    assert_eq!(after.metadata.generation, Some(2));
    assert_eq!((&after.data["spec"]["replicas"], &after.data["status"]["readyReplicas"]), (&json!(3), &json!(3)));
    let ignored = json!({"status": {"readyReplicas": 0}});
    let main = api.patch("web", &PatchParams::default(), &Patch::Merge(ignored)).await.unwrap();
    assert_eq!(main.data["status"]["readyReplicas"], 3, "the main resource does not write status");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_dry_run_answers_and_stores_nothing() {
    let sandbox = Sandbox::start().await;
    let api = sandbox.dynamic("v1", "ConfigMap", "default");
    let object = support::object("v1", "ConfigMap", "a", json!({}));
    let dry = PostParams { dry_run: true, ..PostParams::default() };
    assert!(api.create(&dry, &object).await.unwrap().metadata.uid.is_some());
    assert_eq!(refusal(api.get("a").await).0, 404);
    sandbox.stop().await;
}

#[tokio::test]
async fn names_are_generated_checked_and_required() {
    let sandbox = Sandbox::start().await;
    let api = sandbox.dynamic("v1", "ConfigMap", "default");
    let mut object = support::object("v1", "ConfigMap", "", json!({}));
    assert_eq!(refusal(api.create(&PostParams::default(), &object).await), (422, "Invalid".into()));
    object.metadata.generate_name = Some("run-".into());
    let made = api.create(&PostParams::default(), &object).await.unwrap().name_any();
    assert!(made.starts_with("run-") && made.len() == 9, "{made}");
    let bad = support::object("v1", "ConfigMap", "Not_Good", json!({}));
    let refused = api.create(&PostParams::default(), &bad).await.unwrap_err().to_string();
    assert!(refused.contains(r#"ConfigMap "Not_Good" is invalid: metadata.name: Invalid value: "Not_Good": a lowercase RFC 1123 subdomain"#), "{refused}");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_collection_is_deleted_by_its_labels() {
    let sandbox = Sandbox::start().await;
    let api = sandbox.dynamic("v1", "ConfigMap", "default");
    for (name, app) in [("a", "x"), ("b", "x"), ("c", "y")] {
        let mut object = support::object("v1", "ConfigMap", name, json!({}));
        object.metadata.labels = Some([("app".to_owned(), app.to_owned())].into());
        api.create(&PostParams::default(), &object).await.unwrap();
    }
    api.delete_collection(&DeleteParams::default(), &ListParams::default().labels("app=x")).await.unwrap();
    let left = api.list(&ListParams::default()).await.unwrap();
    assert_eq!(left.items.iter().map(ResourceExt::name_any).collect::<Vec<_>>(), ["c"]);
    sandbox.stop().await;
}
