//! Literal ExternalSecrets.

use serde_json::{Value as Json, json};

use super::*;
use crate::check::verdict::Decision;
use crate::connect::testing::{cluster_at, serve};

const AT: &str = "2026-11-29T12:00:00Z";

fn spec() -> Spec {
    serde_json::from_value(json!({"namespace": "o", "name": "config", "keys": ["alertmanager.yaml"],
        "store": {"kind": "ClusterSecretStore", "name": "vault"}}))
    .unwrap()
}

fn sound() -> Json {
    json!({
        "served": "wanted",
        "external": {"generation": 2, "resource_version": "7", "interval": "1h", "makes": "config", "creation": "Owner",
            "store": {"kind": "ClusterSecretStore", "name": "vault"},
            "ready": {"status": "True", "reason": "SecretSynced", "message": "secret synced"},
            "refreshed": "2026-11-29T11:30:00Z", "synced": "2-0a1b2c"},
        "store": {"name": "ClusterSecretStore vault", "resource_version": "3",
            "ready": {"status": "True", "reason": "Valid", "message": "store validated"}},
        "target": {"resource_version": "8", "owners": ["ExternalSecret config"], "managed": true, "hashed": true,
            "keys": [{"name": "alertmanager.yaml", "bytes": 400}]},
    })
}

fn judge(spec: &Spec, seen: &Json) -> Verdict {
    let seen: Observation = serde_json::from_value(seen.clone()).unwrap();
    ExternalSecret::judge(spec, &seen, AT.parse().unwrap())
}

/// With this at that place of the sound one.
#[track_caller]
fn with(place: &str, value: Json) -> Verdict {
    let mut seen = sound();
    match seen.pointer_mut(place) {
        Some(found) => *found = value,
        None => {
            let (object, key) = place.rsplit_once('/').unwrap();
            seen.pointer_mut(object).unwrap()[key] = value;
        }
    }
    judge(&spec(), &seen)
}

#[track_caller]
fn fails(verdict: &Verdict, code: &str) {
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{verdict:?}");
    let codes: Vec<_> = verdict.findings().iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, [format!("external_secret/{code}")]);
}

#[test]
fn what_is_sound_holds_and_tells_its_age() {
    let Decision::Pass(examined) = judge(&spec(), &sound()).decision else { panic!("no pass") };
    assert_eq!((examined.count.get(), examined.age_seconds), (1, Some(1800.0)));
    assert_eq!(examined.names, ["ExternalSecret o/config"]);
}

#[test]
fn what_is_not_there_fails() {
    fails(&with("/external", Json::Null), "missing");
    fails(&with("/external/deleting", json!(AT)), "being-deleted");
    let unserved = |versions: Json| judge(&spec(), &json!({"served": {"not": versions}}));
    fails(&unserved(json!([])), "not-installed");
    let other = unserved(json!(["v1beta1"]));
    fails(&other, "other-version");
    assert!(other.is_terminal() && other.findings()[0].actual.contains("v1beta1"));
}

#[test]
fn the_store_is_the_wanted_one_and_works() {
    fails(&with("/external/store/name", json!("other")), "other-store");
    fails(&with("/external/store/kind", json!("SecretStore")), "other-store");
    fails(&with("/external/store", Json::Null), "other-store");
    fails(&with("/store", Json::Null), "store-missing");
    fails(&with("/store/ready", Json::Null), "store-not-ready");
    fails(&with("/store/ready/status", json!("False")), "store-not-ready");
    fails(&with("/store/ready/reason", json!("ValidationUnknown")), "store-not-ready");
}

#[test]
fn ready_alone_is_not_synchronised() {
    fails(&with("/external/ready", Json::Null), "not-ready");
    fails(&with("/external/ready/status", json!("False")), "not-ready");
    fails(&with("/external/ready/status", json!("Unknown")), "not-ready");
    for reason in ["SecretDeleted", "SecretMissing"] {
        fails(&with("/external/ready/reason", json!(reason)), "not-synced");
    }
    let retained = json!("secret retained due to DeletionPolicy=Retain");
    fails(&with("/external/ready/message", retained), "not-synced");
}

#[test]
fn what_was_synchronised_is_the_spec_as_it_is_now() {
    for synced in [json!("1-0a1b2c"), json!("2"), json!("x-2"), json!(""), Json::Null] {
        fails(&with("/external/synced", synced), "old-generation");
    }
    fails(&with("/external/generation", Json::Null), "old-generation");
}

#[test]
fn a_refresh_is_recent_up_to_its_bound() {
    // An hour, and five minutes of grace.
    assert!(with("/external/refreshed", json!("2026-11-29T10:55:00Z")).is_pass());
    fails(&with("/external/refreshed", json!("2026-11-29T10:54:59Z")), "stale");
    fails(&with("/external/refreshed", json!("2026-11-29T12:05:01Z")), "stale");
    fails(&with("/external/interval", json!("15m0s")), "stale");
    // The API fills in an hour.
    assert!(with("/external/interval", Json::Null).is_pass());
    fails(&with("/external/refreshed", Json::Null), "never-refreshed");
    fails(&with("/external/refreshed", json!("lately")), "never-refreshed");
    fails(&with("/external/interval", json!("hourly")), "never-refreshed");
}

#[test]
fn what_is_never_refreshed_again_needs_the_suites_leave() {
    for (place, value) in
        [("/external/interval", "0s"), ("/external/policy", "CreatedOnce"), ("/external/policy", "OnChange")]
    {
        fails(&with(place, json!(value)), "never-refreshed");
        let mut seen = sound();
        let (object, key) = place.rsplit_once('/').unwrap();
        seen.pointer_mut(object).unwrap()[key] = json!(value);
        seen["external"]["refreshed"] = json!("2026-01-01T00:00:00Z");
        assert!(judge(&Spec { once: true, ..spec() }, &seen).is_pass(), "{value}");
    }
    assert!(with("/external/policy", json!("Periodic")).is_pass());
}

#[test]
fn the_secret_is_there_filled_and_its_own() {
    fails(&with("/external/makes", json!("other")), "other-target");
    fails(&with("/target", Json::Null), "target-missing");
    fails(&with("/target/keys", json!([{"name": "alertmanager.yml", "bytes": 400}])), "missing-key");
    fails(&with("/target/keys", json!([])), "missing-key");
    fails(&with("/target/keys", json!([{"name": "alertmanager.yaml", "bytes": 0}])), "empty-key");
    fails(&with("/target/owners", json!(["ExternalSecret other"])), "foreign-target");
    fails(&with("/target/managed", json!(false)), "foreign-target");
    fails(&with("/target/hashed", json!(false)), "foreign-target");
    let mut merged = sound();
    (merged["external"]["creation"], merged["target"]["owners"]) = (json!("Merge"), json!([]));
    assert!(judge(&spec(), &merged).is_pass());
}

#[test]
fn without_keys_the_secret_is_not_asked_for() {
    let mut seen = sound();
    seen["target"] = Json::Null;
    let spec = Spec { keys: Vec::new(), ..spec() };
    assert!(judge(&spec, &seen).is_pass());
    assert!(ExternalSecret::uses(&spec).iter().all(|one| !format!("{one:?}").contains("\"secrets\"")));
    seen["external"]["makes"] = json!("other");
    fails(&judge(&spec, &seen), "other-target");
}

#[test]
fn what_only_judging_reads_is_no_question() {
    let other = Spec { keys: vec!["other".to_owned()], once: true, grace: Duration::seconds(1), ..spec() };
    let text = |spec: &Spec| serde_json::to_string(&ExternalSecret::question(spec)).unwrap();
    assert_eq!(text(&other), text(&spec()));
    assert_ne!(text(&Spec { keys: Vec::new(), ..spec() }), text(&spec()));
}

fn object(path: &str) -> Option<Json> {
    Some(match path {
        "/apis/external-secrets.io/v1/namespaces/o/externalsecrets/config" => json!({
            "metadata": {"name": "config", "generation": 1, "resourceVersion": "7"},
            "spec": {"refreshInterval": "1h", "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"},
                "target": {"name": "config"}},
            "status": {"refreshTime": "2026-11-29T11:59:00Z", "syncedResourceVersion": "1-ab",
                "conditions": [{"type": "Ready", "status": "True", "reason": "SecretSynced", "message": "secret synced"}]},
        }),
        "/apis/external-secrets.io/v1/clustersecretstores/vault" => json!({"metadata": {"name": "vault"},
            "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "Valid", "message": "store validated"}]}}),
        "/api/v1/namespaces/o/secrets/config" => json!({
            "metadata": {"name": "config", "labels": {"reconcile.external-secrets.io/managed": "true"},
                "annotations": {"reconcile.external-secrets.io/data-hash": "ab", "note": "canary"},
                "ownerReferences": [{"kind": "ExternalSecret", "name": "config"}]},
            "data": {"alertmanager.yaml": "Y2FuYXJ5", "empty": ""}}),
        _ => return None,
    })
}

#[tokio::test]
async fn a_look_never_keeps_a_value() {
    let url = serve(|request| match object(request.trim_start_matches("GET ")) {
        Some(found) => (200, "application/json", found.to_string()),
        None => (500, "text/plain", format!("not expected: {request}")),
    })
    .await;
    let connections = cluster_at(&url).await;
    let look = Look { connections: &connections, run: "test" };
    let seen = ExternalSecret::observe(&spec(), &mut (), &look).await.unwrap();
    let text = serde_json::to_string(&seen).unwrap();
    assert!(!text.contains("canary") && !text.contains("Y2FuYXJ5"), "{text}");
    let keys: Vec<_> = seen.target.as_ref().unwrap().keys.iter().map(|key| (key.name.as_str(), key.bytes)).collect();
    assert_eq!(keys, [("alertmanager.yaml", 8), ("empty", 0)]);
    assert!(ExternalSecret::judge(&spec(), &seen, AT.parse().unwrap()).is_pass(), "{text}");
    let names: Vec<String> = ExternalSecret::identities(&spec(), &seen).into_iter().map(|one| one.object).collect();
    assert_eq!(names, ["ExternalSecret o/config", "ClusterSecretStore vault", "Secret o/config"]);
}

#[tokio::test]
async fn an_older_version_is_told_from_none() {
    for (versions, expected) in [(Some("v1beta1"), vec!["v1beta1".to_owned()]), (None, vec![])] {
        let url = serve(move |request| match (request, versions) {
            // Other kinds of the group are served as v1.
            ("GET /apis/external-secrets.io", Some(version)) => {
                (200, "application/json", json!({"versions": [{"version": "v1"}, {"version": version}]}).to_string())
            }
            ("GET /apis/external-secrets.io/v1", Some(_)) => {
                (200, "application/json", json!({"resources": [{"name": "secretstores"}]}).to_string())
            }
            ("GET /apis/external-secrets.io/v1beta1", Some(_)) => {
                (200, "application/json", json!({"resources": [{"name": "externalsecrets"}]}).to_string())
            }
            _ => (404, "text/plain", "404 page not found".to_owned()),
        })
        .await;
        let connections = cluster_at(&url).await;
        let look = Look { connections: &connections, run: "test" };
        let seen = ExternalSecret::observe(&spec(), &mut (), &look).await.unwrap();
        assert_eq!(seen.served, Served::Not(expected));
    }
}
