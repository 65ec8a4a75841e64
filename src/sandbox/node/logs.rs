//! Where a container's output goes, and its end for the status.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::context::Running;

/// As much as the kubelet takes for a termination message.
const MESSAGE_BYTES: usize = 2048;
const MESSAGE_LINES: usize = 80;

/// A fresh log for a new start; the one before becomes `.previous.log`.
pub(super) fn rotate(running: &Running, container: &str) -> Result<PathBuf> {
    let log = running.logs.join(format!("{container}.log"));
    std::fs::create_dir_all(&running.logs).with_context(|| format!("cannot create {}", running.logs.display()))?;
    if log.exists() {
        std::fs::rename(&log, running.logs.join(format!("{container}.previous.log")))
            .with_context(|| format!("cannot rotate {}", log.display()))?;
    }
    Ok(log)
}

/// The end of the current log.
pub(super) fn tail(running: &Running, container: &str) -> Option<String> {
    let bytes = std::fs::read(running.logs.join(format!("{container}.log"))).ok()?;
    Some(last_part(&String::from_utf8_lossy(&bytes)))
}

fn last_part(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut end = lines[lines.len().saturating_sub(MESSAGE_LINES)..].join("\n");
    if !lines.is_empty() {
        end.push('\n');
    }
    let mut cut = end.len().saturating_sub(MESSAGE_BYTES);
    while !end.is_char_boundary(cut) {
        cut += 1;
    }
    end.split_off(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_the_last_lines_within_its_size() {
        let long: String = (0..100).map(|n| format!("line {n}\n")).collect();
        let end = last_part(&long);
        assert!(end.starts_with("line 20\n") && end.ends_with("line 99\n"), "{end}");
        assert_eq!(last_part(&"é".repeat(5000)).len(), 2047);
    }
}
