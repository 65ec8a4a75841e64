//! What single built-in kinds do: pods, services, workloads.

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::{DeleteParams, EvictParams, Patch, PatchParams, PostParams};
use serde_json::json;

use crate::support::{self, Sandbox, refusal};

#[tokio::test]
async fn a_pod_that_runs_ends_gracefully_and_others_at_once() {
    let sandbox = Sandbox::start().await;
    let pods = sandbox.running_pod("p", "127.77.3.6").await;
    pods.delete("p", &DeleteParams::default()).await.unwrap();
    let going = pods.get("p").await.unwrap();
    assert_eq!(going.metadata.deletion_grace_period_seconds, Some(30));
    pods.delete("p", &DeleteParams::default().grace_period(0)).await.unwrap();
    assert_eq!(refusal(pods.get("p").await).0, 404);
    sandbox.stop().await;
}

#[tokio::test]
async fn status_is_applied_by_its_own_manager_and_scale_changes_replicas() {
    let sandbox = Sandbox::start().await;
    let api = sandbox.dynamic("apps/v1", "Deployment", "default");
    let apply = PatchParams::apply("flux");
    api.patch("web", &apply, &Patch::Apply(support::deployment("web", 1))).await.unwrap();
    let status = json!({"apiVersion": "apps/v1", "kind": "Deployment", "status": {"replicas": 1}});
    let after = api.patch_status("web", &PatchParams::apply("controller"), &Patch::Apply(status)).await.unwrap();
    assert_eq!((&after.data["status"]["replicas"], &after.data["spec"]["replicas"]), (&json!(1), &json!(1)));
    let managers: Vec<_> =
        after.metadata.managed_fields.unwrap().into_iter().map(|m| (m.manager.unwrap(), m.subresource)).collect();
    assert_eq!(managers, [("flux".to_owned(), None), ("controller".to_owned(), Some("status".to_owned()))]);
    api.patch_scale("web", &PatchParams::default(), &Patch::Merge(json!({"spec": {"replicas": 4}}))).await.unwrap();
    assert_eq!(api.get_scale("web").await.unwrap().spec.unwrap().replicas, Some(4));
    assert_eq!(api.get("web").await.unwrap().metadata.generation, Some(2));
    sandbox.stop().await;
}

#[tokio::test]
async fn a_pod_is_bound_once_and_evicted_unless_a_budget_forbids_it() {
    let sandbox = Sandbox::start().await;
    let pods = sandbox.dynamic("v1", "Pod", "default");
    let typed: Api<Pod> = Api::namespaced(sandbox.client.clone(), "default");
    let mut pod = support::object("v1", "Pod", "p", json!({"spec": {"containers": [{"name": "c", "image": "x:1"}]}}));
    pod.metadata.labels = Some([("app".to_owned(), "p".to_owned())].into());
    pods.create(&PostParams::default(), &pod).await.unwrap();
    let binding = json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "p"}, "target": {"kind": "Node", "name": "n1"}});
    let bind = || async { sandbox.post("/api/v1/namespaces/default/pods/p/binding", &binding).await };
    assert_eq!(bind().await.0, 201);
    assert_eq!(bind().await.0, 409);
    let bound = pods.get("p").await.unwrap();
    assert_eq!(
        (&bound.data["spec"]["nodeName"], &bound.data["status"]["conditions"][0]["type"]),
        (&json!("n1"), &json!("PodScheduled"))
    );

    let budget = support::object(
        "policy/v1",
        "PodDisruptionBudget",
        "b",
        json!({"spec": {"selector": {"matchLabels": {"app": "p"}}}}),
    );
    let budgets = sandbox.dynamic("policy/v1", "PodDisruptionBudget", "default");
    budgets.create(&PostParams::default(), &budget).await.unwrap();
    assert_eq!(refusal(typed.evict("p", &EvictParams::default()).await).0, 429);
    budgets.delete("b", &DeleteParams::default()).await.unwrap();
    typed.evict("p", &EvictParams::default()).await.unwrap();
    assert!(pods.get("p").await.unwrap().metadata.deletion_timestamp.is_some());
    sandbox.stop().await;
}

#[tokio::test]
async fn a_service_keeps_its_address_through_a_replacement() {
    let sandbox = Sandbox::start().await;
    let api = sandbox.dynamic("v1", "Service", "default");
    let service = support::object("v1", "Service", "s", json!({"spec": {"ports": [{"port": 80}]}}));
    let made = api.create(&PostParams::default(), &service).await.unwrap();
    let mut next = service.clone();
    next.data["spec"]["ports"][0]["port"] = json!(81);
    let replaced = api.replace("s", &PostParams::default(), &next).await.unwrap();
    assert_eq!(replaced.data["spec"]["clusterIP"], made.data["spec"]["clusterIP"]);
    let headless = support::object("v1", "Service", "h", json!({"spec": {"clusterIP": "None"}}));
    assert_eq!(api.create(&PostParams::default(), &headless).await.unwrap().data["spec"]["clusterIP"], "None");
    sandbox.stop().await;
}
