//! Puts the load on the component and collects the samples.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::observation::{Observation, Pass, Planned, Temperature};
use super::spec::{Cache, MixQuery, Spec};
use super::{request, server_view};
use crate::check::trouble::Trouble;
use crate::connect::{Connections, PodAddress, Reply, Request, Via};
use crate::load::{self, Answer, Load, Orders, Received, Rotation, Target};

/// Errors in a row that end a pass.
const ERRORS_IN_A_ROW: usize = 10;
/// Transport probes before and after the load.
const PROBES: usize = 10;

/// Looks once: what answers there, the transport, the passes, the transport again.
pub(super) async fn observe(spec: &Spec, connections: &Connections) -> Result<Observation, Trouble> {
    let component = connections.expect(&spec.endpoint, spec.component).await?;
    // One pod, found once: finding it again would be part of the latency.
    let pod = connections.pods(&spec.endpoint).await?.into_iter().next();
    let pod = pod.ok_or_else(|| cannot(spec, "it has no pod any more".to_owned()))?;
    let (via, mut health_us) = probe(connections, &pod).await?;
    let mut passes = Vec::new();
    for temperature in temperatures(spec.cache) {
        let pass = run_pass(spec, connections, &pod, temperature).await?;
        let erred = matches!(pass.end, load::End::BackedOff(_));
        passes.push(pass);
        // A server that asks to be left alone, or only errs, is not asked again.
        if erred {
            break;
        }
    }
    // What follows is information; a server that is gone by now shows in the samples.
    health_us.extend(probe(connections, &pod).await.map(|(_, took)| took).unwrap_or_default());
    let after = get(connections, &pod, "/metrics").await.map(|reply| reply.body).unwrap_or_default();
    Ok(Observation {
        via,
        component: component.to_string(),
        planned: Planned::of(spec),
        queries: spec.mix.iter().map(|query| query.name.clone()).collect(),
        passes,
        health_us,
        server_view: server_view::durations(&String::from_utf8_lossy(&after)),
    })
}

/// The load that a spec asks for; `None` when its mix is empty.
pub fn orders(spec: &Spec) -> Option<Orders> {
    let weights: Vec<u32> = spec.mix.iter().map(|query| query.weight).collect();
    Some(Orders {
        per_second: spec.rate.0,
        rotation: Rotation::of(&weights)?,
        test: spec.test_plan(),
        slow_at: spec.limit.slow_at(),
        window: spec.window.max.0,
        timeout: spec.patience(),
        concurrency: spec.concurrency as usize,
        patience: ERRORS_IN_A_ROW,
    })
}

impl Planned {
    /// The load that a spec asks for, in numbers.
    pub fn of(spec: &Spec) -> Self {
        let test = spec.test_plan();
        Self {
            per_second: spec.rate.0,
            concurrency: spec.concurrency,
            first: test.first,
            cap: test.cap,
            timeout_seconds: spec.patience().as_secs_f64(),
        }
    }
}

impl Pass {
    /// A pass with the samples of a load, counted against the spec's limit.
    pub fn of(spec: &Spec, temperature: Temperature, load: Load) -> Result<Self, String> {
        let slow_at = spec.limit.slow_at();
        let encode = |query: Option<usize>| {
            let chosen = load.samples.iter().filter(|sample| query.is_none_or(|query| sample.query == query));
            load::encode(&load::histogram(chosen.map(|sample| sample.counted_us(slow_at))))
        };
        Ok(Self {
            temperature,
            end: load.end.clone(),
            unsent: load.unsent,
            took_seconds: load.took.as_secs_f64(),
            histogram: encode(None)?,
            query_histograms: (0..spec.mix.len()).map(|query| encode(Some(query))).collect::<Result<_, _>>()?,
            samples: load.samples,
        })
    }
}

async fn run_pass(
    spec: &Spec,
    connections: &Connections,
    pod: &PodAddress,
    temperature: Temperature,
) -> Result<Pass, Trouble> {
    let target = Arc::new(Mix {
        connections: connections.clone(),
        pod: pod.clone(),
        queries: spec.mix.clone(),
        temperature,
        timeout: spec.patience(),
        replied: AtomicBool::new(false),
        first_trouble: Mutex::new(None),
    });
    if temperature == Temperature::Warm {
        for query in 0..spec.mix.len() {
            target.send(query).await;
        }
    }
    let orders = orders(spec).ok_or_else(|| cannot(spec, "the mix holds no query".to_owned()))?;
    let load = load::drive(Arc::clone(&target), &orders).await.map_err(|error| cannot(spec, error.to_string()))?;
    match target.only_trouble() {
        Some(trouble) => Err(trouble),
        None => Pass::of(spec, temperature, load).map_err(|message| cannot(spec, message)),
    }
}

fn cannot(spec: &Spec, message: String) -> Trouble {
    Trouble::Broken { to: spec.endpoint.to_string(), message }
}

fn temperatures(cache: Cache) -> Vec<Temperature> {
    match cache {
        Cache::Cold => vec![Temperature::Cold],
        Cache::Warm => vec![Temperature::Warm],
        Cache::Both => vec![Temperature::Cold, Temperature::Warm],
    }
}

async fn get(connections: &Connections, pod: &PodAddress, path: &str) -> Result<Reply, Trouble> {
    let reply = connections.send_to_pod(pod, Request::get(path)).await?;
    if reply.status == 200 {
        return Ok(reply);
    }
    let body = String::from_utf8_lossy(&reply.body).chars().take(200).collect();
    Err(Trouble::Refused { url: path.to_owned(), status: reply.status, body })
}

async fn probe(connections: &Connections, pod: &PodAddress) -> Result<(Via, Vec<u64>), Trouble> {
    let (mut via, mut took) = (Via::Url, Vec::with_capacity(PROBES));
    for _ in 0..PROBES {
        let reply = get(connections, pod, "/health").await?;
        via = reply.via;
        took.push(u64::try_from(reply.took.as_micros()).unwrap_or(u64::MAX));
    }
    Ok((via, took))
}

/// The mix as a target of load.
struct Mix {
    connections: Connections,
    pod: PodAddress,
    queries: Vec<MixQuery>,
    temperature: Temperature,
    timeout: std::time::Duration,
    replied: AtomicBool,
    first_trouble: Mutex<Option<Trouble>>,
}

impl Mix {
    /// The trouble that kept every single request from being answered, where it is not the server's silence.
    fn only_trouble(&self) -> Option<Trouble> {
        if self.replied.load(Ordering::Relaxed) {
            return None;
        }
        self.first_trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Target for Mix {
    async fn send(&self, query: usize) -> Received {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let path = request::path(&self.queries[query], self.temperature, now);
        let request = Request { timeout: self.timeout, ..Request::get(path) };
        let result = self.connections.send_to_pod(&self.pod, request).await;
        let at = Instant::now();
        match result {
            Ok(reply) => {
                self.replied.store(true, Ordering::Relaxed);
                let retry_after = matches!(reply.status, 429 | 503)
                    .then(|| reply.headers.get(http::header::RETRY_AFTER))
                    .flatten()
                    .map(|wait| String::from_utf8_lossy(wait.as_bytes()).into_owned());
                Received { at, answer: request::answer(reply.status, &reply.body), retry_after }
            }
            Err(Trouble::TimedOut { .. }) => {
                self.replied.store(true, Ordering::Relaxed);
                Received { at, answer: Answer::TimedOut, retry_after: None }
            }
            Err(trouble) => {
                let answer = Answer::Broken(trouble.to_string());
                self.first_trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
                Received { at, answer, retry_after: None }
            }
        }
    }
}
