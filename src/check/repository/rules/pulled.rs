//! What is pulled: sources and charts that name their version, and charts that arrive as they were published.

use std::sync::LazyLock;

use regex::Regex;

use super::Ground;
use super::names::namespace;
use crate::check::repository::fault::Fault;
use crate::check::repository::model::{HELM, Object, SOURCE};
use crate::check::yaml::Node;

/// One version, not a range of them.
static EXACT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[=v]?v?[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$").expect("fixed and tested"));

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let all = ground.reach.objects().filter(|object| !object.is_patched);
    all.flat_map(|object| {
        let none = no_ref(object);
        let loose = if ground.spec.pinned && none.is_none() { loose(object) } else { None };
        none.into_iter().chain(loose).chain(no_layer(ground, object))
    })
    .collect()
}

/// Without `ref` source-controller pulls the tag `latest` (docs/spec/v1/ocirepositories.md).
fn no_ref(object: &Object) -> Option<Fault> {
    if !object.is(SOURCE, "OCIRepository") {
        return None;
    }
    let reference = object.root.at(&["spec", "ref"]);
    if reference.is_some_and(|node| ["tag", "semver", "digest"].iter().any(|key| node.get(key).is_some())) {
        return None;
    }
    let place = object.nearest(&["spec", "ref"]);
    let expected = "spec.ref with a tag, semver or digest";
    let fault = Fault::new(place, "no-version", expected, "none: the tag `latest` is pulled, which charts rarely have");
    Some(fault.hint("pin the version: `ref: {tag: ...}`"))
}

/// What is another thing tomorrow though nobody has changed the repository, where the suite wants none of it. A branch is one,
/// too; but it is what a repository is followed by.
fn loose(object: &Object) -> Option<Fault> {
    let (path, what): (&[&str], &str) = match (object.group(), object.kind()) {
        // Charts of other sources have no version to choose.
        (HELM, "HelmRelease") if object.text(&["spec", "chart", "spec", "sourceRef", "kind"]) == "HelmRepository" => {
            (&["spec", "chart", "spec", "version"], "the newest chart is installed")
        }
        (SOURCE, "HelmChart") if object.text(&["spec", "sourceRef", "kind"]) == "HelmRepository" => {
            (&["spec", "version"], "the newest chart is fetched")
        }
        (SOURCE, "OCIRepository") if object.root.at(&["spec", "ref", "digest"]).is_none() => {
            (&["spec", "ref", "semver"], "")
        }
        (SOURCE, "GitRepository") => (&["spec", "ref"], "the branch `master` is fetched"),
        _ => return None,
    };
    let (code, place) = ("no-version", object.nearest(path));
    match object.root.at(path).filter(|node| !node.is_null()) {
        Some(Node { value: crate::check::yaml::Value::Map(_), .. }) => None,
        Some(node) => {
            let found = node.text().filter(|text| !text.contains("${") && !EXACT.is_match(text))?;
            let fault = Fault::new(place, code, "one version", format!("`{found}`, which more than one may be"));
            Some(fault.hint("write the version in full: the suite wants everything pinned"))
        }
        None if what.is_empty() => None,
        None => {
            let fault =
                Fault::new(place, code, format!("{} of {}", path.join("."), object.title()), format!("none: {what}"));
            Some(fault.hint("write it: the suite wants everything pinned"))
        }
    }
}

/// The layer of a chart, as helm-controller's documentation has it for `chartRef` (docs/spec/v2/helmreleases.md).
fn no_layer(ground: &Ground<'_>, object: &Object) -> Option<Fault> {
    const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    if !object.is(SOURCE, "OCIRepository") {
        return None;
    }
    let is_chart = |release: &&Object| {
        let Some(chart) = release.root.at(&["spec", "chartRef"]).filter(|_| release.is(HELM, "HelmRelease")) else {
            return false;
        };
        let text = |key| chart.get(key).and_then(Node::text).unwrap_or_default();
        let is_home = namespace(chart, release).is_none_or(|namespace| namespace == object.home());
        text("kind") == "OCIRepository" && text("name") == object.name() && is_home
    };
    let release = ground.reach.objects_in(object.cluster).find(is_chart)?;
    if object.text(&["spec", "layerSelector", "mediaType"]) == CHART
        && object.text(&["spec", "layerSelector", "operation"]) == "copy"
    {
        return None;
    }
    let expected = format!("spec.layerSelector {{mediaType: {CHART}, operation: copy}}");
    let actual = format!("another or none, and {} takes its chart from it", release.title());
    let fault = Fault::new(object.nearest(&["spec", "layerSelector"]), "no-chart-layer", expected, actual);
    Some(fault.hint("add it, so that the chart arrives as it was published"))
}

#[cfg(test)]
mod tests {
    use super::EXACT;

    #[test]
    fn one_version_is_told_from_a_range() {
        for text in ["1.2.3", "v1.18.8", "1.2.3-rc.1", "1.2.3+build.5", "=1.2.3"] {
            assert!(EXACT.is_match(text), "{text}");
        }
        for text in ["*", "1.2", "1.2.x", "8.11.x", ">=1.2.3", "~1.2.3", "^1.2.3", "1.2.3 || 1.2.4", "1.2.3 - 1.3.0"] {
            assert!(!EXACT.is_match(text), "{text}");
        }
    }
}
