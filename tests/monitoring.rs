//! The alerts and the dashboard on the metrics of runs, on a real VictoriaMetrics with weeks of runs pushed into it.

#![cfg(feature = "sandbox")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use signoff::check::finding::{Finding, Findings};
use signoff::check::measurement::{Limit, Measurement, Unit};
use signoff::check::verdict::Decision;
use signoff::event::{Event, Outcome, UnprovenPolicy, What};
use signoff::publish::Target;
use signoff::record::{Fold, Run};
use signoff::sandbox::binaries::{self, Program};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A VictoriaMetrics with an empty storage, stopped when dropped.
struct Storage {
    url: String,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Storage {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Storage {
    /// `None`, loudly, where the program cannot be had.
    async fn start() -> Option<Self> {
        let found = match binaries::find(&binaries::Options::default(), &|text: &str| eprintln!("{text}")).await {
            Ok(found) => found,
            Err(error) => {
                eprintln!("LEFT OUT: there is no VictoriaMetrics on this machine: {error:#}");
                return None;
            }
        };
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let program = found.get(Program::VictoriaMetrics).unwrap();
        let mut command = Command::new(&program.path);
        command.envs(program.env.iter().cloned()).stdout(Stdio::null()).stderr(Stdio::null());
        command.arg(format!("-httpListenAddr={address}")).arg("-retentionPeriod=1y");
        command.arg(format!("-storageDataPath={}", folder.path().display()));
        let storage = Self { url: format!("http://{address}"), process: command.spawn().unwrap(), _folder: folder };
        let begun = Instant::now();
        while http().get(format!("{}/health", storage.url)).send().await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "VictoriaMetrics did not start");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Some(storage)
    }

    async fn push(&self, run: &Run) {
        Target::parse(&self.url).unwrap().push(run).await.unwrap();
    }

    /// What was pushed becomes visible.
    async fn flush(&self) {
        http().get(format!("{}/internal/force_flush", self.url)).send().await.unwrap().error_for_status().unwrap();
    }

    /// The result of an instant query, at a time.
    async fn ask(&self, query: &str, at: Timestamp) -> Vec<Value> {
        let time = at.as_second().to_string();
        let request = http().get(format!("{}/api/v1/query", self.url)).query(&[("query", query), ("time", &time)]);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        answer["data"]["result"].as_array().unwrap().clone()
    }
}

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

/// The sample run: every check green, with one measured value of 0.2 s where 2 s are allowed.
fn green(story: &str, at: Timestamp) -> Vec<Event> {
    let sample = signoff::record::read(Path::new("examples/report/events.jsonl")).unwrap().events;
    let shift = at.duration_since(sample[0].at);
    let mut events = sample;
    for event in &mut events {
        event.at += shift;
        match &mut event.what {
            What::RunStarted(card) => {
                card.suite.story = story.to_owned();
                card.unproven = UnprovenPolicy::Allowed;
            }
            What::CheckEnded { outcome: Outcome::Judged(verdict), .. } => {
                assert!(verdict.is_pass(), "the sample is green");
                verdict.measured = vec![measured(0.2)];
            }
            _ => {}
        }
    }
    events
}

fn measured(value: f64) -> Measurement {
    Measurement::new("query_p95", value, Unit::Seconds).limit(Limit::Below(2.0))
}

/// Changes the outcome of one check.
fn with(mut events: Vec<Event>, id: &str, changed: impl Fn(&mut Outcome)) -> Run {
    for event in &mut events {
        match &mut event.what {
            What::CheckEnded { check, outcome, .. } if check == id => changed(outcome),
            _ => {}
        }
    }
    Fold::all(&events).unwrap()
}

fn finding() -> Findings {
    Findings::one(Finding::new("test/x", "a", "b"))
}

/// The alerts of the rule that fire at a time, each with the stories that they name.
async fn firing(storage: &Storage, at: Timestamp) -> Vec<(String, Vec<Value>)> {
    let text = std::fs::read_to_string("deploy/monitoring/vmrule.yaml").unwrap();
    let rule: Value = serde_saphyr::from_str(&text).unwrap();
    let rules = rule["spec"]["groups"][0]["rules"].as_array().unwrap().clone();
    assert_eq!(rules.len(), 4);
    let mut firing = Vec::new();
    for rule in rules {
        let series = storage.ask(rule["expr"].as_str().unwrap(), at).await;
        if !series.is_empty() {
            let stories = series.iter().map(|series| series["metric"]["story"].clone()).collect();
            firing.push((rule["alert"].as_str().unwrap().to_owned(), stories));
        }
    }
    firing
}

#[tokio::test]
async fn alerts_fire_for_what_they_say_and_every_panel_shows_something() {
    let Some(storage) = Storage::start().await else { return };
    // A fixed hour of the last days: the storage takes no samples from the future or from before its retention.
    let last = Timestamp::now() - DAY * 3;
    let id = "queries-fast";
    for night in (0..10).rev() {
        let at = last - DAY * night;
        for story in ["sound", "failing", "unclear", "shrinking", "beyond"] {
            let events = green(story, at);
            let changed = |outcome: &mut Outcome| {
                let Outcome::Judged(verdict) = outcome else { panic!("no verdict") };
                match story {
                    "failing" => verdict.decision = Decision::Fail(finding()),
                    "unclear" => verdict.decision = Decision::Inconclusive(finding()),
                    "shrinking" => verdict.measured = vec![measured(1.5)],
                    "beyond" => verdict.measured = vec![measured(2.5)],
                    _ => {}
                }
            };
            storage.push(&if night == 0 { with(events, id, changed) } else { Fold::all(&events).unwrap() }).await;
        }
    }
    storage.flush().await;

    let hour = SignedDuration::from_hours(1);
    let named =
        |alert: &str, stories: &[&str]| (alert.to_owned(), stories.iter().map(|s| json!(s)).collect::<Vec<_>>());
    assert_eq!(firing(&storage, last - DAY + hour).await, [], "ten nights were sound");
    assert_eq!(
        firing(&storage, last + hour).await,
        [
            named("AcceptanceFailed", &["failing"]),
            named("AcceptanceInconclusive", &["unclear"]),
            named("AcceptanceMarginShrinking", &["shrinking"]),
        ]
    );
    let late = firing(&storage, last + hour * 27).await;
    assert_eq!((late.len(), late[0].0.as_str(), late[0].1.len()), (1, "AcceptanceNoVerdict", 5), "{late:?}");
    assert_eq!(firing(&storage, last - DAY * 30).await, [("AcceptanceNoVerdict".to_owned(), vec![Value::Null])]);

    for (panel, query) in queries() {
        let seen = storage.ask(&query.replace("$story", ".*"), last + hour).await;
        assert!(!seen.is_empty(), "panel `{panel}` shows nothing: {query}");
        let none = storage.ask(&query.replace("$story", "no such story"), last + hour).await;
        assert!(none.is_empty(), "panel `{panel}` does not follow the story: {query}");
    }
}

#[tokio::test]
async fn vmalert_takes_the_rules() {
    let Ok(found) = binaries::find(&binaries::Options::default(), &|text: &str| eprintln!("{text}")).await else {
        return eprintln!("LEFT OUT: there is no vmalert on this machine");
    };
    let rule: Value =
        serde_saphyr::from_str(&std::fs::read_to_string("deploy/monitoring/vmrule.yaml").unwrap()).unwrap();
    let program = found.get(Program::Vmalert).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let taken = |spec: String| {
        let file = folder.path().join("rules.yaml");
        std::fs::write(&file, spec).unwrap();
        let mut command = Command::new(&program.path);
        command.arg("-dryRun").arg(format!("-rule={}", file.display())).envs(program.env.iter().cloned());
        command.stderr(Stdio::null()).stdout(Stdio::null()).status().unwrap().success()
    };
    let spec = rule["spec"].to_string();
    assert!(taken(spec.clone()));
    assert!(!taken(spec.replace("humanizePercentage", "noSuchFunction")), "templates are read");
    assert!(!taken(spec.replace("last_over_time(", "last_over_time((")), "expressions are read");
}

/// Every query of the dashboard, with its panel.
fn queries() -> Vec<(String, String)> {
    let text = std::fs::read_to_string("deploy/monitoring/dashboard.json").unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let mut queries = Vec::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            queries.push((text(&panel["title"]), text(&target["expr"])));
        }
    }
    assert!(queries.len() >= 9, "{queries:?}");
    queries
}
