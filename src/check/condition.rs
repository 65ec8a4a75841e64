//! A condition, as objects of Kubernetes carry them in their status (apimachinery, meta/v1 `Condition`; those of
//! CustomResourceDefinitions and of External Secrets lack some of its fields).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Letters of a message that are kept: a dry run of Flux quotes the whole object.
const MESSAGE: usize = 300;

/// One condition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// `Ready`.
    #[serde(rename = "type", default)]
    pub name: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// For machines.
    #[serde(default)]
    pub reason: String,
    /// For people, in one line, shortened.
    #[serde(default)]
    pub message: String,
    /// The generation that it speaks of; absent where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "generation")]
    pub observed_generation: Option<i64>,
    /// When its status became what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

impl Condition {
    /// All conditions of an object.
    pub fn all(object: &Value) -> impl Iterator<Item = Self> {
        object["status"]["conditions"].as_array().into_iter().flatten().filter_map(Self::read)
    }

    /// The condition of this type.
    pub fn of(object: &Value, name: &str) -> Option<Self> {
        Self::all(object).find(|one| one.name == name)
    }

    fn read(json: &Value) -> Option<Self> {
        let text = |key: &str| json[key].as_str();
        Some(Self {
            name: text("type")?.to_owned(),
            status: text("status")?.to_owned(),
            reason: text("reason").unwrap_or_default().to_owned(),
            message: shortened(text("message").unwrap_or_default()),
            observed_generation: json["observedGeneration"].as_i64(),
            since: text("lastTransitionTime").and_then(|time| time.parse().ok()),
        })
    }

    /// Whether its status is `True`.
    pub fn is_true(&self) -> bool {
        self.status == "True"
    }

    /// `Ready is False (BuildFailed): no such file`.
    pub fn words(&self) -> String {
        let why = if self.reason.is_empty() { String::new() } else { format!(" ({})", self.reason) };
        let message = if self.message.is_empty() { String::new() } else { format!(": {}", self.message) };
        // Some evidence of earlier runs has no name.
        let name = if self.name.is_empty() { "it" } else { &self.name };
        format!("{name} is {}{why}{message}", self.status)
    }
}

fn shortened(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_object_says_is_told_in_one_line() {
        let object = json!({"status": {"conditions": [
            {"type": "Ready", "status": "False", "reason": "BuildFailed", "message": "no such\n  file",
             "observedGeneration": 3, "lastTransitionTime": "2026-03-01T11:00:10Z"},
            {"type": "Stalled", "status": "True"}, {"type": "Malformed"}, "neither",
        ]}});
        let ready = Condition::of(&object, "Ready").unwrap();
        assert_eq!(ready.words(), "Ready is False (BuildFailed): no such file");
        assert_eq!((ready.observed_generation, ready.is_true()), (Some(3), false));
        assert_eq!(ready.since, Some("2026-03-01T11:00:10Z".parse().unwrap()));
        assert_eq!(Condition::of(&object, "Stalled").unwrap().words(), "Stalled is True");
        assert_eq!(Condition::of(&object, "Malformed"), None);
        assert_eq!(Condition::all(&json!({})).count(), 0);
    }

    #[test]
    fn a_long_message_is_shortened_at_a_letter() {
        let object = json!({"status": {"conditions": [{"type": "R", "status": "True", "message": "ü".repeat(301)}]}});
        let message = Condition::of(&object, "R").unwrap().message;
        assert_eq!((message.chars().count(), message.ends_with("ü...")), (303, true));
    }

    #[test]
    fn what_was_saved_is_read_again_that_of_earlier_runs_too() {
        let saved = json!({"type": "Ready", "status": "True", "reason": "R", "message": "m", "observed_generation": 3,
            "since": "2026-03-01T11:00:10Z"});
        let read: Condition = serde_json::from_value(saved.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), saved);
        let earlier = json!({"status": "True", "generation": 2});
        assert_eq!(serde_json::from_value::<Condition>(earlier).unwrap().observed_generation, Some(2));
    }
}
