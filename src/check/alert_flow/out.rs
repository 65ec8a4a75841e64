//! The way out: from our silence to the alert in every Alertmanager.

use jiff::Timestamp;
use serde_json::json;

use super::flow::{Flow, Step, VMALERTS, VMRULES, deadline, silence_lasts, vmrule};
use super::hop::Hop;
use super::rule;
use super::spec::Spec;
use super::vmalert::{self, Vmalert};
use super::{alertmanager, described, selected};
use crate::check::identity::Identity;
use crate::check::look::Look;
use crate::check::trouble::Trouble;
use crate::connect::resource;

/// A vmalert that still refuses to reload so long after the rule was rendered will not load it.
const REFUSES_SECONDS: f64 = 20.0;

/// Our silence is active on every Alertmanager; made where it is not.
pub async fn silence(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
    let pods = look.connections.pods(&spec.alertmanager_endpoint()).await?;
    if pods.is_empty() {
        return Ok(Step::NotYet("no Alertmanager pod".to_owned()));
    }
    for pod in &pods {
        let silences = alertmanager::silences(look, pod, &flow.nonce).await?;
        if !silences.iter().any(alertmanager::Silence::is_active) {
            let body = rule::silence(&flow.nonce, &flow.run, Timestamp::now(), silence_lasts(spec));
            flow.has_silence = true;
            alertmanager::post_silence(look, pod, &body).await?;
            return Ok(Step::NotYet(format!("a silence was just made on {pod}")));
        }
    }
    for pod in &pods {
        flow.judges_pod(pod, look).await;
    }
    Ok(Step::Passed)
}

/// Makes the rule. The server's refusal is the picture.
pub async fn create(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
    let expires = deadline(spec, Timestamp::now());
    // Set before the request: after a lost answer the rule may exist, and must be taken back.
    flow.expires = Some(expires);
    let made = look.connections.create(&VMRULES, Some(&spec.namespace), &vmrule(flow, spec, expires)).await;
    match made {
        Ok(made) => {
            flow.judges(Identity::of_object("VMRule", &made));
            Ok(Step::Passed)
        }
        // An earlier look made it and did not live to see the answer.
        Err(Trouble::Refused { status: 409, .. }) => {
            flow.judges(Identity::of(format!("VMRule {}/{}", spec.namespace, flow.name)));
            move_deadline(flow, spec, look, expires).await.map(|()| Step::Passed)
        }
        Err(Trouble::Refused { body, status: 400..=499, .. }) => Ok(Step::Stuck(body)),
        Err(trouble) => Err(trouble),
    }
}

/// The operator wrote the rule into a ConfigMap of vmalert.
pub async fn rendered(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
    let refusal = unselected(flow, spec, look).await?;
    let selector = format!("vmalert-name={}", spec.vmalert);
    let maps = look.connections.list(&resource::CONFIG_MAPS, Some(&spec.namespace), &selector).await?;
    let key = format!("{}-{}.yaml", spec.namespace, flow.name);
    let holds = |map: &serde_json::Value| ["data", "binaryData"].iter().any(|part| map[*part].get(&key).is_some());
    if maps.iter().any(holds) {
        return Ok(Step::Passed);
    }
    if let Some(why) = refusal {
        return Ok(Step::Stuck(why));
    }
    postpone(flow, spec, look).await?;
    let rule = flow.find_rule(spec, look).await?.unwrap_or_default();
    let status = rule["status"]["updateStatus"].as_str().unwrap_or("none");
    let reason = rule["status"]["reason"].as_str().unwrap_or_default();
    Ok(Step::NotYet(format!(
        "no key {key} in {} ConfigMaps of vmalert; status of the rule: {status} {reason}",
        maps.len()
    )))
}

/// Every vmalert has the group.
pub async fn loaded(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
    for vmalert in vmalert::groups(spec, look, &flow.name).await? {
        if vmalert.rules.is_empty() {
            postpone(flow, spec, look).await?;
            let reload = match vmalert.last_reload_successful {
                Some(true) => "its last reload succeeded",
                Some(false) => "its last reload failed, so it keeps its old rules",
                None => "its last reload is unknown",
            };
            let picture = format!("{} does not have the group; {reload}", vmalert.pod);
            let refuses = vmalert.last_reload_successful == Some(false);
            let over = flow.seconds_since(Hop::Rendered) > REFUSES_SECONDS;
            return Ok(if refuses && over { Step::Stuck(picture) } else { Step::NotYet(picture) });
        }
        flow.judges_pod(&vmalert.pod, look).await;
    }
    Ok(Step::Passed)
}

/// Every vmalert has evaluated both rules.
pub async fn evaluated(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
    for vmalert in vmalert::groups(spec, look, &flow.name).await? {
        if let Some(lost) = lost(&vmalert) {
            return Ok(Step::NotYet(lost));
        }
        for rule in &vmalert.rules {
            if !rule.last_error.is_empty() {
                return Ok(Step::NotYet(format!("{}: rule {}: {}", vmalert.pod, rule.name, rule.last_error)));
            }
            if !rule.is_evaluated() {
                return Ok(Step::NotYet(format!("{}: rule {} was not evaluated", vmalert.pod, rule.name)));
            }
        }
    }
    Ok(Step::Passed)
}

/// Both alerts fire everywhere.
pub async fn firing(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
    // Expired rules do not fire; what kept them from it before is what counts.
    if flow.expires.is_some_and(|expires| expires < Timestamp::now()) && !flow.picture.is_empty() {
        return Ok(Step::Stuck(format!("{}, until it expired", flow.picture)));
    }
    for vmalert in vmalert::groups(spec, look, &flow.name).await? {
        if let Some(lost) = lost(&vmalert) {
            return Ok(Step::NotYet(lost));
        }
        if let Some(rule) = vmalert.rules.iter().find(|rule| rule.state != "firing") {
            let data = if rule.name == rule::ALERTS[1] { ": its data query returns nothing" } else { "" };
            return Ok(Step::NotYet(format!("{}: rule {} is {}{data}", vmalert.pod, rule.name, rule.state)));
        }
    }
    Ok(Step::Passed)
}

/// Every Alertmanager has both alerts.
pub async fn arrived(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
    let seen = alertmanager::alerts(spec, look, &flow.nonce).await?;
    for (pod, alerts) in &seen {
        if alerts.len() < rule::ALERTS.len() {
            let sent = vmalert::sending(spec, look).await?;
            return Ok(Step::NotYet(format!("{pod} has {} of {} alerts; {sent}", alerts.len(), rule::ALERTS.len())));
        }
    }
    flow.alerts.clear();
    for (pod, alerts) in seen {
        flow.alerts.extend(described::describe(look, &pod, &flow.nonce, alerts).await?);
    }
    Ok(Step::Passed)
}

/// The silence holds. What else suppresses the alert is judged with its route.
pub fn suppressed(flow: &Flow) -> Step {
    match flow.alerts.iter().find(|alert| alert.our_silences.is_empty()) {
        None => Step::Passed,
        Some(alert) => Step::Stuck(format!("our silence does not suppress it on {}", alert.pod)),
    }
}

/// A vmalert that does not have both rules any more: it was restarted, or its rules were taken from it.
fn lost(vmalert: &Vmalert) -> Option<String> {
    let (there, all) = (vmalert.rules.len(), rule::ALERTS.len());
    (there < all).then(|| format!("{} has {there} of the {all} rules that it had loaded", vmalert.pod))
}

/// Why the VMAlert will never select the rule. One that is not there, or cannot be read, is left to the operator; a
/// permission that is missing is told.
async fn unselected(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Option<String>, Trouble> {
    let vmalert = match look.connections.get(&VMALERTS, Some(&spec.namespace), &spec.vmalert).await {
        Err(denied @ Trouble::Denied { .. }) => return Err(denied),
        found => found.ok().flatten(),
    };
    let (Some(vmalert), Some(expires)) = (vmalert, flow.expires) else { return Ok(None) };
    flow.judges(Identity::of_object("VMAlert", &vmalert));
    let labels = &vmrule(flow, spec, expires)["metadata"]["labels"];
    Ok(selected::refusal(&vmalert, labels).map(|why| format!("VMAlert {}: {why}", spec.vmalert)))
}

/// Moves the deadline of a rule that nobody has loaded yet: a slow way must not look like a rule that does not fire.
async fn postpone(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<(), Trouble> {
    let now = Timestamp::now();
    let least = spec.fires_at_least().as_secs_f64();
    if flow.expires.is_none_or(|expires| expires.duration_since(now).as_secs_f64() > least) {
        return Ok(());
    }
    move_deadline(flow, spec, look, deadline(spec, now)).await
}

async fn move_deadline(flow: &mut Flow, spec: &Spec, look: &Look<'_>, expires: Timestamp) -> Result<(), Trouble> {
    let moved = vmrule(flow, spec, expires);
    let change = json!({"metadata": {"annotations": moved["metadata"]["annotations"]}, "spec": moved["spec"]});
    look.connections.patch(&VMRULES, Some(&spec.namespace), &flow.name, &change).await?;
    flow.expires = Some(expires);
    Ok(())
}
