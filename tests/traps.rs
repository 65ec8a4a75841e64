//! The traps that the story sets, and those of the platform that it lands on: which finding tells each, or why none can.
//!
//! A code stands here because a test or a drill of its kind has shown it; that there is such a code, the kinds' pages say.

use std::collections::BTreeSet;

use signoff::check::expectation::PAGES;

/// How a trap shows.
enum Shows {
    /// By the findings of these codes: the first where it is seen first.
    As(&'static [&'static str]),
    /// By none, and why.
    Not(&'static str),
}

use Shows::{As, Not};

/// One trap: what is wrong, and how it shows.
type Trap = (u8, &'static str, Shows);

#[rustfmt::skip]
const STORY: [Trap; 32] = [
    (1, "the HelmRelease has both chart and chartRef", As(&["repository/chart-twice", "flux/missing"])),
    (2, "chartRef names a HelmRepository", As(&["repository/unknown-value"])),
    (3, "chart.spec has no sourceRef", As(&["repository/missing-field"])),
    (4, "the chart's version is that of the operator", As(&["flux/other-app-version", "flux/other-chart", "workload/image-differs"])),
    (5, "crds: CreateReplace does nothing for this chart", Not("harmless: the chart keeps its CRDs among its templates; that they are served is what crds judges")),
    (6, "keys of a claim right under storage of VMAlertmanager", As(&["repository/storage-shape", "flux/apply-failed", "volume/not-persistent"])),
    (7, "an empty selector without one for namespaces selects in one namespace only", As(&["repository/own-namespace", "coverage/unselected", "rules/unselected"])),
    (8, "VMNodeScrape and VMScrapeConfig are passed over", As(&["repository/no-nodes", "coverage/unselected"])),
    (9, "prometheus.io annotations are believed to be read", As(&["coverage/required-missing"])),
    (10, "ServiceMonitors without their CRDs", As(&["crds/missing", "coverage/required-missing"])),
    (11, "a port name that Flux's Services do not have", As(&["coverage/wrong-port", "coverage/no-service"])),
    (12, "kube-state-metrics and node-exporter are nobody's", As(&["coverage/required-missing", "rules/no-series"])),
    (13, "a rule over gotk_reconcile_condition", As(&["rules/no-series", "repository/dead-metric"])),
    (14, "no alert tells that metrics stopped coming", As(&["rules/required-missing"])),
    (15, "PromQL is said to be refused", Not("it is not: MetricsQL takes it")),
    (16, "8428 is not the pod's port", Not("the way goes by the Service's port name; port-forward by hand to the pod fails at once")),
    (17, "commands that only see whether something exists", Not("they are not run: each bullet has checks that fail")),
    (18, "receivers without integrations", As(&["alertmanager/silent-receiver", "alert/no-integration", "rules/leads-to-nobody"])),
    (19, "the operator's fallback runs in place of the Secret", As(&["alertmanager/fallback", "external_secret/not-synced"])),
    (20, "Alertmanager's volume belongs to root", As(&["volume/write-errors"])),
    (21, "the sum of limits leaves the reloaders out", As(&["memory/over-limit", "memory/container-missing"])),
    (22, "search.maxQueueDuration is longer than the limit of p95", As(&["latency/p95-over-limit"])),
    (23, "VMAlert keeps no state", As(&["flag/other-value"])),
    (24, "no manifest uses CLUSTER_NAME", As(&["flux/not-substituted", "flux/other-value"])),
    (25, "dependsOn stands at the operator and not at what stores", As(&["flux/no-dependency", "repository/not-behind"])),
    (26, "wait does not await the VM kinds", As(&["flux/not-awaited", "repository/blind-health"])),
    (27, "nobody makes the namespace", As(&["repository/missing-namespace", "flux/apply-failed"])),
    (28, "remote write must be local", As(&["object/other-value", "coverage/nothing-stored"])),
    (29, "labels of namespaces are said to matter", Not("a text only: no selector of namespaces is set, which is trap 7")),
    (30, "the disk is guessed to be enough for the retention", As(&["volume/does-not-last", "volume/storage-read-only"])),
    (31, "a critical alert inhibits others without a namespace", As(&["alert/inhibited"])),
    (32, "the operator's memory limit is small", As(&["workload/oom-killed", "memory/oom-killed"])),
];

#[rustfmt::skip]
const PLATFORM: [Trap; 23] = [
    (1, "the store of secrets has another name", As(&["external_secret/store-missing", "repository/unknown-store"])),
    (2, "dependsOn names a Kustomization that nobody has", As(&["flux/dependency-missing", "repository/unknown-dependency"])),
    (3, "the chart's source is of another kind, or cannot be pulled", As(&["repository/unknown-source", "repository/no-version", "flux/fetch-failed"])),
    (4, "healthCheckExprs without current, or never evaluated", As(&["repository/missing-field", "repository/idle-health"])),
    (5, "targetNamespace makes no namespace", As(&["repository/missing-namespace", "flux/apply-failed"])),
    (6, "Pod Security refuses pods on the host", As(&["workload/not-rolled-out", "coverage/required-missing"])),
    (7, "network policies cut the stack off", As(&["coverage/down", "alert/not-arrived"])),
    (8, "Flux runs in another version", As(&["workload/image-differs"])),
    (9, "no file lists the ks.yaml", As(&["repository/unreachable", "repository/applied-twice", "flux/owned-twice"])),
    (10, "retries as the story and not as the platform has them", As(&["flux/remediation", "repository/other-value"])),
    (11, "an API version of External Secrets that is not served", As(&["repository/old-version", "external_secret/other-version"])),
    (12, "the folder has two names", As(&["flux/other-path", "repository/missing-file"])),
    (13, "the domain has two names", As(&["repository/other-value"])),
    (14, "the interval has two values", As(&["repository/other-value"])),
    (15, "a Prometheus stack is still listed as shared", Not("in plans only; what it would bring is missed as trap 12 of the story")),
    (16, "images without a digest", As(&["repository/no-digest", "workload/image-differs"])),
    (17, "custom resources without a security context", As(&["object/missing-field"])),
    (18, "a stateful story without backups", As(&["object/missing"])),
    (19, "a rotation is slower than five minutes", As(&["external_secret/stale"])),
    (20, "the story is planned before what it needs", Not("a plan is no state: what is missing shows as traps 1 and 2")),
    (21, "a PriorityClass of a reserved name", As(&["repository/reserved-name"])),
    (22, "Gateways take no routes of other namespaces", As(&["object/condition"])),
    (23, "the context has two names", Not("a run with a context that does not exist says so, and which there are")),
];

/// Every code of every page; `a/b`, `c` on one line of a table are `a/b`, `a/c`.
fn codes() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for (_, page) in PAGES {
        for row in page.lines().filter(|line| line.starts_with("| `")) {
            let mut family = None;
            for word in row.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2) {
                match (word.split_once('/'), family) {
                    (Some((prefix, _)), _) => {
                        family = Some(prefix);
                        codes.insert(word.to_owned());
                    }
                    (None, Some(prefix)) => {
                        codes.insert(format!("{prefix}/{word}"));
                    }
                    (None, None) => {}
                }
            }
        }
    }
    codes
}

#[test]
fn every_trap_shows_by_a_finding_that_there_is_or_says_why_not() {
    let known = codes();
    assert!(known.len() > 100, "the pages have another shape: {known:?}");
    for traps in [&STORY[..], &PLATFORM[..]] {
        for (place, (number, what, shows)) in traps.iter().enumerate() {
            assert_eq!(usize::from(*number), place + 1, "each trap stands at its place");
            match shows {
                As([]) => panic!("{what}: nothing shows it"),
                As(codes) => codes.iter().for_each(|code| assert!(known.contains(*code), "{what}: no page has {code}")),
                Not(why) => assert!(why.len() > 20, "{what}: say why it cannot be seen"),
            }
        }
    }
}
