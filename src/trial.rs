//! Plan -> libtest-mimic trials, for a test target without the standard harness. The only file that knows libtest-mimic.
//!
//! The engine runs the suite once; each trial only waits for its check. libtest-mimic prints, filters, and ends with 101 on a
//! failure; times, JUnit and the journal are the engine's and lie under `reports/`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::connect::Options;
use crate::event::{Event, Outcome, UnprovenPolicy, What};
use crate::plan::{Filter, Plan};
use crate::record::{Exit, Fold, Run};
use crate::report::terminal::{Style, closing};
use crate::run::Audience;
use crate::session::Session;
use crate::suite;

/// Results as they come: written by the engine, awaited by trials.
#[derive(Clone, Default)]
pub struct Results(Arc<(Mutex<Known>, Condvar)>);

#[derive(Default)]
struct Known {
    outcomes: HashMap<String, Outcome>,
    /// Why no more will come.
    over: Option<String>,
}

impl Results {
    /// Waits for a check's outcome; an error when the engine ended without it.
    fn of(&self, check: &str) -> Result<Outcome, String> {
        let (known, changed) = &*self.0;
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(outcome) = known.outcomes.get(check) {
                return Ok(outcome.clone());
            }
            if let Some(why) = &known.over {
                return Err(why.clone());
            }
            known = changed.wait(known).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Says that no more outcomes will come.
    fn close(&self, why: &str) {
        self.change(|known| known.over = Some(why.to_owned()));
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        let (known, changed) = &*self.0;
        change(&mut known.lock().unwrap_or_else(PoisonError::into_inner));
        changed.notify_all();
    }
}

impl Audience for Results {
    fn event(&mut self, event: &Event, _: &Fold) {
        if let What::CheckEnded { check, outcome, .. } = &event.what {
            self.change(|known| {
                known.outcomes.insert(check.clone(), outcome.clone());
            });
        }
    }
}

/// One trial for each check of the plan, by the name of [`CheckCard::trial`](crate::plan::CheckCard::trial).
pub fn trials(plan: &Plan, results: &Results) -> Vec<Trial> {
    plan.checks
        .iter()
        .map(|check| {
            let (results, id) = (results.clone(), check.card.id.clone());
            let place = format!("{}:{}", plan.suite.file, check.card.line);
            Trial::ignorable_test(check.card.trial(), move || completion(results.of(&id), &place))
        })
        .collect()
}

/// What a check's end is for libtest: blocked and skipped checks are ignored with their reason, all others that are not green fail.
fn completion(outcome: Result<Outcome, String>, place: &str) -> Result<Completion, Failed> {
    match outcome {
        Ok(outcome @ (Outcome::Blocked { .. } | Outcome::Skipped { .. })) => {
            Ok(Completion::ignored_with(outcome.summary()))
        }
        Ok(outcome) if outcome.is_green() => Ok(Completion::Completed),
        Ok(outcome) => Err(format!("{}\n{place}", outcome.summary()).into()),
        Err(why) => Err(why.into()),
    }
}

/// A test target's `main`: reads the suite, gets a cluster where something is to run, and judges the suite on it.
///
/// `cluster` gives the kubeconfig, facts for the report, and a guard that is dropped after the run; it runs inside the runtime.
/// `--list`, filters, `--exact` and `--skip` are those of `cargo test`; `cluster` is not called when nothing is selected.
pub fn main<G, F>(file: &Path, cluster: impl FnOnce() -> F + Send + 'static) -> ExitCode
where
    F: Future<Output = anyhow::Result<(PathBuf, Vec<(String, String)>, G)>> + Send,
    G: Send,
{
    let arguments = Arguments::from_args();
    let results = Results::default();
    let whole = match suite::read(file, &[]) {
        Ok(suite) => Plan::new(suite, &Filter::default()),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(Exit::Usage.code());
        }
    };
    let trials = trials(&whole, &results);
    let asked: Vec<String> = trials
        .iter()
        .filter(|trial| !arguments.is_filtered_out(trial) && !arguments.is_ignored(trial))
        .map(|trial| trial.name().to_owned())
        .collect();
    if arguments.list || asked.is_empty() {
        return libtest_mimic::run(&arguments, trials).exit_code();
    }
    let (file, engine_results) = (file.to_owned(), results.clone());
    let engine = std::thread::spawn(move || {
        let page = run_engine(&file, asked, engine_results.clone(), cluster);
        engine_results.close("the engine ended without this check's outcome");
        page
    });
    let conclusion = libtest_mimic::run(&arguments, trials);
    match engine.join() {
        Ok(Ok((page, exit))) => {
            println!("{page}");
            // No trial is red for it.
            if exit == Exit::Moved && !conclusion.has_failed() {
                return ExitCode::from(exit.code());
            }
        }
        Ok(Err(error)) => eprintln!("error: {error:#}"),
        Err(_) => eprintln!("error: the engine panicked"),
    }
    conclusion.exit_code()
}

/// Runs the selected checks once, on a runtime of its own, and gives the closing page, and how the run ended.
fn run_engine<G, F>(
    file: &Path,
    asked: Vec<String>,
    mut results: Results,
    cluster: impl FnOnce() -> F,
) -> anyhow::Result<(String, Exit)>
where
    F: Future<Output = anyhow::Result<(PathBuf, Vec<(String, String)>, G)>>,
{
    let runtime = crate::session::runtime()?;
    runtime.block_on(async {
        let plan = Plan::new(suite::read(file, &[])?, &Filter { filters: asked, exact: true, skip: Vec::new() });
        let (cluster, facts, _guard) = match cluster().await {
            Ok((kubeconfig, facts, guard)) => {
                (Ok(Options { kubeconfig: Some(kubeconfig), ..Options::default() }), facts, Some(guard))
            }
            Err(error) => (Err(format!("{error:#}")), Vec::new(), None),
        };
        let (reports, unproven) = (PathBuf::from("reports"), UnprovenPolicy::Allowed);
        let session = Session {
            plan,
            cluster,
            facts,
            reports,
            junit: None,
            termination_log: None,
            unproven,
            keep_going: false,
            deadline: None,
        };
        let (run, folder) = session.run(&mut results).await?;
        Ok((page(&run, folder.path()), run.exit()))
    })
}

fn page(run: &Run, folder: &Path) -> String {
    closing(run, &folder.display().to_string(), &Style { width: 100, unicode: false, color: false })
}

#[cfg(test)]
mod tests;
