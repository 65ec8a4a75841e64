//! What an object of Flux says of itself (conditions as Flux 2.7's controllers write them).
//!
//! Every object of Flux has a condition Ready of the generation that it speaks of; `observedGeneration` of the status follows
//! on success only. While a controller is at work on an object, also to try again, Ready is Unknown.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::check::condition::Condition;

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
        Self {
            suspended: object["spec"]["suspend"] == true,
            generation: object["metadata"]["generation"].as_i64().unwrap_or(0),
            resource_version: object["metadata"]["resourceVersion"].as_str().map(str::to_owned),
            ready: Condition::of(object, "Ready"),
            stalled: Condition::of(object, "Stalled").filter(Condition::is_true),
        }
    }

    pub(super) fn state(&self) -> State<'_> {
        let is_of_now = |one: &&Condition| one.observed_generation == Some(self.generation);
        if self.suspended {
            return State::Suspended;
        }
        if let Some(stalled) = self.stalled.as_ref().filter(is_of_now) {
            return State::Stalled(stalled);
        }
        let Some(ready) = &self.ready else { return State::Unobserved("it has no condition Ready".to_owned()) };
        if !is_of_now(&ready) {
            let of = ready.observed_generation.map_or_else(|| "none".to_owned(), |generation| generation.to_string());
            return State::Unobserved(format!("condition Ready is of {of}"));
        }
        match ready.status.as_str() {
            "True" => State::Ready,
            "False" => State::Failed(ready),
            _ => State::AtWork(ready),
        }
    }
}
