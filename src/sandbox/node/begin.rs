//! Starts a container's process, and shows why it cannot be started yet.

use std::time::Duration;

use k8s_openapi::api::core::v1::Container;
use tokio::process::Child;
use tokio::sync::watch;

use super::backoff::Backoff;
use super::clock;
use super::command::{Blocked, order};
use super::container::pause;
use super::container_state::Stage;
use super::context::{Running, Slot, Stop};
use super::events::Tone;

/// Starts the process, however long its image or configuration keeps it waiting; `None` if the pod stops before.
pub(super) async fn start(
    running: &Running,
    slot: Slot,
    container: &Container,
    stop: &mut watch::Receiver<Stop>,
) -> Option<Child> {
    let mut pulls = Backoff::default();
    loop {
        let blocked = match order(running, container) {
            Ok(order) => match running.shared.launcher.launch(order).await {
                Ok(child) => {
                    began(running, slot, container, &child).await;
                    return Some(child);
                }
                Err(error) => Blocked::Start(format!("{error:#}")),
            },
            Err(blocked) => blocked,
        };
        let wait = tell_blocked(running, slot, container, &blocked, &mut pulls).await;
        if !pause(wait, stop).await {
            return None;
        }
    }
}

async fn began(running: &Running, slot: Slot, container: &Container, child: &Child) {
    let pid = child.id().unwrap_or(0);
    running.update(slot, |one| {
        one.over_limit = false;
        one.stage = Stage::Running {
            started_at: clock::now(),
            container_id: clock::container_id(running.uid(), &container.name, one.restarts),
            pid,
        };
    });
    let name = Some(container.name.as_str());
    let image = container.image.as_deref().unwrap_or_default();
    let pulled = format!("Container image \"{image}\" already present on machine");
    running.event(name, Tone::Normal, "Pulled", &pulled).await;
    running.event(name, Tone::Normal, "Created", &format!("Created container: {}", container.name)).await;
    running.event(name, Tone::Normal, "Started", &format!("Started container {}", container.name)).await;
}

/// Shows why the container does not start; gives how long to wait before the next try.
async fn tell_blocked(
    running: &Running,
    slot: Slot,
    container: &Container,
    blocked: &Blocked,
    pulls: &mut Backoff,
) -> Duration {
    let waiting = |reason: &str, message: &str| {
        running.update(slot, |one| {
            one.stage = Stage::Waiting { reason: reason.to_owned(), message: Some(message.to_owned()) }
        });
    };
    let name = Some(container.name.as_str());
    match blocked {
        Blocked::Image(error) => {
            let image = container.image.as_deref().unwrap_or_default();
            waiting("ErrImagePull", error);
            running.event(name, Tone::Warning, "Failed", &format!("Failed to pull image \"{image}\": {error}")).await;
            running.event(name, Tone::Warning, "Failed", "Error: ErrImagePull").await;
            tokio::time::sleep(Duration::from_millis(500)).await;
            let message = format!("Back-off pulling image \"{image}\": ErrImagePull: {error}");
            waiting("ImagePullBackOff", &message);
            running.event(name, Tone::Normal, "BackOff", &format!("Back-off pulling image \"{image}\"")).await;
            running.event(name, Tone::Warning, "Failed", "Error: ImagePullBackOff").await;
            pulls.after_failed_pull()
        }
        Blocked::Configuration(error) => {
            waiting("CreateContainerConfigError", error);
            running.event(name, Tone::Warning, "Failed", &format!("Error: {error}")).await;
            Duration::from_secs(2)
        }
        Blocked::Start(error) => {
            waiting("CreateContainerError", error);
            running.event(name, Tone::Warning, "Failed", &format!("Error: {error}")).await;
            Duration::from_secs(5)
        }
    }
}
