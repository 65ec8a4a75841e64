//! One query of the mix as an HTTP request, and what its reply is worth.

use http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::observation::Temperature;
use super::spec::MixQuery;
use crate::connect::path_with;
use crate::load::Answer;
use crate::units::Duration;

/// Step of a range that does not name its own.
const STEP: Duration = Duration::seconds(60);

/// Path and query string for a request at `now` (Unix seconds).
pub(super) fn path(query: &MixQuery, temperature: Temperature, now: f64) -> String {
    let mut parameters = vec![("query", query.query.clone())];
    let path = match query.range {
        None => {
            parameters.push(("time", format!("{now:.3}")));
            "/api/v1/query"
        }
        Some(range) => {
            parameters.push(("start", format!("{:.3}", now - range.as_secs_f64())));
            parameters.push(("end", format!("{now:.3}")));
            parameters.push(("step", query.step.unwrap_or(STEP).as_secs_f64().to_string()));
            "/api/v1/query_range"
        }
    };
    if temperature == Temperature::Cold {
        parameters.push(("nocache", "1".to_owned()));
    }
    path_with(path, &parameters)
}

#[derive(Deserialize)]
struct Body {
    status: String,
    #[serde(default, rename = "isPartial")]
    partial: bool,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    result: Vec<IgnoredAny>,
}

/// What a reply is worth: only a whole success with at least one series is an answer whose latency says anything.
pub(super) fn answer(status: u16, body: &[u8]) -> Answer {
    if !StatusCode::from_u16(status).is_ok_and(|status| status.is_success()) {
        return Answer::Refused { status };
    }
    match serde_json::from_slice::<Body>(body) {
        Err(error) => Answer::Malformed(error.to_string()),
        Ok(body) if body.status != "success" => Answer::Malformed(format!("status is `{}`", body.status)),
        Ok(body) if body.partial => Answer::Malformed("a partial result".to_owned()),
        Ok(Body { data: None, .. }) => Answer::Malformed("no data".to_owned()),
        Ok(Body { data: Some(data), .. }) if data.result.is_empty() => Answer::Empty,
        Ok(_) => Answer::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(range: Option<u64>) -> MixQuery {
        MixQuery {
            name: "up".to_owned(),
            query: "up{job=\"a b\"}".to_owned(),
            range: range.map(Duration::seconds),
            step: None,
            weight: 1,
        }
    }

    #[test]
    fn an_instant_query_names_its_time() {
        let path = path(&query(None), Temperature::Warm, 1_700_000_000.25);
        assert_eq!(path, "/api/v1/query?query=up%7Bjob%3D%22a%20b%22%7D&time=1700000000.250");
    }

    #[test]
    fn a_cold_range_goes_past_the_cache() {
        let path = path(&query(Some(3600)), Temperature::Cold, 1_700_003_600.0);
        assert!(path.starts_with("/api/v1/query_range?query=up"), "{path}");
        assert!(path.ends_with("&start=1700000000.000&end=1700003600.000&step=60&nocache=1"), "{path}");
    }

    #[test]
    fn only_a_success_with_a_result_is_good() {
        let full = br#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"2"]}]}}"#;
        assert_eq!(answer(200, full), Answer::Good);
        let empty = br#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
        assert_eq!(answer(200, empty), Answer::Empty);
        assert_eq!(answer(503, full), Answer::Refused { status: 503 });
        let partial = br#"{"status":"success","isPartial":true,"data":{"result":[1]}}"#;
        for body in [&b"<html>"[..], br#"{"status":"error"}"#, br#"{"status":"success"}"#, partial, b""] {
            assert!(matches!(answer(200, body), Answer::Malformed(_)), "{body:?}");
        }
    }
}
