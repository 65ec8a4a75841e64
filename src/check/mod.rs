//! Kinds of checks: how each looks, and how what it saw is judged.
//!
//! A new kind is one file here and one line in the list in `expectation.rs`.

pub mod access;
pub mod alert_flow;
pub mod alertmanager_config;
pub mod condition;
pub mod crds;
pub mod evidence;
pub mod expectation;
pub mod exposition;
pub mod external_secret;
pub mod finding;
pub mod flag;
pub mod flux;
pub mod identity;
pub mod instant;
pub mod judgement;
pub mod kind;
pub mod labels;
pub mod latency;
pub mod look;
pub mod measurement;
pub mod memory;
pub mod object;
pub mod ours;
pub mod pod;
pub mod query;
pub mod repository;
pub mod revision;
pub mod route;
pub mod rules;
pub mod scrape_coverage;
pub mod selection;
pub mod settled;
pub mod suggest;
pub mod telling;
pub mod trouble;
pub mod uses;
pub mod verdict;
pub mod vmalert;
pub mod volume;
pub mod waiver;
pub mod wildcard;
pub mod workload;
pub mod yaml;
