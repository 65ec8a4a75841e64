//! CustomResourceDefinitions: their status, and the kinds that they register.

use serde_json::{Value, json};

use super::kind::{Kind, Origin, Scale, Scope, Verbs};
use super::object;
use super::status::Cause;
use super::store::{Key, State};
use crate::sandbox::stamp;

/// Holds a definition back until its objects are gone, as upstream.
pub(super) const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

/// Sets a definition's status and registers its served versions; called after each write of one.
pub(super) fn settle(state: &mut State, key: &Key) {
    let Some(current) = state.get(key).cloned() else {
        return;
    };
    let mut crd = Value::clone(&current);
    let taken = taken_by(state, &crd);
    let status = status(&crd, taken.as_deref());
    if taken.is_none() {
        let (group, plural) = (object::text(&crd, "/spec/group"), object::text(&crd, "/spec/names/plural"));
        let served = versions(&crd);
        if state.registry.all().iter().filter(|k| k.custom() && k.is(group, plural)).count() != served.len()
            || served.iter().any(|k| state.registry.find(group, &k.version, plural).as_deref() != Some(k))
        {
            state.registry.replace(group, plural, served);
        }
    }
    if crd.get("status") != Some(&status) {
        crd["status"] = status;
        state.put(key.clone(), crd);
    }
}

/// Takes the kinds of a deleted definition out of the registry.
pub(super) fn unregister(state: &mut State, crd: &Value) {
    let (group, plural) = (object::text(crd, "/spec/group"), object::text(crd, "/spec/names/plural"));
    state.registry.replace(group, plural, Vec::new());
}

/// Fills in names that are derived from others, and the finalizer.
pub(super) fn fill(crd: &mut Value) {
    let kind = object::text(crd, "/spec/names/kind").to_owned();
    let names = object::section(&mut crd["spec"], "names");
    names.entry("singular").or_insert_with(|| json!(kind.to_lowercase()));
    names.entry("listKind").or_insert_with(|| json!(format!("{kind}List")));
    let spec = object::section(crd, "spec");
    spec.entry("conversion").or_insert_with(|| json!({"strategy": "None"}));
    if !object::finalizers(crd).contains(&CLEANUP) && !object::deleting(crd) {
        let mut finalizers: Vec<Value> = object::finalizers(crd).into_iter().map(|f| json!(f)).collect();
        finalizers.push(json!(CLEANUP));
        object::metadata(crd).insert("finalizers".to_owned(), Value::Array(finalizers));
    }
}

/// Why the names cannot be had: another kind of the group has the same plural or kind.
fn taken_by(state: &State, crd: &Value) -> Option<String> {
    let text = |pointer: &str| object::text(crd, pointer);
    let (group, plural, kind) = (text("/spec/group"), text("/spec/names/plural"), text("/spec/names/kind"));
    let other = |k: &&std::sync::Arc<Kind>| k.group == group && k.kind == kind && k.plural != plural;
    let clash = state.registry.all().iter().find(other);
    clash.map(|_| format!("{kind:?} is already in use"))
}

fn status(crd: &Value, taken: Option<&str>) -> Value {
    let old = |kind: &str| {
        let conditions = object::items(crd, "/status/conditions");
        conditions.iter().find(|c| object::text(c, "/type") == kind)
    };
    let condition = |kind: &str, yes: bool, reason: &str, message: &str| {
        let status = if yes { "True" } else { "False" };
        let since = old(kind).filter(|c| object::text(c, "/status") == status);
        let since = since.map_or_else(stamp::now, |c| object::text(c, "/lastTransitionTime").to_owned());
        json!({"lastTransitionTime": since, "message": message, "reason": reason, "status": status, "type": kind})
    };
    let conditions = match taken {
        None => vec![
            condition("NamesAccepted", true, "NoConflicts", "no conflicts found"),
            condition("Established", true, "InitialNamesAccepted", "the initial names have been accepted"),
        ],
        Some(message) => vec![
            condition("NamesAccepted", false, "KindConflict", message),
            condition("Established", false, "NotAccepted", "not all names are accepted"),
        ],
    };
    let names = if taken.is_none() { crd["spec"]["names"].clone() } else { json!({"kind": "", "plural": ""}) };
    let mut conditions = conditions;
    conditions.extend(old("Terminating").cloned());
    json!({
        "acceptedNames": names, "conditions": conditions, "storedVersions": stored_versions(crd),
    })
}

/// Every version that objects may have been stored in: those of before, and the storage version of now.
fn stored_versions(crd: &Value) -> Vec<String> {
    let before = object::texts(crd, "/status/storedVersions");
    let mut stored: Vec<String> = before.into_iter().map(str::to_owned).collect();
    let versions = object::items(crd, "/spec/versions");
    let current = versions.iter().find(|v| v["storage"] == true).map(|v| object::text(v, "/name").to_owned());
    stored.extend(current.filter(|c| !stored.contains(c)).into_iter().collect::<Vec<_>>());
    stored
}

/// The kinds, one a served version.
fn versions(crd: &Value) -> Vec<Kind> {
    let text = |pointer: &str| object::text(crd, pointer).to_owned();
    let list = |pointer: &str| object::texts(crd, pointer).into_iter().map(str::to_owned).collect();
    let scope = if text("/spec/scope") == "Cluster" { Scope::Cluster } else { Scope::Namespaced };
    let served = object::items(crd, "/spec/versions").iter().filter(|v| v["served"] == true);
    served
        .map(|version| Kind {
            group: text("/spec/group"),
            version: object::text(version, "/name").to_owned(),
            kind: text("/spec/names/kind"),
            plural: text("/spec/names/plural"),
            singular: text("/spec/names/singular"),
            short: list("/spec/names/shortNames"),
            categories: list("/spec/names/categories"),
            scope,
            verbs: Verbs::All,
            generation: true,
            status: version.pointer("/subresources/status").is_some(),
            scale: version.pointer("/subresources/scale").map(scale),
            origin: Origin::Custom {
                schema: version.pointer("/schema/openAPIV3Schema").cloned(),
                columns: object::items(version, "/additionalPrinterColumns").to_vec(),
                selectable: object::items(version, "/selectableFields")
                    .iter()
                    .map(|f| object::text(f, "/jsonPath").trim_start_matches('.').to_owned())
                    .collect(),
            },
        })
        .collect()
}

fn scale(scale: &Value) -> Scale {
    let path = |name: &str| object::text(scale, name).trim_start_matches('.').to_owned();
    Scale { spec: path("/specReplicasPath"), status: path("/statusReplicasPath"), selector: path("/labelSelectorPath") }
}

/// What is wrong with a definition, if anything.
pub(super) fn check(crd: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    for path in ["spec.group", "spec.scope", "spec.names.plural", "spec.names.kind"] {
        if object::at(crd, path).and_then(Value::as_str).is_none_or(str::is_empty) {
            causes.push(Cause::required(path, ""));
        }
    }
    let expected = format!("{}.{}", object::text(crd, "/spec/names/plural"), object::text(crd, "/spec/group"));
    if causes.is_empty() && object::name(crd) != expected {
        causes.push(Cause::invalid(
            "metadata.name",
            &json!(object::name(crd)),
            "must be spec.names.plural+\".\"+spec.group",
        ));
    }
    let storage = object::items(crd, "/spec/versions").iter().filter(|v| v["storage"] == true).count();
    if storage != 1 {
        let why = "must have exactly one version marked as storage version";
        causes.push(Cause::invalid("spec.versions", &Value::Null, why));
    }
    causes
}

#[cfg(test)]
mod tests;
