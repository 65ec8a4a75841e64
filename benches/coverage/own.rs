//! Our own way, in a process of its own: ask the agent, read its answer as it comes, join it with what is expected.

use signoff::check::scrape_coverage::{Discovery, Job, Join, Source, ask};
use signoff::connect::{Connections, Endpoint, Options, Port};
use signoff::units;

use super::agent::{POOLS, path, pool};
use super::cost::Told;

/// Tells the program that it is to be the measured child.
pub const ARGUMENT: &str = "--cover";

/// What the child is to look at.
pub struct Look {
    agent: String,
    server: String,
    targets: usize,
}

/// What stands behind [`ARGUMENT`]: the agent's URL, the address of the targets, and their number.
pub fn arguments(all: &[String]) -> Option<Look> {
    let at = all.iter().position(|argument| argument == ARGUMENT)?;
    let [agent, server, targets] = all.get(at + 1..)? else { return None };
    Some(Look { agent: agent.clone(), server: server.clone(), targets: targets.parse().ok()? })
}

/// Looks once, and tells what it cost.
pub async fn cover(look: Look) {
    let service = "vmagent-vmagent".to_owned();
    let options = Options { urls: vec![(service.clone(), look.agent.clone())], ..Options::default() };
    let connections = Connections::open(options).await.expect("an address was given");
    let endpoint = Endpoint { namespace: "observability".to_owned(), service, port: Port("http".to_owned()) };
    let mut join = expected(&look);
    let agents = ask::agents(&connections, &endpoint, &mut join).await.expect("the agent is known");
    assert_eq!((agents.len(), &agents[0].trouble), (1, &None), "the agent could not be asked");
    let (pools, unexplained) = join.finish();
    let up: u64 = pools.iter().map(|pool| pool.up).sum();
    assert_eq!((up as usize, unexplained.len()), (look.targets, 0), "not every target is up and explained");
    println!("{}", serde_json::to_string(&told()).expect("two numbers are JSON"));
}

/// Every target of every pool, by its URL.
fn expected(look: &Look) -> Join {
    let mut join = Join::new(None, &[]);
    for index in 0..POOLS {
        let job = Job {
            pool: pool(index),
            source: Source::Elsewhere,
            scheme: "http".to_owned(),
            path: "/metrics".to_owned(),
            interval: units::Duration::seconds(60),
            rules: Vec::new(),
            defect: None,
        };
        let urls = (index..look.targets).step_by(POOLS).map(|n| format!("http://{}{}", look.server, path(n))).collect();
        join.expect(&format!("VMServiceScrape team-{index}/app"), job, Discovery::Exact(urls));
    }
    join
}

fn told() -> Told {
    let cpu = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has /proc");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
    Told {
        cpu_seconds: cpu.tv_sec as f64 + cpu.tv_nsec as f64 / 1e9,
        peak_rss_kib: peak.expect("the status of a process holds its peak"),
    }
}
