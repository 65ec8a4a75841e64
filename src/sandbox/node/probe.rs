//! Startup, readiness and liveness probes of one running container.

use std::net::Ipv4Addr;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Container, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::context::{Running, Slot};
use super::events::Tone;

/// Runs until liveness or startup fails for good; gives the event's text.
pub(super) async fn watch(running: &Running, slot: Slot, container: &Container) -> String {
    if let Some(probe) = &container.startup_probe {
        let mut streak = Streak::new(probe);
        sleep(delay(probe)).await;
        loop {
            let seen = check(probe, container, running.ip).await;
            if let Err(text) = &seen {
                tell(running, container, "Startup", text).await;
            }
            match streak.add(seen.is_ok()) {
                Some(true) => break,
                Some(false) => {
                    return format!("Container {} failed startup probe, will be restarted", container.name);
                }
                None => sleep(period(probe)).await,
            }
        }
    }
    running.update(slot, |one| {
        one.started = true;
        one.ready = container.readiness_probe.is_none();
    });
    let ready = readiness(running, slot, container);
    let live = liveness(running, container);
    tokio::select! {
        never = ready => match never {},
        text = live => text,
    }
}

async fn readiness(running: &Running, slot: Slot, container: &Container) -> std::convert::Infallible {
    let Some(probe) = &container.readiness_probe else {
        return std::future::pending().await;
    };
    let mut streak = Streak::new(probe);
    sleep(delay(probe)).await;
    let mut ready = false;
    loop {
        let began = Instant::now();
        let seen = check(probe, container, running.ip).await;
        if let Err(text) = &seen {
            tell(running, container, "Readiness", text).await;
        }
        if let Some(verdict) = streak.add(seen.is_ok())
            && verdict != ready
        {
            ready = verdict;
            running.update(slot, |one| one.ready = verdict);
        }
        // The first looks after a start are quick, as the kubelet's are: its worker does not wait a whole period for them.
        let pause = if ready { period(probe) } else { period(probe).min(Duration::from_secs(1)) };
        // From look to look, as the kubelet's ticker: a look that times out is part of the period.
        sleep(pause.saturating_sub(began.elapsed())).await;
    }
}

async fn liveness(running: &Running, container: &Container) -> String {
    let Some(probe) = &container.liveness_probe else {
        return std::future::pending().await;
    };
    let mut streak = Streak::new(probe);
    sleep(delay(probe)).await;
    let mut next = Instant::now() + period(probe);
    loop {
        sleep(next.saturating_duration_since(Instant::now())).await;
        next = Instant::now() + period(probe);
        let seen = check(probe, container, running.ip).await;
        if let Err(text) = &seen {
            tell(running, container, "Liveness", text).await;
        }
        if streak.add(seen.is_ok()) == Some(false) {
            return format!("Container {} failed liveness probe, will be restarted", container.name);
        }
    }
}

async fn tell(running: &Running, container: &Container, kind: &str, text: &str) {
    let message = format!("{kind} probe failed: {text}");
    running.event(Some(&container.name), Tone::Warning, "Unhealthy", &message).await;
}

/// Results in a row.
struct Streak {
    needed: [u32; 2],
    last: bool,
    length: u32,
}

impl Streak {
    fn new(probe: &Probe) -> Self {
        let number =
            |value: Option<i32>, usual| value.and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0).unwrap_or(usual);
        Self {
            needed: [number(probe.failure_threshold, 3), number(probe.success_threshold, 1)],
            last: false,
            length: 0,
        }
    }

    /// The verdict, once enough results in a row agree.
    fn add(&mut self, ok: bool) -> Option<bool> {
        self.length = if ok == self.last { self.length + 1 } else { 1 };
        self.last = ok;
        (self.length >= self.needed[usize::from(ok)]).then_some(ok)
    }
}

fn delay(probe: &Probe) -> Duration {
    seconds(probe.initial_delay_seconds, 0)
}

fn period(probe: &Probe) -> Duration {
    seconds(probe.period_seconds, 10).max(Duration::from_secs(1))
}

fn seconds(value: Option<i32>, usual: u64) -> Duration {
    Duration::from_secs(value.and_then(|n| u64::try_from(n).ok()).unwrap_or(usual))
}

/// One look, with the kubelet's words for a failure.
async fn check(probe: &Probe, container: &Container, ip: Ipv4Addr) -> Result<(), String> {
    let limit = seconds(probe.timeout_seconds, 1).max(Duration::from_secs(1));
    if let Some(http) = &probe.http_get {
        let port = port(&http.port, container).ok_or("port is not declared by the container")?;
        let path = http.path.as_deref().filter(|path| !path.is_empty()).unwrap_or("/");
        let url = format!("http://{ip}:{port}{path}");
        return match timeout(limit, http_status(ip, port, path)).await {
            Err(_) => Err(format!(
                "Get \"{url}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
            )),
            Ok(Err(error)) => Err(format!("Get \"{url}\": {}", dial_text(ip, port, &error))),
            Ok(Ok(code)) if (200..400).contains(&code) => Ok(()),
            Ok(Ok(code)) => Err(format!("HTTP probe failed with statuscode: {code}")),
        };
    }
    if let Some(tcp) = &probe.tcp_socket {
        let port = port(&tcp.port, container).ok_or("port is not declared by the container")?;
        return match timeout(limit, TcpStream::connect((ip, port))).await {
            Err(_) => Err(format!("dial tcp {ip}:{port}: i/o timeout")),
            Ok(Err(error)) => Err(dial_text(ip, port, &error)),
            Ok(Ok(_)) => Ok(()),
        };
    }
    // An exec probe needs the image's own file system, which there is none of: the process runs, so it holds.
    Ok(())
}

fn dial_text(ip: Ipv4Addr, port: u16, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => {
            format!("dial tcp {ip}:{port}: connect: connection refused")
        }
        _ => format!("dial tcp {ip}:{port}: {error}"),
    }
}

fn port(port: &IntOrString, container: &Container) -> Option<u16> {
    let number = match port {
        IntOrString::Int(number) => *number,
        IntOrString::String(name) => container
            .ports
            .iter()
            .flatten()
            .find(|one| one.name.as_deref() == Some(name))
            .map(|one| one.container_port)
            .or_else(|| name.parse().ok())?,
    };
    u16::try_from(number).ok()
}

/// The status code of a GET.
async fn http_status(ip: Ipv4Addr, port: u16, path: &str) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect((ip, port)).await?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {ip}:{port}\r\nUser-Agent: kube-probe/1.34\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = [0_u8; 12];
    stream.read_exact(&mut head).await?;
    let code = std::str::from_utf8(&head[9..]).ok().and_then(|text| text.parse().ok());
    code.ok_or_else(|| std::io::Error::other("malformed HTTP response"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_verdict_needs_its_threshold_of_results_in_a_row() {
        let probe: Probe = serde_json::from_value(json!({"failureThreshold": 3})).unwrap();
        let mut streak = Streak::new(&probe);
        let verdicts: Vec<_> = [false, false, true, false, false, false].map(|ok| streak.add(ok)).to_vec();
        assert_eq!(verdicts, [None, None, Some(true), None, None, Some(false)]);
    }

    #[test]
    fn a_named_port_is_looked_up_in_the_container() {
        let container: Container =
            serde_json::from_value(json!({"name": "a", "ports": [{"name": "web", "containerPort": 9093}]})).unwrap();
        assert_eq!(port(&IntOrString::String("web".to_owned()), &container), Some(9093));
        assert_eq!(port(&IntOrString::String("none".to_owned()), &container), None);
    }

    #[tokio::test]
    async fn a_refused_connection_is_told_as_go_does() {
        let probe: Probe = serde_json::from_value(json!({"httpGet": {"path": "/health", "port": 1}})).unwrap();
        let container: Container = serde_json::from_value(json!({"name": "a"})).unwrap();
        let text = check(&probe, &container, Ipv4Addr::new(127, 250, 9, 9)).await.unwrap_err();
        assert_eq!(text, "Get \"http://127.250.9.9:1/health\": dial tcp 127.250.9.9:1: connect: connection refused");
    }
}
