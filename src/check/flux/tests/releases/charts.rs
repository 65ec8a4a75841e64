//! Which chart runs, beside what its source holds.

use super::*;

/// An artifact and what a release attempted; whether the one is the other.
fn taken(held: &str, attempted: &str, digest: Option<&str>) -> bool {
    let all = with(both(), "operator-chart", "/status/artifact/revision", json!(held));
    let all = with(all, "operator", "/status/lastAttemptedRevision", json!(attempted));
    let all = with(all, "operator", "/status/history/0/chartVersion", json!(attempted));
    let all = with(all, "operator", "/status/lastAttemptedRevisionDigest", json!(digest));
    let verdict = of_release(json!({}), &all);
    if !verdict.is_pass() {
        fails(&verdict, "flux/older-chart");
    }
    verdict.is_pass()
}

#[test]
fn of_an_oci_artifact_the_digest_counts() {
    let (ours, other) = (format!("sha256:{DIGEST}"), format!("sha256:{OTHER}"));
    let tag = format!("0.57.1@{ours}");
    assert!(taken(&tag, CHART, None) && taken(&tag, CHART, Some(&ours)));
    // The tag has moved.
    assert!(!taken(&format!("0.57.1@{other}"), CHART, None) && !taken(&format!("0.57.1@{other}"), CHART, Some(&ours)));
    // The tag begins with a v, which the version has no more; there is no tag; the tag is no version.
    for held in [format!("v0.57.1@{ours}"), ours.clone(), format!("latest@{ours}")] {
        assert!(taken(&held, CHART, None) && taken(&held, CHART, Some(&ours)), "{held}");
    }
    // As with the feature gate that keeps the version as it is: the whole digest stands beside it.
    assert!(taken(&tag, "0.57.1", Some(&ours)));
    assert!(!taken(&tag, "0.57.1", None) && !taken(&tag, "0.57.1+0cc9", None), "of no digest, and of too few digits");
}

#[test]
fn what_runs_is_of_the_digest_that_was_attempted() {
    let plain = with(both(), "operator", "/status/lastAttemptedRevisionDigest", json!(format!("sha256:{DIGEST}")));
    let of = |digest: &str| {
        of_release(
            json!({}),
            &with(plain.clone(), "operator", "/status/history/0/ociDigest", json!(format!("sha256:{digest}"))),
        )
    };
    assert!(of(DIGEST).is_pass());
    fails(&of(OTHER), "flux/older-chart");
}

#[test]
fn a_version_with_a_v_is_the_version() {
    let all = with(both(), "operator-chart", "/status/artifact/revision", json!(format!("v1.19.2@sha256:{DIGEST}")));
    let all = with(all, "operator", "/status/lastAttemptedRevision", json!("1.19.2+0cc9a8446c95"));
    let all = with(all, "operator", "/status/history/0/chartVersion", json!("1.19.2+0cc9a8446c95"));
    for version in ["v1.19.2", "1.19.2", "1.19.2+0cc9a8446c95"] {
        assert!(of_release(json!({"chart": {"version": version}}), &all).is_pass(), "{version}");
    }
    for version in ["v1.19", "1.19.20", "1.19.2+bbbbbbbbbbbb"] {
        fails(&of_release(json!({"chart": {"version": version}}), &all), "flux/other-chart");
    }
}

/// A HelmChart of a GitRepository with `reconcileStrategy: Revision` has the commit behind `+`.
#[test]
fn of_a_helm_chart_the_whole_version_counts() {
    let of = |held: &str, attempted: &str| {
        let chart = json!({"metadata": {"namespace": "flux-system", "name": "o-operator", "generation": 1},
            "spec": {"sourceRef": {"kind": "GitRepository", "name": "platform"}},
            "status": {"observedGeneration": 1, "artifact": {"revision": held},
                "conditions": [ready("True", "ChartPackageSucceeded", "packaged", 1)]}});
        let all = with(
            both(),
            "operator",
            "/spec/chartRef",
            json!({"kind": "HelmChart", "name": "o-operator", "namespace": "flux-system"}),
        );
        let all = with(all, "operator", "/status/lastAttemptedRevision", json!(attempted));
        let all = with(all, "operator", "/status/history/0/chartVersion", json!(attempted));
        of_release(json!({}), &[all, vec![(Target::HelmChart, chart), git()]].concat())
    };
    assert!(of("0.1.0+8f1d6f3a4b0c", "0.1.0+8f1d6f3a4b0c").is_pass());
    assert!(of("v1.19.2", "v1.19.2").is_pass() && of("1.19.2", "v1.19.2").is_pass());
    fails(&of("0.1.0+8f1d6f3a4b0c", "0.1.0+0c2e597d1a63"), "flux/older-chart");
    fails(&of("0.1.0+8f1d6f3a4b0c", "0.1.0"), "flux/older-chart");
}
