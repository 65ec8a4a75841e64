//! Pools, sources and defects of scrape CRs, written out.

use serde_json::json;

use super::*;

fn agent(spec: Value) -> Agent {
    Agent { spec, ..Agent::default() }
}

fn scrape(kind: &str, spec: Value) -> Scrape {
    let metadata = json!({"name": "n", "namespace": "ns"});
    serde_json::from_value(json!({"kind": kind, "metadata": metadata, "spec": spec})).unwrap()
}

#[test]
fn each_endpoint_of_a_service_scrape_is_a_pool() {
    let spec = json!({"endpoints": [{"port": "http"}, {"targetPort": 9090, "path": "/x", "scheme": "HTTPS", "interval": "10s"}]});
    let jobs = jobs(&scrape("VMServiceScrape", spec), &agent(json!({})));
    assert_eq!(
        jobs.iter().map(|job| job.pool.as_str()).collect::<Vec<_>>(),
        ["serviceScrape/ns/n/0", "serviceScrape/ns/n/1"]
    );
    assert_eq!(jobs[0].source, Source::Endpoints(Ports { name: Some("http".into()), ..Ports::default() }));
    assert_eq!(
        (jobs[0].path.as_str(), jobs[0].scheme.as_str(), jobs[0].interval),
        ("/metrics", "http", Duration::seconds(30))
    );
    assert_eq!(jobs[1].source, Source::Endpoints(Ports { target: Some("9090".into()), ..Ports::default() }));
    assert_eq!(
        (jobs[1].path.as_str(), jobs[1].scheme.as_str(), jobs[1].interval),
        ("/x", "https", Duration::seconds(10))
    );
}

#[test]
fn a_service_role_scrapes_the_services() {
    let spec = json!({"discoveryRole": "service", "endpoints": [{"port": "http"}]});
    assert!(matches!(jobs(&scrape("VMServiceScrape", spec), &agent(json!({})))[0].source, Source::Services(_)));
}

#[test]
fn pools_of_the_other_kinds_have_the_operators_names() {
    let pool = |kind: &str, spec: Value| jobs(&scrape(kind, spec), &agent(json!({})))[0].pool.clone();
    assert_eq!(pool("VMPodScrape", json!({"podMetricsEndpoints": [{"port": "m"}]})), "podScrape/ns/n/0");
    assert_eq!(pool("VMNodeScrape", json!({"port": "10250"})), "nodeScrape/ns/n");
    assert_eq!(pool("VMStaticScrape", json!({"targetEndpoints": [{"targets": ["a:1"]}]})), "staticScrape/ns/n/0");
    assert_eq!(pool("VMScrapeConfig", json!({"staticConfigs": [{"targets": ["a:1"]}]})), "scrapeConfig/ns/n");
    assert_eq!(pool("VMProbe", json!({"vmProberSpec": {"url": "b:9115"}})), "probe/ns/n");
}

#[test]
fn a_probe_asks_its_prober_for_each_target() {
    let spec = json!({"vmProberSpec": {"url": "bb:9115"}, "targets": {"staticConfig": {"targets": ["https://a.example.com"]}}});
    let job = &jobs(&scrape("VMProbe", spec), &agent(json!({})))[0];
    assert_eq!(job.source, Source::Probe { prober: "bb:9115".into(), targets: vec!["https://a.example.com".into()] });
    assert_eq!((job.scheme.as_str(), job.path.as_str()), ("http", "/probe"));
}

#[test]
fn discovery_outside_the_cluster_is_not_computed() {
    let spec = json!({"staticConfigs": [{"targets": ["a:1"]}], "consulSDConfigs": [{}]});
    assert_eq!(jobs(&scrape("VMScrapeConfig", spec), &agent(json!({})))[0].source, Source::Elsewhere);
}

#[test]
fn the_agents_interval_and_rules_apply_where_the_endpoint_is_silent() {
    let agent =
        agent(json!({"scrapeInterval": "15s", "globalScrapeRelabelConfigs": [{"action": "drop", "regex": "x"}]}));
    let job = &jobs(&scrape("VMServiceScrape", json!({"endpoints": [{"port": "http"}]})), &agent)[0];
    assert_eq!((job.interval, job.rules.len()), (Duration::seconds(15), 1));
}

#[test]
fn an_interval_that_cannot_be_parsed_is_a_defect() {
    let spec = json!({"endpoints": [{"port": "http", "interval": "30x"}]});
    let job = &jobs(&scrape("VMServiceScrape", spec), &agent(json!({})))[0];
    assert_eq!(job.defect, Some(Defect::Interval("30x".into())));
}

#[test]
fn an_unknown_action_is_a_defect_in_either_kind_of_rules() {
    for field in ["relabelConfigs", "metricRelabelConfigs"] {
        let spec = json!({"endpoints": [{"port": "http", field: [{"action": "kepp"}]}]});
        let job = &jobs(&scrape("VMServiceScrape", spec), &agent(json!({})))[0];
        assert_eq!(job.defect, Some(Defect::Action("kepp".into())), "{field}");
    }
}
