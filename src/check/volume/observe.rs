//! Looks at pods, their claims, the class, and what the programs show of their writing.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::observation::{Class, Observation, Pod, Shows, Writer};
use super::spec::{Demand, WorkloadKind};
use super::{filling, read};
use crate::check::exposition;
use crate::check::instant;
use crate::check::labels::{LabelSelector, Labels};
use crate::check::trouble::Trouble;
use crate::check::uses::Use;
use crate::connect::resource::{DAEMON_SETS, DEPLOYMENTS, PODS, STATEFUL_SETS};
use crate::connect::{Application, Connections, PodAddress, Request, Resource, Scope};

static CLAIMS: Resource = Resource::of("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", Scope::Namespaced);
static CLASSES: Resource = Resource::of("storage.k8s.io", "v1", "StorageClass", "storageclasses", Scope::Cluster);

pub(super) fn uses(demand: &Demand) -> Vec<Use> {
    let namespace = Some(demand.namespace.as_str());
    let claims = CLAIMS.access("get", namespace);
    let claims = match &demand.claim {
        Some(name) => claims.named(name),
        None => claims,
    };
    let mut rules = vec![PODS.access("list", namespace), claims];
    if let Some(workload) = &demand.workload {
        rules.push(resource(workload.kind).access("get", namespace).named(&workload.name));
    }
    if let (Some(class), Some(_)) = (&demand.class, &demand.provisioner) {
        rules.push(CLASSES.access("get", None).named(class));
    }
    let component = demand.written.as_ref().map(|endpoint| Use::reading(endpoint, None));
    rules.into_iter().map(Use::Api).chain(component).collect()
}

fn resource(kind: WorkloadKind) -> &'static Resource {
    match kind {
        WorkloadKind::Deployment => &DEPLOYMENTS,
        WorkloadKind::StatefulSet => &STATEFUL_SETS,
        WorkloadKind::DaemonSet => &DAEMON_SETS,
    }
}

pub(super) async fn observe(demand: &Demand, connections: &Connections) -> Result<Observation, Trouble> {
    let namespace = Some(demand.namespace.as_str());
    let selector = match &demand.workload {
        None => None,
        Some(workload) => {
            let Some(object) = connections.get(resource(workload.kind), namespace, &workload.name).await? else {
                let (pods, claims, writers) = (Vec::new(), Vec::new(), Vec::new());
                return Ok(Observation { workload: false, pods, claims, class: None, writers });
            };
            Some(selector(&object)?)
        }
    };
    let listed = connections.list(&PODS, namespace, demand.selector.as_deref().unwrap_or_default()).await?;
    let selected = listed.iter().filter(|pod| selector.as_ref().is_none_or(|by| by.matches(&labels(pod))));
    let stays = selected.filter(|pod| read::stays(pod));
    let mut pods: Vec<_> = stays.map(|pod| read::pod(pod, demand)).collect::<Result<_, _>>()?;
    // A claim is used by whoever uses it.
    pods.retain(|pod| demand.claim.is_none() || pod.volume.is_some());
    pods.sort_by(|a, b| a.name.cmp(&b.name));
    let used = pods.iter().filter_map(|pod| pod.volume.as_ref()?.claim.clone());
    let names: BTreeSet<String> = used.chain(demand.claim.clone()).collect();
    let mut claims = Vec::new();
    for name in names {
        claims.extend(connections.get(&CLAIMS, namespace, &name).await?.map(|object| read::claim(name, &object)));
    }
    let class = match (&demand.class, &demand.provisioner) {
        (Some(name), Some(_)) => connections.get(&CLASSES, None, name).await?.map(|object| class(name, &object)),
        _ => None,
    };
    let writers = writers(demand, &pods, connections).await?;
    Ok(Observation { workload: true, pods, claims, class, writers })
}

fn selector(object: &Value) -> Result<LabelSelector, Trouble> {
    LabelSelector::deserialize(&object["spec"]["selector"]).map_err(|error| Trouble::Malformed {
        url: "spec.selector of the workload".to_owned(),
        message: error.to_string(),
    })
}

fn labels(pod: &Value) -> Labels {
    Labels::deserialize(&pod["metadata"]["labels"]).unwrap_or_default()
}

fn class(name: &str, object: &Value) -> Class {
    Class { name: name.to_owned(), provisioner: object["provisioner"].as_str().unwrap_or_default().to_owned() }
}

async fn writers(demand: &Demand, pods: &[Pod], connections: &Connections) -> Result<Vec<Writer>, Trouble> {
    let Some(endpoint) = &demand.written else { return Ok(Vec::new()) };
    let mut writers = Vec::new();
    for pod in connections.pods(endpoint).await? {
        let mut writer = writer(connections, &pod, demand.lasts.is_some()).await?;
        if let (Some(filling), Some(lasts)) = (&mut writer.filling, &demand.lasts) {
            // An address that was given may be that of any pod.
            let pods = match &writer.pod {
                Some(name) => vec![name.as_str()],
                None => pods.iter().map(|pod| pod.name.as_str()).collect(),
            };
            let query = filling::query(&demand.namespace, &pods, lasts.over);
            filling.growth = filling::growth(&instant::ask(connections, endpoint, &query).await?.1);
        }
        writers.push(writer);
    }
    Ok(writers)
}

async fn writer(connections: &Connections, pod: &PodAddress, fills: bool) -> Result<Writer, Trouble> {
    let component = connections.identify_pod(pod).await?;
    let page = connections.send_to_pod(pod, Request::get("/metrics")).await?.text()?;
    let shows = component.application.and_then(|application| shows(application, &page));
    let fills = fills && component.application == Some(Application::VmSingle);
    Ok(Writer {
        place: pod.to_string(),
        pod: pod.pod().map(str::to_owned),
        component: component.to_string(),
        shows,
        filling: fills.then(|| filling::filling(&page)),
    })
}

/// What a program's page of metrics says of its writing.
pub(super) fn shows(application: Application, page: &str) -> Option<Shows> {
    // Absent series are no zeros.
    let sum = |name: &str| {
        let in_memory = |kind: &String| kind.ends_with("/inmemory");
        let on_disk =
            exposition::samples(page, name).filter(|sample| !sample.labels.get("type").is_some_and(in_memory));
        on_disk.map(|sample| sample.value).reduce(|a, b| a + b)
    };
    let both = |name: &str| {
        let of = |part: &str| exposition::value(page, &format!("alertmanager_{part}_maintenance{name}_total"));
        Some((of("nflog")?, of("silences")?))
    };
    match application {
        Application::VmSingle => Some(Shows::Storage {
            data_bytes: sum("vm_data_size_bytes"),
            read_only: sum("vm_storage_is_read_only").map(|value| value > 0.0),
        }),
        Application::Alertmanager => Some(Shows::Snapshots {
            written: both("").map(|(log, silences)| log.min(silences)),
            errors: both("_errors").map(|(log, silences)| log + silences),
            since: exposition::value(page, "process_start_time_seconds"),
        }),
        Application::VmAgent | Application::VmAlert => None,
    }
}
