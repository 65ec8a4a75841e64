//! A probe that plays a script, and a run of some of them in paused time.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::check::finding::{Finding, Findings};
use crate::check::kind::Company;
use crate::check::trouble::Trouble;
use crate::check::verdict::{Decision, Verdict};
use crate::event::{Event, Reading, Revision, RunCard, Surroundings, Swept, UnprovenPolicy};
use crate::plan::{CheckCard, Criterion, Selection, SuiteId};
use crate::record::{Fold, Folder, Run};
use crate::run::engine::{Audience, Setup, run};
use crate::run::{Handle, Job, Probe, Stop, channel};

/// What one look does; the last step repeats for ever.
#[derive(Clone)]
pub enum Step {
    Pass,
    Fail,
    Terminal,
    Trouble,
    Denied,
    Panic,
    PanicInJudge,
    Says(Value),
    Hangs,
    Takes(u64, Box<Step>),
}

/// What happened to a probe, with the time since the start of the test.
pub type Diary = Arc<Mutex<Vec<(String, Duration)>>>;

pub struct Script {
    steps: VecDeque<Step>,
    finish: Option<Step>,
    company: Company,
    name: String,
    diary: Diary,
    born: Instant,
}

impl Script {
    fn note(&self, what: &str) {
        self.diary.lock().unwrap().push((format!("{what} {}", self.name), self.born.elapsed()));
    }
}

async fn play(step: Step) -> Result<Value, Trouble> {
    match step {
        Step::Pass => Ok(json!("pass")),
        Step::Fail => Ok(json!("fail")),
        Step::Terminal => Ok(json!("terminal")),
        Step::PanicInJudge => Ok(json!("panic")),
        Step::Says(value) => Ok(value),
        Step::Trouble => Err(Trouble::Broken { to: "pod x".to_owned(), message: "reset".to_owned() }),
        Step::Denied => {
            let rule = crate::check::access::Access::new("list", "", "pods");
            Err(Trouble::Denied { rule, message: "forbidden".to_owned() })
        }
        Step::Panic => panic!("script says so"),
        Step::Hangs => pending().await,
        Step::Takes(seconds, step) => {
            sleep(Duration::from_secs(seconds)).await;
            Box::pin(play(*step)).await
        }
    }
}

impl Probe for Script {
    fn company(&self) -> Company {
        self.company
    }

    async fn observe(&mut self) -> Result<Value, Trouble> {
        self.note("look");
        let step = if self.steps.len() > 1 { self.steps.pop_front() } else { self.steps.front().cloned() };
        let seen = play(step.expect("a script has steps")).await;
        self.note("seen");
        seen
    }

    fn judge(&self, seen: &Value, _: Timestamp) -> Result<Verdict, serde_json::Error> {
        let finding = Finding::new("script/wrong", "pass", seen.to_string());
        let decision = match String::deserialize(seen)?.as_str() {
            "pass" => return Ok(pass()),
            "panic" => panic!("judge says so"),
            "terminal" => Decision::Fail(Findings::one(finding.terminal())),
            _ => Decision::Fail(Findings::one(finding)),
        };
        Ok(Verdict { decision, measured: Vec::new() })
    }

    async fn finish(&mut self) -> Result<Option<Value>, Trouble> {
        self.note("finish");
        match self.finish.clone() {
            None => Ok(None),
            Some(step) => play(step).await.map(Some),
        }
    }
}

use serde::Deserialize;

pub fn pass() -> Verdict {
    serde_json::from_value(json!({
        "decision": {"pass": {"count": 1, "what": "things", "age_seconds": null, "names": ["a"]}}, "measured": []
    }))
    .unwrap()
}

/// A run in the making.
pub struct Stage {
    pub jobs: Vec<Job<Script>>,
    pub sweep: BoxFuture<'static, Swept>,
    /// What Flux has applied, at one reading after the other; the last repeats for ever.
    pub revisions: Vec<&'static str>,
    pub keep_going: bool,
    pub diary: Diary,
    pub deadline: Duration,
    pub stop: (Handle, Stop),
    pub reports: tempfile::TempDir,
    born: Instant,
}

impl Stage {
    pub fn new() -> Self {
        Self {
            jobs: Vec::new(),
            sweep: Box::pin(async { Swept::default() }),
            revisions: Vec::new(),
            keep_going: false,
            diary: Diary::default(),
            deadline: Duration::from_secs(900),
            stop: channel(),
            reports: tempfile::tempdir().unwrap(),
            born: Instant::now(),
        }
    }

    pub fn check(&mut self, id: &str, needs: &[&str], within: u64, steps: impl Into<VecDeque<Step>>) -> &mut Script {
        let card = CheckCard {
            id: id.to_owned(),
            sentence: format!("{id} holds"),
            criteria: vec!["AC1".to_owned()],
            kind: "script".to_owned(),
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
            hint: None,
            line: 1,
        };
        let probe = Script {
            steps: steps.into(),
            finish: None,
            company: Company::Welcome,
            name: id.to_owned(),
            diary: self.diary.clone(),
            born: self.born,
        };
        self.jobs.push(Job { card, within: Duration::from_secs(within), probe });
        &mut self.jobs.last_mut().unwrap().probe
    }

    pub async fn run(mut self) -> (Run, Vec<Event>, tempfile::TempDir, Folder) {
        let folder = Folder::create(self.reports.path(), Timestamp::now()).unwrap();
        let jobs = std::mem::take(&mut self.jobs);
        let setup = Setup {
            card: RunCard { keep_going: self.keep_going, ..card(&jobs, folder.run(), self.deadline) },
            surroundings: {
                let revisions = reading(&self.revisions, 0).revisions;
                Box::pin(async { Surroundings { revisions, ..Surroundings::default() } })
            },
            revisions: {
                let (revisions, next) = (self.revisions, AtomicUsize::new(1));
                Arc::new(move || {
                    let reading = reading(&revisions, next.fetch_add(1, Ordering::Relaxed));
                    Box::pin(async { reading })
                })
            },
            sweep: self.sweep,
            jobs,
            folder: folder.clone(),
            deadline: self.deadline,
        };
        let mut seen = Seen::default();
        let result = run(setup, self.stop, &mut seen).await.unwrap();
        (result, seen.0, self.reports, folder)
    }
}

fn reading(revisions: &[&str], index: usize) -> Reading {
    let at = revisions.get(index).or(revisions.last());
    let of = |revision: &&str| Revision { object: "GitRepository a/b".to_owned(), revision: (*revision).to_owned() };
    Reading { revisions: at.map(of).into_iter().collect(), unread: Vec::new() }
}

impl Script {
    pub fn alone(&mut self) -> &mut Self {
        self.company = Company::Unwelcome;
        self
    }

    pub fn finishes(&mut self, step: Step) -> &mut Self {
        self.finish = Some(step);
        self
    }
}

#[derive(Default)]
struct Seen(Vec<Event>);

impl Audience for Seen {
    fn event(&mut self, event: &Event, _: &Fold) {
        self.0.push(event.clone());
    }
}

fn card(jobs: &[Job<Script>], run: &str, deadline: Duration) -> RunCard {
    let checks: Vec<_> = jobs.iter().map(|job| (job.card.clone(), Selection::Selected)).collect();
    RunCard {
        run: run.to_owned(),
        tool: "signoff 0".to_owned(),
        host: "here".to_owned(),
        suite: SuiteId {
            file: "s.yaml".to_owned(),
            story: "s".to_owned(),
            title: "S".to_owned(),
            digest: "0".to_owned(),
            variables: Vec::new(),
            given: Vec::new(),
        },
        criteria: vec![Criterion {
            id: "AC1".to_owned(),
            text: "it works".to_owned(),
            parent: None,
            line: 1,
            checks: jobs.iter().map(|job| job.card.id.clone()).collect(),
            unproven: None,
        }],
        checks,
        left_out: None,
        unproven: UnprovenPolicy::Refused,
        keep_going: false,
        deadline_seconds: deadline.as_secs_f64(),
    }
}
