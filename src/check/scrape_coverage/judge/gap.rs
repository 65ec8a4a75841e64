//! What is told of jobs and targets that are not as they should be.

use super::super::discovered::Stage;
use super::super::job::Defect;
use super::super::seen::{Gap, Lost, PoolSeen};
use crate::check::finding::Finding;

/// A job that vmagent refuses.
pub(super) fn of_defect(defect: &Defect) -> Finding {
    match defect {
        Defect::Interval(text) => Finding::new("coverage/bad-interval", "an interval such as 30s", format!("`{text}`"))
            .hint("vmagent refuses its whole configuration because of it, and every later scrape CR has no effect"),
        Defect::Action(text) => {
            Finding::new("coverage/bad-relabelling", "a relabelling action that vmagent knows", format!("`{text}`"))
                .hint("vmagent leaves out the whole job and says so in its log only")
        }
    }
}

/// Where the way to targets ends before any.
pub(super) fn of_stage(stage: &Stage) -> Finding {
    let finding = |code: &str, actual: String| Finding::new(code, "at least one target", actual);
    match stage {
        Stage::NoService => finding("coverage/no-service", "no Service matches its selector".to_owned())
            .hint("compare the selector and namespaceSelector with the Service's labels and namespace"),
        Stage::NoEndpoint => finding("coverage/no-endpoint", "its Services have no endpoints".to_owned())
            .hint("no pod matches the Service's selector"),
        Stage::NoPod => finding("coverage/no-pod", "no running pod with a port matches its selector".to_owned()),
        Stage::NoNode => finding("coverage/no-node", "no node matches its selector".to_owned()),
        Stage::WrongPort { wanted, seen } => finding(
            "coverage/wrong-port",
            format!(
                "{wanted} does not exist; there are {}",
                if seen.is_empty() { "none".to_owned() } else { seen.join(", ") }
            ),
        )
        .hint("`port` names the Service's port, `targetPort` the container's"),
        Stage::Dropped(count) => finding("coverage/dropped", format!("its relabelling drops all {count} of them")),
    }
}

/// A target that is not scraped, up and stored.
pub(super) fn of_gap(gap: &Gap, pool: &PoolSeen) -> Finding {
    let up = |code: &str, actual: String| Finding::new(code, "scraped, up and stored", actual);
    match &gap.lost {
        Lost::NotDiscovered => up("coverage/not-discovered", "no vmagent has this target".to_owned())
            .hint("after a change it takes the operator's, the reloader's and vmagent's discovery interval"),
        Lost::NeverScraped => up("coverage/pending", "discovered, not scraped yet".to_owned())
            .hint(format!("the first scrape comes within one interval ({} s)", pool.interval_seconds)),
        Lost::Down(error) => up("coverage/down", format!("down: {error}")),
        Lost::SampleLimit(error) => up("coverage/sample-limit", error.clone()),
        Lost::ScrapedLongAgo(age) => up("coverage/stale", format!("last scraped {age:.0} s ago"))
            .hint("the target looks up, but vmagent does not scrape it any more"),
        Lost::NoSamples => up("coverage/no-samples", "up, with no sample in its answer".to_owned()),
        Lost::NotStored => up("coverage/not-stored", "up, but storage has no `up` of it".to_owned())
            .hint("see vmagent's remote write: requests that succeed, retries, pending bytes"),
        Lost::StoredLongAgo(age) => {
            up("coverage/stored-stale", format!("its newest sample in storage is {age:.0} s old"))
                .hint("see vmagent's remote write: requests that succeed, retries, pending bytes")
        }
        Lost::StoredAsDown => up("coverage/stored-down", "storage says that it is down".to_owned()),
    }
}
