//! What coverage of ten thousand targets costs: signoff beside `curl` alone and beside curl and jq, on one real vmagent.
//!
//! `cargo bench --bench coverage`; figures are medians of interleaved rounds. The goals: at most 1.15 times the wall time of
//! `curl -o /dev/null`, which is the server's own, and at most 0.12 times the processor time of curl and jq.

#[path = "coverage/agent.rs"]
mod agent;
#[path = "coverage/cost.rs"]
mod cost;
#[path = "coverage/own.rs"]
mod own;
#[path = "coverage/table.rs"]
mod table;

use std::time::Duration;

use agent::{Agent, Labels};
use cost::{Contender, Cost};
use signoff::sandbox::binaries::{self, Program};

/// Targets, rounds, and how often each target is scraped.
struct Size {
    targets: usize,
    rounds: usize,
    interval: Duration,
}

/// The figures.
const WHOLE: Size = Size { targets: 10_000, rounds: 21, interval: Duration::from_secs(60) };
/// A proof that it runs, as `cargo test --benches` asks for it.
const QUICK: Size = Size { targets: 200, rounds: 1, interval: Duration::from_secs(2) };

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(look) = own::arguments(&arguments) {
        // As a run does: in a task.
        let runtime = signoff::session::runtime().expect("a runtime can be made");
        return runtime.block_on(async { tokio::spawn(own::cover(look)).await }).expect("the look ends");
    }
    let size = if arguments.iter().any(|argument| argument == "--bench") { WHOLE } else { QUICK };
    tokio::runtime::Runtime::new().expect("a runtime can be made").block_on(compare(&size));
}

async fn compare(size: &Size) {
    let options = binaries::Options::default();
    let programs = match binaries::find(&options, &|text| eprintln!("{text}")).await {
        Ok(programs) => programs,
        Err(error) => return println!("LEFT OUT: there is no vmagent to measure on: {error:#}"),
    };
    let vmagent = programs.get(Program::Vmagent).expect("a found set holds every program");
    table::head(&format!("vmagent {} ({})", vmagent.version, vmagent.source));
    for labels in [Labels::Dropped, Labels::Kept] {
        let agent = Agent::start(vmagent, size.targets, size.interval, labels).await;
        let contenders = cost::contenders(&agent, size.targets);
        let costs = rounds(&contenders, size.rounds).await;
        let megabytes = agent.answer_bytes().await as f64 / 1e6;
        println!("\n{} targets, original labels {}, {megabytes:.1} MB", size.targets, labels.word());
        table::print(&contenders, &costs);
        agent.stop().await;
    }
    println!("\n{}", table::load("load average in the end"));
}

/// Every contender once a round, each time another one first; gives the costs of each.
async fn rounds(contenders: &[Contender], rounds: usize) -> Vec<Vec<Cost>> {
    let mut costs = vec![Vec::new(); contenders.len()];
    // The first answer warms the agent and the page cache of the programs, and is not counted.
    for contender in contenders {
        contender.run().await;
    }
    for round in 0..rounds {
        for turn in 0..contenders.len() {
            let index = (round + turn) % contenders.len();
            costs[index].push(contenders[index].run().await);
        }
    }
    costs
}
