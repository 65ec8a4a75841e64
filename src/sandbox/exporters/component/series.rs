//! The series of each component: real names and labels, plausible values.

use super::Series;
use super::Value::{Gauge, InDays, Observed, Rate};

type Table = &'static [Series];

const CONTROLLER: &[(&str, &str)] = &[("controller", "kustomization"), ("result", "success")];

/// Flux v2 controllers (fluxcd/pkg, runtime/metrics).
pub const FLUX: Table = &[
    Series(
        "gotk_reconcile_duration_seconds",
        &[("kind", "Kustomization"), ("name", "cluster-local"), ("namespace", "flux-system")],
        Observed(1.0, 0.5),
    ),
    Series("controller_runtime_reconcile_total", CONTROLLER, Rate(1.0)),
    Series("controller_runtime_reconcile_errors_total", &[("controller", "kustomization")], Rate(0.0)),
    Series("workqueue_depth", &[("controller", "kustomization"), ("name", "kustomization")], Gauge(0.0)),
];

/// The Prometheus module of ceph-mgr.
pub const ROOK_MGR: Table = &[
    Series("ceph_health_status", &[], Gauge(0.0)),
    Series("ceph_osd_up", &[("ceph_daemon", "osd.0")], Gauge(1.0)),
    Series("ceph_osd_up", &[("ceph_daemon", "osd.1")], Gauge(1.0)),
    Series("ceph_osd_up", &[("ceph_daemon", "osd.2")], Gauge(1.0)),
    Series("ceph_mon_quorum_status", &[("ceph_daemon", "mon.a")], Gauge(1.0)),
    Series("ceph_cluster_total_bytes", &[], Gauge(3.0e12)),
    Series("ceph_cluster_total_used_bytes", &[], Gauge(4.0e11)),
];

pub const CEPH_EXPORTER: Table =
    &[Series("ceph_daemon_socket_up", &[("ceph_daemon", "osd.0"), ("hostname", "infra-wk-1")], Gauge(1.0))];

/// CloudNativePG's instance manager (pkg/management/postgres/metrics).
pub const CNPG: Table = &[
    Series("cnpg_collector_up", &[("cluster", "postgres")], Gauge(1.0)),
    Series("cnpg_collector_postgres_version", &[("cluster", "postgres"), ("full", "17.2")], Gauge(17.2)),
    Series("cnpg_pg_replication_lag", &[], Gauge(0.0)),
    Series("cnpg_collector_collections_total", &[("collector", "pg_replication")], Rate(2.0)),
];

/// Envoy Gateway's controller.
pub const ENVOY_GATEWAY: Table = &[
    Series("watchable_subscribe_total", &[("runner", "gateway-api"), ("status", "success")], Rate(1.0)),
    Series("xds_snapshot_create_total", &[("status", "success")], Rate(0.5)),
    Series("controller_runtime_reconcile_total", &[("controller", "gateway-api"), ("result", "success")], Rate(1.0)),
];

/// Envoy itself, at /stats/prometheus.
pub const ENVOY_PROXY: Table = &[
    Series("envoy_server_live", &[], Gauge(1.0)),
    Series("envoy_cluster_upstream_rq_total", &[("envoy_cluster_name", "httproute")], Rate(60.0)),
    Series("envoy_http_downstream_rq_total", &[("envoy_http_conn_manager_prefix", "https-443")], Rate(60.0)),
];

pub const CERT_MANAGER: Table = &[
    Series(
        "certmanager_certificate_ready_status",
        &[("condition", "True"), ("name", "infra-domain"), ("namespace", "networking")],
        Gauge(1.0),
    ),
    Series(
        "certmanager_certificate_ready_status",
        &[("condition", "False"), ("name", "infra-domain"), ("namespace", "networking")],
        Gauge(0.0),
    ),
    Series(
        "certmanager_certificate_expiration_timestamp_seconds",
        &[("name", "infra-domain"), ("namespace", "networking")],
        InDays(60.0),
    ),
    Series("certmanager_controller_sync_call_count", &[("controller", "certificates-readiness")], Rate(1.0)),
];

pub const EXTERNAL_SECRETS: Table = &[
    Series(
        "externalsecret_sync_calls_total",
        &[("name", "alertmanager-secrets"), ("namespace", "observability")],
        Rate(0.1),
    ),
    Series(
        "externalsecret_sync_calls_error",
        &[("name", "alertmanager-secrets"), ("namespace", "observability")],
        Rate(0.0),
    ),
    Series(
        "externalsecret_status_condition",
        &[("condition", "Ready"), ("name", "alertmanager-secrets"), ("namespace", "observability"), ("status", "True")],
        Gauge(1.0),
    ),
    Series("controller_runtime_reconcile_total", &[("controller", "externalsecret"), ("result", "success")], Rate(1.0)),
];

pub const CILIUM_AGENT: Table = &[
    Series("cilium_endpoint_state", &[("endpoint_state", "ready")], Gauge(12.0)),
    Series("cilium_unreachable_nodes", &[], Gauge(0.0)),
    Series("cilium_controllers_failing", &[], Gauge(0.0)),
    Series("cilium_drop_count_total", &[("direction", "INGRESS"), ("reason", "Policy denied")], Rate(0.0)),
];

pub const CILIUM_OPERATOR: Table = &[Series("cilium_operator_process_start_time_seconds", &[], InDays(0.0))];

pub const HUBBLE: Table =
    &[Series("hubble_flows_processed_total", &[("protocol", "TCP"), ("verdict", "FORWARDED")], Rate(600.0))];

pub const COREDNS: Table = &[
    Series("coredns_build_info", &[("version", "1.12.0")], Gauge(1.0)),
    Series(
        "coredns_dns_requests_total",
        &[("proto", "udp"), ("server", "dns://:53"), ("type", "A"), ("zone", ".")],
        Rate(120.0),
    ),
    Series("coredns_dns_responses_total", &[("rcode", "NOERROR"), ("server", "dns://:53"), ("zone", ".")], Rate(120.0)),
    Series("coredns_panics_total", &[], Rate(0.0)),
];

pub const SPEGEL: Table =
    &[Series("spegel_mirror_requests_total", &[("cache", "hit"), ("registry", "ghcr.io")], Rate(1.0))];

pub const GATUS: Table = &[
    Series("gatus_results_total", &[("group", "infra"), ("name", "victoria-metrics"), ("success", "true")], Rate(1.0)),
    Series("gatus_results_endpoint_success", &[("group", "infra"), ("name", "victoria-metrics")], Gauge(1.0)),
];

/// Any controller made with controller-runtime.
pub const CONTROLLER_RUNTIME: Table = &[
    Series("controller_runtime_reconcile_total", &[("controller", "cluster"), ("result", "success")], Rate(1.0)),
    Series("controller_runtime_active_workers", &[("controller", "cluster")], Gauge(0.0)),
];

pub const KUBE_APISERVER: Table = &[
    Series("apiserver_request_total", &[("code", "200"), ("resource", "pods"), ("verb", "LIST")], Rate(60.0)),
    Series("apiserver_storage_objects", &[("resource", "pods")], Gauge(50.0)),
];
