//! What a component's `/metrics` page says: its version, and its own view of query durations.

use super::observation::ServerQuantile;
use crate::check::exposition;

/// Value of the label `version` of `vm_app_version`: `victoria-metrics-20251114-...-tags-v1.131.0-...`.
pub(super) fn version(page: &str) -> Option<String> {
    exposition::samples(page, "vm_app_version").next()?.labels.remove("version")
}

/// Whether the program behind the page has the query engine: only it has this flag.
pub(super) fn answers_queries(page: &str) -> bool {
    exposition::flag(page, "search.maxConcurrentRequests").is_some()
}

/// The summaries of the two query paths. VictoriaMetrics keeps the quantiles 0.5, 0.9, 0.97, 0.99 and 1, and no 0.95.
pub(super) fn durations(page: &str) -> Vec<ServerQuantile> {
    let series = exposition::samples(page, "vm_request_duration_seconds");
    series
        .filter_map(|mut sample| {
            let path = sample.labels.remove("path").filter(|path| path.contains("/api/v1/query"))?;
            Some(ServerQuantile { path, quantile: sample.labels.remove("quantile")?, seconds: sample.value })
        })
        .filter(|view| view.seconds.is_finite())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"vm_app_uptime_seconds 12
vm_app_version{version="victoria-metrics-20251114-tags-v1.131.0-0-g1", short_version="v1.131.0"} 1
vm_request_duration_seconds{path="/api/v1/query",quantile="0.97"} 0.0125
vm_request_duration_seconds{path="/api/v1/query_range",quantile="0.5"} 1e-3
vm_request_duration_seconds{path="/api/v1/series",quantile="0.5"} 0.2
vm_request_duration_seconds_sum{path="/api/v1/query"} 3
"#;

    #[test]
    fn the_version_is_not_mistaken_for_the_short_one() {
        assert_eq!(version(PAGE).unwrap(), "victoria-metrics-20251114-tags-v1.131.0-0-g1");
        assert_eq!(version("vm_app_version{short_version=\"v1\",version=\"vmselect-x\"} 1").unwrap(), "vmselect-x");
        assert_eq!(version("up 1"), None);
    }

    #[test]
    fn a_query_engine_is_known_by_its_flag() {
        assert!(answers_queries("flag{name=\"search.maxConcurrentRequests\", value=\"8\", is_set=\"true\"} 1"));
        assert!(!answers_queries("flag{name=\"remoteWrite.url\", value=\"x\", is_set=\"true\"} 1"));
    }

    #[test]
    fn only_queries_are_of_interest() {
        let found = durations(PAGE);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].quantile.as_str(), found[0].seconds), ("0.97", 0.0125));
        assert_eq!((found[1].path.as_str(), found[1].seconds), ("/api/v1/query_range", 0.001));
    }
}
