//! What a sound object has applied, beside what its source holds and what the suite wants.

use super::Told;
use super::cause::Graph;
use crate::check::finding::Finding;
use crate::check::flux::seen::{Kustomization, Object, Release};
use crate::check::flux::spec::{Chart, Demand};
use crate::check::revision::is_meant;

const NOTHING: &str = "nothing";

pub(super) fn of_object(demand: &Demand, graph: &Graph<'_>, object: &Object) -> Vec<Told> {
    let findings = match (&object.kustomization, &object.release) {
        (Some(kustomization), _) => of_kustomization(demand, graph.source(object), kustomization),
        (_, Some(release)) => of_release(demand, graph.source(object), release),
        (None, None) => of_source(demand, object),
    };
    findings.into_iter().map(|finding| Told::Fails(finding.on(object.title()))).collect()
}

fn of_kustomization(demand: &Demand, source: Option<&Object>, own: &Kustomization) -> Vec<Finding> {
    let applied = own.applied.as_deref().unwrap_or(NOTHING);
    let attempted = own.attempted.as_deref().filter(|attempted| *attempted != applied);
    let also = attempted.map_or_else(String::new, |attempted| format!(", and it attempts {attempted}"));
    let mut findings = Vec::new();
    if let Some((source, held)) = source.and_then(|source| Some((source, source.artifact.as_deref()?)))
        && held != applied
    {
        let expected = format!("it has applied {held}, which {} holds", source.title());
        let finding = Finding::new("flux/older-revision", expected, format!("it has applied {applied}{also}"));
        findings.push(finding.hint("`flux reconcile kustomization` it, and see kustomize-controller's log"));
    }
    if let Some(wanted) = demand.revision().filter(|wanted| !is_meant(applied, wanted)) {
        let finding =
            Finding::new("flux/other-revision", format!("it has applied {wanted}"), format!("{applied}{also}"));
        findings.push(finding.hint("see whether the commit is pushed to the branch that the source follows"));
    }
    findings
}

fn of_source(demand: &Demand, object: &Object) -> Vec<Finding> {
    if object.fixed {
        return Vec::new();
    }
    let held = object.artifact.as_deref().unwrap_or(NOTHING);
    match demand.revision() {
        Some(wanted) if !is_meant(held, wanted) => {
            vec![Finding::new("flux/other-revision", format!("it holds {wanted}"), format!("it holds {held}"))]
        }
        None if object.artifact.is_none() => {
            vec![Finding::new("flux/no-artifact", "it holds what it has fetched", "it holds nothing")]
        }
        _ => Vec::new(),
    }
}

fn of_release(demand: &Demand, source: Option<&Object>, own: &Release) -> Vec<Finding> {
    let Some(newest) = &own.newest else {
        let finding = Finding::new("flux/not-released", "Helm has released it", "its history is empty");
        return vec![finding.hint("see helm-controller's log")];
    };
    let mut findings = Vec::new();
    if newest.status != "deployed" {
        let finding =
            Finding::new("flux/release-status", "its newest release is deployed", format!("it is {}", newest.status));
        findings.push(finding.hint("see `helm history` of the release"));
    }
    let attempted = own.attempted.as_deref().unwrap_or(NOTHING);
    if newest.chart_version != attempted {
        let actual = format!("chart {} runs, and {attempted} was attempted last", newest.chart_version);
        findings.push(Finding::new("flux/older-chart", "the chart that was attempted last runs", actual));
    }
    if let Some((source, held)) = source.and_then(|source| Some((source, source.artifact.as_deref()?)))
        && version(held) != version(attempted)
    {
        let expected = format!("it has taken chart {held}, which {} holds", source.title());
        findings.push(Finding::new("flux/older-chart", expected, format!("it attempted {attempted} last")));
    }
    let Chart { version: chart, app_version } = demand.chart.clone().unwrap_or_default();
    if let Some(wanted) =
        chart.filter(|wanted| newest.chart_version != *wanted && version(&newest.chart_version) != wanted)
    {
        let actual = format!("chart {} runs", newest.chart_version);
        findings.push(Finding::new("flux/other-chart", format!("chart {wanted} runs"), actual));
    }
    if let Some(wanted) = app_version.filter(|wanted| newest.app_version != *wanted) {
        let actual = format!("chart {} is of {}", newest.chart_version, newest.app_version);
        let finding = Finding::new("flux/other-app-version", format!("the chart is of {wanted}"), actual);
        findings.push(finding.hint("a chart has a version of its own: see which one has this appVersion"));
    }
    findings
}

/// The version alone of `0.57.1+3f2a61c9b0d4` and `0.57.1@sha256:...`.
fn version(revision: &str) -> &str {
    revision.split(['+', '@']).next().unwrap_or(revision)
}
