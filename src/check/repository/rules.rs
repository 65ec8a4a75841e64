//! What is held against a repository: one file for each group of rules.

mod alerting;
mod demands;
mod files;
mod flux;
mod health;
mod names;
mod needs;
mod pulled;
mod secrets;
mod sources;
mod substitution;
mod versions;
mod victoria;
mod wiring;

use super::fault::Fault;
use super::files::Files;
use super::reach::Reach;
use super::spec::Spec;
pub use demands::idle;
pub use files::findings as of_files;
pub use secrets::unread;

/// What rules look at.
pub struct Ground<'g> {
    /// The files.
    pub files: &'g Files<'g>,
    /// What Flux would apply of them.
    pub reach: &'g Reach,
    /// What the suite says.
    pub spec: &'g Spec,
}

/// Everything that is wrong, in the order of files and lines, each once.
pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let rules = [
        flux::faults,
        wiring::faults,
        needs::faults,
        sources::faults,
        pulled::faults,
        versions::faults,
        substitution::faults,
        health::faults,
        secrets::faults,
        victoria::faults,
        alerting::faults,
        demands::faults,
    ];
    let mut faults: Vec<Fault> = rules.iter().flat_map(|rule| rule(ground)).collect();
    faults.extend(ground.reach.faults.iter().cloned());
    faults.sort();
    // The same file may be built for several clusters.
    faults.dedup();
    faults
}
