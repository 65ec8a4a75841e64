//! Judges what a pod has behind it: restarts, evictions, images, age.

use jiff::Timestamp;

use super::observation::{Container, Pod, Terminated};
use super::picture::{ended, oom, seconds};
use super::spec::Spec;
use crate::check::finding::Finding;

/// Past troubles of a pod that is ready now.
pub(super) fn past(pod: &Pod, spec: &Spec, at: Timestamp) -> Vec<Finding> {
    pod.containers.iter().filter_map(|container| restarted(container, spec, at)).collect()
}

/// What Kubernetes still remembers counts, unless the suite says from when on it may be forgotten.
fn restarted(container: &Container, spec: &Spec, at: Timestamp) -> Option<Finding> {
    let last = container.last.as_ref();
    let finding = match last {
        Some(last) if last.reason == "OOMKilled" => oom(container, last),
        _ if i64::from(container.restarts) > i64::from(spec.restarts.at_most) => many(container, spec, last),
        _ => return None,
    };
    match (spec.restarts.within, last.and_then(|last| last.at)) {
        (Some(within), Some(ended)) if seconds(ended, at) > within.as_secs_f64() => None,
        // Time alone mends it, for as long as nothing else happens.
        (Some(_), _) => Some(finding),
        (None, _) => Some(finding.terminal()),
    }
}

fn many(container: &Container, spec: &Spec, last: Option<&Terminated>) -> Finding {
    // Of several restarts only the last can be told.
    if let Some(last) = last.filter(|last| container.restarts == 1 && is_lost(last)) {
        let when = last.at.map_or_else(String::new, |at| format!(" before {at}"));
        let actual =
            format!("1 restart: {} was lost{when}, when its node or container runtime stopped", container.name);
        let expected = format!("at most {} restarts of {}", spec.restarts.at_most, container.name);
        return Finding::new("workload/node-restarted", expected, actual)
            .hint("the container did not end by itself; see why the node stopped, then give the workload a new pod");
    }
    let last = last.map_or_else(String::new, |last| {
        let when = last.at.map_or_else(String::new, |at| format!(" at {at}"));
        format!(", the last{when}: {}", ended(last))
    });
    let expected = format!("at most {} restarts of {}", spec.restarts.at_most, container.name);
    Finding::new("workload/restarts", expected, format!("{} restarts{last}", container.restarts))
        .hint(format!("kubectl logs --previous -c {}", container.name))
}

/// How containerd tells of a container whose end nobody saw: it was gone when the runtime came back.
fn is_lost(last: &Terminated) -> bool {
    last.exit_code == 255 && last.reason == "Unknown"
}

/// A pod that the kubelet ended; its controller has made another one, but the cause may be there still.
pub(super) fn evicted(pod: &Pod, spec: &Spec, at: Timestamp) -> Option<Finding> {
    if pod.phase != "Failed" {
        return None;
    }
    let when = pod.conditions.iter().filter_map(|condition| condition.since).max();
    if let (Some(within), Some(when)) = (spec.restarts.within, when)
        && seconds(when, at) > within.as_secs_f64()
    {
        return None;
    }
    let actual = format!("{}: {}", if pod.reason.is_empty() { "Failed" } else { &pod.reason }, pod.message);
    let finding = Finding::new("workload/evicted", "no pod was ended by its node", actual);
    Some(finding.hint("see the node's memory and disk; delete the failed pod once the cause is gone"))
}

/// Images that differ from the wanted ones, in the pod's own words and in those of the container runtime.
pub(super) fn images(pod: &Pod, spec: &Spec) -> Vec<Finding> {
    let wanted = spec.images.iter().filter_map(|(name, wanted)| {
        let expected = format!("{name} runs {wanted}");
        let differs = |actual: String| Some(Finding::new("workload/image-differs", &*expected, actual));
        let Some(container) = pod.containers.iter().find(|container| &container.name == name) else {
            let names: Vec<&str> = pod.containers.iter().map(|one| one.name.as_str()).collect();
            return differs(format!("there is no such container, only {}", names.join(", ")));
        };
        let running = container.running_image.as_deref().filter(|image| !image.starts_with("sha256:"));
        let digest = container.image_id.as_deref().unwrap_or_default();
        let others = [Some(container.image.as_str()), running].into_iter().flatten();
        let other = others.into_iter().find(|image| !fits(wanted, image, digest))?;
        differs(format!("it runs {other}"))
    });
    wanted.collect()
}

/// Whether an image is the wanted one: by its tag alone, by its whole name, or by its digest.
fn fits(wanted: &str, image: &str, digest: &str) -> bool {
    let (name, tag) = split(image);
    if let Some((_, wanted_digest)) = wanted.split_once('@') {
        return digest.ends_with(wanted_digest) || image.ends_with(wanted_digest);
    }
    if !wanted.contains(['/', ':']) {
        return tag == wanted;
    }
    let (wanted_name, wanted_tag) = split(wanted);
    tag == wanted_tag && (name == wanted_name || name.ends_with(&format!("/{wanted_name}")))
}

/// Name and tag of an image; `latest` is what no tag means. A colon before a slash is a registry's port.
fn split(image: &str) -> (&str, &str) {
    let image = image.split_once('@').map_or(image, |(image, _)| image);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

/// Seconds for which a pod has been ready.
pub(super) fn ready_for(pod: &Pod, at: Timestamp) -> Option<f64> {
    let ready = pod.condition("Ready").filter(|condition| condition.status == "True")?;
    ready.since.map(|since| seconds(since, at))
}
