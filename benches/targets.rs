//! How fast the answer of `/api/v1/targets` is read, beside serde_json on the same bytes in the same run.
//!
//! `cargo bench --bench targets`

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use signoff::check::scrape_coverage::target::Target;
use signoff::check::scrape_coverage::target_stream::TargetStream;

const ROUNDS: usize = 9;
const CHUNK: usize = 64 << 10;

/// One reader of the whole answer; gives the number of targets.
type Reader = fn(&[u8]) -> usize;

fn main() {
    // `cargo test --benches` asks for a quick proof that it runs, not for figures.
    let sizes: &[usize] = if std::env::args().any(|arg| arg == "--bench") { &[1_000, 10_000, 100_000] } else { &[10] };
    for &count in sizes {
        let body = answer(count);
        println!("\n{count} targets, {:.1} MB", body.len() as f64 / 1e6);
        let readers: [(&str, Reader); 2] = [("stream of 64 KiB chunks", streamed), ("serde_json::Value", valued)];
        let mut times = vec![Vec::new(); readers.len()];
        for _ in 0..ROUNDS {
            for (reader, times) in readers.iter().zip(&mut times) {
                let began = Instant::now();
                assert_eq!(black_box(reader.1(&body)), count);
                times.push(began.elapsed());
            }
        }
        for (reader, times) in readers.iter().zip(&mut times) {
            let median = median(times);
            let speed = body.len() as f64 / median.as_secs_f64() / 1e9;
            println!("  {:<24} {:>8.1} ms  {speed:.2} GB/s", reader.0, median.as_secs_f64() * 1e3);
        }
    }
}

fn streamed(body: &[u8]) -> usize {
    let mut up = 0;
    let mut stream = TargetStream::new(|target: Target<'_>| up += usize::from(target.health == "up"));
    for chunk in body.chunks(CHUNK) {
        stream.push(chunk).expect("the generated answer is valid");
    }
    stream.finish().expect("the generated answer is whole");
    up
}

fn valued(body: &[u8]) -> usize {
    let value: Value = serde_json::from_slice(body).expect("the generated answer is valid");
    let targets = value["data"]["activeTargets"].as_array().map_or(&[][..], Vec::as_slice);
    targets.iter().filter(|target| target["health"] == "up").count()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Targets as a Kubernetes cluster has them: 45 discovered labels, 8 labels of their own.
fn answer(count: usize) -> Vec<u8> {
    let targets: Vec<Value> = (0..count).map(target).collect();
    json!({"status": "success", "data": {"activeTargets": targets, "droppedTargets": []}}).to_string().into_bytes()
}

fn target(n: usize) -> Value {
    let address = format!("10.{}.{}.{}:8080", n >> 16, n >> 8 & 255, n & 255);
    let discovered: Map<String, Value> = (0..45)
        .map(|i| {
            let name = format!("__meta_kubernetes_pod_annotation_example_com_attribute_{i}");
            (name, format!("value-{i}-of-target-{n}").into())
        })
        .collect();
    json!({
        "discoveredLabels": discovered,
        "labels": {"container": "app", "endpoint": "http", "instance": address, "job": format!("job-{}", n % 50),
            "namespace": format!("team-{}", n % 20), "pod": format!("app-{n}"), "service": "app", "node": "worker"},
        "scrapePool": format!("serviceScrape/team-{}/app/0", n % 20),
        "scrapeUrl": format!("http://{address}/metrics"),
        "lastError": "", "lastScrape": "2026-11-23T09:08:48.514Z", "lastScrapeDuration": 0.021,
        "lastSamplesScraped": 94, "health": "up",
    })
}
