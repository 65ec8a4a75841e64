//! What a sound object has applied, beside what its source holds and what the suite wants.

use super::Told;
use super::cause::Graph;
use crate::check::finding::Finding;
use crate::check::flux::kinds::Target;
use crate::check::flux::seen::{Kustomization, Object, Release};
use crate::check::flux::spec::{Chart, Demand};
use crate::check::revision::is_meant;

const NOTHING: &str = "nothing";
const RUNS: &str = "the chart that was attempted last runs";
/// Digits of a digest that helm-controller puts behind a chart's version.
const DIGITS: usize = 12;

pub(super) fn of_object(demand: &Demand, graph: &Graph<'_>, object: &Object) -> Vec<Told> {
    let findings = match (&object.kustomization, &object.release) {
        (Some(kustomization), _) => of_kustomization(demand.revision(), graph.source(object), kustomization),
        (_, Some(release)) => of_release(demand, graph.source(object), release),
        (None, None) => of_source(demand, object),
    };
    findings.into_iter().map(|finding| Told::Fails(finding.on(object.title()))).collect()
}

/// Whether a Kustomization on the way up has applied what its own source holds.
pub(super) fn of_parent(graph: &Graph<'_>, parent: &Object) -> Vec<Told> {
    let own = parent.kustomization.as_ref();
    let findings = own.map(|own| of_kustomization(None, graph.source(parent), own)).unwrap_or_default();
    findings.into_iter().map(|finding| Told::Fails(finding.on(parent.title()))).collect()
}

fn of_kustomization(revision: Option<&str>, source: Option<&Object>, own: &Kustomization) -> Vec<Finding> {
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
    if let Some(wanted) = revision.filter(|wanted| !is_meant(applied, wanted)) {
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
        findings.push(Finding::new("flux/older-chart", RUNS, actual));
    } else if let (Some(runs), Some(digest)) = (&newest.oci_digest, &own.digest)
        && runs != digest
    {
        // As with the controller's feature gate DisableChartDigestTracking.
        findings.push(Finding::new("flux/older-chart", RUNS, format!("that of {runs} runs, not that of {digest}")));
    }
    if let Some((source, held)) = source.and_then(|source| Some((source, source.artifact.as_deref()?)))
        && !is_taken(&source.kind, held, own)
    {
        let expected = format!("it has taken chart {held}, which {} holds", source.title());
        let digest = own.digest.as_ref().map_or_else(String::new, |digest| format!(", of {digest}"));
        findings.push(Finding::new("flux/older-chart", expected, format!("it attempted {attempted}{digest} last")));
    }
    let Chart { version: chart, app_version } = demand.chart.clone().unwrap_or_default();
    if let Some(wanted) = chart.filter(|wanted| !is_version(&newest.chart_version, wanted)) {
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

/// Whether what a release attempted last is what its source holds now (helm-controller 1.0 and later,
/// `mutateChartWithSourceRevision`; source-controller 1.7, `BuildOptions.VersionMetadata`).
///
/// - Of an OCIRepository, `<tag>@sha256:<digest>` or `sha256:<digest>`, the digest counts: a tag can move, and need not be
///   written as the chart's version is. It is kept whole, and behind `+` its first 12 digits.
/// - Of a HelmChart it is the chart's version with all that stands behind `+`: the commit, where `reconcileStrategy` is Revision.
fn is_taken(kind: &str, held: &str, own: &Release) -> bool {
    let attempted = own.attempted.as_deref().unwrap_or_default();
    if kind != Target::OCIRepository.name() {
        return plain(held) == plain(attempted);
    }
    let digest = held.rsplit('@').next().unwrap_or(held);
    match &own.digest {
        Some(taken) => taken == digest,
        None => {
            let start = attempted.split_once('+').map_or("", |(_, start)| start);
            start.len() >= DIGITS && digest.rsplit(':').next().is_some_and(|digest| digest.starts_with(start))
        }
    }
}

/// Whether a chart is of this version: all of it, or what stands before `+`.
fn is_version(chart: &str, wanted: &str) -> bool {
    let (chart, wanted) = (plain(chart), plain(wanted));
    chart == wanted || chart.split('+').next() == Some(wanted)
}

/// A version without the `v` with which some begin: helm-controller leaves it out where it adds a digest.
fn plain(version: &str) -> &str {
    version.strip_prefix('v').unwrap_or(version)
}
