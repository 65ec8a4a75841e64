//! The report of a run where it outlives its Pod: a ConfigMap with the JUnit, a summary and the journal; and its metrics.
//!
//! A Pod's files are gone with it, and its log may be, too. What is published is small (one object of the API), belongs to the
//! Job that made it where there is one, and only the last few of each story stay. The evidence does not fit and is not in it.

mod find;
mod object;
mod parcel;
mod push;
mod slim;

use std::num::NonZeroUsize;
use std::time::Duration;

pub use find::Fetched;
pub use object::Owner;
pub use parcel::{JOURNAL, JUNIT, SUMMARY};
pub use push::Target;

use crate::check::access::Access;
use crate::check::trouble::Trouble;
use crate::connect::Connections;
use crate::connect::resource::CONFIG_MAPS;
use crate::event::Event;
use crate::record::{Fold, NotAJournal};

/// How long publishing may take in all: a Pod that is being stopped has 30 s.
const LIMIT: Duration = Duration::from_secs(20);

/// Where a report goes.
#[derive(Clone, Debug)]
pub struct Destination {
    /// This namespace; else the Pod's or the kubeconfig's own.
    pub namespace: Option<String>,
    /// How many reports of the story stay, this one among them.
    pub keep: NonZeroUsize,
    /// The Job that the report belongs to, in our own namespace.
    pub owner: Option<Owner>,
}

/// What became of publishing.
#[derive(Debug, PartialEq)]
pub struct Published {
    /// `ConfigMap signoff/signoff-20261125t013000z-4f2a`.
    pub object: String,
    /// What was left out of it so that it fits, in words.
    pub cut: Option<String>,
    /// Why older reports could not be removed.
    pub not_pruned: Option<Trouble>,
}

/// Why a report was not published, or not found.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The API server did not take it.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// The events are no run's.
    #[error(transparent)]
    NotAJournal(#[from] NotAJournal),
}

/// Every permission that publishing into a namespace needs; `list` and `delete` only to remove older reports.
pub fn access(namespace: &str) -> Vec<Access> {
    ["create", "list", "delete"].map(|verb| CONFIG_MAPS.access(verb, Some(namespace))).to_vec()
}

/// Publishes the run that a journal tells of, and removes the oldest reports of its story beyond those to keep.
pub async fn publish(
    connections: &Connections,
    destination: &Destination,
    events: &[Event],
) -> Result<Published, Failure> {
    let run = Fold::all(events)?;
    let parcel = parcel::parcel(events)?;
    let own = connections.namespace()?;
    let namespace = destination.namespace.as_deref().unwrap_or(own);
    // An owner in another namespace does not exist for the garbage collector, which would remove the report at once.
    let owner = destination.owner.as_ref().filter(|_| namespace == own);
    let object = object::object(&run, namespace, owner, &parcel);
    let work = async {
        connections.create(&CONFIG_MAPS, Some(namespace), &object).await?;
        Ok(prune(connections, namespace, &run.card.suite.story, destination.keep).await.err())
    };
    let timed_out = |_| Err(Trouble::TimedOut { to: "the Kubernetes API".to_owned(), seconds: LIMIT.as_secs_f64() });
    let not_pruned = tokio::time::timeout(LIMIT, work).await.unwrap_or_else(timed_out)?;
    let object = format!("ConfigMap {namespace}/{}", object::name(&run.card.run));
    Ok(Published { object, cut: parcel.cut, not_pruned })
}

/// The report that `named` means (a run, a ConfigMap, a Job's last one, or `latest`), and the namespace that was searched.
pub async fn fetch(
    connections: &Connections,
    namespace: Option<&str>,
    named: &str,
) -> Result<(Option<Fetched>, String), Trouble> {
    let namespace = namespace.map_or_else(|| connections.namespace(), Ok)?;
    let reports = connections.list(&CONFIG_MAPS, Some(namespace), object::ANY_REPORT).await?;
    Ok((find::choose(&reports, named).map(Fetched::from), namespace.to_owned()))
}

async fn prune(connections: &Connections, namespace: &str, story: &str, keep: NonZeroUsize) -> Result<(), Trouble> {
    let reports = connections.list(&CONFIG_MAPS, Some(namespace), &object::reports_of(story)).await?;
    for name in find::beyond(&reports, keep) {
        connections.delete(&CONFIG_MAPS, Some(namespace), name).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
