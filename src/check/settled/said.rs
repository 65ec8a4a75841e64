//! What an object of Flux says of itself (conditions as Flux 2.7's controllers write them).
//!
//! Every object of Flux has a condition Ready of the generation that it speaks of; `observedGeneration` of the status follows
//! on success only. While a controller is at work on an object, also to try again, Ready is Unknown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Letters of a condition's message that are kept.
const MESSAGE: usize = 200;

/// What is read of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Said {
    /// `spec.suspend`.
    pub suspended: bool,
    /// Generation of its spec.
    pub generation: i64,
    /// Its resourceVersion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// The condition Ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Condition>,
    /// The condition Stalled, where it is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stalled: Option<Condition>,
}

/// A condition.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Condition {
    /// `Ready`.
    #[serde(rename = "type")]
    pub name: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// For machines.
    pub reason: String,
    /// For people, shortened.
    pub message: String,
    /// The generation that it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// When it became so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// What that means.
#[derive(Debug)]
pub(super) enum State<'a> {
    /// Nobody works on it.
    Suspended,
    /// Its controller has not looked at this generation; which one it has looked at, in words.
    Unobserved(String),
    /// Its controller works on it.
    AtWork(&'a Condition),
    /// Its work is done.
    Ready,
    /// Its work has failed.
    Failed(&'a Condition),
    /// The same, and it is not tried again.
    Stalled(&'a Condition),
}

impl Said {
    pub(super) fn of(object: &Value) -> Self {
        let conditions = object["status"]["conditions"].as_array().map_or(&[][..], Vec::as_slice);
        let find = |name: &str| conditions.iter().find(|one| one["type"] == name).map(condition);
        Self {
            suspended: object["spec"]["suspend"] == true,
            generation: object["metadata"]["generation"].as_i64().unwrap_or(0),
            resource_version: object["metadata"]["resourceVersion"].as_str().map(str::to_owned),
            ready: find("Ready"),
            stalled: find("Stalled").filter(|one| one.status == "True"),
        }
    }

    pub(super) fn state(&self) -> State<'_> {
        let is_of_now = |one: &&Condition| one.generation == Some(self.generation);
        if self.suspended {
            return State::Suspended;
        }
        if let Some(stalled) = self.stalled.as_ref().filter(is_of_now) {
            return State::Stalled(stalled);
        }
        let Some(ready) = &self.ready else { return State::Unobserved("it has no condition Ready".to_owned()) };
        if !is_of_now(&ready) {
            let of = ready.generation.map_or_else(|| "none".to_owned(), |generation| generation.to_string());
            return State::Unobserved(format!("condition Ready is of {of}"));
        }
        match ready.status.as_str() {
            "True" => State::Ready,
            "False" => State::Failed(ready),
            _ => State::AtWork(ready),
        }
    }
}

impl Condition {
    /// `Ready is False: BuildFailed: ...`
    pub(super) fn words(&self) -> String {
        format!("{} is {}: {}: {}", self.name, self.status, self.reason, self.message)
    }
}

fn condition(json: &Value) -> Condition {
    let text = |key: &str| json[key].as_str().unwrap_or("?").to_owned();
    Condition {
        name: text("type"),
        status: text("status"),
        reason: text("reason"),
        message: text("message").chars().take(MESSAGE).collect(),
        generation: json["observedGeneration"].as_i64(),
        since: json["lastTransitionTime"].as_str().and_then(|time| time.parse().ok()),
    }
}
