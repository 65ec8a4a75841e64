//! One check from its needs to its end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{RwLock, mpsc, watch};
use tokio::time::{Instant, sleep};

use super::budget;
use super::evidence::Shelf;
use super::look::{Looked, Looker};
use super::probe::Probe;
use super::revisions::{self, Reader};
use super::stop::Stop;
use crate::check::identity::Identity;
use crate::check::kind::Company;
use crate::check::verdict::Decision;
use crate::event::{EndReason, Event, LookResult, Outcome, Surroundings, What};
use crate::plan::CheckCard;
use crate::record::Folder;

/// Undoing may take this long, whatever the deadlines say: leftovers in a cluster are worse than a late end.
const FINISH: Duration = Duration::from_secs(30);

/// A check that is to run.
pub struct Job<P> {
    /// What reports know of it.
    pub card: CheckCard,
    /// How long it may take to become true.
    pub within: Duration,
    /// How to look and judge.
    pub probe: P,
}

/// What the dependants of a check wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has not ended.
    Open,
    /// It passed.
    Green,
    /// It is not green, because of these checks; itself, unless it was blocked.
    NotGreen(BTreeSet<String>),
}

/// What all checks of a run share.
#[derive(Clone)]
pub struct Shared {
    /// Where events go.
    pub events: mpsc::UnboundedSender<Event>,
    /// Where evidence goes.
    pub shelf: Shelf,
    /// Held shared by a look, and alone by one that wants no company.
    pub floor: Arc<RwLock<()>>,
    /// Reads what Flux has applied.
    pub revisions: Reader,
    /// Whether a check is looked at whatever became of those that it needs.
    pub keep_going: bool,
    /// The end of the run.
    pub stop: Stop,
}

/// A check on its way.
pub struct Runner<P> {
    /// The check.
    pub job: Job<P>,
    /// Standings of the checks that it needs.
    pub needs: Vec<watch::Receiver<Standing>>,
    /// Its own standing.
    pub standing: watch::Sender<Standing>,
    /// What it shares with the others.
    pub shared: Shared,
}

/// How far the looks of a check have come.
#[derive(Default)]
struct Looks {
    begun: Option<Instant>,
    count: u32,
    latest: Option<LookResult>,
    /// What the latest one that saw something saw, by name.
    objects: Vec<Identity>,
    /// How long the longest look took.
    longest: Duration,
}

/// Why looking ended.
enum Settled {
    /// The latest look counts.
    Looked,
    /// The run was asked to end.
    Stopped(EndReason),
}

impl<P: Probe> Runner<P> {
    /// Waits for what the check needs, looks until it settles, undoes what was written, and says how it ended.
    pub async fn run(mut self) {
        let mut looks = Looks::default();
        let outcome = match self.wait_for_needs().await {
            Ok(()) => self.look_and_finish(&mut looks).await,
            Err(outcome) => outcome,
        };
        let roots = outcome.roots(&self.job.card.id);
        let standing = if roots.is_empty() { Standing::Green } else { Standing::NotGreen(roots) };
        let took_seconds = looks.begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
        let evidence = (looks.count > 0).then(|| Folder::evidence(&self.job.card.id));
        let objects = std::mem::take(&mut looks.objects);
        if !objects.is_empty() {
            self.tell(What::Identified { check: self.job.card.id.clone(), objects });
        }
        if outcome.is_green() && self.job.card.is_gate() {
            let Shared { revisions: reader, stop, .. } = self.shared.clone();
            // Told before any check begins that waited for it.
            if let Some(reading) = revisions::read(&reader, &stop).await {
                self.tell(What::Reread(reading));
            }
        }
        self.tell(What::CheckEnded { check: self.job.card.id.clone(), outcome, took_seconds, evidence });
        self.standing.send_replace(standing);
    }

    /// Ends when every need has ended and nothing keeps it from being looked at; the outcome otherwise.
    async fn wait_for_needs(&mut self) -> Result<(), Outcome> {
        let mut by = BTreeSet::new();
        for need in &mut self.needs {
            let ended = tokio::select! {
                biased;
                reason = self.shared.stop.asked() => return Err(stopped(reason, &Looks::default())),
                ended = need.wait_for(|standing| *standing != Standing::Open) => ended.map(|standing| standing.clone()),
            };
            match ended {
                Ok(Standing::Green) => {}
                Ok(Standing::NotGreen(roots)) => by.extend(roots),
                Ok(Standing::Open) | Err(_) => {
                    return Err(Outcome::Errored {
                        error: "a check that it needs ended without an outcome".to_owned(),
                    });
                }
            }
        }
        if by.is_empty() || self.shared.keep_going {
            Ok(())
        } else {
            Err(Outcome::Blocked { by: by.into_iter().collect() })
        }
    }

    async fn look_and_finish(&mut self, looks: &mut Looks) -> Outcome {
        let settled = self.look_until_settled(looks).await;
        // Not even a stop keeps this from running.
        let looker = Looker { card: &self.job.card, shelf: &self.shared.shelf };
        let finished = match looks.begun {
            Some(_) => looker.finish(&mut self.job.probe, looks.count + 1, FINISH).await,
            None => None,
        };
        if let Some(looked) = finished {
            // A failed undoing does not hide a failed check.
            let failed = looks.latest.take_if(|latest| is_failure(latest) && !is_judged(&looked.result));
            self.take(looks, looked);
            looks.latest = failed.or(looks.latest.take());
        }
        match (settled, looks.latest.take()) {
            (Settled::Stopped(reason), latest) => stopped(reason, &Looks { latest, objects: Vec::new(), ..*looks }),
            (Settled::Looked, Some(LookResult::Judged(verdict))) => Outcome::Judged(verdict),
            (Settled::Looked, Some(LookResult::Errored(error))) => Outcome::Errored { error },
            (Settled::Looked, None) => Outcome::Errored { error: "it ended without a look".to_owned() },
        }
    }

    async fn look_until_settled(&mut self, looks: &mut Looks) -> Settled {
        let mut stop = self.shared.stop.clone();
        tokio::select! {
            biased;
            reason = stop.asked() => Settled::Stopped(reason),
            () = self.look_until_over(looks) => Settled::Looked,
        }
    }

    /// Looks until it passes, waiting cannot help, or the time is over. Time spent waiting for the floor does not count.
    async fn look_until_over(&mut self, looks: &mut Looks) {
        let mut elapsed = Duration::ZERO;
        loop {
            let floor = self.shared.floor.clone();
            let _alone_or_not = match self.job.probe.company() {
                Company::Welcome => (Some(floor.read_owned().await), None),
                Company::Unwelcome => (None, Some(floor.write_owned().await)),
                Company::Unnoticed => (None, None),
            };
            if looks.begun.is_none() {
                looks.begun = Some(Instant::now());
                self.tell(What::CheckStarted { check: self.job.card.id.clone() });
            }
            let limit = budget::limit(self.job.within, elapsed, looks.longest);
            let looker = Looker { card: &self.job.card, shelf: &self.shared.shelf };
            let looked = looker.look(&mut self.job.probe, looks.count + 1, limit).await;
            drop(_alone_or_not);
            elapsed += looked.took;
            self.take(looks, looked);
            let over = matches!(&looks.latest, Some(LookResult::Judged(verdict)) if verdict.is_pass() || verdict.is_terminal());
            let Some(pause) = budget::pause(self.job.within, elapsed).filter(|_| !over) else { return };
            sleep(pause).await;
            elapsed += pause;
        }
    }

    /// Remembers a look, and tells it and what became known by it.
    fn take(&self, looks: &mut Looks, Looked { result, took, objects }: Looked) {
        looks.count += 1;
        let facts = self.job.probe.facts();
        if !facts.is_empty() {
            self.tell(What::Surroundings(Surroundings { facts, ..Surroundings::default() }));
        }
        let (check, attempt, took_seconds) = (self.job.card.id.clone(), looks.count, took.as_secs_f64());
        self.tell(What::Looked { check, attempt, took_seconds, result: result.clone() });
        looks.latest = Some(result);
        if !objects.is_empty() {
            looks.objects = objects;
        }
        looks.longest = looks.longest.max(took);
    }

    fn tell(&self, what: What) {
        // Nobody listens only when the run was given up at once; then nothing is left to tell.
        let _ = self.shared.events.send(Event::now(what));
    }
}

/// Whether a result says of the system that the sentence holds, or that it does not.
fn is_judged(result: &LookResult) -> bool {
    matches!(result, LookResult::Judged(verdict) if !matches!(verdict.decision, Decision::Inconclusive(_)))
}

fn is_failure(latest: &LookResult) -> bool {
    matches!(latest, LookResult::Judged(verdict) if matches!(verdict.decision, Decision::Fail(_)))
}

/// The outcome of a check that the end of the run cut off.
fn stopped(reason: EndReason, looks: &Looks) -> Outcome {
    let why = match reason {
        EndReason::Interrupted => "interrupted by SIGINT",
        EndReason::Terminated => "interrupted by SIGTERM",
        EndReason::DeadlinePassed | EndReason::Completed => "interrupted: the deadline of the whole run passed",
    };
    let far = match &looks.latest {
        None if looks.begun.is_none() => "before its first look".to_owned(),
        None => "during its first look".to_owned(),
        Some(latest) => format!("after look {}: {}", looks.count, latest.summary()),
    };
    Outcome::Errored { error: format!("{why} {far}") }
}
