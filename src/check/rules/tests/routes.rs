//! Where alerts lead.

use serde_json::{Value, json};

use super::*;

fn routes(integrations: Value) -> Value {
    let route =
        json!({"receiver": "rest", "routes": [{"receiver": "critical", "matchers": ["severity=\"critical\""]}]});
    let receivers = json!({"critical": integrations, "rest": {}});
    json!([{"pod": "Pod observability/am-0", "config": {"shown": {"route": route, "receivers": receivers}}}])
}

#[test]
fn an_alert_must_lead_to_somebody() {
    let more = json!({"alertmanager": {"namespace": "observability", "service": "am", "port": "http"}});
    let with = |integrations: Value| codes(more.clone(), |seen| seen["routes"] = routes(integrations));
    assert!(with(json!({"webhook": 1})).is_empty());
    assert_eq!(with(json!({})), ["rules/leads-to-nobody"]);
    assert_eq!(codes(more.clone(), |_| {}), ["rules/routes-unreadable"]);
    let unreadable = json!([{"pod": "Pod observability/am-0", "config": {"unreadable": "no YAML"}}]);
    assert_eq!(codes(more, |seen| seen["routes"] = unreadable), ["rules/routes-unreadable"]);
}

#[test]
fn a_receiver_may_be_silent_on_purpose() {
    let endpoint = json!({"namespace": "observability", "service": "am", "port": "http"});
    let more = json!({"alertmanager": endpoint, "silent": ["critical"]});
    assert!(codes(more, |seen| seen["routes"] = routes(json!({}))).is_empty());
}

#[test]
fn a_label_that_a_template_makes_may_have_any_value() {
    let more = json!({"alertmanager": {"namespace": "observability", "service": "am", "port": "http"}});
    let found = codes(more, |seen| {
        seen["routes"] = routes(json!({"webhook": 1}));
        seen["declared"][0]["groups"][0]["rules"][0]["labels"]["severity"] = json!("{{ $labels.severity }}");
    });
    assert_eq!(found, ["rules/leads-to-nobody"], "it may also lead to `rest`, which tells nobody");
}

#[test]
fn an_alertmanager_that_is_not_there_tells_nobody_and_hides_nothing_else() {
    let alertmanager =
        json!({"alertmanager": {"namespace": "observability", "service": "vmalertmanager-a", "port": "http"}});
    let service = "Service observability/vmalertmanager-a";
    let absent = json!({"no_ready_endpoint": {"service": service, "message": "no pod"}});
    let found = codes(alertmanager.clone(), |seen| {
        seen["unrouted"] = absent.clone();
        seen["selectors"][0]["found"] = json!({"never": "metric"});
    });
    assert_eq!(found, ["rules/no-series", "reach/no-ready-endpoint"]);
    let silent = json!({"timed_out": {"to": service, "seconds": 30.0}});
    assert_eq!(codes(alertmanager, |seen| seen["unrouted"] = silent), ["rules/routes-unreadable"]);
}
