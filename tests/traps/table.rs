//! The traps, one a line.

/// How a trap shows.
pub enum Shows {
    /// By the findings of these codes: the first where it is seen first.
    As(&'static [&'static str]),
    /// By none, and why.
    Not(&'static str),
}

/// Whether the story's own manifests show it, on the platform of the sandbox and of the checkout.
pub enum AsWritten {
    /// By exactly these codes, in the report of the files or in those of the sandbox.
    Told(&'static [&'static str]),
    /// By none, and why.
    Hidden(&'static str),
}

/// One trap: its number, what is wrong, how it shows, and what is seen of it in the story as it is written.
pub type Trap = (u8, &'static str, Shows, AsWritten);

/// A trap by its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    Story(u8),
    Platform(u8),
}

use AsWritten::{Hidden, Told};
use Shows::{As, Not};

const NO_TRAP: &str = "nothing of it is wrong, or could be seen, see beside";
const NO_ALERTMANAGER: &str = "Alertmanager never starts: trap 6 comes first";
const NO_RELEASE: &str = "no release is made: traps 1 to 3 come first";
const ELSEWHERE: &str = "it is in manifests of other stories, which the sandbox's platform has right";

#[rustfmt::skip]
pub const STORY: [Trap; 32] = [
    (1, "the HelmRelease has both chart and chartRef", As(&["repository/chart-twice", "flux/missing"]),
        Told(&["repository/chart-twice", "flux/missing", "flux/not-held", "flux/not-applied"])),
    (2, "chartRef names a HelmRepository", As(&["repository/unknown-value", "flux/apply-failed"]),
        Told(&["repository/unknown-value", "flux/apply-failed", "flux/missing", "flux/not-held", "flux/not-applied"])),
    (3, "chart.spec has no sourceRef", As(&["repository/missing-field", "flux/apply-failed"]),
        Told(&["repository/missing-field", "flux/apply-failed", "flux/missing", "flux/not-held", "flux/not-applied"])),
    (4, "the chart's version is that of the operator", As(&["flux/other-app-version", "flux/other-chart", "workload/image-differs"]),
        Hidden(NO_RELEASE)),
    (5, "crds: CreateReplace does nothing for this chart", Not("harmless: the chart keeps its CRDs among its templates; that they are served is what crds judges"),
        Hidden(NO_TRAP)),
    (6, "keys of a claim right under storage of VMAlertmanager", As(&["repository/storage-shape", "workload/missing", "flux/apply-failed", "volume/not-persistent"]),
        Told(&["repository/storage-shape", "object/cel-false", "workload/missing", "volume/workload-missing", "reach/no-ready-endpoint", "coverage/no-endpoint", "coverage/required-missing"])),
    (7, "an empty selector without one for namespaces selects in one namespace only", As(&["repository/own-namespace", "coverage/unselected", "rules/unselected"]),
        Told(&["repository/own-namespace", "coverage/unselected", "coverage/required-missing"])),
    (8, "VMNodeScrape and VMScrapeConfig are passed over", As(&["repository/no-nodes", "coverage/unselected", "coverage/required-missing"]),
        Told(&["repository/no-nodes", "coverage/required-missing", "memory/source-empty"])),
    (9, "prometheus.io annotations are believed to be read", As(&["coverage/required-missing"]),
        Hidden("the stand-ins of the platform come with scrape objects: nothing of it rests on annotations")),
    (10, "ServiceMonitors without their CRDs", As(&["coverage/monitors-unserved", "coverage/not-converted", "coverage/required-missing"]),
        Hidden("other stories bring the CRDs and the ServiceMonitors, which the sandbox's platform has right")),
    (11, "a port name that Flux's Services do not have", As(&["coverage/wrong-port", "coverage/no-service"]),
        Told(&["coverage/wrong-port"])),
    (12, "kube-state-metrics and node-exporter are nobody's", As(&["coverage/required-missing", "rules/no-series"]),
        Told(&["coverage/required-missing", "rules/no-series", "query/no-series", "query/missing-member", "latency/empty-results"])),
    (13, "a rule over gotk_reconcile_condition", As(&["rules/no-series", "repository/dead-metric"]),
        Told(&["rules/no-series", "repository/dead-metric"])),
    (14, "no alert tells that metrics stopped coming", As(&["rules/required-missing", "repository/other-value"]),
        Told(&["repository/other-value"])),
    (15, "PromQL is said to be refused", Not("it is not: MetricsQL takes it"), Hidden(NO_TRAP)),
    (16, "8428 is not the pod's port", Not("the way goes by the Service's port name; port-forward by hand to the pod fails at once"), Hidden(NO_TRAP)),
    (17, "commands that only see whether something exists", Not("they are not run: each bullet has checks that fail"), Hidden(NO_TRAP)),
    (18, "receivers without integrations", As(&["alertmanager/silent-receiver", "alert/no-integration", "rules/leads-to-nobody"]),
        Hidden(NO_ALERTMANAGER)),
    (19, "the operator's fallback runs in place of the Secret", As(&["alertmanager/fallback", "external_secret/not-ready", "external_secret/not-synced"]),
        Told(&["external_secret/not-ready", "flux/unhealthy", "repository/not-behind"])),
    (20, "Alertmanager's volume belongs to root", As(&["volume/write-errors", "repository/no-value"]), Told(&["repository/no-value"])),
    (21, "the sum of limits leaves the reloaders out", As(&["memory/over-limit", "memory/container-missing", "memory/no-limit", "memory/limits-exceed"]),
        Hidden("a small sandbox stays below the limit, and no kubelet is scraped: trap 8")),
    (22, "search.maxQueueDuration is longer than the limit of p95", As(&["latency/p95-over-limit", "repository/other-value"]),
        Told(&["repository/other-value"])),
    (23, "VMAlert keeps no state", As(&["flag/other-value", "repository/no-value"]), Told(&["repository/no-value"])),
    (24, "no manifest uses CLUSTER_NAME", As(&["flux/not-substituted", "flux/other-value", "repository/no-value"]),
        Told(&["flux/not-substituted", "repository/no-value"])),
    (25, "dependsOn stands at the operator and not at what stores", As(&["flux/no-dependency", "repository/not-behind"]),
        Told(&["flux/no-dependency"])),
    (26, "wait does not await the VM kinds", As(&["flux/not-awaited", "repository/blind-health"]),
        Told(&["flux/not-awaited", "repository/blind-health"])),
    (27, "nobody makes the namespace", As(&["repository/missing-namespace", "flux/apply-failed"]), Told(&["repository/missing-namespace"])),
    (28, "remote write must be local", As(&["object/other-value", "object/cel-false", "query/value-out-of-range", "coverage/nothing-stored"]), Hidden("the words only: the URL of the story is the local one")),
    (29, "labels of namespaces are said to matter", Not("a text only: no selector of namespaces is set, which is trap 7"), Hidden(NO_TRAP)),
    (30, "the disk is guessed to be enough for the retention", As(&["volume/does-not-last", "volume/storage-read-only"]),
        Hidden("a small sandbox writes so little that the story's disk lasts")),
    (31, "a critical alert inhibits others without a namespace", As(&["alert/inhibited"]), Hidden(NO_ALERTMANAGER)),
    (32, "the operator's memory limit is small", As(&["workload/oom-killed", "memory/oom-killed"]), Hidden("the sandbox's operator has little to do")),
];

#[rustfmt::skip]
pub const PLATFORM: [Trap; 23] = [
    (1, "the store of secrets has another name", As(&["external_secret/other-store", "external_secret/store-missing", "repository/unknown-store"]),
        Told(&["external_secret/other-store", "repository/unknown-store"])),
    (2, "dependsOn names a Kustomization that nobody has", As(&["flux/dependency-missing", "repository/unknown-dependency"]), Hidden(ELSEWHERE)),
    (3, "the chart's source is of another kind, or cannot be pulled", As(&["repository/unknown-source", "repository/no-version", "flux/fetch-failed"]),
        Told(&["repository/unknown-source"])),
    (4, "healthCheckExprs without current, or never evaluated", As(&["repository/missing-field", "repository/idle-health"]), Hidden("the story has no healthCheckExprs: trap 26")),
    (5, "targetNamespace makes no namespace", As(&["repository/missing-namespace", "flux/apply-failed"]), Told(&["repository/missing-namespace"])),
    (6, "Pod Security refuses pods on the host", As(&["workload/not-rolled-out", "coverage/required-missing"]), Hidden(ELSEWHERE)),
    (7, "network policies cut the stack off", As(&["coverage/down", "alert/not-arrived"]), Hidden(ELSEWHERE)),
    (8, "Flux runs in another version", As(&["workload/image-differs"]), Hidden(ELSEWHERE)),
    (9, "no file lists the ks.yaml", As(&["repository/unreachable", "repository/applied-twice", "flux/owned-twice"]),
        Told(&["repository/applied-twice", "repository/not-substituted"])),
    (10, "retries as the story and not as the platform has them", As(&["flux/remediation", "repository/other-value"]), Told(&["repository/other-value"])),
    (11, "an API version of External Secrets that is not served", As(&["repository/old-version", "external_secret/other-version"]), Hidden("the story writes the new version")),
    (12, "the folder has two names", As(&["flux/other-path", "repository/missing-file"]), Hidden(ELSEWHERE)),
    (13, "the domain has two names", As(&["repository/other-value"]), Hidden(ELSEWHERE)),
    (14, "the interval has two values", As(&["repository/other-value"]), Hidden("the story has the one that the suite demands")),
    (15, "a Prometheus stack is still listed as shared", Not("in plans only; what it would bring is missed as trap 12 of the story"), Hidden(NO_TRAP)),
    (16, "images without a digest", As(&["repository/no-digest", "workload/image-differs"]), Hidden("no manifest of the story names an image")),
    (17, "custom resources without a security context", As(&["object/missing-field", "repository/no-value"]), Told(&["repository/no-value"])),
    (18, "a stateful story without backups", As(&["object/missing"]), Hidden("no criterion of the story asks for it, so no check of its suite does")),
    (19, "a rotation is slower than five minutes", As(&["external_secret/stale"]), Hidden("nothing is ever synchronised: trap 1")),
    (20, "the story is planned before what it needs", Not("a plan is no state: what is missing shows as traps 1 and 2"), Hidden(NO_TRAP)),
    (21, "a PriorityClass of a reserved name", As(&["repository/reserved-name"]), Hidden(ELSEWHERE)),
    (22, "Gateways take no routes of other namespaces", As(&["object/condition"]), Hidden(ELSEWHERE)),
    (23, "the context has two names", Not("a run with a context that does not exist says so, and which there are"), Hidden(NO_TRAP)),
];

/// All of both tables.
pub fn all() -> impl Iterator<Item = (Of, &'static Trap)> {
    let story = STORY.iter().map(|trap| (Of::Story(trap.0), trap));
    story.chain(PLATFORM.iter().map(|trap| (Of::Platform(trap.0), trap)))
}
