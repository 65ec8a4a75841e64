//! Services, and the VMServiceScrapes by which the operator's own components are scraped.

use serde_json::{Value, json};

use super::Application;
use crate::sandbox::operator::kinds::{GROUP, VERSION};
use crate::sandbox::operator::object::{flag, given, list, scalar, text};

/// The Service of an application with one port `http`, and `more` ports.
pub fn service(application: &Application, target: Value, more: Vec<Value>) -> Value {
    let port: u16 = scalar(&application.spec()["port"]).parse().unwrap_or(0);
    let mut ports = vec![json!({"name": "http", "protocol": "TCP", "port": port, "targetPort": target})];
    ports.extend(more);
    let mut service = json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": application.metadata(&application.name()),
        "spec": {"type": "ClusterIP", "selector": application.selector(), "ports": ports},
    });
    if let Some(own) = given(application.spec(), "serviceSpec").filter(|own| flag(own, "useAsDefault")) {
        override_with(&mut service, own);
    }
    service
}

/// `serviceSpec` with `useAsDefault`: its fields replace ours; our ports stay where it does not name them.
fn override_with(service: &mut Value, own: &Value) {
    let wanted = given(own, "spec").cloned().unwrap_or_default();
    let mut ports = list(&wanted, "ports").to_vec();
    let named: Vec<String> = ports.iter().map(|port| text(port, "name").to_string()).collect();
    let ours = list(&service["spec"], "ports").iter();
    ports.extend(ours.filter(|port| !named.contains(&text(port, "name").to_string())).cloned());
    for (field, value) in wanted.as_object().into_iter().flatten() {
        if field != "selector" {
            service["spec"][field] = value.clone();
        }
    }
    service["spec"]["ports"] = json!(ports);
}

/// The scrape of the application itself, unless it is switched off. It has no finalizer.
pub fn self_scrape(application: &Application) -> Option<Value> {
    let spec = application.spec();
    if flag(spec, "disableSelfServiceScrape") {
        return None;
    }
    let prefix = text(&spec["extraArgs"], "http.pathPrefix").trim_end_matches('/');
    let mut metadata = application.metadata(&application.name());
    if let Some(fields) = metadata.as_object_mut() {
        fields.remove("finalizers");
    }
    Some(json!({
        "apiVersion": format!("{GROUP}/{VERSION}"), "kind": "VMServiceScrape",
        "metadata": metadata,
        "spec": {
            "attach_metadata": {},
            "endpoints": [{"attach_metadata": {}, "path": format!("{prefix}/metrics"), "port": "http"}],
            "namespaceSelector": {},
            "selector": {
                "matchExpressions": [{"key": "operator.victoriametrics.com/additional-service", "operator": "DoesNotExist"}],
                "matchLabels": application.selector(),
            },
        },
    }))
}
