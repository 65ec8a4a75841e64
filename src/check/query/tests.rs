use serde_json::{Value, json};

use super::*;
use crate::check::instant;
use crate::check::verdict::Decision;
use crate::connect::testing::{given, serve};
use crate::connect::{Application, Component, Via};

fn spec(more: Value) -> Spec {
    let mut spec = json!({
        "endpoint": {"namespace": "observability", "service": "vmsingle-vmsingle", "port": "http"}, "query": "up"
    });
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(spec).unwrap()
}

fn answer(series: &[(&str, &str)], fetched: &str) -> Answer {
    let result: Vec<Value> = series
        .iter()
        .map(|(job, value)| json!({"metric": {"__name__": "up", "job": job}, "value": [1_795_573_539, value]}))
        .collect();
    let body = json!({"status": "success", "data": {"resultType": "vector", "result": result},
        "stats": {"seriesFetched": fetched, "executionTimeMsec": 7}});
    instant::read(body.to_string().as_bytes()).unwrap()
}

fn seen(answer: Answer, ages: Option<&[f64]>) -> Observation {
    let freshness = match ages {
        None => Freshness::NotAsked,
        Some(ages) => Freshness::Ages {
            selector: "up".to_owned(),
            ages: ages.iter().map(|age| Age { series: "up{job=\"a\"}".to_owned(), seconds: Some(*age) }).collect(),
        },
    };
    let component = Component { application: Some(Application::VmSingle), version: None };
    Observation { component, via: Via::Url, took_seconds: 0.01, answer, freshness }
}

fn judge(more: Value, seen: &Observation) -> Verdict {
    Query::judge(&spec(more), seen, Timestamp::UNIX_EPOCH)
}

#[track_caller]
fn fails(verdict: &Verdict, code: &str) {
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{verdict:?}");
    assert_eq!(verdict.findings()[0].code, code, "{verdict:?}");
}

#[track_caller]
fn inconclusive(verdict: &Verdict, code: &str) {
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)), "{verdict:?}");
    assert_eq!(verdict.findings()[0].code, code);
}

#[test]
fn fresh_series_in_range_pass_and_say_what_they_rest_on() {
    let seen = seen(answer(&[("a", "1"), ("b", "1")], "2"), Some(&[3.0, 20.0]));
    let Decision::Pass(examined) = judge(json!({"value": {"equals": 1}, "every": {"job": ["a", "b"]}}), &seen).decision
    else {
        panic!("no pass")
    };
    assert_eq!((examined.count.get(), examined.age_seconds), (2, Some(20.0)));
    assert_eq!(examined.names[0], "up{job=\"a\"}");
}

#[test]
fn an_empty_answer_fails() {
    let verdict = judge(json!({}), &seen(answer(&[], "0"), Some(&[])));
    fails(&verdict, "query/no-series");
    assert!(!verdict.is_terminal());
}

#[test]
fn numbers_of_series_are_bounds_on_both_sides() {
    let two = seen(answer(&[("a", "1"), ("b", "1")], "2"), Some(&[1.0]));
    assert!(judge(json!({"series": {"at_least": 2, "at_most": 2}}), &two).is_pass());
    fails(&judge(json!({"series": {"at_least": 3}}), &two), "query/too-few-series");
    fails(&judge(json!({"series": {"at_most": 1}}), &two), "query/too-many-series");
}

#[test]
fn members_and_labels_must_be_there() {
    let one = seen(answer(&[("a", "1")], "1"), Some(&[1.0]));
    fails(&judge(json!({"every": {"job": ["a", "b"]}}), &one), "query/missing-member");
    fails(&judge(json!({"series": {"labels": ["cluster"]}}), &one), "query/missing-label");
    let empty = seen(answer(&[("", "1")], "1"), Some(&[1.0]));
    fails(&judge(json!({"series": {"labels": ["job"]}}), &empty), "query/missing-label");
}

#[test]
fn a_value_at_its_bound_holds_and_one_beyond_names_the_series() {
    let half = seen(answer(&[("a", "0.5")], "1"), Some(&[1.0]));
    assert!(judge(json!({"value": {"at_least": 0.5, "at_most": 0.5}}), &half).is_pass());
    for bounds in [json!({"below": 0.5}), json!({"equals": 1}), json!({"at_least": 0.51}), json!({"at_most": 0.49})] {
        let verdict = judge(json!({"value": bounds}), &half);
        fails(&verdict, "query/value-out-of-range");
        assert_eq!(verdict.findings()[0].object.as_deref(), Some("up{job=\"a\"}"));
    }
}

#[test]
fn what_is_no_finite_number_fails_without_any_bound() {
    for value in ["NaN", "+Inf", "-Inf", "one"] {
        fails(&judge(json!({}), &seen(answer(&[("a", value)], "1"), Some(&[1.0]))), "query/not-a-number");
    }
}

#[test]
fn a_sample_is_stale_beyond_its_limit_only() {
    let aged = |age: f64| judge(json!({"newest_sample": "2m"}), &seen(answer(&[("a", "1")], "1"), Some(&[5.0, age])));
    assert!(aged(120.0).is_pass());
    fails(&aged(120.5), "query/stale");
    assert_eq!(aged(300.0).findings()[0].actual, "300 s old");
    let mut unknown = seen(answer(&[("a", "1")], "1"), Some(&[1.0]));
    let Freshness::Ages { ages, .. } = &mut unknown.freshness else { panic!() };
    ages[0].seconds = None;
    fails(&judge(json!({}), &unknown), "query/stale");
}

#[test]
fn freshness_that_nothing_tells_is_inconclusive_unless_given_up() {
    let expression = seen(answer(&[("a", "1")], "1"), None);
    inconclusive(&judge(json!({"query": "sum(up)"}), &expression), "query/freshness-unknown");
    assert!(judge(json!({"query": "sum(up)", "newest_sample": "unknown"}), &expression).is_pass());
    fails(
        &judge(json!({"query": "sum(up)", "fresh_by": "up"}), &seen(answer(&[("a", "1")], "1"), Some(&[]))),
        "query/nothing-behind",
    );
}

#[test]
fn an_answer_that_rests_on_no_stored_series_is_no_pass() {
    let constant = |ages| seen(answer(&[("a", "0")], "0"), ages);
    let loose = json!({"query": "count(x) or vector(0)", "newest_sample": "unknown"});
    inconclusive(&judge(loose, &constant(None)), "query/constant");
    let resting = json!({"query": "absent(x)", "fresh_by": "up"});
    assert!(judge(resting, &constant(Some(&[4.0]))).is_pass());
}

#[test]
fn nothing_may_be_wanted_where_something_stands_behind_it() {
    let none = json!({"query": "ALERTS > 0", "series": {"at_least": 0, "at_most": 0}, "fresh_by": "up"});
    let Decision::Pass(examined) = judge(none, &seen(answer(&[], "0"), Some(&[2.0]))).decision else { panic!() };
    assert_eq!(examined.what, "series behind the answer");
    let alone = json!({"query": "ALERTS", "series": {"at_least": 0, "at_most": 0}, "newest_sample": "unknown"});
    inconclusive(&judge(alone, &seen(answer(&[], "0"), None)), "query/nothing-examined");
}

#[test]
fn a_range_and_a_partial_answer_are_not_taken_for_the_whole() {
    let matrix = br#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"]]}]}}"#;
    let verdict = judge(json!({"query": "up[1m]"}), &seen(instant::read(matrix).unwrap(), Some(&[1.0])));
    fails(&verdict, "query/not-instant");
    assert!(verdict.is_terminal());
    let partial = Answer { partial: true, ..answer(&[("a", "1")], "1") };
    inconclusive(&judge(json!({}), &seen(partial, Some(&[1.0]))), "query/partial");
}

#[test]
fn what_is_no_answer_is_malformed() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"status":"error","error":"x"}"#,
        r#"{"status":"success"}"#,
        r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1]}]}}"#,
    ] {
        assert!(instant::read(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn what_is_judged_is_what_was_saved() {
    let seen = seen(answer(&[("a", "NaN"), ("b", "1")], "2"), Some(&[1.0, 500.0]));
    let saved: Observation = serde_json::from_str(&serde_json::to_string(&seen).unwrap()).unwrap();
    assert_eq!(judge(json!({}), &saved), judge(json!({}), &seen));
}

#[tokio::test]
async fn the_age_is_that_of_the_newest_stored_sample() {
    let url = serve(|request| {
        let vector = |value: &str| {
            json!({"status": "success", "data": {"resultType": "vector",
                "result": [{"metric": {"__name__": "up"}, "value": [1_795_573_539, value]}]}})
        };
        let body = match request {
            "GET /metrics" => "vm_data_size_bytes{type=\"indexdb/file\"} 0\n".to_owned(),
            "GET /api/v1/query?query=up&nocache=1" => vector("1").to_string(),
            "GET /api/v1/query?query=tlast_over_time%28up%5B3600s%5D%29%20keep_metric_names&nocache=1" => {
                vector("1795573499.5").to_string()
            }
            _ => return (422, "application/json", r#"{"status":"error","errorType":"422","error":"no"}"#.to_owned()),
        };
        (200, "text/plain", body)
    });
    let connections = given("vmsingle-vmsingle", &url.await).await;
    let look = Look { connections: &connections, run: "test" };
    let seen = Query::observe(&spec(json!({})), &mut (), &look).await.unwrap();
    let Freshness::Ages { ages, .. } = seen.freshness else { panic!() };
    assert_eq!(ages, [Age { series: "up{}".to_owned(), seconds: Some(39.5) }]);
    let refused = Query::observe(&spec(json!({"query": "sum("})), &mut (), &look).await.unwrap_err();
    assert!(matches!(&refused, Trouble::Refused { status: 422, body, .. } if body == "no"), "{refused}");
}
