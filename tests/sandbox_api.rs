//! The embedded Kubernetes API as kube-rs sees it.
#![cfg(feature = "sandbox")]

#[path = "sandbox_api/support.rs"]
mod support;

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, ResourceExt};
use serde_json::json;
use support::{Sandbox, deadline, refusal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn objects_are_created_read_changed_listed_and_deleted() {
    let sandbox = Sandbox::start().await;
    let api = sandbox.dynamic("v1", "ConfigMap", "default");
    let object = support::object("v1", "ConfigMap", "a", json!({"data": {"x": "1"}}));
    let created = api.create(&PostParams::default(), &object).await.unwrap();
    assert!(created.uid().is_some() && created.metadata.generation.is_none());
    assert_eq!(
        refusal(api.create(&PostParams::default(), &object).await),
        (409, "AlreadyExists".into())
    );

    let mut stale = created.clone();
    let patched = api
        .patch(
            "a",
            &PatchParams::default(),
            &Patch::Merge(json!({"data": {"y": "2"}})),
        )
        .await
        .unwrap();
    assert_eq!(patched.data["data"], json!({"x": "1", "y": "2"}));
    stale.data["data"]["x"] = json!("old");
    assert_eq!(
        refusal(api.replace("a", &PostParams::default(), &stale).await),
        (409, "Conflict".into())
    );

    let listed = api
        .list(&ListParams::default().fields("metadata.name=a"))
        .await
        .unwrap();
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
        api.create(
            &PostParams::default(),
            &support::object("v1", "ConfigMap", name, json!({})),
        )
        .await
        .unwrap();
    }
    let first = api.list(&ListParams::default().limit(2)).await.unwrap();
    let token = first
        .metadata
        .continue_
        .clone()
        .expect("one object is left");
    assert_eq!(
        (first.items.len(), first.metadata.remaining_item_count),
        (2, Some(1))
    );
    let second = api
        .list(&ListParams::default().limit(2).continue_token(&token))
        .await
        .unwrap();
    assert_eq!(second.items[0].name_any(), "c");
    assert_eq!(
        second.metadata.resource_version,
        first.metadata.resource_version
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn a_watcher_sees_what_is_there_what_comes_and_what_goes() {
    let sandbox = Sandbox::start().await;
    let api = sandbox.dynamic("v1", "ConfigMap", "default");
    api.create(
        &PostParams::default(),
        &support::object("v1", "ConfigMap", "a", json!({})),
    )
    .await
    .unwrap();
    for config in [
        watcher::Config::default(),
        watcher::Config::default().streaming_lists(),
    ] {
        let mut events = watcher(api.clone(), config).boxed();
        let mut seen = Vec::new();
        deadline(async {
            loop {
                match events.try_next().await.unwrap().unwrap() {
                    watcher::Event::Init => {}
                    watcher::Event::InitApply(object) => {
                        seen.push(format!("init {}", object.name_any()))
                    }
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
async fn server_side_apply_keeps_owners_apart_and_bumps_the_generation_only_for_the_spec() {
    let sandbox = Sandbox::start().await;
    let api = sandbox.dynamic("apps/v1", "Deployment", "default");
    let deployment = support::deployment("web", 1);
    let first = api
        .patch(
            "web",
            &PatchParams::apply("one"),
            &Patch::Apply(&deployment),
        )
        .await
        .unwrap();
    assert_eq!(
        (
            first.metadata.generation,
            &first.data["spec"]["progressDeadlineSeconds"]
        ),
        (Some(1), &json!(600))
    );
    let again = api
        .patch(
            "web",
            &PatchParams::apply("one"),
            &Patch::Apply(&deployment),
        )
        .await
        .unwrap();
    assert_eq!(
        again.resource_version(),
        first.resource_version(),
        "an apply that changes nothing writes nothing"
    );

    let more = support::deployment("web", 3);
    let refused = api
        .patch("web", &PatchParams::apply("two"), &Patch::Apply(&more))
        .await;
    assert_eq!(refusal(refused), (409, "Conflict".into()));
    let forced = api
        .patch(
            "web",
            &PatchParams::apply("two").force(),
            &Patch::Apply(&more),
        )
        .await
        .unwrap();
    assert_eq!(
        (forced.metadata.generation, &forced.data["spec"]["replicas"]),
        (Some(2), &json!(3))
    );

    let status = json!({"status": {"readyReplicas": 3, "replicas": 3}, "spec": {"replicas": 9}});
    let after = api
        .patch_status("web", &PatchParams::default(), &Patch::Merge(status))
        .await
        .unwrap();
    assert_eq!(after.metadata.generation, Some(2));
    assert_eq!(
        (
            &after.data["spec"]["replicas"],
            &after.data["status"]["readyReplicas"]
        ),
        (&json!(3), &json!(3))
    );
    let ignored = json!({"status": {"readyReplicas": 0}});
    let main = api
        .patch("web", &PatchParams::default(), &Patch::Merge(ignored))
        .await
        .unwrap();
    assert_eq!(
        main.data["status"]["readyReplicas"], 3,
        "the main resource does not write status"
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn a_definition_is_established_serves_its_kind_and_takes_its_objects_with_it() {
    let sandbox = Sandbox::start().await;
    let crds: Api<CustomResourceDefinition> = Api::all(sandbox.client.clone());
    let crd = support::widget_crd();
    crds.patch(
        "widgets.example.com",
        &PatchParams::apply("test"),
        &Patch::Apply(&crd),
    )
    .await
    .unwrap();
    let established = kube::runtime::conditions::is_crd_established();
    deadline(kube::runtime::wait::await_condition(
        crds.clone(),
        "widgets.example.com",
        established,
    ))
    .await
    .unwrap();

    let api = sandbox.dynamic("example.com/v1", "Widget", "default");
    let good = support::object(
        "example.com/v1",
        "Widget",
        "w",
        json!({"spec": {"size": 1}}),
    );
    let made = api.create(&PostParams::default(), &good).await.unwrap();
    assert_eq!(
        (made.metadata.generation, &made.data["spec"]["mode"]),
        (Some(1), &json!("fast"))
    );
    let bad = support::object(
        "example.com/v1",
        "Widget",
        "x",
        json!({"spec": {"size": "big"}}),
    );
    let refused = api
        .create(&PostParams::default(), &bad)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused
            .contains(r#"Widget.example.com "x" is invalid: spec.size: Invalid value: "string""#),
        "{refused}"
    );
    let undeclared = json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"colour": "red"}});
    let refused = api
        .patch("w", &PatchParams::apply("t"), &Patch::Apply(undeclared))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains(".spec.colour: field not declared in schema"),
        "{refused}"
    );

    crds.delete("widgets.example.com", &DeleteParams::default())
        .await
        .unwrap();
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
    let plain = kube::Discovery::new(sandbox.client.clone())
        .run()
        .await
        .unwrap();
    let aggregated = kube::Discovery::new(sandbox.client.clone())
        .run_aggregated()
        .await
        .unwrap();
    for discovery in [plain, aggregated] {
        let (deployment, capabilities) = discovery
            .resolve_gvk(&kube::api::GroupVersionKind::gvk(
                "apps",
                "v1",
                "Deployment",
            ))
            .unwrap();
        assert_eq!(deployment.plural, "deployments");
        assert!(capabilities.supports_operation("watch"));
        assert!(discovery.has_group("metrics.k8s.io") && discovery.has_group("storage.k8s.io"));
    }
    assert_eq!(
        sandbox.client.apiserver_version().await.unwrap().minor,
        "34"
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn owners_take_their_dependants_and_namespaces_their_content() {
    let sandbox = Sandbox::start().await;
    let namespaces = sandbox.cluster("v1", "Namespace");
    namespaces
        .create(
            &PostParams::default(),
            &support::object("v1", "Namespace", "lab", json!({})),
        )
        .await
        .unwrap();
    let api = sandbox.dynamic("v1", "ConfigMap", "lab");
    let owner = api
        .create(
            &PostParams::default(),
            &support::object("v1", "ConfigMap", "owner", json!({})),
        )
        .await
        .unwrap();
    let mut child = support::object("v1", "ConfigMap", "child", json!({}));
    child.metadata.owner_references = Some(vec![
        k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference {
            api_version: "v1".into(),
            kind: "ConfigMap".into(),
            name: "owner".into(),
            uid: owner.uid().unwrap(),
            ..Default::default()
        },
    ]);
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

    namespaces
        .delete("lab", &DeleteParams::default())
        .await
        .unwrap();
    let going = namespaces.get("lab").await.unwrap();
    assert_eq!(going.data["status"]["phase"], "Terminating");
    let late = api
        .create(
            &PostParams::default(),
            &support::object("v1", "ConfigMap", "late", json!({})),
        )
        .await;
    assert_eq!(refusal(late), (403, "Forbidden".into()));
    deadline(async {
        while api
            .get("held")
            .await
            .unwrap()
            .metadata
            .deletion_timestamp
            .is_none()
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
    api.patch(
        "held",
        &PatchParams::default(),
        &Patch::Merge(json!({"metadata": {"finalizers": null}})),
    )
    .await
    .unwrap();
    deadline(async {
        while namespaces.get("lab").await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let homeless = api
        .create(
            &PostParams::default(),
            &support::object("v1", "ConfigMap", "x", json!({})),
        )
        .await
        .unwrap_err();
    assert!(
        homeless
            .to_string()
            .contains(r#"namespaces "lab" not found"#),
        "{homeless}"
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn a_port_is_forwarded_to_the_pods_own_address_and_a_dead_one_says_why() {
    let sandbox = Sandbox::start().await;
    let listener = tokio::net::TcpListener::bind("127.77.3.4:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let echo = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 64];
        let count = stream.read(&mut buffer).await.unwrap();
        stream.write_all(&buffer[..count]).await.unwrap();
    });
    let pods = sandbox.running_pod("p", "127.77.3.4").await;
    let mut forwarder = pods.portforward("p", &[port]).await.unwrap();
    let mut stream = forwarder.take_stream(port).unwrap();
    stream.write_all(b"hello").await.unwrap();
    let mut back = Vec::new();
    deadline(stream.read_to_end(&mut back)).await.unwrap();
    assert_eq!(back, b"hello");
    echo.await.unwrap();

    let mut forwarder = pods.portforward("p", &[1]).await.unwrap();
    let error = deadline(forwarder.take_error(1).unwrap()).await.unwrap();
    assert!(
        error.contains("127.77.3.4:1: connect: connection refused"),
        "{error}"
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn a_denied_verb_is_refused_and_the_review_says_so() {
    let sandbox = Sandbox::start().await;
    let system = sandbox.dynamic("v1", "ConfigMap", "kube-system");
    let faults = support::object(
        "v1",
        "ConfigMap",
        "signoff-faults",
        json!({"data": {"deny": "list pods default\n"}}),
    );
    system
        .create(&PostParams::default(), &faults)
        .await
        .unwrap();
    let refused = sandbox
        .dynamic("v1", "Pod", "default")
        .list(&ListParams::default())
        .await
        .unwrap_err();
    let expected = r#"pods is forbidden: User "signoff" cannot list resource "pods" in API group "" in the namespace "default""#;
    assert!(refused.to_string().contains(expected), "{refused}");
    sandbox
        .dynamic("v1", "Pod", "kube-system")
        .list(&ListParams::default())
        .await
        .unwrap();

    let reviews = sandbox.cluster("authorization.k8s.io/v1", "SelfSubjectAccessReview");
    for (namespace, allowed) in [("default", false), ("other", true)] {
        let asked = json!({"spec": {"resourceAttributes": {"verb": "list", "resource": "pods", "namespace": namespace}}});
        let review = support::object(
            "authorization.k8s.io/v1",
            "SelfSubjectAccessReview",
            "",
            asked,
        );
        let answer = reviews
            .create(&PostParams::default(), &review)
            .await
            .unwrap();
        assert_eq!(answer.data["status"]["allowed"], allowed);
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn the_api_proxy_reaches_ready_endpoints_and_names_what_is_missing() {
    let sandbox = Sandbox::start().await;
    let port = support::http_server("127.77.3.5").await;
    let services = sandbox.dynamic("v1", "Service", "default");
    let service = support::object(
        "v1",
        "Service",
        "vm",
        json!({"spec": {"ports": [{"name": "http", "port": 80}]}}),
    );
    let made = services
        .create(&PostParams::default(), &service)
        .await
        .unwrap();
    assert!(
        made.data["spec"]["clusterIP"]
            .as_str()
            .unwrap()
            .starts_with("127.77.")
    );
    assert_eq!(made.data["spec"]["ports"][0]["targetPort"], 80);
    let path = "/api/v1/namespaces/default/services/http:vm:80/proxy/api/v1/query?query=up";
    assert_eq!(
        sandbox.get(path).await.1["message"],
        r#"no endpoints available for service "vm""#
    );
    let slice = json!({
        "metadata": {"labels": {"kubernetes.io/service-name": "vm"}}, "addressType": "IPv4",
        "ports": [{"name": "http", "port": port}],
        "endpoints": [{"addresses": ["127.77.3.5"], "conditions": {"ready": true}, "targetRef": {"kind": "Pod", "name": "p"}}],
    });
    let mut object = support::object(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        "vm-1",
        slice.clone(),
    );
    object.metadata.labels =
        Some([("kubernetes.io/service-name".to_owned(), "vm".to_owned())].into());
    sandbox
        .dynamic("discovery.k8s.io/v1", "EndpointSlice", "default")
        .create(&PostParams::default(), &object)
        .await
        .unwrap();
    let (code, body) = sandbox.get(path).await;
    assert_eq!(
        (code, &body),
        (
            422,
            &json!({"asked": "GET /api/v1/query?query=up HTTP/1.1"})
        )
    );
    let (code, body) = sandbox
        .get("/api/v1/namespaces/default/services/vm:9/proxy/")
        .await;
    assert_eq!(
        (code, &body["message"]),
        (503, &json!(r#"no service port "9" found for service "vm""#))
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn a_pod_that_runs_ends_gracefully_and_others_at_once() {
    let sandbox = Sandbox::start().await;
    let pods = sandbox.running_pod("p", "127.77.3.6").await;
    let events = watcher(pods.clone(), watcher::Config::default())
        .touched_objects()
        .boxed();
    drop(events);
    pods.delete("p", &DeleteParams::default()).await.unwrap();
    let going = pods.get("p").await.unwrap();
    assert_eq!(going.metadata.deletion_grace_period_seconds, Some(30));
    pods.delete("p", &DeleteParams::default().grace_period(0))
        .await
        .unwrap();
    assert_eq!(refusal(pods.get("p").await).0, 404);
    sandbox.stop().await;
}
