//! Judges whether the programs of the pods really write to the volume.

use jiff::Timestamp;

use super::observation::{Observation, Pod, Shows, Writer};
use super::read::same;
use super::spec::Demand;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;

/// Every pod must be one that answers behind the Service, and every program must write below a mount of the volume.
pub(super) fn judge(demand: &Demand, seen: &Observation, judgement: &mut Judgement) {
    for pod in seen.pods.iter().filter(|pod| pod.volume.is_some()) {
        let on = format!("Pod {}/{}", demand.namespace, pod.name);
        if let Some(finding) = place(demand, pod) {
            judgement.fail(finding.on(&on));
        }
        let answers = |writer: &Writer| writer.pod.as_ref().is_none_or(|name| *name == pod.name);
        if !seen.writers.iter().any(answers) {
            let finding =
                Finding::new("volume/not-asked", "its program is asked what it writes", "it is not behind the Service");
            judgement.unclear(finding.on(on).hint("see whether the pod is ready, and `written` in the suite"));
        }
    }
    for writer in &seen.writers {
        of_writer(writer, judgement);
    }
}

/// Where the pod's program is told to keep its data, beside where the volume is.
fn place(demand: &Demand, pod: &Pod) -> Option<Finding> {
    let mounts = &pod.volume.as_ref()?.mounts;
    let meant = mounts.iter().filter(|mount| demand.path.as_deref().is_none_or(|path| same(&mount.path, path)));
    let mounts: Vec<_> = meant.collect();
    let told = mounts.iter().find_map(|mount| pod.data_paths.get(&mount.container));
    let below = |path: &str| {
        mounts.iter().any(|mount| {
            let root = mount.path.trim_end_matches('/');
            same(path, root) || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'))
        })
    };
    let (container, path) = mounts.first().map(|mount| (mount.container.as_str(), mount.path.as_str()))?;
    let expected = format!("{container} keeps its data at {path}");
    let hint = "see -storageDataPath (VictoriaMetrics) or --storage.path (Alertmanager) among its arguments";
    match told {
        Some(told) if below(told) => None,
        Some(told) => Some(Finding::new("volume/other-data-path", expected, format!("at {told}")).hint(hint)),
        None => {
            let actual = "it is told no place, and takes one of its image";
            Some(Finding::new("volume/other-data-path", expected, actual).hint(hint))
        }
    }
}

fn of_writer(writer: &Writer, judgement: &mut Judgement) {
    let unclear = |code: &str, expected: &str, actual: String, hint: &str| {
        Finding::new(code, expected, actual).on(&writer.place).hint(hint)
    };
    let silent = |what: &str| {
        let actual = format!("{} does not", writer.component);
        unclear("volume/writing-unknown", what, actual, "see /metrics; vmsingle and alertmanager show it")
    };
    match &writer.shows {
        None => judgement.unclear(silent("it shows what it writes")),
        Some(Shows::Storage { data_bytes, read_only }) => {
            match read_only {
                Some(false) => {}
                Some(true) => judgement.fail(
                    Finding::new("volume/storage-read-only", "it takes data", "it is read-only for want of free space")
                        .on(&writer.place)
                        .hint("enlarge the claim; see -storage.minFreeDiskSpaceBytes"),
                ),
                None => judgement.unclear(silent("it shows vm_storage_is_read_only")),
            }
            match data_bytes {
                Some(bytes) if *bytes > 0.0 => {}
                Some(_) => judgement.unclear(unclear(
                    "volume/nothing-written",
                    "it has written data",
                    "vm_data_size_bytes is 0".to_owned(),
                    "samples are on disk a few seconds after they came: see whether any come",
                )),
                None => judgement.unclear(silent("it shows vm_data_size_bytes")),
            }
        }
        Some(Shows::Snapshots { written, errors, since }) => match (written, errors) {
            (_, Some(errors)) if *errors > 0.0 => judgement.fail(errs(*errors, *since).on(&writer.place)),
            (Some(written), Some(_)) if *written > 0.0 => {}
            (Some(_), Some(_)) => judgement.unclear(unclear(
                "volume/nothing-written",
                "it has written silences and the notification log",
                "it has not tried yet".to_owned(),
                "Alertmanager first writes after 15 minutes; --data.maintenance-interval shortens that",
            )),
            _ => judgement.unclear(silent("it shows its maintenance of silences and notification log")),
        },
    }
}

/// Nothing tells whether the last attempt was one of those that failed.
fn errs(errors: f64, since: Option<f64>) -> Finding {
    let start = since.and_then(|seconds| Timestamp::from_second(seconds as i64).ok());
    let since = start.map_or_else(|| "since it started".to_owned(), |start| format!("since it started at {start}"));
    let expected = "silences and the notification log are written";
    let finding = Finding::new("volume/write-errors", expected, format!("{errors} attempts failed {since}"));
    finding.hint(
        "the volume may be root's alone: set spec.securityContext.fsGroup of the VMAlertmanager; it counts for as long as it \
         runs, so restart it when that is mended",
    )
}
