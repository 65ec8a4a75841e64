//! What a look keeps, and what it never sees.

use super::*;
use crate::connect::testing::{cluster_at, serve};

const CANARY: &str = "canary-hunter2";

fn secret(demand: Json) -> Spec {
    let mut whole = json!({"apiVersion": "v1", "kind": "Secret", "namespace": "o", "name": "a"});
    whole.as_object_mut().unwrap().extend(demand.as_object().unwrap().clone());
    spec(whole)
}

/// A Secret whose data is in all the places where it can be; `eA==` is one byte.
fn a_secret() -> Json {
    let annotation = json!({"kubectl.kubernetes.io/last-applied-configuration": format!("{{\"data\":\"{CANARY}\"}}")});
    json!({"kind": "Secret", "metadata": {"name": "a", "namespace": "o", "uid": "u", "annotations": annotation},
        "data": {"alertmanager.yaml": format!("{CANARY}=="), "empty": "", "one": "eA=="}, "stringData": {"x": CANARY}})
}

#[test]
fn no_path_leads_to_the_data_of_a_secret() {
    let fields = json!({
        "data": {"exists": true}, "data.*": {"exists": true}, "$..*": {"exists": true}, "stringData.x": {"exists": true},
        "metadata.annotations": {"exists": true}, "$": {"exists": true}, "data['alertmanager.yaml']": {"exists": true}
    });
    let spec = secret(json!({"fields": fields}));
    let found =
        observe::keep(&spec, a_secret(), true, &about(Definition::None { observed_generation: false })).unwrap();
    let text = serde_json::to_string(&found).unwrap();
    assert!(!text.contains(CANARY), "{text}");
    assert!(text.contains("alertmanager.yaml") && text.contains("\"bytes\":1"), "{text}");
}

#[test]
fn keys_and_sizes_of_a_secret_are_seen() {
    let judge = |fields: Json| {
        let spec = secret(json!({"fields": fields}));
        verdict(&spec, &seen(&spec, about(Definition::None { observed_generation: false }), &[a_secret()]))
    };
    assert!(
        judge(json!({"data['alertmanager.yaml']": {"exists": true}, "data.one": {"at_least": "1", "at_most": "1"}}))
            .is_pass()
    );
    fails(&judge(json!({"data.empty": {"exists": true}})), "object/empty-field");
    fails(&judge(json!({"data.missing": {"exists": true}})), "object/missing-field");
    fails(&judge(json!({"data.one": {"at_least": "2"}})), "object/other-value");
    let verdict = judge(json!({"data['alertmanager.yaml']": {"absent": true}}));
    fails(&verdict, "object/unwanted-field");
    assert!(!format!("{verdict:?}").contains(CANARY), "{verdict:?}");
}

#[test]
fn elements_of_a_secret_are_seen_by_their_size() {
    let of = |least: &str| secret(json!({"for_each": [{"path": "data.*", "fields": {"$": {"at_least": least}}}]}));
    let look = |least: &str| seen(&of(least), about(Definition::None { observed_generation: false }), &[a_secret()]);
    assert!(verdict(&of("0"), &look("0")).is_pass());
    let told = format!("{:?}", verdict(&of("1"), &look("1")));
    assert!(told.contains("$ of data.empty is 1 or more") && told.contains("0 bytes of a Secret"), "{told}");
    let kept = serde_json::to_string(&look("1")).unwrap();
    assert!(!kept.contains(CANARY) && !told.contains(CANARY), "{kept} {told}");
}

#[test]
fn what_a_name_calls_secret_is_not_read() {
    let mut object = single();
    object["spec"]["env"] = json!([{"name": "DB_PASSWORD", "value": CANARY}, {"name": "MODE", "value": "a"}]);
    object["spec"]["oauth2"] = json!({"clientSecret": CANARY, "token": CANARY, "configSecret": "the-name-of-one"});
    let judge = |fields: Json| {
        let spec = of_singles(json!({"fields": fields}));
        let seen = seen(&spec, about(READ), std::slice::from_ref(&object));
        assert!(!serde_json::to_string(&seen).unwrap().contains(CANARY));
        verdict(&spec, &seen)
    };
    unclear(&judge(json!({"spec.env[0].value": {"equals": "x"}})), "object/hidden");
    unclear(&judge(json!({"spec.oauth2.token": {"matches": "x.*"}})), "object/hidden");
    assert!(judge(json!({"spec.oauth2.clientSecret": {"exists": true}, "spec.env": {"exists": true}})).is_pass());
    assert!(
        judge(json!({"spec.oauth2.configSecret": {"equals": "the-name-of-one"}, "spec.env[1].value": {"equals": "a"}}))
            .is_pass()
    );
}

#[test]
fn unknown_fields_are_told_where_they_can_be() {
    let text = json!({"type": "string"});
    let full = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
        "retentionPeriod": text, "removePvcAfterDelete": {"type": "boolean"}, "replicas": {"type": "integer"},
        "storage": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}});
    let spec = of_singles(json!({"known_fields": true}));
    let by = |schema: Option<&Json>, fields: Fields, object: Json| {
        let about = About { definition: READ, schema: schema.cloned(), fields: Some(fields) };
        verdict(&spec, &seen(&spec, about, &[object]))
    };
    assert!(by(Some(&full), Fields::Cluster, single()).is_pass());
    let verdict = by(Some(&full), Fields::Given("a.yaml".to_owned()), with("/spec/retentionPerod", json!("1y")));
    fails(&verdict, "object/unknown-field");
    assert_eq!(verdict.findings()[0].actual, "it does not know spec.retentionPerod");
    assert!(verdict.findings()[0].hint.as_ref().unwrap().starts_with("did you mean retentionPeriod?"));
    unclear(&by(None, Fields::Nothing("it takes any field".to_owned()), single()), "object/fields-not-examined");
    unclear(&judge(json!({"known_fields": true}), &[single()]), "object/fields-not-examined");
}

/// An API server with one custom kind, one VMSingle of each of two owners, and a Secret.
fn answer(request: &str) -> (u16, &'static str, String) {
    let group = "/apis/operator.victoriametrics.com";
    let owned = |name: &str, owner: &str| {
        let mut object = single();
        object["metadata"]["name"] = json!(name);
        object["metadata"]["ownerReferences"] = json!([{"kind": "App", "name": owner}]);
        object
    };
    let listed = json!({"resources": [{"name": "vmsingles/status", "kind": "VMSingle", "namespaced": true},
        {"name": "vmsingles", "kind": "VMSingle", "namespaced": true}]});
    let crd = json!({"metadata": {"name": "vmsingles.operator.victoriametrics.com"}, "spec": {"versions": [{"name": "v1beta1",
        "subresources": {"status": {}}, "schema": {"openAPIV3Schema": {"properties": {
            "spec": {"x-kubernetes-preserve-unknown-fields": true},
            "status": {"properties": {"observedGeneration": {"type": "integer"}}}}}}}]}});
    let path = request.strip_prefix("GET ").unwrap();
    let found = match path {
        _ if path == format!("{group}/v1beta1") => listed,
        _ if path == group => json!({"versions": [{"version": "v1beta1"}]}),
        _ if path.starts_with(&format!("{group}/v1beta1/namespaces/o/vmsingles?limit=500&labelSelector=a%3Db")) => {
            json!({"metadata": {}, "items": [owned("b", "x"), owned("a", "y")]})
        }
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/vmsingles.operator.victoriametrics.com" => crd,
        "/api/v1" => json!({"resources": [{"name": "secrets", "kind": "Secret", "namespaced": true}]}),
        "/api/v1/namespaces/o/secrets/a" => a_secret(),
        _ => return (404, "text/plain", "404 page not found".to_owned()),
    };
    (200, "application/json", found.to_string())
}

async fn look(spec: &Spec) -> Observation {
    let connections = cluster_at(&serve(answer).await).await;
    Object::observe(spec, &mut (), &Look { connections: &connections, run: "test" }).await.unwrap()
}

#[tokio::test]
async fn a_look_finds_the_kind_by_discovery_and_keeps_what_is_asked_for() {
    let demand = json!({"selector": "a=b", "owner": {"kind": "App", "name": "x"}, "known_fields": true,
        "fields": {"spec.retentionPeriod": {"equals": "90d"}}});
    let seen = look(&of_singles(demand)).await;
    let Served::As { plural, namespaced: true, .. } = &seen.served else { panic!("{seen:?}") };
    assert_eq!((plural.as_str(), seen.found, seen.owned, seen.definition.clone()), ("vmsingles", 2, 1, READ));
    assert_eq!((seen.objects[0].name.as_str(), seen.objects[0].paths[0].count), ("b", 1));
    assert!(matches!(seen.fields, Some(Fields::Nothing(_))), "{seen:?}");
    // A plural is as good, and another owner owns the other one.
    let mut demand =
        json!({"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "vmsingles", "namespace": "o"});
    demand["selector"] = json!("a=b");
    let seen = look(&spec(demand)).await;
    assert_eq!(seen.objects.iter().map(|object| object.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn a_look_at_what_is_not_served_says_what_is() {
    let versions = async |api_version: &str, kind: &str| {
        let seen = look(&spec(json!({"apiVersion": api_version, "kind": kind}))).await;
        let Served::Not { versions } = seen.served else { panic!("{seen:?}") };
        versions
    };
    assert_eq!(versions("operator.victoriametrics.com/v1", "VMSingle").await, ["v1beta1"]);
    assert_eq!(versions("operator.victoriametrics.com/v1beta1", "VMSingel").await, Vec::<String>::new());
    assert_eq!(versions("nobody.io/v1", "Thing").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_look_at_a_secret_keeps_no_data() {
    let seen = look(&secret(json!({"fields": {"$..*": {"exists": true}}}))).await;
    let text = serde_json::to_string(&seen).unwrap();
    assert!(seen.objects[0].paths[0].count > 5 && !text.contains(CANARY), "{text}");
}

#[tokio::test]
async fn a_definition_that_may_not_be_read_is_told_with_its_rule() {
    let denied = |request: &str| match request.contains("/customresourcedefinitions/") {
        true => {
            let status =
                json!({"kind": "Status", "status": "Failure", "reason": "Forbidden", "message": "no", "code": 403});
            (403, "application/json", status.to_string())
        }
        false => answer(request),
    };
    let connections = cluster_at(&serve(denied).await).await;
    let look = Look { connections: &connections, run: "test" };
    let trouble = Object::observe(&of_singles(json!({"selector": "a=b"})), &mut (), &look).await.unwrap_err();
    assert_eq!(
        trouble.denial().unwrap().expected,
        "permission to get customresourcedefinitions.apiextensions.k8s.io in the whole cluster named \
         vmsingles.operator.victoriametrics.com"
    );
}
