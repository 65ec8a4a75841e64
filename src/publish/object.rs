//! The ConfigMap that holds a report: its name, its labels, its owner.

use serde_json::{Map, Value, json};

use super::parcel::Parcel;
use crate::record::Run;
use crate::report::exit;

/// Label with the run's name, as on everything that a run writes to the cluster.
pub const RUN: &str = "signoff.dev/run";
/// Label with the story's key.
const STORY: &str = "signoff.dev/story";
/// Label with the name of the Job.
pub const JOB: &str = "signoff.dev/job";
/// Label with the run's exit code.
pub const EXIT: &str = "signoff.dev/exit";
/// Annotation with the reason of the exit code.
const REASON: &str = "signoff.dev/reason";
/// Annotation with what was left out.
pub const CUT: &str = "signoff.dev/cut";

/// Selects the reports of all stories.
pub const ANY_REPORT: &str = "app.kubernetes.io/managed-by=signoff,app.kubernetes.io/component=report";

/// The Job that a report belongs to: it goes when the Job goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its name.
    pub job: String,
    /// Its uid.
    pub uid: String,
}

/// Selects the reports of one story.
pub fn reports_of(story: &str) -> String {
    format!("{ANY_REPORT},{STORY}={}", label(story))
}

/// The name of a run's report. Names sort by time, as those of runs do.
pub fn name(run: &str) -> String {
    format!("signoff-{}", run.to_lowercase())
}

/// The object. It is immutable: what a run found does not change.
pub fn object(run: &Run, namespace: &str, owner: Option<&Owner>, parcel: &Parcel) -> Value {
    let mut labels = json!({
        "app.kubernetes.io/managed-by": "signoff",
        "app.kubernetes.io/component": "report",
        RUN: label(&run.card.run),
        STORY: label(&run.card.suite.story),
        EXIT: run.exit().code().to_string(),
    });
    let mut annotations = json!({REASON: exit::words(run)});
    if let Some(cut) = &parcel.cut {
        annotations[CUT] = json!(cut);
    }
    let mut metadata = json!({"name": name(&run.card.run), "namespace": namespace});
    if let Some(owner) = owner {
        labels[JOB] = json!(label(&owner.job));
        metadata["ownerReferences"] =
            json!([{"apiVersion": "batch/v1", "kind": "Job", "name": owner.job, "uid": owner.uid}]);
    }
    metadata["labels"] = labels;
    metadata["annotations"] = annotations;
    let data: Map<String, Value> = parcel.files.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "immutable": true, "data": data})
}

/// A text as the value of a label: at most 63 of letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
pub fn label(text: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let text: String = text.chars().map(allowed).take(63).collect();
    text.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_a_label_that_the_api_takes() {
        assert_eq!(label("6-1-deploy"), "6-1-deploy");
        assert_eq!(label("Story 6.1: \u{e4}!"), "Story-6.1");
        assert_eq!(label(&format!("{}-b", "a".repeat(62))), "a".repeat(62), "cut at 63, then no sign at the end");
        assert_eq!(label("--"), "");
    }
}
