//! The kind `repository`: what a Git repository tells Flux to apply is sound, before any cluster has seen it.

mod blind;
mod build;
mod fault;
mod fields;
mod files;
mod git;
mod glob;
mod judge;
mod model;
mod observation;
mod observe;
mod patch;
mod path;
mod reach;
mod rules;
mod seal;
mod shape;
mod spec;
#[cfg(test)]
mod tests;
mod tree;

use jiff::Timestamp;

use super::identity::Identity;
use super::kind::Kind;
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;

pub use git::{Revision, revision};
pub use glob::Glob;
pub use observation::{Checkout, Content, File, Observation, Seal};
pub use spec::{Demand, Given, Release, Scalar, Spec, Wanted};
pub use tree::{Broken, Documents};

/// What reports call the checkout that was given.
pub const CHECKOUT: &str = "Repository given with --repo";

/// The kind.
pub struct Repository;

impl Kind for Repository {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "repository";
    const PAGE: &'static str = include_str!("repository/page.md");

    fn uses(_: &Spec) -> Vec<Use> {
        vec![Use::Checkout]
    }

    async fn observe(_: &Spec, (): &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(look.connections).await
    }

    fn question(_: &Spec) -> Spec {
        Spec::nothing()
    }

    fn identities(_: &Spec, seen: &Observation) -> Vec<Identity> {
        let revision = seen.checkout.iter().map(|checkout| checkout.revision.as_ref().map(ToString::to_string));
        let of = |revision| Identity { component: revision, ..Identity::of(CHECKOUT) };
        revision.map(of).collect()
    }

    fn judge(spec: &Spec, seen: &Observation, _: Timestamp) -> Verdict {
        judge::judge(spec, seen)
    }
}
