//! The shape of a suite's file. Its documentation is what editors show, through `signoff schema`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::at::At;
use super::each::{Each, Soft};
use crate::check::expectation::Expectation;
use crate::units::Duration;

/// A story's acceptance criteria and the checks that prove them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "signoff suite")]
pub struct SuiteFile {
    /// Key of the story: `6-1-deploy-victoriametrics-stack-on-infra-cluster`.
    pub story: At<String>,
    /// Title of the story.
    pub title: At<String>,
    /// The longest that the whole run may take, 15m by default.
    #[serde(default)]
    pub deadline: Soft<At<Duration>>,
    /// Names with defaults. `${name}` stands for the value anywhere in criteria and checks, `--var name=value` overrides it,
    /// and `$${` is a literal `${`. Never a secret: values are printed and stored.
    #[serde(default, rename = "variables")]
    #[schemars(schema_with = "variables_schema")]
    _variables: IgnoredAny,
    /// The story's acceptance criteria, in its own words.
    pub criteria: At<Each<CriterionEntry>>,
    /// Sentences about the system that must hold.
    pub checks: At<Each<CheckEntry>>,
}

/// One acceptance criterion.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CriterionEntry {
    /// Id of the criterion: `AC2`.
    pub id: At<String>,
    /// The story's own wording.
    pub text: At<String>,
    /// Its bullets, where the story has some; the criterion stands or falls with them.
    #[serde(default)]
    pub bullets: Each<BulletEntry>,
    /// Why no check proves it yet. It stays unproven, and this is shown.
    #[serde(default)]
    pub unproven: Soft<At<String>>,
    /// A person must attest it. It stays unproven, and who and why is shown.
    #[serde(default)]
    pub manual: Soft<At<ManualEntry>>,
}

/// One bullet of a criterion.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BulletEntry {
    /// Id of the criterion, a dot and more: `AC2.3`.
    pub id: At<String>,
    /// The story's own wording.
    pub text: At<String>,
    /// Why no check proves it yet. It stays unproven, and this is shown.
    #[serde(default)]
    pub unproven: Soft<At<String>>,
    /// A person must attest it. It stays unproven, and who and why is shown.
    #[serde(default)]
    pub manual: Soft<At<ManualEntry>>,
}

/// What a person must attest, because no machine can.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualEntry {
    /// Who attests it: a person or a role.
    pub owner: At<String>,
    /// Why no check can prove it.
    pub reason: At<String>,
}

/// One sentence about the system that must hold.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckEntry {
    /// Unique id of the check: `operator-rolled-out`.
    pub id: At<String>,
    /// The sentence about the system, in the present tense: `the operator has rolled out`.
    pub sentence: At<String>,
    /// Ids of the criteria or bullets that it proves.
    pub criteria: At<Vec<At<String>>>,
    /// Ids of the checks that must be green before it is worth looking.
    #[serde(default)]
    pub needs: Vec<At<String>>,
    /// How long it may take to become true, 30s by default.
    #[serde(default)]
    pub within: Soft<At<Duration>>,
    /// Advice for the day it is red.
    #[serde(default)]
    pub hint: Soft<At<String>>,
    /// What it demands: one kind with its keys. `signoff explain` lists the kinds.
    pub expect: Expectation,
}

fn variables_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["object", "null"],
        "propertyNames": { "pattern": "^[A-Za-z0-9_-]+$" },
        "additionalProperties": { "type": ["string", "number", "boolean", "null"] }
    })
}
