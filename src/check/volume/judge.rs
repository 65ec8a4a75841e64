//! Judges volumes: the pods have them, and what is behind them is as wanted.

use jiff::Timestamp;

use super::observation::{Claim, Mount, Observation, Pod};
use super::spec::Demand;
use super::{CLAIM, lasting, read, writing};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::check::verdict::Verdict;
use crate::units::Bytes;

pub(super) fn judge(demand: &Demand, seen: &Observation, at: Timestamp) -> Verdict {
    let mut judgement = Judgement::new();
    let name = |pod: &Pod| format!("Pod {}/{}", demand.namespace, pod.name);
    judgement.examined("volumes", seen.pods.iter().filter(|pod| pod.volume.is_some()).map(name));
    if !seen.workload {
        let finding = Finding::new("volume/workload-missing", "the workload exists", "it does not");
        judgement.fail(finding.on(demand.pods()).hint("check its kind, name and namespace in the suite"));
    } else if seen.pods.is_empty() {
        let finding = Finding::new("volume/no-pod", "a running pod uses the volume", "there is no such pod");
        judgement.fail(finding.on(demand.pods()).hint("a bound claim that no pod uses holds nobody's data"));
    }
    for pod in &seen.pods {
        of_pod(demand, pod, seen).into_iter().for_each(|finding| {
            let on = finding.object.clone().unwrap_or_else(|| name(pod));
            judgement.fail(finding.on(on));
        });
    }
    if let (true, Some(claim)) = (seen.claims.is_empty(), &demand.claim) {
        judgement.fail(missing(demand, claim));
    }
    for claim in &seen.claims {
        of_claim(demand, claim)
            .into_iter()
            .for_each(|finding| judgement.fail(finding.on(on_claim(demand, &claim.name))));
        if let Some(capacity) = claim.capacity.as_ref().and_then(|text| text.parse::<Bytes>().ok()) {
            let measured = Measurement::new("volume_capacity", capacity.as_f64(), Unit::Bytes);
            judgement.measured(match demand.size {
                Some(size) => measured.limit(Limit::AtLeast(size.as_f64())),
                None => measured,
            });
        }
    }
    provisioner(demand, seen).into_iter().for_each(|finding| judgement.fail(finding));
    if demand.written.is_some() && !seen.pods.is_empty() {
        writing::judge(demand, seen, &mut judgement);
    }
    if let Some(lasts) = &demand.lasts {
        lasting::judge(lasts, seen, at, &mut judgement);
    }
    judgement.conclude(Finding::new("volume/nothing-examined", "a pod with the volume", "none"))
}

fn on_claim(demand: &Demand, name: &str) -> String {
    format!("{CLAIM} {}/{name}", demand.namespace)
}

/// What is wrong with the pod; behind a volume that is none the rest would only follow.
fn of_pod(demand: &Demand, pod: &Pod, seen: &Observation) -> Vec<Finding> {
    let mut findings = Vec::new();
    if pod.phase != "Running" {
        let finding = Finding::new("volume/not-running", "the pod runs", format!("it is {}", pod.phase));
        findings.push(finding.hint("see its events: a volume that cannot be attached keeps a pod from starting"));
    }
    let Some(volume) = &pod.volume else {
        let which = match (&demand.volume, &demand.path) {
            (Some(name), _) => format!("it has a volume {name}"),
            (None, path) => format!("a volume is mounted at {}", path.as_deref().unwrap_or_default()),
        };
        let finding = Finding::new("volume/not-mounted", which, "it has none: what it writes there is lost with it");
        findings.push(finding.hint("see the storage of the custom resource, and `volume` and `path` in the suite"));
        return findings;
    };
    findings.extend(mounted(demand, &volume.name, &volume.mounts));
    match &volume.claim {
        None => {
            let actual = format!("volume {} is {}", volume.name, volume.source);
            let finding = Finding::new("volume/not-persistent", "the volume is a claim's", actual);
            let hint = "the operator takes an emptyDir where the custom resource has no `storage`, and says nothing";
            findings.push(finding.hint(hint));
        }
        Some(name) if demand.claim.is_none() && seen.claims.iter().all(|claim| claim.name != *name) => {
            findings.push(missing(demand, name));
        }
        Some(_) => {}
    }
    findings
}

fn mounted(demand: &Demand, name: &str, mounts: &[Mount]) -> Option<Finding> {
    let wanted = demand.path.as_deref();
    let meant: Vec<&Mount> =
        mounts.iter().filter(|mount| wanted.is_none_or(|path| read::same(&mount.path, path))).collect();
    if meant.is_empty() {
        let expected = format!("volume {name} is mounted at {}", wanted.unwrap_or("some path"));
        let places: Vec<String> =
            mounts.iter().map(|mount| format!("at {} in {}", mount.path, mount.container)).collect();
        let actual = if places.is_empty() { "no container mounts it".to_owned() } else { places.join(", ") };
        return Some(Finding::new("volume/other-path", expected, actual).hint("see volumeMounts of the pod"));
    }
    let writable = meant.iter().any(|mount| !mount.read_only);
    let finding =
        || Finding::new("volume/read-only", format!("volume {name} can be written"), "it is mounted read-only");
    (!writable).then(finding)
}

fn missing(demand: &Demand, name: &str) -> Finding {
    let finding = Finding::new("volume/claim-missing", "the claim exists", "it does not");
    finding.on(on_claim(demand, name)).hint("without it a pod cannot start; see who was to make it")
}

/// What is wrong with a claim. One that is not bound has no size.
fn of_claim(demand: &Demand, claim: &Claim) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(since) = &claim.deleting {
        let finding =
            Finding::new("volume/being-deleted", "the claim stays", format!("it is being deleted since {since}"));
        findings.push(finding.hint("it goes with the last pod that uses it, and its data with it"));
    }
    if let Some(wanted) = demand.class.as_ref().filter(|wanted| claim.class.as_ref() != Some(*wanted)) {
        let actual = claim.class.as_deref().unwrap_or("it has none");
        let finding = Finding::new("volume/other-class", format!("StorageClass {wanted}"), actual);
        findings.push(finding.hint("a claim keeps its class: it has to be made anew, and its data moved"));
    }
    if claim.phase != "Bound" {
        let actual = if claim.phase.is_empty() { "it has no phase" } else { &claim.phase };
        let finding = Finding::new("volume/not-bound", "the claim is Bound", actual);
        findings.push(finding.hint("see its events: the class may not exist, or its provisioner may not run"));
        return findings;
    }
    findings.extend(size(demand, claim));
    let lacks: Vec<&str> =
        demand.access_modes.iter().filter(|mode| !claim.access_modes.contains(mode)).map(String::as_str).collect();
    if !lacks.is_empty() {
        let expected = format!("access modes {}", lacks.join(", "));
        findings.push(Finding::new("volume/other-access", expected, format!("{:?}", claim.access_modes)));
    }
    findings
}

/// The size that it has must be the one that it asks for, and the one that is wanted.
fn size(demand: &Demand, claim: &Claim) -> Option<Finding> {
    let bytes = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Bytes>().ok());
    let requested = bytes(&claim.requested);
    let Some(capacity) = bytes(&claim.capacity) else {
        let actual = claim.capacity.clone().unwrap_or_else(|| "it shows none".to_owned());
        return Some(Finding::new("volume/too-small", "the claim shows its capacity", actual));
    };
    let least = demand.size.into_iter().chain(requested).max()?;
    if capacity >= least {
        return None;
    }
    let hint = match requested {
        Some(requested) if requested >= least => "it asks for more than it has: see whether its class can be expanded",
        _ => "ask for more in the custom resource's storage; a class that cannot be expanded needs a new claim",
    };
    Some(Finding::new("volume/too-small", format!("{least} or more"), capacity.to_string()).hint(hint))
}

fn provisioner(demand: &Demand, seen: &Observation) -> Option<Finding> {
    let (wanted, name) = (demand.provisioner.as_ref()?, demand.class.as_ref()?);
    let on = format!("StorageClass {name}");
    match &seen.class {
        None => {
            let finding = Finding::new("volume/class-missing", "the StorageClass exists", "it does not").on(on);
            Some(finding.hint("claims that are bound stay so without it, but no new one ever is"))
        }
        Some(class) if class.provisioner != *wanted => {
            let finding = Finding::new("volume/other-provisioner", format!("provisioner {wanted}"), &class.provisioner);
            Some(finding.on(on).hint("a class of the right name can make volumes of another kind of storage"))
        }
        Some(_) => None,
    }
}
