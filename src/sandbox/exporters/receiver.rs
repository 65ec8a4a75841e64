//! A webhook receiver: takes what Alertmanager posts and tells what it got.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::fault::{Mode, Switch};
use super::page::Page;
use super::{process, serve};

/// The newest posts are kept, the older ones only counted.
const KEPT: usize = 1000;

#[derive(Default)]
struct Inbox {
    count: u64,
    posts: Vec<Value>,
}

/// Serves until the process ends: `POST /<any path>` is kept, `GET /received` lists, `DELETE /received` forgets.
pub async fn run(listener: TcpListener, mode: Mode) -> anyhow::Result<()> {
    let inbox = Arc::new(Mutex::new(Inbox::default()));
    let switch = Arc::new(Switch::new(mode));
    let (list, clear, keep, metrics) = (inbox.clone(), inbox.clone(), inbox.clone(), inbox);
    let faulty = switch.clone();
    let take = move |path: Option<Path<String>>, body: Bytes| async move {
        if let Some(bad) = faulty.answer().await {
            return bad;
        }
        accept(&keep, path.map_or_else(String::new, |path| path.0), &body);
        axum::response::IntoResponse::into_response("ok\n")
    };
    let received = get(move || async move { Json(received(&list)) }).delete(move || async move {
        *clear.lock().unwrap_or_else(PoisonError::into_inner) = Inbox::default();
        "forgotten\n"
    });
    let router = Router::new()
        .route("/received", received)
        .route("/metrics", get(move || async move { page(&metrics).text() }))
        .route("/", post(take.clone()))
        .route("/{*path}", post(take));
    serve::serve(listener, router, switch).await
}

fn accept(inbox: &Mutex<Inbox>, path: String, body: &[u8]) {
    let body = serde_json::from_slice(body).unwrap_or_else(|_| json!(String::from_utf8_lossy(body)));
    let at = k8s_openapi::jiff::Timestamp::now().to_string();
    let mut inbox = inbox.lock().unwrap_or_else(PoisonError::into_inner);
    inbox.count += 1;
    if inbox.posts.len() == KEPT {
        inbox.posts.remove(0);
    }
    inbox.posts.push(json!({"path": format!("/{path}"), "receivedAt": at, "body": body}));
}

fn received(inbox: &Mutex<Inbox>) -> Value {
    let inbox = inbox.lock().unwrap_or_else(PoisonError::into_inner);
    json!({"count": inbox.count, "requests": inbox.posts})
}

fn page(inbox: &Mutex<Inbox>) -> Page {
    let mut page = Page::default();
    let count = inbox.lock().unwrap_or_else(PoisonError::into_inner).count;
    page.counter("webhook_receiver_requests_total", &[], f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
    process::add(&mut page);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_are_counted_and_listed_with_path_and_body() {
        let inbox = Mutex::new(Inbox::default());
        accept(&inbox, "critical".into(), br#"{"status":"firing"}"#);
        accept(&inbox, String::new(), b"no json");
        let received = received(&inbox);
        assert_eq!(received["count"], 2);
        assert_eq!(received["requests"][0]["path"], "/critical");
        assert_eq!(received["requests"][0]["body"]["status"], "firing");
        assert_eq!(received["requests"][1]["body"], "no json");
    }

    #[test]
    fn only_the_newest_posts_are_kept_but_all_are_counted() {
        let inbox = Mutex::new(Inbox::default());
        for number in 0..=KEPT {
            accept(&inbox, number.to_string(), b"{}");
        }
        let received = received(&inbox);
        assert_eq!(received["count"], KEPT + 1);
        assert_eq!(received["requests"].as_array().unwrap().len(), KEPT);
        assert_eq!(received["requests"][0]["path"], "/1");
    }
}
