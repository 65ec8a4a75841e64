//! Messages as Alertmanager sends them, over a real socket.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

fn message(label: &str, nonce: &str, status: &str) -> String {
    format!(
        r#"{{"receiver":"signoff-sink","status":"{status}","alerts":[{{"status":"{status}","labels":{{"alertname":"A","{label}":"{nonce}"}},
        "annotations":{{}},"startsAt":"2026-11-23T10:00:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"0a"}}],
        "groupLabels":{{}},"commonLabels":{{}},"commonAnnotations":{{}},"externalURL":"","version":"4","groupKey":"","truncatedAlerts":0}}"#
    )
}

async fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// Posts a body; gives the status line.
async fn post(address: SocketAddr, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("POST / HTTP/1.1\r\nhost: sink\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn only_alerts_of_the_flow_are_kept() {
    let address = free().await;
    let sink = Sink::listen(address, "n-1").await.unwrap();
    for (label, nonce) in [("signoff_deliver", "n-1"), ("signoff_run", "n-1"), ("signoff_deliver", "n-2"), ("x", "n-1")]
    {
        assert_eq!(post(address, &message(label, nonce, "firing")).await, "HTTP/1.1 200 OK");
    }
    let received = sink.received();
    assert_eq!((received.messages, received.told.len()), (4, 2));
    let first = &received.told[0];
    assert_eq!((first.receiver.as_str(), first.status.as_str()), ("signoff-sink", "firing"));
    assert_eq!(first.labels["signoff_deliver"], "n-1");
    assert_eq!(first.starts_at, "2026-11-23T10:00:00Z".parse().unwrap());
    assert_eq!(received.told[1].labels["signoff_run"], "n-1");
}

#[tokio::test]
async fn what_is_no_message_is_refused() {
    let address = free().await;
    let sink = Sink::listen(address, "n").await.unwrap();
    assert_eq!(post(address, "{}").await, "HTTP/1.1 400 Bad Request");
    assert_eq!(post(address, &"x".repeat(LARGEST + 1)).await, "HTTP/1.1 400 Bad Request");
    assert_eq!(sink.received(), Received::default());
}

#[tokio::test]
async fn an_address_is_taken_once_and_free_after_the_end() {
    let address = free().await;
    let first = Sink::listen(address, "n").await.unwrap();
    assert_eq!(Sink::listen(address, "n").await.err().unwrap().kind(), io::ErrorKind::AddrInUse);
    drop(first);
    let again = timeout(Duration::from_secs(5), async {
        while Sink::listen(address, "n").await.is_err() {
            tokio::task::yield_now().await;
        }
    });
    again.await.expect("the address is free again");
}

#[test]
fn what_is_kept_is_bounded() {
    let mut received = Received::default();
    for _ in 0..KEPT + 5 {
        let message = serde_json::from_str(&message("signoff_deliver", "n", "firing")).unwrap();
        received.take(message, "n", Timestamp::UNIX_EPOCH);
    }
    assert_eq!((received.told.len(), received.messages), (KEPT, 105));
}
