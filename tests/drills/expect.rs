//! What a drill expects: one check red for known reasons, all others green or blocked by it; or everything green.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, Instant};

use signoff::event::Outcome;

use crate::judge::{Verdicts, findings, line};
use crate::sandbox::{Sandbox, say};

/// A fault may take this long to be seen.
const SEEN: Duration = Duration::from_secs(150);
/// Its mending may take this long to be felt; samples of what is gone can be seen for five minutes.
const MENDED: Duration = Duration::from_secs(330);
/// A picture counts when so many runs in a row show it.
const IN_A_ROW: u32 = 2;
/// Findings of one drill that the table shows.
const SHOWN: usize = 4;
/// Pictures that a failed drill shows.
const PICTURES: usize = 5;

/// One drill as it went.
pub struct Row {
    pub fault: String,
    pub check: String,
    /// The kind of the check, and the codes of its findings.
    pub told: (String, BTreeSet<String>),
    /// The findings, or what was not as expected.
    pub found: Result<Vec<String>, String>,
    pub after: Duration,
}

impl Row {
    /// What `verdicts` say of the check that a fault turns red, after this time.
    pub fn new(fault: &str, check: &str, verdicts: Result<Verdicts, String>, after: Duration) -> Self {
        let told = verdicts.as_ref().map_or_else(
            |_| Default::default(),
            |verdicts| {
                let codes = findings(&verdicts.outcomes[check]).iter().map(|finding| finding.code.clone());
                (verdicts.kinds[check].clone(), codes.collect())
            },
        );
        let found = verdicts.map(|verdicts| findings(&verdicts.outcomes[check]).iter().map(line).collect());
        Self { fault: fault.to_owned(), check: check.to_owned(), told, found, after }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.fault)?;
        let after = self.after.as_secs_f64();
        match &self.found {
            Ok(found) => {
                write!(f, "    {} is red after {after:.0} s", self.check)?;
                found.iter().take(SHOWN).try_for_each(|found| write!(f, "\n    {found}"))
            }
            Err(why) => write!(f, "    FAILED after {after:.0} s: {why}"),
        }
    }
}

impl Sandbox {
    /// Judges until the findings of `check` are of exactly these codes, each `(code, text)` has a finding with that text in
    /// it, and every other check is green or blocked by `check`. What is not so is kept for [`Sandbox::end`], so that the
    /// drill can mend its fault in any case.
    pub async fn red(&mut self, fault: &str, check: &str, wanted: &[(&str, &str)]) {
        let start = Instant::now();
        let found = self.until(SEEN, |verdicts| is_red(verdicts, check, wanted, &[])).await;
        let row = Row::new(fault, check, found, start.elapsed());
        say(&format!("{row}\n"));
        self.rows.push(row);
    }

    /// Judges until everything that is to run is green; the sandbox is of no use to the next drill otherwise.
    pub async fn green(&self) {
        let healthy = |verdicts: &Verdicts| {
            let good = |outcome: &Outcome| outcome.is_green() || outcome.is_skip();
            if verdicts.outcomes.values().all(good) { Ok(()) } else { Err("not all is green again".to_owned()) }
        };
        if let Err(why) = self.until(MENDED, healthy).await {
            panic!("{why}");
        }
    }

    /// Says whether all drills went as they must.
    pub fn end(&self) {
        let failed: Vec<String> = self.rows.iter().filter(|row| row.found.is_err()).map(Row::to_string).collect();
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }

    async fn until(
        &self,
        patience: Duration,
        holds: impl Fn(&Verdicts) -> Result<(), String>,
    ) -> Result<Verdicts, String> {
        let (start, mut row) = (Instant::now(), 0);
        // Other pictures on the way, each with the time at which it was first seen.
        let mut seen: Vec<(Duration, String)> = Vec::new();
        loop {
            let verdicts = self.judge().await;
            match holds(&verdicts) {
                Ok(()) if row + 1 == IN_A_ROW => return Ok(verdicts),
                Ok(()) => row += 1,
                Err(why) => {
                    row = 0;
                    let picture = format!("{why}\n{}", verdicts.not_green());
                    if seen.last().is_none_or(|(_, last)| without_numbers(last) != without_numbers(&picture)) {
                        seen.push((start.elapsed(), picture));
                    }
                    if start.elapsed() > patience {
                        return Err(history(&seen));
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

/// Ages and counts differ from look to look and make no other picture.
fn without_numbers(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// The last pictures, with the time at which each was first seen.
fn history(seen: &[(Duration, String)]) -> String {
    let last = seen.iter().skip(seen.len().saturating_sub(PICTURES));
    last.map(|(at, picture)| format!("after {:.0} s: {picture}\n", at.as_secs_f64())).collect()
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
