//! Parameters of scraping: intervals, limits, path, scheme.

use serde_json::{Value, json};

use super::{Agent, Job};
use crate::sandbox::operator::duration;
use crate::sandbox::operator::object::{flag, given, number, text};

/// Adds what every kind of endpoint may set.
pub fn add_common(job: &mut Job, agent: &Agent, endpoint: &Value) {
    let spec = &agent.object.spec;
    let honor = flag(endpoint, "honorLabels") && !flag(spec, "overrideHonorLabels");
    job.insert("honor_labels".into(), honor.into());
    let overridden = flag(spec, "overrideHonorTimestamps");
    if given(endpoint, "honorTimestamps").is_some() || overridden {
        let honor = flag(endpoint, "honorTimestamps") && !overridden;
        job.insert("honor_timestamps".into(), honor.into());
    }
    if let Some(interval) = interval(endpoint, spec) {
        job.insert("scrape_interval".into(), interval.into());
    }
    for (field, key) in [
        ("scrapeTimeout", "scrape_timeout"),
        ("path", "metrics_path"),
        ("proxyURL", "proxy_url"),
        ("follow_redirects", "follow_redirects"),
    ] {
        put(job, key, given(endpoint, field));
    }
    put(job, "params", given(endpoint, "params"));
    let scheme = text(endpoint, "scheme").to_lowercase();
    if !scheme.is_empty() {
        job.insert("scheme".into(), scheme.into());
    }
    put(job, "max_scrape_size", given(endpoint, "max_scrape_size"));
    for (field, key) in [("sampleLimit", "sample_limit"), ("seriesLimit", "series_limit")] {
        if let Some(limit) = number(endpoint, field).filter(|limit| *limit > 0) {
            job.insert(key.into(), limit.into());
        }
    }
}

/// The interval, held between the agent's `minScrapeInterval` and `maxScrapeInterval`. It is not checked: vmagent refuses
/// the whole file when it cannot parse one.
fn interval(endpoint: &Value, spec: &Value) -> Option<String> {
    let own = given(endpoint, "scrape_interval").or(given(endpoint, "interval"))?;
    let own = own.as_str()?.to_string();
    let limit = |field: &str| given(spec, field).and_then(Value::as_str);
    let Some(length) = duration::parse(&own) else { return Some(own) };
    if let Some(min) = limit("minScrapeInterval")
        && duration::parse(min).is_some_and(|min| min >= length)
    {
        return Some(min.to_string());
    }
    if let Some(max) = limit("maxScrapeInterval")
        && duration::parse(max).is_some_and(|max| max < length)
    {
        return Some(max.to_string());
    }
    Some(own)
}

/// Adds `vm_scrape_params`.
pub fn add_vm(job: &mut Job, endpoint: &Value) {
    let Some(params) = given(endpoint, "vm_scrape_params") else { return };
    for (field, key) in [
        ("scrape_align_interval", "scrape_align_interval"),
        ("stream_parse", "stream_parse"),
        ("disable_compression", "disable_compression"),
        ("scrape_offset", "scrape_offset"),
        ("no_stale_markers", "no_stale_markers"),
        ("disable_keep_alive", "disable_keepalive"),
        ("headers", "headers"),
    ] {
        put(job, key, given(params, field));
    }
}

fn put(job: &mut Job, key: &str, value: Option<&Value>) {
    if let Some(value) = value.filter(|value| **value != json!("")) {
        job.insert(key.to_string(), value.clone());
    }
}
