//! Comparing, and waiting until something can be seen.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::table::Proof;

/// How long anything may take that a busy machine does in seconds.
pub const PATIENCE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(100);

/// Holds where `seen` is, as JSON, what the contract says.
pub fn same(what: &str, seen: impl Serialize, said: impl Serialize) -> Proof {
    let [seen, said] = [json!(seen), json!(said)];
    holds(seen == said, || format!("{what} is {seen}, not {said}"))
}

/// Holds where the condition does.
pub fn holds(condition: bool, otherwise: impl FnOnce() -> String) -> Proof {
    if condition { Ok(()) } else { Err(otherwise()) }
}

/// Holds where the text begins so.
pub fn begins(what: &str, seen: &str, said: &str) -> Proof {
    holds(seen.starts_with(said), || format!("{what} is {seen:?}, which does not begin with {said:?}"))
}

/// Holds where the text has this part.
pub fn has(what: &str, seen: &str, said: &str) -> Proof {
    holds(seen.contains(said), || format!("{what} is {seen:?}, which has no {said:?}"))
}

impl Cluster {
    /// Looks at an object until it is as wanted; null while it is absent.
    pub async fn until(&self, what: &str, path: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value, String> {
        self.within(PATIENCE, what, path, wanted).await
    }

    /// The same with more patience.
    pub async fn within(
        &self,
        patience: Duration,
        what: &str,
        path: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value, String> {
        let end = Instant::now() + patience;
        loop {
            let answer = self.get(path).await?;
            let object = if answer.code == 200 { answer.body } else { Value::Null };
            if wanted(&object) {
                return Ok(object);
            }
            if Instant::now() > end {
                let seen = if object.is_null() { answer.text } else { shortened(&object) };
                return Err(format!("{what} did not come in {patience:?}; {path} is\n{seen}"));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until an object is gone.
    pub async fn gone(&self, path: &str) -> Proof {
        self.until("its end", path, Value::is_null).await.map(drop)
    }
}

/// An object's status and the parts of its metadata that tell.
fn shortened(object: &Value) -> String {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("managedFields");
    }
    if object.get("items").is_none() && object.get("status").is_some() {
        object.as_object_mut().and_then(|map| map.shift_remove("spec"));
    }
    format!("{object:#}")
}

/// The condition of a type; null where there is none.
pub fn condition<'a>(object: &'a Value, kind: &str) -> &'a Value {
    let all = object["status"]["conditions"].as_array();
    all.into_iter().flatten().find(|one| one["type"] == kind).unwrap_or(&Value::Null)
}

/// Is the condition of this type true?
pub fn is_true(object: &Value, kind: &str) -> bool {
    condition(object, kind)["status"] == "True"
}
