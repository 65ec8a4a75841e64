//! The load against targets in memory: how it counts, when it ends.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::load::{Answer, BackOff, Quantile, Received};

/// Answers request number `n` (in sending order) after a time, with an answer.
struct Fake<F> {
    sent: AtomicUsize,
    script: F,
}

impl<F: Fn(usize) -> (Duration, Answer) + Send + Sync + 'static> Target for Fake<F> {
    async fn send(&self, _: usize) -> Received {
        let (wait, answer) = (self.script)(self.sent.fetch_add(1, Ordering::SeqCst));
        tokio::time::sleep(wait).await;
        let retry_after = (answer == Answer::Refused { status: 429 }).then(|| "10".to_owned());
        Received { at: Instant::now(), answer, retry_after }
    }
}

fn fake<F: Fn(usize) -> (Duration, Answer) + Send + Sync + 'static>(script: F) -> Arc<Fake<F>> {
    Arc::new(Fake { sent: AtomicUsize::new(0), script })
}

/// 200 requests per second, decision at 59 samples at the latest.
fn brief() -> Orders {
    Orders {
        per_second: 200.0,
        rotation: Rotation::of(&[1]).unwrap(),
        test: TestPlan::new(Quantile::P95, 59, 59),
        slow_at: Duration::from_millis(500),
        window: Duration::from_secs(2),
        timeout: Duration::from_secs(1),
        concurrency: 4,
        patience: 10,
    }
}

const SOON: Duration = Duration::from_millis(1);

#[tokio::test]
async fn every_request_is_in_due_order_at_an_even_distance() {
    let load = drive(fake(|_| (SOON, Answer::Good)), &brief()).await.unwrap();
    assert_eq!((load.samples.len(), load.unsent, load.end), (59, 0, End::Decided));
    for (n, sample) in load.samples.iter().enumerate() {
        assert_eq!(sample.due_us, n as u64 * 5000);
    }
}

#[tokio::test]
async fn requests_that_wait_for_a_free_sender_are_late_by_the_systems_fault() {
    // One sender, the first request holds it for 200 ms: request n is due at 5n ms and cannot go before.
    let orders = Orders { concurrency: 1, ..brief() };
    let stalled = fake(|n| (if n == 0 { Duration::from_millis(200) } else { Duration::ZERO }, Answer::Good));
    let load = drive(stalled, &orders).await.unwrap();
    for n in [1_u64, 10, 20] {
        let latency = load.samples[n as usize].latency_us;
        assert!(latency >= 195_000 - n * 5000, "request {n}: {latency}");
    }
    let lag = load.samples[20].lag_us;
    assert!(lag < 60_000, "the wait of 100 ms is not our lag: {lag}");
}

#[tokio::test]
async fn ten_errors_in_a_row_end_it() {
    let load = drive(fake(|_| (Duration::ZERO, Answer::Refused { status: 500 })), &brief()).await.unwrap();
    assert!(matches!(load.end, End::BackedOff(BackOff::Errors(10..))), "{:?}", load.end);
    assert!(load.samples.len() < 59);
}

#[tokio::test]
async fn one_wish_to_be_left_alone_ends_it() {
    let script = |n| (SOON, if n == 5 { Answer::Refused { status: 429 } } else { Answer::Good });
    let load = drive(fake(script), &brief()).await.unwrap();
    assert_eq!(load.end, End::BackedOff(BackOff::RetryAfter { wait: "10".to_owned() }));
    assert!(load.samples.len() < 59);
}

#[tokio::test]
async fn a_request_that_never_comes_back_is_cut_off_and_counted() {
    let orders = Orders { timeout: Duration::from_millis(100), ..brief() };
    let script = |n| (if n == 7 { Duration::from_secs(3600) } else { SOON }, Answer::Good);
    let load = drive(fake(script), &orders).await.unwrap();
    let lost = &load.samples[7];
    assert_eq!(lost.answer, Answer::TimedOut);
    assert!(lost.latency_us >= 100_000);
    assert_eq!(lost.counted_us(orders.slow_at), 500_000, "never faster than the limit");
}

#[tokio::test]
async fn the_window_ends_it_where_the_cap_is_out_of_reach() {
    let orders = Orders { window: Duration::from_millis(100), ..brief() };
    let load = drive(fake(|_| (SOON, Answer::Good)), &orders).await.unwrap();
    assert_eq!((load.samples.len(), load.end), (20, End::WindowOver));
}

#[tokio::test]
async fn giving_it_up_stops_the_requests() {
    let target = fake(|_| (SOON, Answer::Good));
    let given_up = tokio::time::timeout(Duration::from_millis(100), drive(Arc::clone(&target), &brief())).await;
    assert!(given_up.is_err());
    tokio::time::sleep(Duration::from_millis(60)).await;
    let sent = target.sent.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(target.sent.load(Ordering::SeqCst), sent);
}
