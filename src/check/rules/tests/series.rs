//! What rules read, and who has signed that it need not be there.

use serde_json::{Value, json};

use super::*;

#[test]
fn series_may_lie_back_but_must_be() {
    let with = |found: Value| after(|seen| seen["selectors"][0]["found"] = found);
    assert!(with(json!({"earlier": 2})).is_empty());
    assert_eq!(with(json!({"disappeared": null})), ["rules/disappeared"]);
    for why in [json!("metric"), json!({"label": "job"}), json!({"value": "job=\"x\""}), json!("combination")] {
        assert_eq!(with(json!({"never": why})), ["rules/no-series"]);
    }
    assert_eq!(with(json!({"unknown": "503"})), ["rules/series-unknown"]);
    assert_eq!(after(|seen| seen["selectors"] = json!([])), ["rules/series-unknown"]);
}

#[test]
fn a_metric_that_is_gone_is_told_with_its_last_sample_and_may_be_waived() {
    let gone = |seen: &mut Value| seen["selectors"][0]["found"] = json!({"disappeared": 1_795_428_000});
    let mut seen = healthy();
    gone(&mut seen);
    let verdict = verdict(&spec(json!({})), seen);
    assert_eq!(verdict.findings()[0].code, "rules/disappeared");
    let actual = "its metric had series within the look-back and has none now; the last sample is of 2026-11-23T10:00:00Z, 1d ago";
    assert_eq!(verdict.findings()[0].actual, actual);
    let waiver = json!({"reason": "only while a job runs", "owner": "ops", "until": "2026-12-24"});
    assert!(codes(json!({"without_series": [{"rule": "Down", "waiver": waiver}]}), gone).is_empty());
}

#[test]
fn one_side_of_an_or_is_enough() {
    let with = |b: Value| {
        after(|seen| {
            let expr = "(a or b) > 1";
            seen["declared"][0]["groups"][0]["rules"][0]["expr"] = json!(expr);
            seen["instances"][0]["groups"][0]["rules"][0]["query"] = json!(expr);
            seen["selectors"] = json!([{"selector": "a", "found": {"never": "metric"}}, {"selector": "b", "found": b}]);
        })
    };
    assert!(with(json!({"now": 1})).is_empty());
    assert_eq!(with(json!({"never": "metric"})), ["rules/no-series"]);
}

#[test]
fn what_cannot_be_taken_apart_is_judged_by_what_vmalert_read() {
    let with = |fetched: Value| {
        after(|seen| {
            let expr = "WITH (x = up) x == 0";
            seen["declared"][0]["groups"][0]["rules"][0]["expr"] = json!(expr);
            let rule = &mut seen["instances"][0]["groups"][0]["rules"][0];
            rule["query"] = json!(expr);
            rule["last_series_fetched"] = fetched;
        })
    };
    assert!(with(json!(3)).is_empty());
    assert_eq!(with(json!(0)), ["rules/unread-expression"]);
    assert_eq!(with(json!(null)), ["rules/unread-expression"]);
}

#[test]
fn another_language_has_no_selectors() {
    let found = after(|seen| {
        seen["declared"][0]["groups"][0]["type"] = json!("vlogs");
        seen["selectors"] = json!([]);
    });
    assert!(found.is_empty());
}

#[test]
fn a_waiver_holds_until_its_day() {
    let with = |rule: &str, until: &str| {
        let waiver = json!({"reason": "comes with 6.2", "owner": "ops", "until": until});
        codes(json!({"without_series": [{"rule": rule, "waiver": waiver}]}), |seen| {
            seen["selectors"][0]["found"] = json!({"never": "metric"});
        })
    };
    assert!(with("Down", "2026-11-24").is_empty());
    assert!(with("D*", "2026-11-24").is_empty());
    assert_eq!(with("Down", "2026-11-23"), ["rules/no-series"]);
    assert_eq!(with("Up*", "2026-11-24"), ["rules/no-series"]);
}

#[test]
fn a_waiver_may_cover_only_some_selectors_of_a_rule() {
    let with = |selector: &str, expr: &str| {
        let waiver = json!({"reason": "comes with 6.2", "owner": "ops", "until": "2026-11-24"});
        let mut seen = healthy();
        seen["declared"][0]["groups"][0]["rules"][0]["expr"] = json!(expr);
        seen["instances"][0]["groups"][0]["rules"][0]["query"] = json!(expr);
        let never = |selector| json!({"selector": selector, "found": {"never": "metric"}});
        seen["selectors"] = json!([never("a{x=\"1\"}"), never("b")]);
        let spec = spec(json!({"without_series": [{"rule": "Down", "selector": selector, "waiver": waiver}]}));
        match verdict(&spec, seen).decision {
            Decision::Pass(examined) => examined.waived,
            _ => 0,
        }
    };
    assert_eq!(with("a{*}", "a{x=\"1\"} > 1"), 1);
    assert_eq!(with("a{*}", "a{x=\"1\"} > b"), 0);
    assert_eq!(with("a{*}", "(a{x=\"1\"} or b) > 1"), 1);
    assert_eq!(with("c*", "(a{x=\"1\"} or b) > 1"), 0);
}
