//! Why something could not be looked at. Some troubles are a verdict on the system, the others are ours.

use serde::{Deserialize, Serialize};

use super::access::Access;
use super::finding::{Finding, Findings};
use super::verdict::{Decision, Verdict};

/// What kept an observation from being made, told apart by what it says about the system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The API refused the request (403); `rule` is the RBAC rule to add.
    #[error("not permitted to {rule}: {message}")]
    Denied {
        /// The missing rule.
        rule: Access,
        /// The server's own words.
        message: String,
    },
    /// The API does not know the resource: its CRD is not installed.
    #[error("the cluster does not know {resource}")]
    UnknownKind {
        /// `vmsingles.operator.victoriametrics.com`.
        resource: String,
    },
    /// The Service does not exist.
    #[error("{service} does not exist")]
    NotDeployed {
        /// `Service observability/vmsingle-vmsingle`.
        service: String,
    },
    /// The Service exists, but no ready pod is behind it.
    #[error("{service} has no ready endpoint: {message}")]
    NoReadyEndpoint {
        /// `Service observability/vmsingle-vmsingle`.
        service: String,
        /// What was there instead: pods that are not ready, a port that does not exist.
        message: String,
    },
    /// Another component than the expected one answered.
    #[error("{service} is answered by {answered}, not by {expected}")]
    WrongComponent {
        /// `Service observability/vmsingle-vmsingle`.
        service: String,
        /// The component that should answer.
        expected: String,
        /// The component that did.
        answered: String,
    },
    /// The component answered with an HTTP status that is no answer to the question.
    #[error("{url} answered {status}: {body}")]
    Refused {
        /// The path, with its query.
        url: String,
        /// HTTP status code.
        status: u16,
        /// Start of the body.
        body: String,
    },
    /// The answer is not what the API documents.
    #[error("{url} answered something else than expected: {message}")]
    Malformed {
        /// The path, with its query.
        url: String,
        /// What is wrong with it.
        message: String,
    },
    /// The way to the component or to the API server broke.
    #[error("connection to {to} failed: {message}")]
    Broken {
        /// Where to.
        to: String,
        /// What happened.
        message: String,
    },
    /// Nothing came back in time.
    #[error("no answer from {to} within {seconds} s")]
    TimedOut {
        /// Where to.
        to: String,
        /// How long was waited.
        seconds: f64,
    },
}

impl Trouble {
    /// The verdict that this trouble is, where it says something about the system or about permissions;
    /// `None` where it only says that we could not look.
    pub fn verdict(&self) -> Option<Verdict> {
        let decision = match self {
            Self::Denied { rule, .. } => Decision::Inconclusive(Findings::one(self.denied(rule))),
            Self::UnknownKind { resource } => fail(
                Finding::new(
                    "api/unknown-kind",
                    format!("the cluster serves {resource}"),
                    "it does not: its CRD is not installed",
                )
                .hint("install the CRD, or see why the operator's chart did not")
                .terminal(),
            ),
            Self::NotDeployed { service } => {
                let finding = Finding::new("reach/not-deployed", "the Service exists", "it does not").on(service);
                fail(
                    finding
                        .hint("check its namespace and name in the suite, and the status of the object that makes it"),
                )
            }
            Self::NoReadyEndpoint { service, message } => fail(
                Finding::new("reach/no-ready-endpoint", "at least one ready pod behind the Service", message)
                    .on(service)
                    .hint(
                        "see `kubectl describe` of its pods, and whether its selector and port are those of the pods",
                    ),
            ),
            Self::WrongComponent { service, expected, answered } => fail(
                Finding::new("reach/wrong-component", format!("{expected} answers"), format!("{answered} answers"))
                    .on(service)
                    .hint("check the Service's selector and port, and the address given with --url")
                    .terminal(),
            ),
            Self::Refused { .. } | Self::Malformed { .. } | Self::Broken { .. } | Self::TimedOut { .. } => return None,
        };
        Some(Verdict { decision, measured: Vec::new() })
    }

    /// The finding of a request that was denied, for judges whose evidence holds troubles; `None` for other troubles.
    pub fn denial(&self) -> Option<Finding> {
        match self {
            Self::Denied { rule, .. } => Some(self.denied(rule)),
            _ => None,
        }
    }

    fn denied(&self, rule: &Access) -> Finding {
        Finding::new("access/denied", format!("permission to {rule}"), self.to_string())
            .hint(format!("add the RBAC rule: {rule}; `signoff rbac SUITE` prints all that the suite needs"))
            .terminal()
    }
}

fn fail(finding: Finding) -> Decision {
    Decision::Fail(Findings::one(finding))
}
