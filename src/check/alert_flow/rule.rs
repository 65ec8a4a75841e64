//! The VMRule and the silence of a synthetic alert.
//!
//! Silenced, labelled, self-expiring. `eval_delay: 0s` and `nocache` take away two lags of 30 s each (vmalert's
//! evaluation delay, VictoriaMetrics' latency offset), so that the rule ends within seconds of its deadline.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::delivery;
use super::spec::Spec;
use crate::check::ours;

/// Label of a VMRule with the same value as the label that its alerts carry.
pub const NONCE_OBJECT_LABEL: &str = "signoff.dev/nonce";
/// Annotation of a VMRule: when it expires.
pub const EXPIRES: &str = "signoff.dev/expires";
/// Evaluation interval of the synthetic group, in seconds.
pub const INTERVAL_SECONDS: u32 = 2;
/// Author of our silences.
pub const AUTHOR: &str = "signoff";

/// Names of the two alerts: a constant one, and one on stored data.
pub const ALERTS: [&str; 2] = ["SignoffSyntheticConstant", "SignoffSyntheticData"];

/// Label of the third alert, which is to be delivered and which no silence of ours matches.
pub const DELIVER_LABEL: &str = "signoff_deliver";
/// Name of the third alert.
pub const DELIVERED_ALERT: &str = "SignoffSyntheticDelivered";

/// The VMRule for a nonce, expiring at `expires`.
pub fn vmrule(spec: &Spec, name: &str, nonce: &str, run: &str, expires: Timestamp) -> Value {
    let in_time = format!("vector(time()) < {}", expires.as_second());
    let on_data = format!("(({}) and on() ({in_time}))", spec.data);
    let mut rules = vec![alert(spec, ALERTS[0], &in_time, nonce), alert(spec, ALERTS[1], &on_data, nonce)];
    rules.extend(spec.deliver.as_ref().map(|_| delivered(spec, &in_time, nonce)));
    let mut labels = spec.rule_labels.clone();
    labels.insert(ours::RUN.to_owned(), run.to_owned());
    labels.insert(NONCE_OBJECT_LABEL.to_owned(), nonce.to_owned());
    labels.insert("app.kubernetes.io/managed-by".to_owned(), "signoff".to_owned());
    json!({
        "apiVersion": "operator.victoriametrics.com/v1beta1",
        "kind": "VMRule",
        "metadata": {
            "name": name, "namespace": spec.namespace, "labels": labels,
            "annotations": {EXPIRES: expires.to_string()},
        },
        "spec": {"groups": [{
            "name": name,
            "interval": format!("{INTERVAL_SECONDS}s"),
            "eval_delay": "0s",
            "params": {"nocache": ["1"]},
            "rules": rules,
        }]},
    })
}

/// Each alert has a namespace of its own making, so that the two cannot inhibit each other by equal labels.
fn alert(spec: &Spec, name: &str, expr: &str, nonce: &str) -> Value {
    let labels: BTreeMap<&str, &str> =
        [(ours::ALERT, nonce), ("severity", &spec.severity), ("synthetic", "true"), ("namespace", &spec.namespace)]
            .into();
    json!({
        "alert": name,
        "expr": expr,
        "labels": labels,
        "annotations": {"summary": "synthetic alert of an acceptance run: silenced, and gone within a minute"},
    })
}

fn delivered(spec: &Spec, expr: &str, nonce: &str) -> Value {
    let mut labels = delivery::labels(spec, nonce);
    // vmalert gives the name.
    labels.remove("alertname");
    json!({
        "alert": DELIVERED_ALERT,
        "expr": expr,
        "labels": labels,
        "annotations": {"summary": "synthetic alert of an acceptance run: nothing is to be done, it ends by itself"},
    })
}

/// The body of a silence on the nonce (Alertmanager v0.29, api/v2/openapi.yaml).
pub fn silence(nonce: &str, run: &str, starts: Timestamp, lasts: SignedDuration) -> Value {
    json!({
        "matchers": [{"name": ours::ALERT, "value": nonce, "isRegex": false, "isEqual": true}],
        "startsAt": starts.to_string(),
        "endsAt": (starts + lasts).to_string(),
        "createdBy": AUTHOR,
        "comment": format!("synthetic alert of acceptance run {run}"),
    })
}

/// The body that moves the end of a silence of ours: with the same matchers it stays the same silence.
pub fn ending(id: &str, nonce: &str, starts: Timestamp, ends: Timestamp) -> Value {
    let mut body = silence(nonce, nonce, starts, ends.duration_since(starts));
    body["id"] = json!(id);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> Value {
        let spec = json!({"namespace": "observability", "vmalert": "vmalert", "alertmanager": "am",
            "data": "up{job=\"x\"} == 1 or up == 1", "severity": "critical", "rule_labels": {"team": "a"}});
        let spec: Spec = serde_json::from_value(spec).unwrap();
        vmrule(&spec, "signoff-n", "n", "run-1", "2026-11-23T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn both_rules_expire_by_themselves() {
        let rule = rule();
        let expr = |n: usize| rule["spec"]["groups"][0]["rules"][n]["expr"].as_str().unwrap().to_owned();
        assert_eq!(expr(0), "vector(time()) < 1795428000");
        assert_eq!(expr(1), "((up{job=\"x\"} == 1 or up == 1) and on() (vector(time()) < 1795428000))");
    }

    #[test]
    fn the_rule_is_labelled_for_the_run_and_for_the_selector() {
        let rule = rule();
        assert_eq!(rule["metadata"]["labels"]["signoff.dev/run"], "run-1");
        assert_eq!(rule["metadata"]["labels"]["team"], "a");
        assert_eq!(rule["metadata"]["annotations"]["signoff.dev/expires"], "2026-11-23T10:00:00Z");
    }

    #[test]
    fn every_alert_carries_what_the_silence_matches() {
        let silence = silence("n", "run-1", "2026-11-23T10:00:00Z".parse().unwrap(), SignedDuration::from_mins(15));
        assert_eq!(silence["endsAt"], "2026-11-23T10:15:00Z");
        for alert in rule()["spec"]["groups"][0]["rules"].as_array().unwrap() {
            let name = silence["matchers"][0]["name"].as_str().unwrap();
            assert_eq!(alert["labels"][name], silence["matchers"][0]["value"]);
        }
    }

    #[test]
    fn the_alert_that_is_to_be_delivered_is_not_matched_by_the_silence_and_expires_too() {
        let spec = json!({"namespace": "observability", "vmalert": "vmalert", "alertmanager": "am", "data": "up",
            "severity": "critical", "deliver": {"receiver": "sink", "listen": "127.0.0.1:9199"}});
        let spec: Spec = serde_json::from_value(spec).unwrap();
        let rule = vmrule(&spec, "signoff-n", "n", "run-1", "2026-11-23T10:00:00Z".parse().unwrap());
        let [_, _, third] = rule["spec"]["groups"][0]["rules"].as_array().unwrap().as_slice() else { panic!("{rule}") };
        let labels =
            json!({"severity": "none", "synthetic": "deliver", "namespace": "observability", "signoff_deliver": "n"});
        assert_eq!((&third["labels"], &third["alert"]), (&labels, &json!("SignoffSyntheticDelivered")));
        assert_eq!(third["expr"], "vector(time()) < 1795428000");
    }
}
