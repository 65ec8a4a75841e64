//! Judges the Secret that an ExternalSecret makes, without its values.

use super::observation::{External, Target};
use super::spec::Spec;
use crate::check::finding::Finding;

/// What is wrong with it. Where no keys are wanted it was not looked at, but its name is known all the same.
pub(super) fn judge(spec: &Spec, external: &External, target: Option<&Target>) -> Vec<Finding> {
    let on = format!("Secret {}/{}", spec.namespace, spec.target());
    if external.makes != spec.target() {
        let expected = format!("it makes the Secret {}", spec.target());
        let finding = Finding::new("external_secret/other-target", expected, format!("it makes {}", external.makes));
        return vec![finding.hint("see spec.target.name, and `target` in the suite")];
    }
    if spec.keys.is_empty() {
        return Vec::new();
    }
    let Some(target) = target else {
        let finding = Finding::new("external_secret/target-missing", "the Secret exists", "it does not");
        return vec![finding.on(on).hint("somebody deleted it; the controller makes it anew at its next refresh")];
    };
    let mut findings: Vec<Finding> = foreign(spec, external, target).into_iter().collect();
    for key in &spec.keys {
        match target.keys.iter().find(|one| one.name == *key).map(|one| one.bytes) {
            Some(0) => {
                findings.push(Finding::new("external_secret/empty-key", format!("{key} has a value"), "it is empty"))
            }
            Some(_) => {}
            None => {
                let known: Vec<&str> = target.keys.iter().map(|one| one.name.as_str()).collect();
                let actual = if known.is_empty() { "it has no keys".to_owned() } else { known.join(", ") };
                let finding = Finding::new("external_secret/missing-key", format!("a key {key}"), actual);
                findings.push(finding.hint("see spec.data and spec.target.template"));
            }
        }
    }
    findings.into_iter().map(|finding| finding.on(&on)).collect()
}

/// A Secret that somebody else made does not follow the store.
fn foreign(spec: &Spec, external: &External, target: &Target) -> Option<Finding> {
    let owner = format!("ExternalSecret {}", spec.name);
    let owned = external.creation != "Owner" || target.owners.contains(&owner);
    let lacks = [
        (!owned).then(|| format!("owner {owner}")),
        (!target.managed).then(|| "label reconcile.external-secrets.io/managed".to_owned()),
        (!target.hashed).then(|| "annotation reconcile.external-secrets.io/data-hash".to_owned()),
    ];
    let lacks: Vec<String> = lacks.into_iter().flatten().collect();
    let finding = || {
        let finding = Finding::new(
            "external_secret/foreign-target",
            format!("{owner} made it"),
            format!("it lacks {}", lacks.join(", ")),
        );
        finding.hint("somebody made a Secret of the same name by hand; delete it, and let the controller make it")
    };
    (!lacks.is_empty()).then(finding)
}
