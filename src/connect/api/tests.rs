use serde_json::json;

use crate::check::access::Access;
use crate::check::trouble::Trouble;
use crate::connect::testing::{cluster_at, serve};
use crate::connect::{Connections, OpenError, Options, Resource, Scope};

static PODS: Resource = Resource::of("", "v1", "Pod", "pods", Scope::Namespaced);
static SINGLES: Resource =
    Resource::of("operator.victoriametrics.com", "v1beta1", "VMSingle", "vmsingles", Scope::Namespaced);

async fn answering(status: u16, body: &str) -> Connections {
    let body = body.to_owned();
    cluster_at(&serve(move |_| (status, "application/json", body.clone())).await).await
}

#[tokio::test]
async fn an_object_is_read_at_its_path() {
    let url = serve(|request| {
        assert_eq!(request, "GET /api/v1/namespaces/observability/pods/a");
        (200, "application/json", json!({"kind": "Pod", "metadata": {"name": "a"}}).to_string())
    });
    let pod = cluster_at(&url.await).await.get(&PODS, Some("observability"), "a").await.unwrap().unwrap();
    assert_eq!(pod["metadata"]["name"], "a");
}

#[tokio::test]
async fn an_absent_object_is_told_from_an_unknown_resource() {
    let absent = r#"{"kind":"Status","status":"Failure","message":"pods \"a\" not found","reason":"NotFound",
        "details":{"name":"a","kind":"pods"},"code":404}"#;
    assert_eq!(answering(404, absent).await.get(&PODS, Some("o"), "a").await, Ok(None));
    let unknown = Err(Trouble::UnknownKind { resource: "vmsingles.operator.victoriametrics.com".to_owned() });
    let plain = answering(404, "404 page not found\n").await;
    assert_eq!(plain.get(&SINGLES, Some("o"), "a").await, unknown);
    assert_eq!(plain.list(&SINGLES, Some("o"), "").await.err(), unknown.err());
}

#[tokio::test]
async fn a_refusal_names_the_rule_that_is_missing() {
    let forbidden = r#"{"kind":"Status","status":"Failure","message":"pods is forbidden: User \"u\" cannot list",
        "reason":"Forbidden","details":{"kind":"pods"},"code":403}"#;
    let refused = answering(403, forbidden).await.list(&PODS, Some("observability"), "").await.unwrap_err();
    let Trouble::Denied { rule, message } = refused else { panic!("{refused}") };
    assert_eq!(rule, Access::new("list", "", "pods").within("observability"));
    assert!(message.contains("cannot list"));
}

#[tokio::test]
async fn bad_credentials_and_server_errors_are_not_verdicts_on_the_system() {
    let unauthorized = r#"{"kind":"Status","message":"Unauthorized","reason":"Unauthorized","code":401}"#;
    let trouble = answering(401, unauthorized).await.get(&PODS, Some("o"), "a").await.unwrap_err();
    assert!(matches!(&trouble, Trouble::Broken { message, .. } if message.contains("credentials")), "{trouble}");
    let trouble = answering(503, "shutting down").await.get(&PODS, Some("o"), "a").await.unwrap_err();
    assert!(matches!(trouble, Trouble::Refused { status: 503, .. }));
    let trouble = answering(200, "<html>").await.get(&PODS, Some("o"), "a").await.unwrap_err();
    assert!(matches!(trouble, Trouble::Malformed { .. }));
    let nobody = cluster_at("http://127.0.0.1:9").await.get(&PODS, Some("o"), "a").await.unwrap_err();
    assert!(matches!(&nobody, Trouble::Broken { message, .. } if message.contains("refused")), "{nobody}");
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let url = serve(|request| {
        let page = match request {
            "GET /api/v1/pods?limit=500&labelSelector=a%3Db" => {
                json!({"metadata": {"continue": "x/y"}, "items": [1, 2]})
            }
            "GET /api/v1/pods?limit=500&labelSelector=a%3Db&continue=x%2Fy" => json!({"metadata": {}, "items": [3]}),
            other => panic!("{other}"),
        };
        (200, "application/json", page.to_string())
    });
    let items = cluster_at(&url.await).await.list(&PODS, None, "a=b").await.unwrap();
    assert_eq!(items, vec![json!(1), json!(2), json!(3)]);
}

#[tokio::test]
async fn a_kubeconfig_that_cannot_be_used_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let open = |context: Option<&str>| {
        let context = context.map(str::to_owned);
        Connections::open(Options { kubeconfig: Some(path.clone()), context, ..Options::default() })
    };
    let text = |result: Result<Connections, OpenError>| result.err().unwrap().to_string();
    assert!(text(open(None).await).contains("cannot be read"));
    std::fs::write(&path, "apiVersion: v1\nkind: Config\n").unwrap();
    assert!(text(open(None).await).contains("no current context"));
    assert!(text(open(Some("prod")).await).contains("no context `prod`"));
    std::fs::write(&path, ": : {").unwrap();
    assert!(text(open(None).await).contains(&path.display().to_string()));
}

#[test]
fn an_empty_list_is_the_same_whether_it_is_null_or_left_out() {
    let slice = serde_json::json!({"endpoints": null, "ports": [{"name": "", "port": null}], "addressType": "IPv4"});
    assert_eq!(super::without_nulls(slice), serde_json::json!({"ports": [{"name": ""}], "addressType": "IPv4"}));
}
