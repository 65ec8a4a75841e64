//! Whether an object is declared as the suite says.

use super::{Told, is_kustomization};
use crate::check::finding::Finding;
use crate::check::flux::inventory::Id;
use crate::check::flux::seen::{Expression, Kustomization, Object, Observation, Release, Watched};
use crate::check::flux::spec::{Awaited, Demand, Remediation};

pub(super) fn of_object(demand: &Demand, seen: &Observation, object: &Object) -> Vec<Told> {
    let mut told = Vec::new();
    if let Some(wanted) = &demand.api_version {
        told.extend(api_version(wanted, seen, object));
    }
    if let (Some(wanted), Some(own)) = (&demand.remediation, &object.release) {
        told.extend(remediation(wanted, own).into_iter().map(Told::Fails));
    }
    if let (Some(wanted), Some(own)) = (&demand.path, &object.kustomization)
        && !is_in(&own.path, wanted)
    {
        let finding =
            Finding::new("flux/other-path", format!("it applies {wanted}"), format!("it applies {}", own.path));
        told.push(Told::Fails(finding));
    }
    if let Some(own) = &object.kustomization {
        told.extend(demand.awaits.iter().filter_map(|awaited| awaits(awaited, own)).map(Told::Fails));
    }
    told.into_iter().map(|told| told.map(|finding| finding.on(object.title()))).collect()
}

/// What holds for none of them.
pub(super) fn of_all(demand: &Demand, chosen: &[&Object]) -> Vec<Told> {
    let is_applied = |awaited: &Awaited| {
        let mut inventories = chosen.iter().filter_map(|object| object.kustomization.as_ref());
        inventories.any(|own| self::applied(own, awaited).next().is_some())
    };
    let never = demand.awaits.iter().filter(|awaited| is_kustomization(demand) && !is_applied(awaited));
    never
        .map(|awaited| {
            let expected = format!("one of them applies a {}", awaited.kind);
            let finding = Finding::new("flux/not-applied", expected, "no inventory has one");
            Told::Fails(finding.hint("see their folders, and the kind in the check"))
        })
        .collect()
}

/// The version in which an object was applied: by the fields' owner, and by the inventory of who applied it.
fn api_version(wanted: &str, seen: &Observation, object: &Object) -> Option<Told> {
    let id =
        |id: &Id| id.kind == object.kind && id.name == object.name && id.namespace.as_ref() == Some(&object.namespace);
    let entries = seen.objects.iter().filter_map(|one| one.kustomization.as_ref()).flat_map(|one| &one.inventory);
    let listed = entries.filter_map(|entry| Some((Id::parse(&entry.id)?, &entry.version))).filter(|(one, _)| id(one));
    let listed = listed.map(|(id, version)| format!("{}/{version}", id.group));
    let mut found: Vec<String> = object.applied_as.iter().cloned().chain(listed).collect();
    found.sort();
    found.dedup();
    let expected = format!("it was applied as {wanted}");
    if found.is_empty() {
        let actual = "neither its managed fields nor an inventory say as what";
        return Some(Told::Unclear(Finding::new("flux/version-unknown", expected, actual)));
    }
    let others: Vec<&str> = found.iter().map(String::as_str).filter(|found| *found != wanted).collect();
    let finding = || Finding::new("flux/other-version", expected, format!("it was applied as {}", others.join(", ")));
    (!others.is_empty()).then(|| Told::Fails(finding().hint("correct `apiVersion` in its manifest")))
}

fn remediation(wanted: &Remediation, own: &Release) -> Vec<Finding> {
    let number = |number: Option<i64>| number.map(|number| number.to_string());
    let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string());
    // What is not set is what Flux takes it for (helm-controller 1.4, api/v2 and internal/action/crds.go).
    let rows = [
        ("spec.install.remediation.retries", number(wanted.install_retries), number(own.install_retries), "0"),
        ("spec.upgrade.remediation.retries", number(wanted.upgrade_retries), number(own.upgrade_retries), "0"),
        ("spec.upgrade.remediation.strategy", wanted.strategy.clone(), own.strategy.clone(), "rollback"),
        ("spec.upgrade.cleanupOnFail", flag(wanted.cleanup_on_fail), flag(own.cleanup_on_fail), "false"),
        ("spec.install.crds", wanted.crds.clone(), own.install_crds.clone(), "Create"),
        ("spec.upgrade.crds", wanted.crds.clone(), own.upgrade_crds.clone(), "Create"),
    ];
    let wrong = rows.into_iter().filter_map(|(field, wanted, found, default)| {
        let wanted = wanted?;
        let actual = match &found {
            Some(found) => format!("{field} is {found}"),
            None => format!("{field} is not set, which means {default}"),
        };
        let differs = found.as_deref().unwrap_or(default) != wanted;
        differs.then(|| Finding::new("flux/remediation", format!("{field} is {wanted}"), actual))
    });
    wrong.collect()
}

/// What of this kind a Kustomization has applied.
fn applied<'a>(own: &'a Kustomization, awaited: &'a Awaited) -> impl Iterator<Item = Id> + 'a {
    let group = awaited.api_version.split_once('/').map_or("", |(group, _)| group);
    let ids = own.inventory.iter().filter_map(|entry| Id::parse(&entry.id));
    ids.filter(move |id| id.kind == awaited.kind && id.group == group)
}

/// kstatus calls an object ready that has none of the conditions that it knows; only an expression tells (kustomize-controller 1.7: a VMSingle that
/// said `failed` under `wait: true` gave Ready=True). Expressions alone, without `wait` or `healthChecks`, are never evaluated.
fn awaits(awaited: &Awaited, own: &Kustomization) -> Option<Finding> {
    let held: Vec<Id> = applied(own, awaited).collect();
    held.first()?;
    let kind = &awaited.kind;
    let expected = format!("it is ready only when each {kind} is");
    let code = "flux/not-awaited";
    if !own.wait && own.checks.is_empty() {
        let actual = "it awaits nothing: neither `wait: true` nor `healthChecks`";
        return Some(Finding::new(code, expected, actual).hint("set `spec.wait: true`"));
    }
    if let Some(id) = held.iter().find(|id| !own.wait && !own.checks.iter().any(|one| is(one, id))) {
        let actual = format!("`healthChecks` does not name {}, and `wait` is not set", id.title());
        return Some(Finding::new(code, expected, actual).hint("set `spec.wait: true`"));
    }
    let of = format!("{}/{kind}", awaited.api_version);
    let found: Vec<&Expression> = own.expressions.iter().filter(|one| one.of == of).collect();
    if found.iter().any(|one| reads_status(&one.current)) {
        return None;
    }
    let actual = match found.first() {
        None => format!("`healthCheckExprs` has no `current` for {kind}, which has no condition that Flux knows"),
        Some(one) => format!("`current` of {kind} is `{}`, which reads nothing of `status`", one.current),
    };
    let hint = "add apiVersion, kind, `current` and `failed`, such as status.updateStatus == 'operational'";
    Some(Finding::new(code, expected, actual).hint(hint))
}

fn is(watched: &Watched, id: &Id) -> bool {
    watched.kind == id.kind && watched.group == id.group && watched.name == id.name && watched.namespace == id.namespace
}

/// Whether an expression asks for the status: the word stands in it, and not in a text.
fn reads_status(expression: &str) -> bool {
    let mut quote = None;
    let code: String = expression
        .chars()
        .filter(|&c| match quote {
            Some(end) => {
                quote = Some(end).filter(|end| *end != c);
                false
            }
            None => {
                quote = Some(c).filter(|c| matches!(c, '\'' | '"'));
                quote.is_none()
            }
        })
        .collect();
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "status")
}

/// Whether a folder is this one or in it.
fn is_in(path: &str, wanted: &str) -> bool {
    let plain = |path: &str| path.trim_start_matches("./").trim_matches('/').to_owned();
    let (path, wanted) = (plain(path), plain(wanted));
    path == wanted || path.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('/'))
}
