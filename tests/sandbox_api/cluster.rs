//! What happens by itself: watches, definitions, garbage collection, discovery.

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::runtime::watcher;
use kube::{Api, ResourceExt};
use serde_json::json;

use crate::support::{self, Sandbox, deadline, refusal};

#[tokio::test]
async fn a_watcher_sees_what_is_there_what_comes_and_what_goes() {
    let sandbox = Sandbox::start().await;
    let api = sandbox.dynamic("v1", "ConfigMap", "default");
    api.create(&PostParams::default(), &support::object("v1", "ConfigMap", "a", json!({}))).await.unwrap();
    for config in [watcher::Config::default(), watcher::Config::default().streaming_lists()] {
        let mut events = watcher(api.clone(), config).boxed();
        let mut seen = Vec::new();
        deadline(async {
            loop {
                match events.try_next().await.unwrap().unwrap() {
                    watcher::Event::Init => {}
                    watcher::Event::InitApply(object) => seen.push(format!("init {}", object.name_any())),
                    watcher::Event::InitDone => {
                        let object = support::object("v1", "ConfigMap", "b", json!({}));
                        api.create(&PostParams::default(), &object).await.unwrap();
                    }
                    watcher::Event::Apply(object) => {
                        seen.push(format!("apply {}", object.name_any()));
                        api.delete("b", &DeleteParams::default()).await.unwrap();
                    }
                    watcher::Event::Delete(object) => {
                        seen.push(format!("delete {}", object.name_any()));
                        break;
                    }
                }
            }
        })
        .await;
        assert_eq!(seen, ["init a", "apply b", "delete b"]);
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn owners_take_their_dependants_and_namespaces_their_content() {
    let sandbox = Sandbox::start().await;
    let namespaces = sandbox.cluster("v1", "Namespace");
    namespaces.create(&PostParams::default(), &support::object("v1", "Namespace", "lab", json!({}))).await.unwrap();
    let api = sandbox.dynamic("v1", "ConfigMap", "lab");
    let owner =
        api.create(&PostParams::default(), &support::object("v1", "ConfigMap", "owner", json!({}))).await.unwrap();
    let mut child = support::object("v1", "ConfigMap", "child", json!({}));
    child.metadata.owner_references = Some(vec![k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference {
        api_version: "v1".into(),
        kind: "ConfigMap".into(),
        name: "owner".into(),
        uid: owner.uid().unwrap(),
        ..Default::default()
    }]);
    api.create(&PostParams::default(), &child).await.unwrap();
    let mut held = support::object("v1", "ConfigMap", "held", json!({}));
    held.metadata.finalizers = Some(vec!["example.com/hold".into()]);
    api.create(&PostParams::default(), &held).await.unwrap();

    api.delete("owner", &DeleteParams::default()).await.unwrap();
    deadline(async {
        while api.get("child").await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;

    namespaces.delete("lab", &DeleteParams::default()).await.unwrap();
    let going = namespaces.get("lab").await.unwrap();
    assert_eq!(going.data["status"]["phase"], "Terminating");
    let late = api.create(&PostParams::default(), &support::object("v1", "ConfigMap", "late", json!({}))).await;
    assert_eq!(refusal(late), (403, "Forbidden".into()));
    deadline(async {
        while api.get("held").await.unwrap().metadata.deletion_timestamp.is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    api.patch("held", &PatchParams::default(), &Patch::Merge(json!({"metadata": {"finalizers": null}}))).await.unwrap();
    deadline(async {
        while namespaces.get("lab").await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let homeless =
        api.create(&PostParams::default(), &support::object("v1", "ConfigMap", "x", json!({}))).await.unwrap_err();
    assert!(homeless.to_string().contains(r#"namespaces "lab" not found"#), "{homeless}");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_definition_is_established_serves_its_kind_and_takes_its_objects_with_it() {
    let sandbox = Sandbox::start().await;
    let crds: Api<CustomResourceDefinition> = Api::all(sandbox.client.clone());
    let crd = support::widget_crd();
    crds.patch("widgets.example.com", &PatchParams::apply("test"), &Patch::Apply(&crd)).await.unwrap();
    let established = kube::runtime::conditions::is_crd_established();
    deadline(kube::runtime::wait::await_condition(crds.clone(), "widgets.example.com", established)).await.unwrap();

    let api = sandbox.dynamic("example.com/v1", "Widget", "default");
    let good = support::object("example.com/v1", "Widget", "w", json!({"spec": {"size": 1}}));
    let made = api.create(&PostParams::default(), &good).await.unwrap();
    assert_eq!((made.metadata.generation, &made.data["spec"]["mode"]), (Some(1), &json!("fast")));
    let bad = support::object("example.com/v1", "Widget", "x", json!({"spec": {"size": "big"}}));
    let refused = api.create(&PostParams::default(), &bad).await.unwrap_err().to_string();
    assert!(refused.contains(r#"Widget.example.com "x" is invalid: spec.size: Invalid value: "string""#), "{refused}");
    let undeclared =
        json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"colour": "red"}});
    let refused = api.patch("w", &PatchParams::apply("t"), &Patch::Apply(undeclared)).await.unwrap_err().to_string();
    assert!(refused.contains(".spec.colour: field not declared in schema"), "{refused}");

    let blind = api.replace("w", &PostParams::default(), &good).await;
    assert_eq!(refusal(blind), (422, "Invalid".into()));
    let mut next = made.clone();
    next.data["spec"]["size"] = json!(2);
    let replaced = api.replace("w", &PostParams::default(), &next).await.unwrap();
    assert_eq!(replaced.metadata.generation, Some(2));

    crds.delete("widgets.example.com", &DeleteParams::default()).await.unwrap();
    deadline(async {
        while api.get("w").await.is_ok() || crds.get("widgets.example.com").await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(refusal(api.get("w").await).0, 404);
    sandbox.stop().await;
}

#[tokio::test]
async fn discovery_works_both_ways() {
    let sandbox = Sandbox::start().await;
    let plain = kube::Discovery::new(sandbox.client.clone()).run().await.unwrap();
    let aggregated = kube::Discovery::new(sandbox.client.clone()).run_aggregated().await.unwrap();
    for discovery in [plain, aggregated] {
        let (deployment, capabilities) =
            discovery.resolve_gvk(&kube::api::GroupVersionKind::gvk("apps", "v1", "Deployment")).unwrap();
        assert_eq!(deployment.plural, "deployments");
        assert!(capabilities.supports_operation("watch"));
        assert!(discovery.has_group("metrics.k8s.io") && discovery.has_group("storage.k8s.io"));
    }
    assert_eq!(sandbox.client.apiserver_version().await.unwrap().minor, "34");
    sandbox.stop().await;
}
