//! Signals to a process, and what the kernel tells about it.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// Asks the process to end.
pub(super) fn terminate(pid: u32) {
    signal(pid, |pid| kill_process(pid, Signal::TERM));
}

/// Ends the process and all that it started.
pub(super) fn kill(pid: u32) {
    signal(pid, |pid| kill_process_group(pid, Signal::KILL));
}

fn signal(pid: u32, send: impl Fn(Pid) -> rustix::io::Result<()>) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if let Some(Err(error)) = pid.map(send) {
        tracing::debug!(?pid, %error, "signal was not sent, the process has ended");
    }
}

/// One look at a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Usage {
    /// Resident memory in bytes.
    pub(super) memory: u64,
    /// CPU time since its start.
    pub(super) cpu: Duration,
}

/// The kernel's clock ticks per second in /proc/PID/stat: 100 on every Linux that user space sees.
const TICKS: u64 = 100;

/// `None` when the process is gone.
pub(super) fn usage(pid: u32) -> Option<Usage> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(Usage { memory: resident(&status)?, cpu: cpu_time(&stat)? })
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// User plus system time: the 14th and 15th field, counted after the name, which may hold blanks.
fn cpu_time(stat: &str) -> Option<Duration> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_cpu_are_read_from_the_kernels_text() {
        assert_eq!(resident("Name:\tx\nVmRSS:\t  2048 kB\n"), Some(2_097_152));
        let stat = "42 (a b) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 8 0 1 1 1";
        assert_eq!(cpu_time(stat), Some(Duration::from_secs(2)));
    }

    #[test]
    fn this_process_uses_memory() {
        assert!(usage(std::process::id()).unwrap().memory > 100_000);
    }
}
