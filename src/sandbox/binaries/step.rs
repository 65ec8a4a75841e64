//! Runs one command of a fetch, with a deadline, and says how long it has taken.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
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
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
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
    if !output.status.success() {
        bail!("{name} failed ({}): {}", output.status, tail(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
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
    async fn a_failing_step_gives_the_end_of_its_error_output() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo cause >&2; exit 3"]);
        let error = run("x", &mut command, Duration::from_secs(20), &|_| {}).await.unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.ends_with("cause"), "{error}");
    }
}
