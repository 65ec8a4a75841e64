//! The stream against serde_json on whole documents, whatever the document and wherever it is cut.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// The same answer, read the plain way.
#[derive(Deserialize)]
struct Whole<'a> {
    status: String,
    #[serde(default)]
    error: Option<String>,
    #[serde(borrow, default)]
    data: Option<Lists<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lists<'a> {
    #[serde(borrow, default)]
    active_targets: Option<Vec<Target<'a>>>,
    #[serde(default)]
    dropped_targets: Option<Vec<Dropped>>,
}

fn plain(text: &[u8]) -> Option<(Vec<String>, Summary)> {
    let whole: Whole = serde_json::from_slice(text).ok()?;
    let lists = whole.data.unwrap_or(Lists { active_targets: None, dropped_targets: None });
    let targets = lists.active_targets.unwrap_or_default().iter().map(|target| format!("{target:?}")).collect();
    let dropped = lists.dropped_targets.unwrap_or_default().len() as u64;
    Some((targets, Summary { status: whole.status, error: whole.error, dropped }))
}

fn streamed(text: &[u8], cut: usize) -> Result<(Vec<String>, Summary), String> {
    let mut targets = Vec::new();
    let mut stream = TargetStream::batched(0, |target: Target<'_>| targets.push(format!("{target:?}")));
    for chunk in text.chunks(cut) {
        stream.push(chunk)?;
    }
    let summary = stream.finish()?;
    Ok((targets, summary))
}

fn target(pool: &str, health: &str) -> Value {
    json!({"discoveredLabels": {"__address__": "10.77.0.11:8080", "x": "} ] \" \\ {"},
        "labels": {"job": "ksm", "instance": "10.77.0.11:8080"}, "scrapePool": pool,
        "scrapeUrl": "http://10.77.0.11:8080/metrics", "lastError": "", "lastScrape": "2026-11-23T09:08:48.514Z",
        "lastScrapeDuration": 0.021, "lastSamplesScraped": 94, "health": health})
}

fn answer(active: &[Value]) -> String {
    json!({"status": "success", "data": {"activeTargets": active, "droppedTargets": [{"discoveredLabels": {}}]}})
        .to_string()
}

#[test]
fn every_target_is_told_once_in_order_wherever_the_answer_is_cut() {
    let text = answer(&[target("a", "up"), target("b", "down"), target("c", "up")]);
    for cut in 1..=text.len() {
        let (targets, summary) = streamed(text.as_bytes(), cut).unwrap();
        assert_eq!(targets.len(), 3, "cut {cut}");
        assert!(targets[1].contains("\"down\""), "cut {cut}");
        assert_eq!(summary, Summary { status: "success".to_owned(), error: None, dropped: 1 });
    }
}

#[test]
fn pieces_are_gathered_before_they_are_read_and_memory_stays_bounded() {
    let text = answer(&vec![target("p", "up"); 1000]);
    let count = std::cell::Cell::new(0);
    let mut stream = TargetStream::new(|_: Target<'_>| count.set(count.get() + 1));
    let (first, rest) = text.as_bytes().split_at(BATCH - 1);
    stream.push(first).unwrap();
    assert_eq!(count.get(), 0);
    for chunk in rest.chunks(2 << 10) {
        stream.push(chunk).unwrap();
        assert!(count.get() > 0 && stream.buffer.capacity() <= 4 * BATCH);
    }
    stream.finish().unwrap();
    assert_eq!(count.get(), 1000);
}

#[test]
fn an_error_answer_keeps_the_servers_words() {
    let (_, summary) = streamed(br#"{"status":"error","errorType":"400","error":"no such pool"}"#, 7).unwrap();
    assert_eq!(summary.error.as_deref(), Some("no such pool"));
}

#[test]
fn an_answer_that_is_cut_short_is_an_error() {
    let text = answer(&[target("a", "up")]);
    for end in 0..text.len() {
        assert!(streamed(&text.as_bytes()[..end], 64).is_err(), "{end} bytes");
    }
}

#[test]
fn a_value_without_an_end_is_given_up() {
    let mut stream = TargetStream::batched(0, |_: Target<'_>| {});
    stream.push(br#"{"status":""#).unwrap();
    let chunk = vec![b'x'; 1 << 20];
    assert!((0..64).any(|_| stream.push(&chunk).is_err()));
}

#[test]
fn memory_does_not_grow_with_the_number_of_targets() {
    let mut stream = TargetStream::batched(0, |_: Target<'_>| {});
    stream.push(br#"{"status":"success","data":{"activeTargets":["#).unwrap();
    let one = format!("{},", target("a", "up"));
    for _ in 0..10_000 {
        stream.push(one.as_bytes()).unwrap();
    }
    assert!(stream.buffer.capacity() < 64 << 10, "{} bytes", stream.buffer.capacity());
}

/// Documents around the right shape: keys reordered, unknown, missing, doubled; values of wrong types.
fn document() -> impl Strategy<Value = String> {
    let text = "[a-z{}\\[\\]\",:\\\\é ]{0,12}";
    let label = (text, text);
    let good = (proptest::collection::vec(label, 0..4), text, any::<bool>()).prop_map(|(labels, error, up)| {
        let mut one = target("p", if up { "up" } else { "down" });
        one["labels"] = labels.into_iter().map(|(k, v)| (k, Value::from(v))).collect::<serde_json::Map<_, _>>().into();
        one["lastError"] = error.into();
        one
    });
    let odd = prop_oneof![Just(json!(null)), Just(json!(12)), Just(json!({})), Just(json!("x")), Just(json!([1, [2]]))];
    let element = prop_oneof![9 => good.boxed(), 1 => odd.clone().boxed()];
    let list = prop_oneof![
        9 => proptest::collection::vec(element, 0..4).prop_map(Value::from).boxed(),
        1 => odd.clone().boxed()
    ];
    let member = (prop_oneof![Just("activeTargets"), Just("droppedTargets"), Just("other")], list);
    let data = proptest::collection::vec(member, 0..3).prop_map(|members| {
        let members: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
        format!("{{{}}}", members.join(" ,"))
    });
    let root = (prop_oneof![9 => Just("success".to_owned()).boxed(), 1 => text.boxed()], data, any::<bool>(), odd);
    root.prop_map(|(status, data, first, odd)| {
        let status = Value::from(status);
        if first {
            format!("{{\"status\":{status},\"x\":{odd},\"data\":{data}}}")
        } else {
            format!(" {{ \"d\\u0061ta\" : {data} , \"status\" : {status}, \"n\": 12.5e3 }}\n")
        }
    })
}

proptest! {
    #[test]
    fn it_reads_what_serde_json_reads_and_refuses_what_it_refuses(text in document(), cut in 1usize..80) {
        match (plain(text.as_bytes()), streamed(text.as_bytes(), cut)) {
            (Some(expected), Ok(got)) => prop_assert_eq!(expected, got),
            (None, Err(_)) => {}
            (plain, streamed) => prop_assert!(false, "serde_json: {:?}, stream: {:?}\n{}", plain, streamed, text),
        }
    }

    #[test]
    fn a_broken_document_is_refused_as_serde_json_refuses_it(
        text in document(), cut in 1usize..80, at in any::<prop::sample::Index>(), byte in any::<u8>()
    ) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        match (plain(&bytes), streamed(&bytes, cut)) {
            (Some(expected), Ok(got)) => prop_assert_eq!(expected, got),
            (None, Err(_)) => {}
            (plain, streamed) => {
                prop_assert!(false, "serde_json: {:?}, stream: {:?}\n{}", plain, streamed, String::from_utf8_lossy(&bytes));
            }
        }
    }
}
