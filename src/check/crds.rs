//! Placeholder of the kind `crds`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access::Access;
use super::kind::Kind;
use super::look::Look;
use super::trouble::Trouble;
use super::verdict::Verdict;

/// The kind.
pub struct Crds;

/// What the suite says.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {}

/// What a look sees.
#[derive(Serialize, Deserialize)]
pub struct Observation {}

impl Kind for Crds {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "crds";
    const PAGE: &'static str = "";

    fn access(_: &Spec) -> Vec<Access> {
        Vec::new()
    }

    async fn observe(_: &Spec, _: &mut (), _: &Look<'_>) -> Result<Observation, Trouble> {
        todo!()
    }

    fn judge(_: &Spec, _: &Observation, _: Timestamp) -> Verdict {
        todo!()
    }
}
