//! What a drill expects: one check red for known reasons, all others green or blocked by it; or everything green.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, Instant};

use signoff::event::Outcome;

use crate::judge::{Verdicts, findings, line};
use crate::sandbox::{Sandbox, say};

/// A fault may take this long to be seen, and its mending to be felt.
const PATIENCE: Duration = Duration::from_secs(180);
/// A picture counts when so many runs in a row show it.
const IN_A_ROW: u32 = 2;

/// One line of the table of drills.
pub struct Row {
    pub fault: String,
    pub check: String,
    pub found: Vec<String>,
    pub after: Duration,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n    {} is red after {:.0} s", self.fault, self.check, self.after.as_secs_f64())?;
        self.found.iter().try_for_each(|found| write!(f, "\n    {found}"))
    }
}

impl Sandbox {
    /// Judges until `check` is not green, its findings are of exactly these codes, each `(code, text)` has a finding with
    /// that text in it, and every other check is green or blocked by `check`.
    pub async fn red(&mut self, fault: &str, check: &str, wanted: &[(&str, &str)]) {
        let start = Instant::now();
        let verdicts = self.until(|verdicts| is_red(verdicts, check, wanted, &[]), fault).await;
        let found = findings(&verdicts.outcomes[check]).iter().map(line).take(4).collect();
        let row = Row { fault: fault.to_owned(), check: check.to_owned(), found, after: start.elapsed() };
        say(&format!("{row}\n"));
        self.rows.push(row);
    }

    /// Judges until everything that is to run is green.
    pub async fn green(&self) {
        let all = |verdicts: &Verdicts| {
            let not = |outcome: &&Outcome| !outcome.is_green() && !outcome.is_skip();
            if verdicts.outcomes.values().any(|outcome| not(&outcome)) {
                Err("not all is green".into())
            } else {
                Ok(())
            }
        };
        self.until(all, "after mending").await;
    }

    async fn until(&self, holds: impl Fn(&Verdicts) -> Result<(), String>, what: &str) -> Verdicts {
        let (end, mut row) = (Instant::now() + PATIENCE, 0);
        loop {
            let verdicts = self.judge().await;
            match holds(&verdicts) {
                Ok(()) if row + 1 == IN_A_ROW => return verdicts,
                Ok(()) => row += 1,
                Err(why) => {
                    row = 0;
                    assert!(Instant::now() < end, "{what}: {why}\n{}", verdicts.not_green());
                }
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

/// Whether `check` has these findings, and everything else but the checks `beside` it is green or blocked by them.
pub fn is_red(verdicts: &Verdicts, check: &str, wanted: &[(&str, &str)], beside: &[&str]) -> Result<(), String> {
    let Some(red) = verdicts.outcomes.get(check) else { return Err(format!("{check} is not of this run")) };
    let found = findings(red);
    let codes: BTreeSet<&str> = found.iter().map(|finding| finding.code.as_str()).collect();
    let expected: BTreeSet<&str> = wanted.iter().map(|(code, _)| *code).collect();
    if codes != expected {
        return Err(format!("{check} should have findings of {expected:?}"));
    }
    for (code, text) in wanted {
        if !found.iter().any(|finding| finding.code == *code && line(finding).contains(text)) {
            return Err(format!("{check} should have a finding {code} with `{text}`"));
        }
    }
    let follows = |outcome: &Outcome| match outcome {
        Outcome::Blocked { by } => by.iter().all(|by| by == check || beside.contains(&by.as_str())),
        other => other.is_green() || other.is_skip(),
    };
    match verdicts
        .outcomes
        .iter()
        .find(|(id, outcome)| *id != check && !beside.contains(&id.as_str()) && !follows(outcome))
    {
        Some((id, _)) => Err(format!("only {check} should be red, not {id}")),
        None => Ok(()),
    }
}
