//! Removes what a killed run left: rules that have expired, and silences whose rule is gone.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::alertmanager;
use super::flow::VMRULES;
use super::rule::{EXPIRES, NONCE_OBJECT_LABEL};
use super::spec::Spec;
use crate::check::look::Look;
use crate::check::ours;
use crate::check::trouble::Trouble;

/// After its deadline a rule needs this long at most to end its alerts everywhere.
const GRACE: SignedDuration = SignedDuration::from_secs(30);
/// A silence is made before its rule; within this time another run may be about to make it.
const YOUNG: SignedDuration = SignedDuration::from_secs(60);
/// A silence that ends so soon was left on purpose: vmalert may still run a rule that was given up and deleted.
const ENDING: SignedDuration = SignedDuration::from_secs(90);

/// Sweeps one namespace and its Alertmanagers; adds what it removes to `removed`, in words. Nothing of anyone else's is
/// touched, and nothing of a run that may still be under way.
pub async fn sweep(spec: &Spec, look: &Look<'_>, now: Timestamp, removed: &mut Vec<String>) -> Result<(), Trouble> {
    let namespace = Some(spec.namespace.as_str());
    let mut living = BTreeSet::new();
    for rule in look.connections.list(&VMRULES, namespace, ours::RUN).await? {
        let name = rule["metadata"]["name"].as_str().unwrap_or_default();
        if is_over(&rule, now) {
            look.connections.delete(&VMRULES, namespace, name).await?;
            removed.push(format!("VMRule {}/{name}", spec.namespace));
        } else if let Some(nonce) = rule["metadata"]["labels"][NONCE_OBJECT_LABEL].as_str() {
            living.insert(nonce.to_owned());
        }
    }
    for pod in look.connections.pods(&spec.alertmanager_endpoint()).await? {
        for silence in alertmanager::all_silences(look, &pod).await? {
            let Some(nonce) = silence.nonce().filter(|nonce| !living.contains(*nonce)) else { continue };
            if silence.is_active() && is_left_over(silence.starts_at, silence.ends_at, now) {
                alertmanager::expire_one(look, &pod, &silence.id).await?;
                removed.push(format!("silence {} of {nonce} on {pod}", silence.id));
            }
        }
    }
    Ok(())
}

/// Whether a silence of ours without a rule was left by a run that died.
fn is_left_over(starts: Timestamp, ends: Timestamp, now: Timestamp) -> bool {
    starts + YOUNG < now && now + ENDING < ends
}

/// Whether a rule of ours has done its last. One without a readable deadline is not ours to judge by time, but carries
/// our label: it goes too.
fn is_over(rule: &Value, now: Timestamp) -> bool {
    let expires: Option<Timestamp> =
        rule["metadata"]["annotations"][EXPIRES].as_str().and_then(|text| text.parse().ok());
    expires.is_none_or(|expires| expires + GRACE < now)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_silence_is_left_over_when_it_is_neither_young_nor_about_to_end() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let left = |now| is_left_over(time("2026-11-23T10:00:00Z"), time("2026-11-23T10:15:00Z"), time(now));
        assert!(!left("2026-11-23T10:01:00Z"));
        assert!(left("2026-11-23T10:01:01Z"));
        assert!(left("2026-11-23T10:13:29Z"));
        assert!(!left("2026-11-23T10:13:30Z"));
    }

    #[test]
    fn a_rule_is_over_some_time_after_its_deadline() {
        let now = "2026-11-23T10:00:30Z".parse().unwrap();
        let rule = |expires: &str| json!({"metadata": {"annotations": {EXPIRES: expires}}});
        assert!(is_over(&rule("2026-11-23T09:59:59Z"), now));
        assert!(!is_over(&rule("2026-11-23T10:00:00Z"), now));
        assert!(!is_over(&rule("2026-11-23T10:05:00Z"), now));
        assert!(is_over(&json!({"metadata": {}}), now));
    }
}
