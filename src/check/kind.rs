//! The contract of a kind of check: look without an opinion, judge without a clock or a network.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::identity::Identity;
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;

/// A family of checks. One file (or folder) implements it, one line in the list of kinds makes it known.
pub trait Kind {
    /// What the suite says. Unknown keys are refused, units are in the types.
    type Spec: Clone + Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static;
    /// What a look sees: typed, without opinion, absence as data.
    type Observation: Serialize + DeserializeOwned + Send;
    /// What one check keeps from look to look, for example what it wrote to the cluster.
    type Session: Default + Send + 'static;

    /// Name in the suite: snake case.
    const NAME: &'static str;
    /// The page that `signoff explain` shows: what it proves, how it is judged, its keys, its finding codes, a snippet.
    const PAGE: &'static str;
    /// Whether other checks would disturb it or be disturbed by it.
    const COMPANY: Company = Company::Welcome;

    /// Everything that looking, undoing and sweeping use of the cluster, and nothing more: roles are made of it.
    fn uses(spec: &Self::Spec) -> Vec<Use>;

    /// Looks once. It never retries, sleeps for a better answer, or judges.
    fn observe(
        spec: &Self::Spec,
        session: &mut Self::Session,
        look: &Look<'_>,
    ) -> impl Future<Output = Result<Self::Observation, Trouble>> + Send;

    /// Undoes what the session wrote, after the last look, also when the run was interrupted.
    /// Returns the final observation where the undoing is part of the verdict.
    fn finish(
        _spec: &Self::Spec,
        _session: &mut Self::Session,
        _look: &Look<'_>,
    ) -> impl Future<Output = Result<Option<Self::Observation>, Trouble>> + Send {
        async { Ok(None) }
    }

    /// Removes what killed runs left in the cluster, and nothing of anyone else's. What it removes, it adds to `removed`
    /// at once, in words: a trouble does not hide it.
    fn sweep(
        _spec: &Self::Spec,
        _look: &Look<'_>,
        _removed: &mut Vec<String>,
    ) -> impl Future<Output = Result<(), Trouble>> + Send {
        async { Ok(()) }
    }

    /// What a look asks: the spec with everything that only judging reads set to one fixed value. Saved evidence may be judged
    /// by another spec as long as both ask the same; a kind that does not say what is only judged is never judged so.
    fn question(spec: &Self::Spec) -> Self::Spec {
        spec.clone()
    }

    /// The objects that the observation speaks of, as far as it tells: which generation, which images, which version.
    fn identities(_spec: &Self::Spec, _seen: &Self::Observation) -> Vec<Identity> {
        Vec::new()
    }

    /// Judges what was seen at `at`. Pure: the same evidence always gives the same verdict.
    fn judge(spec: &Self::Spec, seen: &Self::Observation, at: Timestamp) -> Verdict;
}

/// Whether a check may run beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    /// Any number of checks beside it.
    Welcome,
    /// Alone: it measures time under load.
    Unwelcome,
    /// Beside anything, a measurement too: its looks are a few small requests, and its own times must not wait for others.
    Unnoticed,
}
