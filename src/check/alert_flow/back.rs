//! The way back: the alert ends by itself, then the rule goes, the silence last.

use jiff::Timestamp;
use serde_json::json;

use super::flow::{Flow, Step, VMRULES};
use super::rule::DELIVER_LABEL;
use super::spec::Spec;
use super::{alertmanager, vmalert};
use crate::check::look::Look;
use crate::check::ours;
use crate::check::trouble::Trouble;

/// After its deadline the rule does not fire any more, and no Alertmanager has its alerts.
pub async fn resolved(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
    let now = Timestamp::now();
    if let Some(expires) = flow.expires.filter(|expires| *expires > now) {
        let rest = expires.duration_since(now).as_secs_f64();
        return Ok(Step::NotYet(format!("the rule expires in {rest:.0} s")));
    }
    for vmalert in vmalert::groups(spec, look, &flow.name).await? {
        if let Some(rule) = vmalert.rules.iter().find(|rule| rule.state != "inactive") {
            return Ok(Step::NotYet(format!("{}: rule {} is still {}", vmalert.pod, rule.name, rule.state)));
        }
    }
    for label in [ours::ALERT, DELIVER_LABEL] {
        for (pod, alerts) in alertmanager::alerts_with(spec, look, label, &flow.nonce).await? {
            if !alerts.is_empty() {
                return Ok(Step::NotYet(format!("{pod} still has {} of the alerts", alerts.len())));
            }
        }
    }
    Ok(Step::Passed)
}

/// Empties the rule, which the operator renders at once, whereas a deletion waits for its next resync.
pub async fn unloaded(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
    let rule = flow.find_rule(spec, look).await?;
    if rule.is_some_and(|rule| rule["spec"]["groups"].as_array().is_some_and(|groups| !groups.is_empty())) {
        let empty = json!({"spec": {"groups": []}});
        look.connections.patch(&VMRULES, Some(&spec.namespace), &flow.name, &empty).await?;
    }
    for vmalert in vmalert::groups(spec, look, &flow.name).await? {
        if !vmalert.rules.is_empty() {
            return Ok(Step::NotYet(format!("{} still has the group", vmalert.pod)));
        }
    }
    Ok(Step::Passed)
}

/// The VMRule is gone.
pub async fn deleted(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
    look.connections.delete(&VMRULES, Some(&spec.namespace), &flow.name).await?;
    match flow.find_rule(spec, look).await? {
        None => Ok(Step::Passed),
        Some(_) => Ok(Step::NotYet("the VMRule is still there".to_owned())),
    }
}

/// Our silences are expired, on every Alertmanager.
pub async fn unsilenced(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
    match alertmanager::expire(spec, look, &flow.nonce).await? {
        0 => Ok(Step::Passed),
        left => Ok(Step::NotYet(format!("{left} silences were still active"))),
    }
}
