//! Removes what killed runs have left, for all checks of a suite that write to the cluster.

use std::time::Duration;

use tokio::time::timeout;

use super::redact::redact_text;
use crate::check::expectation::Expectation;
use crate::check::look::Look;
use crate::check::trouble::Trouble;
use crate::connect::Connections;
use crate::event::{LookResult, Swept};

/// Sweeping for one check may take this long.
const LIMIT: Duration = Duration::from_secs(30);

/// Sweeps for one check after the other: what two of them would remove is told once.
pub async fn sweep(checks: Vec<(String, Expectation)>, connections: &Connections, run: &str) -> Swept {
    let look = Look { connections, run };
    let mut swept = Swept::default();
    for (id, expectation) in checks {
        let ended = timeout(LIMIT, expectation.sweep(&look, &mut swept.removed)).await;
        let gave_up = Trouble::TimedOut { to: "the sweep".to_owned(), seconds: LIMIT.as_secs_f64() };
        if let Err(trouble) = ended.unwrap_or(Err(gave_up)) {
            swept.troubles.push(format!("{id}: {}", redact_text(&words(&trouble))));
        }
    }
    swept
}

/// A trouble as a run names it, with what to do.
fn words(trouble: &Trouble) -> String {
    let Some(verdict) = trouble.verdict() else { return trouble.to_string() };
    let hint = verdict.findings().first().and_then(|finding| finding.hint.clone());
    let hint = hint.map(|hint| format!("\n  {hint}")).unwrap_or_default();
    format!("{}{hint}", LookResult::Judged(verdict).summary())
}
