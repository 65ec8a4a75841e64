//! One thing that is not as it should be: what was expected, what was there, where, and what to do.

use serde::{Deserialize, Serialize};

/// A finding has a stable code, so that reports, drills and people can refer to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// `<kind or area>/<what>`, for example `coverage/unselected`. Stable over versions.
    pub code: String,
    /// The object it speaks of, for example `Pod observability/vmagent-vmagent-0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub actual: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether looking again later could give another answer.
    pub waiting: Waiting,
}

/// Whether waiting can change a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// The system may still be on its way.
    CanHelp,
    /// The state is terminal: an image that cannot be pulled, a CRD that is absent, a request that is forbidden.
    CannotHelp,
}

impl Finding {
    /// A finding that waiting may still mend.
    pub fn new(code: &str, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            object: None,
            expected: expected.into(),
            actual: actual.into(),
            hint: None,
            waiting: Waiting::CanHelp,
        }
    }

    /// Says which object it speaks of.
    pub fn on(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// Says what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Marks that waiting cannot help.
    pub fn terminal(mut self) -> Self {
        self.waiting = Waiting::CannotHelp;
        self
    }

    /// Whether waiting cannot help.
    pub fn is_terminal(&self) -> bool {
        self.waiting == Waiting::CannotHelp
    }
}

/// One or more findings: a verdict that is no pass always says why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Finding>", into = "Vec<Finding>")]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Exactly one finding.
    pub fn one(finding: Finding) -> Self {
        Self(vec![finding])
    }

    /// All of them, in the order in which they were found.
    pub fn as_slice(&self) -> &[Finding] {
        &self.0
    }

    /// Iterates over them.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }
}

impl TryFrom<Vec<Finding>> for Findings {
    type Error = &'static str;

    fn try_from(findings: Vec<Finding>) -> Result<Self, Self::Error> {
        if findings.is_empty() { Err("a verdict that is no pass needs a finding") } else { Ok(Self(findings)) }
    }
}

impl From<Findings> for Vec<Finding> {
    fn from(findings: Findings) -> Self {
        findings.0
    }
}
