//! Starts all checks, writes what happens, and knows when the run is over.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::{RwLock, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::check::{Job, Runner, Shared, Standing};
use super::evidence::Shelf;
use super::probe::Probe;
use super::revisions::{self, Reader};
use super::stop::{Handle, Stop};
use crate::event::{EndReason, Event, RunCard, Surroundings, Swept, What};
use crate::record::{Fold, Folder, Journal, Run};

/// Time between two ticks of an audience.
const TICK: Duration = Duration::from_millis(100);

/// Who watches a run. It is told after the journal was written, and it cannot disturb the run.
pub trait Audience {
    /// Something happened; `so_far` has it already.
    fn event(&mut self, event: &Event, so_far: &Fold);

    /// Time passed.
    fn tick(&mut self, _so_far: &Fold) {}
}

/// Why a run could not be carried through.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The journal could not be written: without it there is no report, so the run was stopped and cleaned up.
    #[error("could not write the journal {path}")]
    Journal {
        /// The journal's file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The first event was not accepted as the start of a run.
    #[error(transparent)]
    Start(#[from] crate::record::NotAJournal),
}

/// Everything that a run needs.
pub struct Setup<P> {
    /// What is known before the first look.
    pub card: RunCard,
    /// Reads where the run takes place, beside the first looks.
    pub surroundings: BoxFuture<'static, Surroundings>,
    /// Reads once more what Flux has applied: where a check that waits for it has passed, and at the end.
    pub revisions: Reader,
    /// Removes what killed runs have left, beside the first looks: it leaves alone what a run under way may need.
    pub sweep: BoxFuture<'static, Swept>,
    /// The checks that are to run.
    pub jobs: Vec<Job<P>>,
    /// Where journal and evidence go.
    pub folder: Folder,
    /// The longest that the run may take.
    pub deadline: Duration,
}

/// Runs all jobs and gives back the fold of what happened.
///
/// When `stop` is asked once, the looks end, what was written is undone, and every check has an end. Asked twice, it returns at
/// once: checks that are still undoing what they wrote are left without an end.
pub async fn run<P: Probe>(
    setup: Setup<P>,
    (handle, stop): (Handle, Stop),
    audience: &mut impl Audience,
) -> Result<Run, Failure> {
    let mut scribe = Scribe::begin(&setup, audience)?;
    let (events, inbox) = mpsc::unbounded_channel();
    let shared = Shared {
        events,
        shelf: Shelf::new(&setup.folder),
        floor: Arc::new(RwLock::new(())),
        revisions: setup.revisions.clone(),
        keep_going: setup.card.keep_going,
        stop: stop.clone(),
    };
    let mut tasks = start(setup.jobs, &shared);
    tasks.spawn(clean_up(setup.sweep, shared.events.clone(), stop.clone()));
    tasks.spawn(look_around(setup.surroundings, shared.events.clone(), stop.clone()));
    // The channel closes when the last check has dropped its end of it.
    drop(shared);
    scribe.until_closed(inbox, handle, stop.clone(), Instant::now() + setup.deadline).await?;
    drop(tasks);
    scribe.read_last(&setup.revisions, &stop).await?;
    scribe.write(Event::now(What::RunEnded { reason: stop.reason().unwrap_or(EndReason::Completed) }))?;
    Ok(scribe.fold.run())
}

/// Tells where the run takes place, unless that takes too long.
async fn look_around(
    surroundings: BoxFuture<'static, Surroundings>,
    events: mpsc::UnboundedSender<Event>,
    mut stop: Stop,
) {
    let found = tokio::select! {
        biased;
        found = timeout(revisions::LIMIT, surroundings) => {
            found.unwrap_or_else(|_| unread(format!("not read within {} s", revisions::LIMIT.as_secs())))
        }
        _ = stop.asked() => unread("not read before the run was stopped".to_owned()),
    };
    let _ = events.send(Event::now(What::Surroundings(found)));
}

/// That nothing is known of where the run took place, and why.
fn unread(why: String) -> Surroundings {
    Surroundings { facts: vec![("surroundings".to_owned(), why)], ..Surroundings::default() }
}

/// Tells what killed runs had left, if anything.
async fn clean_up(sweep: BoxFuture<'static, Swept>, events: mpsc::UnboundedSender<Event>, mut stop: Stop) {
    let swept = tokio::select! {
        biased;
        swept = sweep => swept,
        _ = stop.asked() => return,
    };
    if !swept.is_quiet() {
        let _ = events.send(Event::now(What::Swept(swept)));
    }
}

/// Starts every check as a task of its own.
fn start<P: Probe>(jobs: Vec<Job<P>>, shared: &Shared) -> JoinSet<()> {
    let standings: HashMap<String, watch::Sender<Standing>> =
        jobs.iter().map(|job| (job.card.id.clone(), watch::Sender::new(Standing::Open))).collect();
    let mut tasks = JoinSet::new();
    for job in jobs {
        // A need that is not to run stands for itself: nothing proved it.
        let needs = job.card.needs.iter().map(|need| match standings.get(need) {
            Some(standing) => standing.subscribe(),
            None => watch::Sender::new(Standing::NotGreen([need.clone()].into())).subscribe(),
        });
        let (needs, standing) = (needs.collect(), standings[&job.card.id].clone());
        tasks.spawn(Runner { job, needs, standing, shared: shared.clone() }.run());
    }
    tasks
}

/// Writes the journal, keeps the fold, tells the audience.
struct Scribe<'a, A> {
    journal: Journal,
    path: String,
    fold: Fold,
    audience: &'a mut A,
}

impl<'a, A: Audience> Scribe<'a, A> {
    fn begin<P>(setup: &Setup<P>, audience: &'a mut A) -> Result<Self, Failure> {
        let path = setup.folder.journal().display().to_string();
        let refuse = |source| Failure::Journal { path: path.clone(), source };
        let mut journal = Journal::create(&setup.folder.journal()).map_err(refuse)?;
        let first = Event::now(What::RunStarted(Box::new(setup.card.clone())));
        journal.append(&first).map_err(refuse)?;
        let fold = Fold::begin(&first)?;
        audience.event(&first, &fold);
        Ok(Self { journal, path, fold, audience })
    }

    fn write(&mut self, event: Event) -> Result<(), Failure> {
        self.journal.append(&event).map_err(|source| Failure::Journal { path: self.path.clone(), source })?;
        self.fold.add(&event);
        self.audience.event(&event, &self.fold);
        Ok(())
    }

    /// What Flux had applied at the end, where anything was known of it before.
    async fn read_last(&mut self, reader: &Reader, stop: &Stop) -> Result<(), Failure> {
        if !self.fold.knows_revisions() {
            return Ok(());
        }
        match revisions::read(reader, stop).await {
            Some(reading) => self.write(Event::now(What::Reread(reading))),
            None => Ok(()),
        }
    }

    /// Writes until no check is left, or the run was asked to end twice. A journal that cannot be written ends the run, too,
    /// but only after every check has undone what it wrote.
    async fn until_closed(
        &mut self,
        mut inbox: mpsc::UnboundedReceiver<Event>,
        handle: Handle,
        mut stop: Stop,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let late = sleep(deadline.saturating_duration_since(Instant::now()));
        tokio::pin!(late);
        let mut written = Ok(());
        loop {
            tokio::select! {
                biased;
                _ = stop.asked_twice() => return written,
                event = inbox.recv() => match event {
                    None => return written,
                    Some(_) if written.is_err() => {}
                    Some(event) => {
                        written = self.write(event);
                        if written.is_err() { handle.stop_once(EndReason::Terminated); }
                    }
                },
                () = &mut late, if !late.is_elapsed() => handle.stop_once(EndReason::DeadlinePassed),
                _ = ticks.tick() => self.audience.tick(&self.fold),
            }
        }
    }
}

#[cfg(test)]
mod revision_tests;
#[cfg(test)]
mod sweep_tests;
#[cfg(test)]
mod tests;
