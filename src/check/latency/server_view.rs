//! The component's own view of query durations, from its `/metrics` page.

use super::observation::ServerQuantile;
use crate::check::exposition;

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
vm_request_duration_seconds{path="/api/v1/query",quantile="0.97"} 0.0125
vm_request_duration_seconds{path="/api/v1/query_range",quantile="0.5"} 1e-3
vm_request_duration_seconds{path="/api/v1/series",quantile="0.5"} 0.2
vm_request_duration_seconds_sum{path="/api/v1/query"} 3
"#;

    #[test]
    fn only_queries_are_of_interest() {
        let found = durations(PAGE);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].quantile.as_str(), found[0].seconds), ("0.97", 0.0125));
        assert_eq!((found[1].path.as_str(), found[1].seconds), ("/api/v1/query_range", 0.001));
    }
}
