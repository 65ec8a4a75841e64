//! The figures as a table, with what they depend on.

use std::time::Duration;

use super::cost::{Contender, Cost, FLOOR, OWN, SCRIPT, version};

/// One part of a cost.
type Part = fn(&Cost) -> Duration;

/// When, where, and with which programs.
pub fn head(agent: &str) {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{}, {cores} cores, {}", jiff::Timestamp::now().strftime("%F %R UTC"), load("load average"));
    let programs = ["curl", "jq"].map(|program| version(program).unwrap_or_else(|| format!("no {program}")));
    println!("{agent}; {}; {}", programs[0].split(" (").next().unwrap_or_default(), programs[1]);
}

pub fn load(name: &str) -> String {
    format!("{name} {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim())
}

/// Medians of each contender, and the two ratios that have a goal.
pub fn print(contenders: &[Contender], costs: &[Vec<Cost>]) {
    println!("  {:<24} {:>10} {:>20} {:>10} {:>10}", "medians", "wall ms", "(least .. most)", "CPU ms", "RSS MiB");
    for (contender, costs) in contenders.iter().zip(costs) {
        let mut walls: Vec<Duration> = costs.iter().map(|cost| cost.wall).collect();
        walls.sort_unstable();
        let range = format!("({:.0} .. {:.0})", ms(walls[0]), ms(walls[walls.len() - 1]));
        let peak = costs.iter().filter_map(|cost| cost.peak_rss_kib).max();
        let peak = peak.map_or("-".to_owned(), |kib| format!("{:.1}", kib as f64 / 1024.0));
        let (wall, cpu) = (median(costs, |cost| cost.wall), median(costs, |cost| cost.cpu));
        println!("  {:<24} {:>10.0} {range:>20} {:>10.0} {peak:>10}", contender.name, ms(wall), ms(cpu));
    }
    let of = |name, what: Part| {
        let index = contenders.iter().position(|contender| contender.name == name)?;
        Some(median(&costs[index], what).as_secs_f64())
    };
    let goals: [(&str, Part, f64); 2] = [(FLOOR, |cost| cost.wall, 1.15), (SCRIPT, |cost| cost.cpu, 0.12)];
    for ((other, what, goal), word) in goals.into_iter().zip(["wall", "CPU"]) {
        if let (Some(own), Some(other_cost)) = (of(OWN, what), of(other, what)) {
            println!("  {word} of {OWN} : {other} = {:.3} (goal: at most {goal})", own / other_cost);
        }
    }
}

fn median(costs: &[Cost], what: Part) -> Duration {
    let mut all: Vec<Duration> = costs.iter().map(what).collect();
    all.sort_unstable();
    all[all.len() / 2]
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
