//! Statuses: of applications, and the conditions of children.
//!
//! Source: VictoriaMetrics/operator v0.66.1, internal/controller/operator/factory/reconcile/status.go.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::app::Application;
use super::object::{Object, given, list, number, text};
use crate::sandbox::stamp::stamp;

/// All conditions that parents set on a child end so.
const SUFFIX: &str = ".victoriametrics.com/Applied";
/// A condition's time of update is written again only after this, to spare the API.
const UPDATE_AFTER: Duration = Duration::from_secs(60 * 60);
/// A condition that its parent no longer updates is dropped after this.
const DROP_AFTER: Duration = Duration::from_secs(4 * 60 * 60);

/// `status.updateStatus` of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// A new spec is being applied.
    Expanding,
    /// The last pass went through. It says nothing of pods: a rollout that takes too long ends here, too.
    Operational,
    /// The last pass failed with this reason.
    Failed(String),
    /// `spec.paused` is set.
    Paused,
}

/// The status of an application in `state`, or `None` when nothing changes.
pub fn of_application(application: &Application, state: &State) -> Option<Value> {
    let object = &application.object;
    let mut status = if object.status.is_object() { object.status.clone() } else { json!({}) };
    let fields = status.as_object_mut()?;
    let name = match state {
        State::Expanding => "expanding",
        State::Operational => "operational",
        State::Failed(_) => "failed",
        State::Paused => "paused",
    };
    match state {
        State::Failed(reason) => drop(fields.insert("reason".into(), json!(reason))),
        // A paused object keeps the reason that it had.
        State::Paused => {}
        State::Expanding | State::Operational => drop(fields.remove("reason")),
    }
    fields.insert("updateStatus".into(), json!(name));
    fields.insert("observedGeneration".into(), json!(object.generation));
    if application.app == super::kinds::App::Agent {
        fields.insert("selector".into(), json!(application.selector_text()));
        for (field, key) in [("replicaCount", "replicas"), ("shardCount", "shards")] {
            if let Some(count) = number(application.spec(), field).filter(|count| *count > 0) {
                fields.insert(key.into(), json!(count));
            }
        }
    }
    (status != object.status).then_some(status)
}

/// The type of the condition that a parent sets: `<parent>.<namespace>.<kind>.victoriametrics.com/Applied`.
pub fn condition_type(parent: &Application) -> String {
    format!("{}.{}.{}{SUFFIX}", parent.object.name, parent.object.namespace, parent.app.prefix())
}

/// The status of a child after `parent` rendered it, or left it out because of `error`; `None` when nothing changes.
pub fn of_child(child: &Object, condition_type: &str, error: Option<&str>, now: Timestamp) -> Option<Value> {
    let mut conditions: Vec<Value> = list(&child.status, "conditions").to_vec();
    let previous = conditions.iter().position(|c| text(c, "type") == condition_type);
    let condition = condition(child, condition_type, error, previous.map(|i| &conditions[i]), now);
    match previous {
        Some(index) => conditions[index] = condition,
        None => conditions.push(condition),
    }
    conditions.retain(|c| !text(c, "type").ends_with(SUFFIX) || age(c, now) <= DROP_AFTER);
    let mut errors: Vec<&str> = conditions
        .iter()
        .filter(|c| text(c, "type").ends_with(SUFFIX) && text(c, "status") == "False")
        .map(|c| text(c, "message"))
        .collect();
    errors.sort_unstable();
    let mut status = json!({
        "observedGeneration": child.generation,
        "updateStatus": if errors.is_empty() { "operational" } else { "failed" },
    });
    if let Some(first) = errors.first() {
        status["reason"] = json!(first);
    }
    status["conditions"] = json!(conditions);
    (status != child.status).then_some(status)
}

fn condition(child: &Object, kind: &str, error: Option<&str>, previous: Option<&Value>, now: Timestamp) -> Value {
    let status = if error.is_none() { "True" } else { "False" };
    let same = previous.filter(|p| text(p, "status") == status);
    let settled =
        same.filter(|p| number(p, "observedGeneration") == Some(child.generation) && age(p, now) <= UPDATE_AFTER);
    let kept = |from: Option<&Value>, field: &str| {
        from.and_then(|p| given(p, field)).cloned().unwrap_or_else(|| json!(stamp(now)))
    };
    let mut condition = json!({
        "type": kind,
        "status": status,
        // The reason is the same also where the child was refused: only status and message tell.
        "reason": "ConfigParsedAndApplied",
        "observedGeneration": child.generation,
        "lastTransitionTime": kept(same, "lastTransitionTime"),
        "lastUpdateTime": kept(settled, "lastUpdateTime"),
    });
    if let Some(error) = error {
        condition["message"] = json!(error);
    }
    condition
}

fn age(condition: &Value, now: Timestamp) -> Duration {
    let updated: Option<Timestamp> = text(condition, "lastUpdateTime").parse().ok();
    updated.map(|then| now.duration_since(then).unsigned_abs()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::operator::kinds::App;
    use crate::sandbox::operator::options::Images;

    const TYPE: &str = "vmalert.observability.vmalert.victoriametrics.com/Applied";

    fn at(time: &str) -> Timestamp {
        format!("2026-11-23T{time}Z").parse().unwrap()
    }

    fn child(generation: i64, status: Value) -> Object {
        Object { generation, status, ..Object::default() }
    }

    fn application(app: App, spec: Value, status: Value) -> Application {
        let object = Object {
            namespace: "observability".into(),
            name: "vmalert".into(),
            generation: 3,
            spec,
            status,
            ..Object::default()
        };
        Application::new(app, object, &Images::default())
    }

    #[test]
    fn the_condition_is_named_after_the_parent() {
        assert_eq!(condition_type(&application(App::Alert, json!({}), json!(null))), TYPE);
    }

    #[test]
    fn a_rendered_child_is_operational() {
        let status = of_child(&child(1, json!(null)), TYPE, None, at("09:03:15")).unwrap();
        let expected = json!({"conditions": [{"lastTransitionTime": "2026-11-23T09:03:15Z", "lastUpdateTime": "2026-11-23T09:03:15Z",
            "observedGeneration": 1, "reason": "ConfigParsedAndApplied", "status": "True", "type": TYPE}],
            "observedGeneration": 1, "updateStatus": "operational"});
        assert_eq!(status, expected);
        assert_eq!(of_child(&child(1, status), TYPE, None, at("09:30:00")), None);
    }

    #[test]
    fn an_edit_updates_the_condition_but_is_no_transition() {
        let first = of_child(&child(1, json!(null)), TYPE, None, at("09:00:00")).unwrap();
        let second = of_child(&child(2, first), TYPE, None, at("09:05:00")).unwrap();
        assert_eq!(second["conditions"][0]["lastTransitionTime"], "2026-11-23T09:00:00Z");
        assert_eq!(second["conditions"][0]["lastUpdateTime"], "2026-11-23T09:05:00Z");
    }

    #[test]
    fn a_refused_child_is_failed_with_the_first_message() {
        let good =
            of_child(&child(1, json!(null)), "b.n.vmagent.victoriametrics.com/Applied", None, at("09:00:00")).unwrap();
        let status = of_child(&child(1, good), TYPE, Some("bad expr"), at("09:00:01")).unwrap();
        assert_eq!(status["updateStatus"], "failed");
        assert_eq!(status["reason"], "bad expr");
        assert_eq!(status["conditions"][1]["status"], "False");
        assert_eq!(status["conditions"][1]["reason"], "ConfigParsedAndApplied");
    }

    #[test]
    fn a_stale_condition_of_another_parent_stays_for_hours() {
        let other = of_child(&child(1, json!(null)), "old.n.vmagent.victoriametrics.com/Applied", None, at("01:00:00"))
            .unwrap();
        let soon = of_child(&child(1, other.clone()), TYPE, None, at("02:00:00")).unwrap();
        assert_eq!(list(&soon, "conditions").len(), 2);
        let late = of_child(&child(1, other), TYPE, None, at("06:00:00")).unwrap();
        assert_eq!(list(&late, "conditions").len(), 1);
    }

    #[test]
    fn success_clears_the_reason_and_a_pause_keeps_it() {
        let failed = json!({"observedGeneration": 2, "updateStatus": "failed", "reason": "no"});
        let of = |state: State| of_application(&application(App::Alert, json!({}), failed.clone()), &state).unwrap();
        assert_eq!(of(State::Operational), json!({"observedGeneration": 3, "updateStatus": "operational"}));
        assert_eq!(of(State::Paused)["reason"], "no");
        assert_eq!(of(State::Failed("why".into()))["reason"], "why");
    }

    #[test]
    fn an_agents_status_has_a_selector_and_counts_only_when_set() {
        let plain = of_application(&application(App::Agent, json!({}), json!(null)), &State::Operational).unwrap();
        assert_eq!(
            plain["selector"],
            "app.kubernetes.io/component=monitoring,app.kubernetes.io/instance=vmalert,app.kubernetes.io/name=vmagent,managed-by=vm-operator"
        );
        assert_eq!(plain.get("replicas"), None);
        let sharded = application(App::Agent, json!({"shardCount": 2}), json!(null));
        assert_eq!(of_application(&sharded, &State::Expanding).unwrap()["shards"], 2);
    }
}
