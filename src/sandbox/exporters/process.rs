//! The `process_*` series of this process, read from /proc as client libraries do.

use std::fs;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use super::page::Page;

/// USER_HZ: fixed at 100 in the kernel's interface on every architecture that Debian has.
const TICKS: f64 = 100.0;
const PAGE_SIZE: f64 = 4096.0;

/// Seconds since the epoch at which this process was first asked; good enough for a start time.
pub fn start_time() -> f64 {
    static START: OnceLock<f64> = OnceLock::new();
    *START.get_or_init(now)
}

/// Seconds since [`start_time`].
pub fn uptime() -> f64 {
    let start = start_time();
    (now() - start).max(0.0)
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Adds the series of this process.
pub fn add(page: &mut Page) {
    page.gauge("process_start_time_seconds", &[], start_time());
    if let Some((cpu, virtual_bytes, resident)) = fs::read_to_string("/proc/self/stat").ok().as_deref().and_then(parse)
    {
        page.counter("process_cpu_seconds_total", &[], cpu);
        page.gauge("process_virtual_memory_bytes", &[], virtual_bytes);
        page.gauge("process_resident_memory_bytes", &[], resident);
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        page.gauge("process_open_fds", &[], f64::from(u32::try_from(open.count()).unwrap_or(u32::MAX)));
    }
}

/// CPU seconds, virtual bytes and resident bytes from a line of /proc/PID/stat (proc_pid_stat(5)).
fn parse(stat: &str) -> Option<(f64, f64, f64)> {
    // The name in parentheses may hold spaces: count from its end.
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |number: usize| -> Option<f64> { fields.get(number - 3)?.parse().ok() };
    Some(((field(14)? + field(15)?) / TICKS, field(23)?, field(24)? * PAGE_SIZE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_does_not_shift_the_fields() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 4 0 100 8192 3 18446744073709551615";
        assert_eq!(parse(stat), Some((2.0, 8192.0, 12288.0)));
    }

    #[test]
    fn this_process_has_memory() {
        let mut page = Page::default();
        add(&mut page);
        assert!(page.text().contains("process_resident_memory_bytes "));
    }
}
