//! A run that is killed while its alert is on its way: nothing fires for long, nobody is told, and the next run clears up.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::alerting::{RULES, whole_suite};
use crate::sandbox::{Sandbox, say};

/// The stations at whose passing a run is killed; the first is told by what was seen, since no station is passed yet.
const STATIONS: [&str; 10] =
    ["", "accepted", "rendered", "loaded", "evaluated", "firing", "arrived", "resolved", "unloaded", "deleted"];
/// The operator drops changes that come faster.
const APART: Duration = Duration::from_millis(1500);
const PATIENCE: Duration = Duration::from_secs(120);
/// What is younger may belong to a run that is under way.
const YOUNG: Duration = Duration::from_secs(62);
/// Rules and silences of others: some look like ours.
const FOREIGN_RULES: [&str; 2] = ["signoff-notes", "theirs"];
const FOREIGN_SILENCES: [(&str, &str); 2] = [("alertname", "Maintenance"), ("signoff_run", "a-run-of-somebody")];

pub async fn a_run_is_killed_at_each_station(sandbox: &mut Sandbox) {
    foreign(sandbox).await;
    let runs = STATIONS.iter().zip(0u32..).map(|(station, number)| kill_at(sandbox, station, APART * number));
    futures::future::join_all(runs).await;
    let killed = Instant::now();
    sandbox
        .until_true("the alerts of killed runs end by themselves", async || {
            let alerts = sandbox.alertmanager(Method::GET, "/api/v2/alerts?filter=synthetic%3D%22true%22", None).await;
            alerts.as_array().is_some_and(Vec::is_empty)
        })
        .await;
    let left = (sandbox.rules().await.len(), sandbox.active_silences().await.len());
    say(&format!("left by killed runs, with those of others: {} rules, {} silences\n", left.0, left.1));
    assert!(left.0 > 3 && left.1 > 2, "something was left to clear up: {left:?}");
    tokio::time::sleep(YOUNG.saturating_sub(killed.elapsed())).await;
    sandbox.alert_green("the run after the killed ones").await;
    assert_eq!(sandbox.rules().await, ["cluster-health", "signoff-notes", "theirs"]);
    let mut silences = sandbox.active_silences().await;
    silences.sort();
    assert_eq!(silences, [("ops".into(), "alertname".into()), ("ops".into(), "signoff_run".into())]);
    assert_eq!(told(sandbox).await, Vec::<Value>::new(), "nobody was told of a synthetic alert");
    for rule in FOREIGN_RULES {
        sandbox.delete((RULES, &format!("observability/{rule}"))).await;
    }
}

async fn foreign(sandbox: &Sandbox) {
    for name in FOREIGN_RULES {
        let rule = json!({
            "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": RULES,
            "metadata": {"name": name, "namespace": "observability"},
            "spec": {"groups": [{"name": name, "rules": [{"alert": "Never", "expr": "vector(1) > 2"}]}]},
        });
        sandbox.restore(&rule).await;
    }
    for (label, value) in FOREIGN_SILENCES {
        sandbox.foreign_silence(label, value).await;
    }
}

/// Runs the alert, and kills the run as soon as its evidence tells that it passed the station.
async fn kill_at(sandbox: &Sandbox, station: &str, after: Duration) {
    tokio::time::sleep(after).await;
    let folder = sandbox.temp.path().join(format!("killed-{station}"));
    std::fs::create_dir_all(&folder).unwrap();
    let suite = folder.join("drill.yaml");
    std::fs::write(&suite, whole_suite()).unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_signoff"))
        .args(["run", suite.to_str().unwrap(), "alert-flows", "--allow-unproven", "--quiet", "--kubeconfig"])
        .arg(&sandbox.kubeconfig)
        .arg("--reports")
        .arg(folder.join("reports"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let evidence = folder.join("reports/latest/evidence/alert-flows.json");
    let end = Instant::now() + PATIENCE;
    let seen = loop {
        if let Some(seen) = passed(&evidence, station) {
            break seen;
        }
        assert!(Instant::now() < end, "a run never passes {station:?}");
        assert!(run.try_wait().unwrap().is_none(), "the run ended before {station:?}");
        tokio::time::sleep(Duration::from_millis(3)).await;
    };
    run.kill().await.unwrap();
    say(&format!("killed after {seen:?}\n"));
}

/// The last station that was passed, once it is the wanted one or a later one.
fn passed(evidence: &PathBuf, station: &str) -> Option<String> {
    let evidence: Value = serde_json::from_str(&std::fs::read_to_string(Path::new(evidence)).ok()?).ok()?;
    let seen = &evidence["seen"]["observation"];
    let stations = seen["passed"].as_object()?;
    let last = stations.iter().max_by(|a, b| a.1.as_f64().unwrap().total_cmp(&b.1.as_f64().unwrap()));
    let last = last.map_or("silence made", |(name, _)| name.as_str());
    let is_there = if station.is_empty() { seen["picture"] != "" } else { stations.contains_key(station) };
    is_there.then(|| last.to_owned())
}

/// Synthetic alerts that the webhook receiver got.
async fn told(sandbox: &Sandbox) -> Vec<Value> {
    let pod = sandbox.pod("observability/webhook-receiver-").await;
    let url = format!("http://{}:9099/received", pod["status"]["podIP"].as_str().unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let received: Value = client.get(url).send().await.unwrap().json().await.unwrap();
    let requests = received["requests"].as_array().unwrap().iter();
    requests.filter(|request| request.to_string().contains("SignoffSynthetic")).cloned().collect()
}
