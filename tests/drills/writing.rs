//! Faults of writing: rows that the storage ignores, a place that takes none, more series than are wanted, a disk that does not
//! last.

use serde_json::json;

use crate::memory::vmsingle;
use crate::objects::VMAGENT;
use crate::sandbox::Sandbox;

/// Judges these checks alone, over windows that are soon over.
fn prepared(sandbox: &mut Sandbox) {
    let checks = ["vmsingle-answers", "nothing-ignored", "remote-write-flows", "series-bounded"];
    let needs = regex::Regex::new(r"    needs: \[[^\]]*\]\n").unwrap();
    sandbox.suite = needs.replace_all(&sandbox.suite, "").into_owned();
    sandbox.args = checks.map(str::to_owned).to_vec();
    for variable in ["ignored_window=20s", "retry_window=20s"] {
        sandbox.args.extend(["--var", variable].map(str::to_owned));
    }
}

/// A sample of ten days from now is refused without a word to who sent it.
pub async fn a_row_is_of_the_future(sandbox: &mut Sandbox) {
    prepared(sandbox);
    let later = jiff::Timestamp::now().as_millisecond() + 10 * 24 * 3600 * 1000;
    vmsingle(sandbox, "/api/v1/import/prometheus", format!("from_the_future 1 {later}\n")).await;
    let wanted = [("query/value-out-of-range", "big_timestamp")];
    sandbox.red("a row of ten days from now is written", "nothing-ignored", &wanted).await;
}

pub async fn a_second_place_refuses(sandbox: &mut Sandbox) {
    prepared(sandbox);
    let mut places = sandbox.get(VMAGENT).await["spec"]["remoteWrite"].as_array().unwrap().clone();
    places.push(json!({"url": "http://vmsingle-vmsingl.observability.svc:8429/api/v1/write"}));
    let was = sandbox.patch(VMAGENT, json!({"spec": {"remoteWrite": places}})).await;
    let wanted = [("query/value-out-of-range", "retries")];
    sandbox.red("VMAgent also writes to where nothing is", "remote-write-flows", &wanted).await;
    sandbox.restore(&was).await;
}

/// Nothing is refused, and nothing is late: all that is wrong is that it goes elsewhere, too.
pub async fn a_second_place_takes_all_too(sandbox: &mut Sandbox) {
    prepared(sandbox);
    let mut places = sandbox.get(VMAGENT).await["spec"]["remoteWrite"].as_array().unwrap().clone();
    places.push(json!({"url": "http://vmsingle-vmsingle.observability.svc:8429/api/v1/write?extra_label=copy=second"}));
    let was = sandbox.patch(VMAGENT, json!({"spec": {"remoteWrite": places}})).await;
    let wanted = [("query/value-out-of-range", "other places")];
    sandbox.red("VMAgent also writes to another place", "remote-write-flows", &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn there_are_too_many_series(sandbox: &mut Sandbox) {
    prepared(sandbox);
    let suite = sandbox.suite.clone();
    sandbox.suite = suite.replace("at_most: 1000000", "at_most: 100");
    assert_ne!(sandbox.suite, suite, "the suite's text has another shape");
    let wanted = [("query/value-out-of-range", "active"), ("query/value-out-of-range", "new")];
    sandbox.red("more series than the limit", "series-bounded", &wanted).await;
    sandbox.suite = suite;
}

/// More years than any disk has room for; the claim and the rate are the real ones.
pub async fn the_disk_does_not_last(sandbox: &mut Sandbox) {
    alone(sandbox, "9000y");
    let wanted = [("volume/does-not-last", "rows a second"), ("volume/does-not-last", "are full on")];
    sandbox.red("the claim is too small for the retention", "disk-lasts", &wanted).await;
    alone(sandbox, "90d");
}

/// What is stored would be enough for ever; nobody takes that for an answer.
pub async fn rows_stop_coming(sandbox: &mut Sandbox) {
    alone(sandbox, "90d");
    let url = "http://vmsingle-vmsingl.observability.svc:8429/api/v1/write";
    let was = sandbox.patch(VMAGENT, json!({"spec": {"remoteWrite": [{"url": url}]}})).await;
    let wanted = [("volume/nothing-comes", "expected a sample of the last 90 s")];
    sandbox.red("VMAgent writes to where nothing is", "disk-lasts", &wanted).await;
    sandbox.restore(&was).await;
}

/// Judges the projection and nothing else.
fn alone(sandbox: &mut Sandbox, retention: &str) {
    prepared(sandbox);
    sandbox.args = ["disk-lasts", "--var"].map(str::to_owned).to_vec();
    sandbox.args.push(format!("disk_retention={retention}"));
}
