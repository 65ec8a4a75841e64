//! A pod as the API server gives it: whether it is over, and what runs in it.

use serde_json::Value;

/// Whether it has ended, and will not run again.
pub fn is_done(pod: &Value) -> bool {
    matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed"))
}

/// Its containers, each with its status where it has one. Init containers have ended and count for nothing, but for sidecars.
pub fn containers(pod: &Value) -> impl Iterator<Item = (&Value, Option<&Value>)> {
    let items = |of: &str, list: &str| pod[of][list].as_array().into_iter().flatten();
    let sidecars = items("spec", "initContainers").filter(|one| one["restartPolicy"] == "Always");
    items("spec", "containers").chain(sidecars).map(move |container| {
        let mut statuses = items("status", "containerStatuses").chain(items("status", "initContainerStatuses"));
        (container, statuses.find(|status| status["name"] == container["name"]))
    })
}
