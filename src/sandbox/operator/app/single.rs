//! What is made for a VMSingle.

use serde_json::{Value, json};

use super::pod::Liveness;
use super::{Application, Made, access, args, pod, service};
use crate::sandbox::operator::object::{given, list, scalar, text, texts};

/// Where data lies unless the spec says otherwise.
const DATA_FOLDER: &str = "/victoria-metrics-data";

/// Account, claim, Service, self-scrape and Deployment.
pub fn make(application: &Application) -> Made {
    let spec = application.spec();
    let port = pod::http_port(spec)[0]["containerPort"].clone();
    let mut support: Vec<Value> = access::account(application).into_iter().collect();
    support.extend(claim(application));
    let mut more = Vec::new();
    if port != json!(8428) {
        // The binary's own port stays usable through the Service.
        more.push(json!({"name": "http-alias", "protocol": "TCP", "port": 8428, "targetPort": port}));
    }
    support.push(service::service(application, port, more));
    support.extend(service::self_scrape(application));
    Made { support, workloads: vec![deployment(application)] }
}

/// The claim for `storage`; it survives when `storage` is removed from the spec.
fn claim(application: &Application) -> Option<Value> {
    let spec = application.spec();
    let storage = given(spec, "storage").filter(|_| text(spec, "storageDataPath").is_empty())?;
    let mut storage = storage.clone();
    if list(&storage, "accessModes").is_empty() {
        storage["accessModes"] = json!(["ReadWriteOnce"]);
    }
    let mut metadata = application.metadata(&application.name());
    let own = given(spec, "storageMetadata").cloned().unwrap_or_default();
    let mut labels = texts(&own, "labels");
    labels.extend(application.selector());
    metadata["labels"] = json!(labels);
    Some(json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": storage}))
}

fn deployment(application: &Application) -> Value {
    let spec = application.spec();
    let own_path = text(spec, "storageDataPath");
    let path = if own_path.is_empty() { DATA_FOLDER } else { own_path };
    let mut list = vec![format!("-storageDataPath={path}")];
    args::optional(&mut list, spec, "retentionPeriod", "retentionPeriod");
    args::common(&mut list, spec);
    let list = args::finish(list, &texts(spec, "extraArgs"), "-");

    let (mut volumes, mut mounts) = (Vec::new(), Vec::new());
    if own_path.is_empty() {
        mounts.push(json!({"name": "data", "mountPath": path}));
        volumes.push(match given(spec, "storage") {
            Some(_) => json!({"name": "data", "persistentVolumeClaim": {"claimName": application.name()}}),
            None => json!({"name": "data", "emptyDir": {}}),
        });
    }
    pod::add_extra_volumes(spec, &mut volumes, &mut mounts);
    let mut container = pod::container(application, "vmsingle", list, pod::http_port(spec));
    container["volumeMounts"] = json!(mounts);
    let port = scalar(&spec["port"]).parse::<u16>().unwrap_or(0);
    pod::probe(&mut container, spec, "/health", json!(port), Liveness::None);
    let template = pod::template(application, vec![container], Vec::new(), volumes);
    let mut deployment = pod::deployment(application, template);
    // One claim cannot be mounted by an old and a new pod at once.
    deployment["spec"]["strategy"] = json!({"type": "Recreate"});
    deployment
}
