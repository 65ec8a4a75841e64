//! The list of kinds. One line makes a kind known to the suite format, the runner and `explain`.

use std::any::Any;
use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::identity::Identity;
use super::kind::{Company, Kind};
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;

/// What a check keeps between looks, whatever its kind.
pub type Session = Box<dyn Any + Send>;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident($kind:ty)),+ $(,)?) => {
        /// What a check demands: the key is the kind, the value its spec.
        #[derive(Clone, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case", deny_unknown_fields)]
        pub enum Expectation {
            $($(#[$doc])* $variant(<$kind as Kind>::Spec),)+
        }

        /// Name and page of every kind, in the order of the list.
        pub const PAGES: &[(&str, &str)] = &[$((<$kind as Kind>::NAME, <$kind as Kind>::PAGE)),+];

        impl Expectation {
            /// The kind's name.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$kind as Kind>::NAME,)+ }
            }

            /// Whether it may run beside other checks.
            pub fn company(&self) -> Company {
                match self { $(Self::$variant(_) => <$kind as Kind>::COMPANY,)+ }
            }

            /// Everything that it uses of the cluster.
            pub fn uses(&self) -> Vec<Use> {
                match self { $(Self::$variant(spec) => <$kind as Kind>::uses(spec),)+ }
            }

            /// A fresh session.
            pub fn session(&self) -> Session {
                match self { $(Self::$variant(_) => Box::new(<$kind as Kind>::Session::default()),)+ }
            }

            /// Looks once; the observation comes as JSON, since that is what is saved and judged.
            pub async fn observe(&self, session: &mut Session, look: &Look<'_>) -> Result<Value, Trouble> {
                match self { $(Self::$variant(spec) => {
                    let session = session.downcast_mut().expect("a session is used with the expectation that made it");
                    to_json::<$kind>(&<$kind as Kind>::observe(spec, session, look).await?)
                })+ }
            }

            /// Undoes what the session wrote; see [`Kind::finish`].
            pub async fn finish(&self, session: &mut Session, look: &Look<'_>) -> Result<Option<Value>, Trouble> {
                match self { $(Self::$variant(spec) => {
                    let session = session.downcast_mut().expect("a session is used with the expectation that made it");
                    let last = <$kind as Kind>::finish(spec, session, look).await?;
                    last.map(|seen| to_json::<$kind>(&seen)).transpose()
                })+ }
            }

            /// Removes what killed runs left; see [`Kind::sweep`].
            pub async fn sweep(&self, look: &Look<'_>, removed: &mut Vec<String>) -> Result<(), Trouble> {
                match self { $(Self::$variant(spec) => <$kind as Kind>::sweep(spec, look, removed).await,)+ }
            }

            /// The objects that a saved observation speaks of; see [`Kind::identities`].
            pub fn identities(&self, seen: &Value) -> Vec<Identity> {
                match self { $(Self::$variant(spec) => {
                    let seen = Deserialize::deserialize(seen).ok();
                    seen.map(|seen| <$kind as Kind>::identities(spec, &seen)).unwrap_or_default()
                })+ }
            }

            /// What its looks ask; see [`Kind::question`].
            fn question(&self) -> Self {
                match self { $(Self::$variant(spec) => Self::$variant(<$kind as Kind>::question(spec)),)+ }
            }

            /// Judges a saved observation; an error when it is not one of this kind.
            pub fn judge(&self, seen: &Value, at: Timestamp) -> Result<Verdict, serde_json::Error> {
                match self { $(Self::$variant(spec) => {
                    Ok(<$kind as Kind>::judge(spec, &Deserialize::deserialize(seen)?, at))
                })+ }
            }
        }
    };
}

impl Expectation {
    /// The keys by which this asks something else than `other` of the same kind did; none when what `other` saw can be judged
    /// by this. A key that only judging reads does not count.
    pub fn asks_otherwise(&self, other: &Self) -> Vec<String> {
        let (mine, others) = (keys(&self.question()), keys(&other.question()));
        let names: BTreeSet<&String> = mine.keys().chain(others.keys()).collect();
        names.into_iter().filter(|name| mine.get(*name) != others.get(*name)).cloned().collect()
    }

    /// Whether both demand exactly the same.
    pub fn is_same_as(&self, other: &Self) -> bool {
        keys(self) == keys(other) && self.kind() == other.kind()
    }
}

/// The keys of a spec with their values.
fn keys(expectation: &Expectation) -> serde_json::Map<String, Value> {
    let value = serde_json::to_value(expectation).ok();
    let spec = value.as_ref().and_then(|value| value.get(expectation.kind())).and_then(Value::as_object);
    spec.cloned().unwrap_or_default()
}

fn to_json<K: Kind>(seen: &K::Observation) -> Result<Value, Trouble> {
    serde_json::to_value(seen)
        .map_err(|error| Trouble::Malformed { url: format!("observation of {}", K::NAME), message: error.to_string() })
}

kinds! {
    /// It is not too early to judge: Flux has applied what was meant, controllers have acted, nothing moves.
    Settled(super::settled::Settled),
    /// CRDs are established and serve the wanted versions.
    Crds(super::crds::Crds),
    /// A workload has rolled out and its pods are sound.
    Workload(super::workload::Workload),
    /// Fields of any objects are what they should be, and their controllers have seen them.
    Object(super::object::Object),
    /// A query returns the wanted series, with fresh values in range.
    Query(super::query::Query),
    /// All expected targets of a VMAgent are discovered, up, freshly scraped and stored.
    ScrapeCoverage(super::scrape_coverage::ScrapeCoverage),
    /// The containers of a stack together use less memory than a limit.
    Memory(super::memory::Memory),
    /// A synthetic alert goes all the way from a VMRule to Alertmanager and back.
    AlertFlow(super::alert_flow::AlertFlow),
    /// Alertmanager runs the wanted configuration: alerts lead to receivers that tell somebody.
    AlertmanagerConfig(super::alertmanager_config::AlertmanagerConfig),
    /// Every declared rule runs in vmalert, reads series that exist, and leads to somebody.
    Rules(super::rules::Rules),
    /// A VictoriaMetrics process runs with the wanted flags and version.
    Flag(super::flag::Flag),
    /// An ExternalSecret was synchronised lately from the store that was meant.
    ExternalSecret(super::external_secret::ExternalSecret),
    /// A running pod keeps its data on a bound persistent volume of the wanted class and size.
    Volume(super::volume::Volume),
    /// Flux has applied what its sources hold, at this generation and revision, and is declared as it should be.
    Flux(super::flux::Flux),
    /// A quantile of query latency keeps its limit under a small, steady load.
    Latency(super::latency::Latency),
    /// What a Git repository tells Flux to apply is sound, before any cluster has seen it.
    Repository(super::repository::Repository),
}

#[cfg(test)]
mod tests;
