//! Runs one container to its end: prepare, start, watch, restart with back-off.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Container;
use tokio::process::Child;
use tokio::sync::watch;

use super::backoff::{Backoff, go_duration};
use super::container_state::{Ended, Stage};
use super::context::{Running, Slot, Stop};
use super::events::Tone;
use super::{begin, clock, probe, process};

/// How a container's life ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It exited by itself and is not to be started again.
    Exited { success: bool },
    /// The pod is to end.
    Stopped,
}

/// Runs the container until it need not be started again, or the pod stops.
pub(super) async fn run(running: &Running, slot: Slot, container: &Container) -> End {
    let mut stop = running.stop.subscribe();
    let mut backoff = Backoff::default();
    loop {
        let Some(mut child) = begin::start(running, slot, container, &mut stop).await else {
            return End::Stopped;
        };
        let began = Instant::now();
        let outcome = attend(running, slot, container, &mut child, &mut stop).await;
        let code = finish(running, slot, container, outcome.status);
        if outcome.stopping {
            return End::Stopped;
        }
        if !restarts(running, slot, code) {
            return End::Exited { success: code == 0 };
        }
        let wait = backoff.after(began.elapsed());
        if !wait.is_zero() && !hold_back(running, slot, container, wait, &mut stop).await {
            return End::Stopped;
        }
        running.update(slot, |one| one.restarts += 1);
    }
}

fn restarts(running: &Running, slot: Slot, code: i32) -> bool {
    let policy = running.pod.spec.as_ref().and_then(|spec| spec.restart_policy.as_deref());
    match policy.unwrap_or("Always") {
        "Never" => false,
        "OnFailure" => code != 0,
        // Init containers run once; `Always` means "until success" for them.
        _ => code != 0 || !slot.is_init,
    }
}

struct Outcome {
    status: Option<ExitStatus>,
    stopping: bool,
}

/// Waits for the process while it is probed, and ends it when it fails its probes or the pod stops.
async fn attend(
    running: &Running,
    slot: Slot,
    container: &Container,
    child: &mut Child,
    stop: &mut watch::Receiver<Stop>,
) -> Outcome {
    let pid = child.id().unwrap_or(0);
    let own_grace = running.pod.spec.as_ref().and_then(|spec| spec.termination_grace_period_seconds);
    let (grace, stopping) = tokio::select! {
        status = child.wait() => return Outcome { status: status.ok(), stopping: *stop.borrow() != Stop::No },
        text = async {
            if slot.is_init { std::future::pending().await } else { probe::watch(running, slot, container).await }
        } => {
            running.event(Some(&container.name), Tone::Normal, "Killing", &text).await;
            (Duration::from_secs(own_grace.and_then(|s| u64::try_from(s).ok()).unwrap_or(30)), false)
        }
        grace = stopped(stop) => {
            if !grace.is_zero() {
                let text = format!("Stopping container {}", container.name);
                running.event(Some(&container.name), Tone::Normal, "Killing", &text).await;
            }
            (grace, true)
        }
    };
    if !grace.is_zero() {
        process::terminate(pid);
    }
    tokio::select! {
        status = child.wait() => return Outcome { status: status.ok(), stopping },
        () = tokio::time::sleep(grace) => {}
        () = stopped_now(stop) => {}
    }
    process::kill(pid);
    let status = tokio::time::timeout(Duration::from_secs(5), child.wait()).await;
    Outcome { status: status.ok().and_then(Result::ok), stopping }
}

/// Waits until the pod is to end; gives its grace period.
async fn stopped(stop: &mut watch::Receiver<Stop>) -> Duration {
    let value = stop.wait_for(|stop| *stop != Stop::No).await.map(|stop| *stop);
    match value {
        Ok(Stop::Within(grace)) => grace,
        _ => Duration::ZERO,
    }
}

async fn stopped_now(stop: &mut watch::Receiver<Stop>) {
    let _ = stop.wait_for(|stop| *stop == Stop::Now).await;
}

/// Sleeps; false if the pod stops meanwhile.
pub(super) async fn pause(wait: Duration, stop: &mut watch::Receiver<Stop>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(wait) => true,
        _ = stopped(stop) => false,
    }
}

/// Notes the end; gives the exit code, `128 + signal` for a killed process as container runtimes do.
fn finish(running: &Running, slot: Slot, container: &Container, status: Option<ExitStatus>) -> i32 {
    let code = status.map_or(137, |status| status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(9)));
    let from_log = container.termination_message_policy.as_deref() == Some("FallbackToLogsOnError") && code != 0;
    let message = from_log.then(|| super::logs::tail(running, &container.name)).flatten();
    running.update(slot, |one| {
        let Stage::Running { started_at, container_id, .. } = one.stage.clone() else {
            return;
        };
        let reason = match (one.over_limit, code) {
            (true, _) => "OOMKilled",
            (false, 0) => "Completed",
            (false, _) => "Error",
        };
        let ended = Ended { exit_code: code, reason, message, started_at, finished_at: clock::now(), container_id };
        one.last = (!slot.is_init || code != 0).then(|| ended.clone());
        one.stage = Stage::Terminated(ended);
        one.ready = false;
        one.started = false;
    });
    code
}

/// `CrashLoopBackOff`; false if the pod stops meanwhile.
async fn hold_back(
    running: &Running,
    slot: Slot,
    container: &Container,
    wait: Duration,
    stop: &mut watch::Receiver<Stop>,
) -> bool {
    let printed = running.printed();
    let message =
        format!("back-off {} restarting failed container={} pod={printed}", go_duration(wait), container.name);
    running.update(slot, |one| {
        one.stage = Stage::Waiting { reason: "CrashLoopBackOff".to_owned(), message: Some(message) }
    });
    let text = format!("Back-off restarting failed container {} in pod {printed}", container.name);
    running.event(Some(&container.name), Tone::Warning, "BackOff", &text).await;
    pause(wait, stop).await
}
