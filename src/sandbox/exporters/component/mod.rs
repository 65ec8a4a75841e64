//! A handful of each platform component's own metrics, under their real names.

mod series;

use super::page::Page;
use super::process;
use series as table;

/// A component that this process plays.
#[derive(Clone, Copy, Debug)]
pub struct Component {
    series: &'static [Series],
}

/// One series: family, labels, and how its value comes about.
#[derive(Debug)]
struct Series(&'static str, &'static [(&'static str, &'static str)], Value);

#[derive(Debug)]
enum Value {
    Gauge(f64),
    /// A counter that grows so much a minute.
    Rate(f64),
    /// A histogram with so many observations a minute, of so many seconds.
    Observed(f64, f64),
    /// A gauge: now plus so many days, as seconds since the epoch.
    InDays(f64),
}

use Value::{Gauge, InDays, Observed, Rate};

impl Component {
    /// The component of this name; an unknown one has only the series of its process.
    pub fn named(name: &str) -> Self {
        let series = match name {
            "flux" | "source-controller" | "kustomize-controller" | "helm-controller" | "notification-controller" => {
                table::FLUX
            }
            "rook-mgr" | "rook-ceph-mgr" | "ceph-mgr" => table::ROOK_MGR,
            "ceph-exporter" | "rook-ceph-exporter" => table::CEPH_EXPORTER,
            "cnpg" | "cnpg-instance" | "postgres" => table::CNPG,
            "envoy-gateway" => table::ENVOY_GATEWAY,
            "envoy" | "envoy-proxy" => table::ENVOY_PROXY,
            "cert-manager" | "cert-manager-webhook" | "cert-manager-cainjector" => table::CERT_MANAGER,
            "external-secrets" | "external-secrets-webhook" | "external-secrets-cert-controller" => {
                table::EXTERNAL_SECRETS
            }
            "cilium" | "cilium-agent" => table::CILIUM_AGENT,
            "cilium-operator" => table::CILIUM_OPERATOR,
            "hubble" => table::HUBBLE,
            "coredns" => table::COREDNS,
            "spegel" => table::SPEGEL,
            "gatus" => table::GATUS,
            "rook-operator" | "rook-ceph-operator" | "cnpg-operator" | "cloudnative-pg" => table::CONTROLLER_RUNTIME,
            "kube-apiserver" => table::KUBE_APISERVER,
            _ => &[],
        };
        Self { series }
    }

    /// Its metrics as of now.
    pub fn page(&self) -> Page {
        let mut page = Page::default();
        self.add(&mut page, process::start_time(), process::uptime() / 60.0);
        process::add(&mut page);
        page
    }

    fn add(&self, page: &mut Page, start: f64, minutes: f64) {
        for Series(name, labels, value) in self.series {
            match value {
                Gauge(value) => page.gauge(name, labels, *value),
                Rate(rate) => page.counter(name, labels, (rate * minutes).floor()),
                Observed(rate, seconds) => page.histogram(name, labels, (rate * minutes).floor(), *seconds),
                InDays(days) => page.gauge(name, labels, start + days * 86_400.0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str, minutes: f64) -> String {
        let mut page = Page::default();
        Component::named(name).add(&mut page, 0.0, minutes);
        page.text()
    }

    #[test]
    fn counters_grow_with_time_and_gauges_do_not() {
        assert!(text("coredns", 0.0).contains("zone=\".\"} 0\n"));
        assert!(
            text("coredns", 2.0)
                .contains("coredns_dns_requests_total{proto=\"udp\",server=\"dns://:53\",type=\"A\",zone=\".\"} 240\n")
        );
        assert!(text("rook-mgr", 2.0).contains("ceph_health_status 0\n"));
    }

    #[test]
    fn every_flux_controller_has_the_reconcile_histogram() {
        for name in ["flux", "source-controller", "helm-controller"] {
            assert!(text(name, 3.0).contains("gotk_reconcile_duration_seconds_count{kind=\"Kustomization\",name=\"cluster-local\",namespace=\"flux-system\"} 3\n"));
        }
    }

    #[test]
    fn an_unknown_component_has_only_its_process() {
        assert_eq!(text("unheard-of", 1.0), "");
        assert!(Component::named("unheard-of").page().text().contains("process_start_time_seconds"));
    }
}
