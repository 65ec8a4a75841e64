//! Load on a truth server, by the library's open loop and by the closed loop that it replaces.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use signoff::check::kind::Kind;
use signoff::check::latency::{Latency, Observation, Pass, Planned, Spec, Temperature, Window, orders};
use signoff::check::look::Look;
use signoff::check::trouble::Trouble;
use signoff::check::verdict::Verdict;
use signoff::connect::{Connections, Options, Via};
use signoff::load::{Answer, Received, Target, drive};
use signoff::units;

/// A truth server as a target.
pub struct Http {
    client: Client<HttpConnector, Empty<Bytes>>,
    address: SocketAddr,
}

impl Http {
    pub fn to(address: SocketAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), address }
    }

    async fn ask(&self) -> Result<(u16, Bytes), String> {
        let uri = format!("http://{}/", self.address).parse().map_err(|_| "uri")?;
        let response = self.client.get(uri).await.map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?;
        Ok((status, body.to_bytes()))
    }
}

impl Target for Http {
    async fn send(&self, _: usize) -> Received {
        let reply = self.ask().await;
        let at = Instant::now();
        let answer = match reply {
            Ok((200, body)) if body.is_empty() => Answer::Empty,
            Ok((200, _)) => Answer::Good,
            Ok((status, _)) => Answer::Refused { status },
            Err(message) => Answer::Broken(message),
        };
        Received { at, answer, retry_after: None }
    }
}

/// A spec with this limit that always takes `samples` requests. (The shortest window of a suite is 10 s; here it is what the samples take.)
pub fn spec(limit: &str, per_second: f64, samples: u32) -> Spec {
    let text = format!(
        "{{endpoint: {{namespace: t, service: truth, port: http}}, limit: {limit}, rate: {per_second}/s, samples: {samples}, concurrency: 64, mix: [{{name: one, query: up}}]}}"
    );
    let window = units::Duration(Duration::from_secs_f64((f64::from(samples) - 0.5) / per_second));
    let mut spec: Spec = serde_saphyr::from_str(&text).expect("the text is a spec");
    spec.window = Window { min: window, max: units::Duration::seconds(60) };
    spec
}

/// Looks once, as the kind does, without a cluster.
pub fn observe(spec: &Spec, address: SocketAddr) -> Observation {
    let orders = orders(spec).expect("the mix holds a query");
    let target = Arc::new(Http::to(address));
    let load = runtime().block_on(drive(target, &orders)).expect("the pacing thread starts");
    Observation {
        via: Via::Url,
        component: "truth".to_owned(),
        planned: Planned::of(spec),
        queries: vec!["one".to_owned()],
        passes: vec![Pass::of(spec, Temperature::Warm, load).expect("a histogram can be written")],
        health_us: Vec::new(),
        server_view: Vec::new(),
    }
}

/// Looks once through the kind itself, by an address that stands for the Service.
pub fn observe_connected(spec: &Spec, address: SocketAddr) -> Result<Observation, Trouble> {
    let urls = vec![(spec.endpoint.service.clone(), format!("http://{address}"))];
    runtime().block_on(async {
        let connections = Connections::open(Options { urls, ..Options::default() }).await.expect("an address is given");
        let look = Look { connections: &connections, run: "truth" };
        Latency::observe(spec, &mut (), &look).await
    })
}

/// Judges, the evidence having gone through JSON as in a run.
pub fn judge(spec: &Spec, seen: &Observation) -> Verdict {
    let saved = serde_json::to_string(seen).expect("evidence is JSON");
    Latency::judge(spec, &serde_json::from_str(&saved).expect("evidence can be read"), Timestamp::UNIX_EPOCH)
}

/// What a script of `curl` in a loop measures: sends, waits, pauses, and never sees what it did not send. Microseconds, sorted.
#[allow(dead_code, reason = "only the bench compares")]
pub fn closed_loop(address: SocketAddr, per_second: f64, lasts: Duration) -> Vec<u64> {
    let target = Http::to(address);
    runtime().block_on(async {
        let (begin, mut took) = (Instant::now(), Vec::new());
        while begin.elapsed() < lasts {
            let sent = Instant::now();
            let received = target.send(0).await;
            took.push(received.at.duration_since(sent).as_micros() as u64);
            tokio::time::sleep(Duration::from_secs_f64(1.0 / per_second).saturating_sub(sent.elapsed())).await;
        }
        took.sort_unstable();
        took
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts")
}
