//! Judges flags and versions of running processes.

use super::{Instance, Observation, Spec, Wanted};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::verdict::Verdict;
use crate::units::{Bytes, Duration};

/// What a process shows instead of a secret flag's value (VictoriaMetrics v1.131.0, lib/flagutil/secret.go).
const SECRET: &str = "secret";

pub(super) fn judge(spec: &Spec, seen: &Observation) -> Verdict {
    let mut judgement = Judgement::new();
    let each = |instance: &Instance| {
        let pod = instance.pod.clone();
        spec.flags.keys().map(move |name| format!("{pod} -{name}")).collect::<Vec<_>>()
    };
    judgement.examined("flags", seen.instances.iter().flat_map(each));
    for instance in &seen.instances {
        if let Some(finding) = version(spec, instance) {
            judgement.fail(finding.on(&instance.pod));
        }
        if instance.shown == 0 {
            let finding = Finding::new("flag/none-shown", "its flags stand in /metrics", "not one does");
            judgement
                .unclear(finding.on(&instance.pod).hint("see whether the address is that of the component itself"));
            continue;
        }
        for (name, wanted) in &spec.flags {
            match of_flag(name, wanted, instance.flags.get(name).map(String::as_str)) {
                Found::Holds => {}
                Found::Fails(finding) => judgement.fail(finding.on(&instance.pod)),
                Found::Unclear(finding) => judgement.unclear(finding.on(&instance.pod)),
            }
        }
    }
    judgement.conclude(Finding::new("flag/nothing-examined", "a process and `flags`", "none"))
}

fn version(spec: &Spec, instance: &Instance) -> Option<Finding> {
    let wanted = spec.version.as_ref()?;
    let found = instance.component.version.as_ref();
    if found == Some(wanted) {
        return None;
    }
    let actual = found.map_or("it does not say its version", String::as_str);
    let finding = Finding::new("flag/other-version", format!("version {wanted}"), actual);
    Some(finding.hint("see the image of the pod, and the default versions of the operator"))
}

enum Found {
    Holds,
    Fails(Finding),
    Unclear(Finding),
}

fn of_flag(name: &str, wanted: &Wanted, found: Option<&str>) -> Found {
    let Some(found) = found else {
        let expected = format!("the process knows a flag -{name}");
        let finding = Finding::new("flag/unknown", expected, "it does not");
        return Found::Fails(finding.hint("correct its name, or see in which version it came").terminal());
    };
    if found == SECRET {
        let finding =
            Finding::new("flag/secret", format!("the value of -{name} can be seen"), "it is hidden as a secret");
        return Found::Unclear(finding.terminal());
    }
    let expected = format!("-{name} {}", words(wanted));
    match holds(wanted, found) {
        Some(true) => Found::Holds,
        Some(false) => {
            let finding = Finding::new("flag/other-value", expected, format!("the process runs with -{name}={found}"));
            Found::Fails(finding.hint("see the field of the custom resource, and `extraArgs`, which wins over it"))
        }
        None => {
            let actual = format!("-{name}={found}, which cannot be compared with it");
            let hint = "a bare number has a meaning of the flag's own (-retentionPeriod=1 is a month): write a unit";
            Found::Fails(Finding::new("flag/not-comparable", expected, actual).hint(hint))
        }
    }
}

/// `None` when the value is not what it is to be held against.
fn holds(wanted: &Wanted, found: &str) -> Option<bool> {
    let duration = || found.parse::<Duration>().ok();
    // An amount without a unit is one of bytes, as the flags have it.
    let bytes = || found.parse::<Bytes>().ok();
    Some(match wanted {
        Wanted::Equals(text) => text == found,
        Wanted::Duration(wanted) => duration()? == *wanted,
        Wanted::DurationAtLeast(wanted) => duration()? >= *wanted,
        Wanted::BytesAtLeast(wanted) => bytes()? >= *wanted,
        Wanted::BytesAtMost(wanted) => bytes()? <= *wanted,
    })
}

fn words(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Equals(text) => format!("is {text}"),
        Wanted::Duration(wanted) => format!("is {wanted}"),
        Wanted::DurationAtLeast(wanted) => format!("is {wanted} or longer"),
        Wanted::BytesAtLeast(wanted) => format!("is {} bytes or more", wanted.0),
        Wanted::BytesAtMost(wanted) => format!("is {} bytes or less", wanted.0),
    }
}
