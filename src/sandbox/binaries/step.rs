//! Runs one command of a fetch, with a deadline, and says how long it has taken.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Command;

use super::Progress;

/// How often a running step is mentioned.
const MENTION: Duration = Duration::from_secs(5);

/// Runs `command` to its end and gives what it wrote to stdout; `label` says what is being done, e.g. `vmagent v1.131.0: go install`.
pub(super) async fn run(
    label: &str,
    command: &mut Command,
    deadline: Duration,
    progress: Progress<'_>,
) -> Result<String> {
    let started = Instant::now();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own: what it has started itself ends with it.
        .process_group(0)
        .kill_on_drop(true);
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
    let mut group = Group(child.id());
    let output = child.wait_with_output();
    tokio::pin!(output);
    let output = loop {
        tokio::select! {
            done = &mut output => break done.with_context(|| format!("cannot wait for {name}"))?,
            () = tokio::time::sleep(MENTION) => {
                let elapsed = started.elapsed();
                if elapsed > deadline {
                    bail!("{name} did not end within {} s", deadline.as_secs());
                }
                progress(&format!("{label} ({} s)", elapsed.as_secs()));
            }
        }
    };
    group.0 = None;
    if !output.status.success() {
        bail!("{name} failed ({}): {}", output.status, tail(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The process group of a step that has not ended; dropping it kills the whole group (compilers that `go` has started).
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let leader = self
            .0
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let Some(leader) = leader {
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

/// The last lines of an error output: the cause stands at the end.
fn tail(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(4)..].join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_dropped_step_takes_along_what_it_has_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let mut command = Command::new("sh");
        command
            .args(["-c", "sleep 60 & echo $! > \"$0\"; wait"])
            .arg(&file);
        let child = async {
            loop {
                if let Some(pid) = std::fs::read_to_string(&file)
                    .ok()
                    .and_then(|text| text.trim().parse::<u32>().ok())
                {
                    break pid;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let pid = tokio::select! {
            _ = run("x", &mut command, Duration::from_secs(20), &|_| {}) => panic!("it ended"),
            pid = child => pid,
        };
        let alive = || {
            // One that nobody has waited for yet is a zombie without a command line.
            std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
        };
        let end = Instant::now() + Duration::from_secs(5);
        while alive() {
            assert!(Instant::now() < end, "process {pid} is left");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[tokio::test]
    async fn a_failing_step_gives_the_end_of_its_error_output() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo cause >&2; exit 3"]);
        let error = run("x", &mut command, Duration::from_secs(20), &|_| {}).await.unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.ends_with("cause"), "{error}");
    }
}
