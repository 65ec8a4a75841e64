//! Defaults that the operator fills into the spec of an application before it acts on it.

use serde_json::{Value, json};

use crate::sandbox::operator::kinds::App;
use crate::sandbox::operator::object::{given, text};
use crate::sandbox::operator::options::Images;

/// `(limit, request)` of CPU and memory.
struct Resources {
    cpu: (&'static str, &'static str),
    memory: (&'static str, &'static str),
}

fn resources_of(app: App) -> Resources {
    match app {
        App::Single => Resources { cpu: ("1200m", "150m"), memory: ("1500Mi", "500Mi") },
        App::Agent | App::Alert => Resources { cpu: ("200m", "50m"), memory: ("500Mi", "200Mi") },
        App::Alertmanager => Resources { cpu: ("100m", "30m"), memory: ("256Mi", "56Mi") },
    }
}

/// The spec with image, port, resources and the sidecar's settings filled in.
pub fn fill(app: App, spec: Value, images: &Images) -> Value {
    let mut spec = if spec.is_object() { spec } else { json!({}) };
    let (image, port) = match app {
        App::Single => (&images.single, "8429"),
        App::Agent => (&images.agent, "8429"),
        App::Alert => (&images.alert, "8080"),
        App::Alertmanager => (&images.alertmanager, "9093"),
    };
    fill_image(&mut spec, image);
    fill_resources(&mut spec, &resources_of(app));
    let mut default = |key: &str, value: Value| {
        if given(&spec, key).is_none_or(|v| *v == json!("")) {
            spec[key] = value;
        }
    };
    default("useDefaultResources", json!(true));
    default("port", json!(port));
    default("disableSelfServiceScrape", json!(false));
    if app != App::Single {
        default("useVMConfigReloader", json!(true));
        default("configReloaderImageTag", json!(images.reloader));
        default("configReloaderResources", json!({"requests": {"cpu": "10m", "memory": "25Mi"}}));
    }
    if app == App::Alertmanager {
        default("portName", json!("web"));
        default("terminationGracePeriodSeconds", json!(120));
        default("replicaCount", json!(1));
    }
    spec
}

fn fill_image(spec: &mut Value, default: &str) {
    let (repository, tag) = default.rsplit_once(':').unwrap_or((default, "latest"));
    let own = given(spec, "image").cloned().unwrap_or_default();
    let or = |key: &str, default: &str| match text(&own, key) {
        "" => default.to_string(),
        given => given.to_string(),
    };
    spec["image"] = json!({
        "repository": or("repository", repository),
        "tag": or("tag", tag),
        "pullPolicy": or("pullPolicy", "IfNotPresent"),
    });
}

/// A default is used only where neither a limit nor a request of that resource is given.
fn fill_resources(spec: &mut Value, defaults: &Resources) {
    let mut resources = given(spec, "resources").cloned().unwrap_or(json!({}));
    let use_defaults = given(spec, "useDefaultResources") != Some(&json!(false));
    for (name, (limit, request)) in [("cpu", defaults.cpu), ("memory", defaults.memory)] {
        let is_given = |part: &str| resources.pointer(&format!("/{part}/{name}")).is_some();
        if use_defaults && !is_given("limits") && !is_given("requests") {
            resources["limits"][name] = json!(limit);
            resources["requests"][name] = json!(request);
        }
    }
    spec["resources"] = resources;
}
