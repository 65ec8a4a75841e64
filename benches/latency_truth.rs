//! Prints how far measured quantiles are from the truth, the library's open loop beside a closed loop, in one run.
//!
//! `cargo bench --bench latency_truth`; figures are medians of interleaved runs, with the worst beside them.

#[allow(dead_code, reason = "the test uses the rest")]
#[path = "../tests/latency_truth/measure.rs"]
mod measure;
#[path = "../tests/latency_truth/scripts.rs"]
mod scripts;
#[allow(dead_code, reason = "the test uses the rest")]
#[path = "../tests/latency_truth/server.rs"]
mod server;

use std::time::Duration;

use measure::{closed_loop, observe, spec};
use scripts::{Stall, stratified, stratified_sorted};
use server::{Deed, TruthServer};
use signoff::load::{Quantile, Sample};

const RUNS: usize = 3;

fn main() {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("{cores} cores, load average {}", load.trim());
    println!("{:<34} {:>10} {:>22} {:>22}", "p95 in ms: server", "truth", "open loop (worst)", "closed loop (worst)");
    steady();
    stall(2.0);
    stall(4.0);
}

/// No stall: 1000 requests at 100/s.
fn steady() {
    const COUNT: usize = 1000;
    let truth = Quantile::P95.of(&stratified_sorted(COUNT)).expect("there are samples");
    let server = || {
        let service = stratified(COUNT);
        TruthServer::start(move |n, _| Deed::good(service(n)))
    };
    compare("steady, 5 ms + Exp(20 ms)", truth, 100.0, COUNT, server);
}

/// One stall in 20 s at 50/s.
fn stall(seconds: f64) {
    let lasts = Duration::from_secs_f64(seconds);
    let stall = Stall { service: Duration::from_millis(5), from: Duration::from_millis(5010), lasts };
    let truth = Quantile::P95.of(&stall.sorted(50.0, 1000)).expect("there are samples");
    compare(&format!("{seconds} s stall in 20 s, else 5 ms"), truth, 50.0, 1000, || TruthServer::start(stall.script()));
}

fn compare(name: &str, truth_us: u64, per_second: f64, count: usize, server: impl Fn() -> TruthServer) {
    let spec = spec("{p95: {below: 100s}}", per_second, count as u32);
    let (mut open, mut closed, mut lag) = (Vec::new(), Vec::new(), 0);
    for _ in 0..RUNS {
        let seen = observe(&spec, server().address);
        let samples = &seen.passes[0].samples;
        open.push(p95(samples.iter().map(|sample: &Sample| sample.latency_us)));
        lag = lag.max(samples.iter().map(|sample| sample.lag_us).max().unwrap_or(0));
        let lasts = Duration::from_secs_f64(count as f64 / per_second);
        closed.push(p95(closed_loop(server().address, per_second, lasts)));
    }
    let show = |seen: &mut Vec<u64>| {
        seen.sort_by_key(|&us| us.abs_diff(truth_us));
        format!("{:.2} ({:.2})", seen[seen.len() / 2] as f64 / 1e3, seen[seen.len() - 1] as f64 / 1e3)
    };
    let (open, closed) = (show(&mut open), show(&mut closed));
    println!(
        "{name:<34} {:>10.2} {open:>22} {closed:>22}   longest send lag {:.2}",
        truth_us as f64 / 1e3,
        lag as f64 / 1e3
    );
}

fn p95(latencies_us: impl IntoIterator<Item = u64>) -> u64 {
    let mut sorted: Vec<u64> = latencies_us.into_iter().collect();
    sorted.sort_unstable();
    Quantile::P95.of(&sorted).expect("there are samples")
}
