//! Writes the rule ConfigMaps of a VMAlert and the conditions of the VMRules in them.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Operator, children};
use crate::sandbox::operator::app::Application;
use crate::sandbox::operator::cluster::Applied;
use crate::sandbox::operator::kinds::Child;
use crate::sandbox::operator::object::{Object, text};
use crate::sandbox::operator::selector::Selection;
use crate::sandbox::operator::{rules, spec_types};

/// Renders all selected VMRules; gives the names of the ConfigMaps. `cause` is the VMRule whose change led here.
pub async fn write_rules(
    operator: &Operator,
    application: &Application,
    cause: Option<(Child, &str)>,
) -> Result<Vec<String>> {
    if Selection::of(&application.object, Child::Rule).is_nothing() {
        return Ok(Vec::new());
    }
    let _guard = operator.rules.lock().await;
    let selected = children::selected(operator, application, Child::Rule).await?;
    let readable: Vec<Object> =
        selected.into_iter().filter(|rule| spec_types::error("VMRule", rule).is_none()).collect();
    let checked: Vec<Option<String>> = readable.iter().map(|rule| rules::validate(rule).err()).collect();
    let refused = checked.iter().flatten().count();
    operator.metrics.add("operator_vmalert_bad_objects_count", refused as f64);
    let good = readable.iter().zip(&checked).filter(|(_, error)| error.is_none());
    let files: BTreeMap<String, String> =
        good.map(|(rule, _)| (rules::file_name(rule), rules::content(rule))).collect();

    let maps = rules::config_maps(application, &files);
    let mut changed = false;
    for map in &maps {
        changed |= operator.cluster.apply(map, false).await? != Applied::Unchanged;
    }
    if changed && let Err(error) = bump_pods(operator, application).await {
        // The kubelet then refreshes the volume in its own time.
        tracing::warn!("cannot annotate the pods of {}: {error:#}", application.name());
    }
    let results: Vec<(Child, &Object, Option<&str>)> =
        readable.iter().zip(&checked).map(|(rule, error)| (Child::Rule, rule, error.as_deref())).collect();
    children::write_statuses(operator, application, &results, cause).await?;
    Ok(maps.iter().map(|map| text(&map["metadata"], "name").to_string()).collect())
}

/// Changes an annotation of each pod, which makes the kubelet look at the volumes at once.
async fn bump_pods(operator: &Operator, application: &Application) -> Result<()> {
    let like = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": application.object.namespace}});
    let now = Timestamp::now().strftime("%Y-%m-%dT%H-%M-%S").to_string();
    for pod in operator.cluster.find(&like, &application.selector()).await? {
        let mut named: Value = like.clone();
        named["metadata"]["name"] = pod["metadata"]["name"].clone();
        let patch = json!({"metadata": {"annotations": {"configmap-sync-lastupdate-at": now}}});
        operator.cluster.patch_any(&named, &patch).await?;
    }
    Ok(())
}
