//! Rules of `needs`: only checks that there are, and no circles.

use super::super::at::At;
use super::super::problem::{Problem, Problems};
use super::super::written::CheckEntry;

/// Applies the rules of `needs`.
pub fn apply(checks: &[CheckEntry], problems: &Problems) {
    for check in checks {
        for need in &check.needs {
            unknown_or_itself(check, need, checks, problems);
        }
    }
    let mut search = Search { checks, problems, path: Vec::new(), done: vec![false; checks.len()] };
    for index in 0..checks.len() {
        search.visit(index);
    }
}

fn unknown_or_itself(check: &CheckEntry, need: &At<String>, checks: &[CheckEntry], problems: &Problems) {
    if need.value == check.id.value {
        problems.add(
            Problem::at(need.mark, format!("check `{}` needs itself", check.id.value)).note("remove it from `needs`"),
        );
    } else if !checks.iter().any(|other| other.id.value == need.value) {
        let ids = checks.iter().map(|other| other.id.value.as_str()).filter(|id| *id != check.id.value);
        problems.add(
            Problem::at(need.mark, format!("unknown check `{}` in `needs`", need.value))
                .near(&need.value, ids)
                .note("`needs` names other checks of this suite by their id"),
        );
    }
}

/// A walk along `needs`, depth first.
struct Search<'a> {
    checks: &'a [CheckEntry],
    problems: &'a Problems,
    path: Vec<usize>,
    done: Vec<bool>,
}

impl Search<'_> {
    fn visit(&mut self, index: usize) {
        if self.done[index] {
            return;
        }
        self.path.push(index);
        for need in &self.checks[index].needs {
            let Some(next) = self.checks.iter().position(|check| check.id.value == need.value) else { continue };
            match self.path.iter().position(|visited| *visited == next) {
                // That a check needs itself is said in words of its own.
                Some(_) if next == index => {}
                Some(start) => self.circle(start, need),
                None => self.visit(next),
            }
        }
        self.path.pop();
        self.done[index] = true;
    }

    fn circle(&self, start: usize, closing: &At<String>) {
        let ids = self.path[start..].iter().map(|index| self.checks[*index].id.value.as_str());
        let circle: Vec<_> = ids.chain([closing.value.as_str()]).collect();
        self.problems.add(
            Problem::at(closing.mark, format!("checks need each other in a circle: {}", circle.join(" -> ")))
                .note("none of them could ever run: remove one of these `needs`"),
        );
    }
}
