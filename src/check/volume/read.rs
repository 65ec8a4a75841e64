//! Reads pods and claims of the Kubernetes API; nothing is kept of them but what is judged.

use std::collections::BTreeMap;

use serde_json::Value;

use super::observation::{Claim, Mount, Pod, Volume};
use super::spec::Demand;
use crate::check::trouble::Trouble;

/// Flags that say where a program keeps its data: VictoriaMetrics, Alertmanager.
const DATA_PATHS: [&str; 2] = ["storageDataPath", "storage.path"];

/// Whether a pod has neither ended nor been deleted.
pub(super) fn stays(pod: &Value) -> bool {
    let ended = matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed"));
    !ended && pod["metadata"]["deletionTimestamp"].is_null()
}

pub(super) fn pod(pod: &Value, demand: &Demand) -> Result<Pod, Trouble> {
    let metadata = &pod["metadata"];
    let name = metadata["name"].as_str().ok_or_else(|| Trouble::Malformed {
        url: format!("Pods in namespace {}", demand.namespace),
        message: "one has no metadata.name".to_owned(),
    })?;
    let containers = || list(&pod["spec"]["containers"]);
    let data_paths: BTreeMap<String, String> = containers()
        .filter_map(|container| Some((text(&container["name"])?, data_path(&container["args"])?)))
        .collect();
    let volume = list(&pod["spec"]["volumes"]).find(|volume| is_meant(volume, pod, demand));
    Ok(Pod {
        name: name.to_owned(),
        resource_version: text(&metadata["resourceVersion"]),
        phase: text(&pod["status"]["phase"]).unwrap_or_default(),
        volume: volume.map(|volume| self::volume(volume, pod)),
        data_paths,
    })
}

/// A path decides only where no name does: with a name it is a demand.
fn is_meant(volume: &Value, pod: &Value, demand: &Demand) -> bool {
    match (&demand.claim, &demand.volume, &demand.path) {
        (Some(claim), ..) => volume["persistentVolumeClaim"]["claimName"] == **claim,
        (_, Some(name), _) => volume["name"] == **name,
        (_, _, Some(path)) => mounts(volume, pod).iter().any(|mount| same(&mount.path, path)),
        _ => false,
    }
}

fn volume(volume: &Value, pod: &Value) -> Volume {
    let source = volume.as_object().into_iter().flat_map(|fields| fields.keys()).find(|key| *key != "name");
    Volume {
        name: text(&volume["name"]).unwrap_or_default(),
        source: source.cloned().unwrap_or_else(|| "emptyDir".to_owned()),
        claim: text(&volume["persistentVolumeClaim"]["claimName"]),
        mounts: mounts(volume, pod),
    }
}

fn mounts(volume: &Value, pod: &Value) -> Vec<Mount> {
    let whole = volume["persistentVolumeClaim"]["readOnly"] == true;
    let of_container = |container: &Value| {
        let own = list(&container["volumeMounts"]).filter(|mount| mount["name"] == volume["name"]);
        let mount = |mount: &Value| Mount {
            container: text(&container["name"]).unwrap_or_default(),
            path: text(&mount["mountPath"]).unwrap_or_default(),
            read_only: whole || mount["readOnly"] == true,
        };
        own.map(mount).collect::<Vec<_>>()
    };
    list(&pod["spec"]["containers"]).flat_map(of_container).collect()
}

/// `-storageDataPath=/a`, with one dash or two, or with the value as the next argument, as Go programs take it. The last one
/// wins.
fn data_path(args: &Value) -> Option<String> {
    let args: Vec<&str> = list(args).filter_map(Value::as_str).collect();
    let value = |(position, arg): (usize, &&str)| {
        let flag = arg.strip_prefix("--").or_else(|| arg.strip_prefix('-'))?;
        match flag.split_once('=') {
            Some((name, value)) => DATA_PATHS.contains(&name).then(|| value.to_owned()),
            None if DATA_PATHS.contains(&flag) => args.get(position + 1).map(|next| (*next).to_owned()),
            None => None,
        }
    };
    args.iter().enumerate().filter_map(value).next_back()
}

pub(super) fn claim(name: String, object: &Value) -> Claim {
    let (spec, status) = (&object["spec"], &object["status"]);
    Claim {
        name,
        resource_version: text(&object["metadata"]["resourceVersion"]),
        phase: text(&status["phase"]).unwrap_or_default(),
        deleting: text(&object["metadata"]["deletionTimestamp"]),
        class: text(&spec["storageClassName"]),
        requested: text(&spec["resources"]["requests"]["storage"]),
        capacity: text(&status["capacity"]["storage"]),
        access_modes: list(&status["accessModes"]).filter_map(text).collect(),
    }
}

/// Whether two paths are the same folder.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
