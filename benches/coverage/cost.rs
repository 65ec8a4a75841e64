//! What runs against what, and what one run of it costs.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::process::Command;

use super::agent::Agent;
use super::own;

/// The cost of one run.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub wall: Duration,
    /// User and system time of all its processes.
    pub cpu: Duration,
    /// Where the program tells it itself.
    pub peak_rss_kib: Option<u64>,
}

/// What a child of ours tells of itself.
#[derive(Serialize, Deserialize)]
pub struct Told {
    pub cpu_seconds: f64,
    pub peak_rss_kib: u64,
}

/// One way to get the coverage.
pub struct Contender {
    pub name: &'static str,
    program: std::path::PathBuf,
    arguments: Vec<String>,
    tells: bool,
}

/// `curl` alone, curl and jq, and ourselves; those whose programs are not on the machine are left out, loudly.
pub fn contenders(agent: &Agent, targets: usize) -> Vec<Contender> {
    let url = format!("'{}/api/v1/targets?state=active'", agent.url);
    // Total, up, and the list of those that are down: what people write.
    let script = [
        format!("curl -s {url} | jq '.data.activeTargets | length'"),
        format!("curl -s {url} | jq '[.data.activeTargets[] | select(.health == \"up\")] | length'"),
        format!("curl -s {url} | jq -r '.data.activeTargets[] | select(.health != \"up\") | .scrapeUrl'"),
    ];
    let shell = |name, needs: &[&str], script: String| {
        let missing: Vec<&&str> = needs.iter().filter(|program| version(program).is_none()).collect();
        if !missing.is_empty() {
            println!("LEFT OUT: `{name}`, since {missing:?} cannot be started");
            return None;
        }
        Some(Contender { name, program: "sh".into(), arguments: vec!["-c".into(), script], tells: false })
    };
    let own = Contender {
        name: OWN,
        program: std::env::current_exe().expect("this program has a path"),
        arguments: vec![own::ARGUMENT.to_owned(), agent.url.clone(), agent.server.clone(), targets.to_string()],
        tells: true,
    };
    let floor = shell(FLOOR, &["curl"], format!("exec curl -s -o /dev/null {url}"));
    let scripted = shell(SCRIPT, &["curl", "jq"], script.join("; "));
    [floor, scripted, Some(own)].into_iter().flatten().collect()
}

pub const FLOOR: &str = "curl -o /dev/null";
pub const SCRIPT: &str = "curl | jq, three times";
pub const OWN: &str = "signoff";

/// The first line of what a program says of its version; `None` where it cannot be started.
pub fn version(program: &str) -> Option<String> {
    let output = std::process::Command::new(program).arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.to_owned())
}

impl Contender {
    /// Runs it once.
    pub async fn run(&self) -> Cost {
        let before = children_cpu();
        let begun = Instant::now();
        // Without a home there is no kubeconfig either: ours must not wonder which cluster is meant.
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_remove("KUBECONFIG").env("HOME", "/nonexistent").stdin(Stdio::null());
        let output = command.output().await.expect("a contender starts");
        let wall = begun.elapsed();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} failed: {errors}", self.name);
        let told: Option<Told> = self
            .tells
            .then(|| serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}")));
        match told {
            Some(told) => {
                Cost { wall, cpu: Duration::from_secs_f64(told.cpu_seconds), peak_rss_kib: Some(told.peak_rss_kib) }
            }
            None => Cost { wall, cpu: children_cpu().saturating_sub(before), peak_rss_kib: None },
        }
    }
}

/// Processor time of all children that were waited for, in the kernel's ticks of 10 ms.
fn children_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux has /proc");
    // The name of the program in parentheses may hold spaces; cutime and cstime are fields 16 and 17, the third is behind it.
    let fields = stat.rsplit(')').next().expect("there is a rest").split_whitespace();
    let ticks: u64 = fields.skip(13).take(2).map(|field| field.parse::<u64>().expect("ticks are a number")).sum();
    Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second())
}
