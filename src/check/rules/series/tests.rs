//! What a storage answers to the questions for a selector.

use super::super::expression;
use super::*;
use crate::connect::testing::{given, serve};

/// What is found where a storage has `now` for the metric alone now, and `earlier` for whatever it is asked of the past; the
/// selector itself finds nothing now.
async fn found(selector: &str, now: &'static str, earlier: &'static str) -> Found {
    let url = serve(move |request| {
        let value = match request {
            _ if request.contains("tlast_over_time") => "1763892000",
            _ if request.contains("last_over_time") => earlier,
            _ if request.contains("__name__") => now,
            _ => "",
        };
        let series =
            if value.is_empty() { String::new() } else { format!(r#"{{"metric":{{}},"value":[1,"{value}"]}}"#) };
        (
            200,
            "application/json",
            format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{series}]}}}}"#),
        )
    })
    .await;
    let storage = Endpoint {
        namespace: "o".to_owned(),
        service: "vmsingle".to_owned(),
        port: crate::connect::Port("http".to_owned()),
    };
    let connections = given("vmsingle", &url).await;
    let (selector, _) = expression::selectors(selector).unwrap().remove(0);
    ask(&connections, &storage, &selector, Duration::seconds(3600)).await.unwrap()
}

#[tokio::test]
async fn a_value_may_lie_back_and_a_metric_may_not() {
    assert_eq!(found("m{a=\"b\"}", "3", "2").await, Found::Earlier(2));
    assert_eq!(found("m{a=\"b\"}", "", "2").await, Found::Disappeared(Some(1_763_892_000)));
    assert_eq!(found("m", "", "2").await, Found::Disappeared(Some(1_763_892_000)));
    assert_eq!(found("m", "", "").await, Found::Never(Missing::Metric));
    // Of a selector without a metric nothing more can be told.
    assert_eq!(found("{a=\"b\"}", "", "2").await, Found::Earlier(2));
}
