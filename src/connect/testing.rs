//! A tiny HTTP server on loopback for tests: it answers each request with what a function returns for it.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Connections, Options};

/// Status, content type and body for a method with its path: `GET /api/v1/pods?limit=500`.
pub type Answer = (u16, &'static str, String);

/// Starts a server that lives as long as the test's runtime, and gives its URL.
pub async fn serve(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move { talk(stream, &*answer).await });
        }
    });
    url
}

async fn talk(mut stream: TcpStream, answer: &(impl Fn(&str) -> Answer + Sync)) -> Option<()> {
    let mut seen = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut seen).await.ok()? == 0 {
                return None;
            }
        };
        let head = String::from_utf8(seen.drain(..end).collect()).ok()?;
        let (request, headers) = head.split_once(" HTTP/1.1")?;
        let sent = headers.to_ascii_lowercase();
        let body = sent.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
        while seen.len() < body {
            if stream.read_buf(&mut seen).await.ok()? == 0 {
                return None;
            }
        }
        seen.drain(..body);
        let (status, kind, body) = answer(request);
        let length = body.len();
        let reply = format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(reply.as_bytes()).await.ok()?;
    }
}

/// Connections to an API server at `url`, by a kubeconfig that is gone afterwards.
pub async fn cluster_at(url: &str) -> Connections {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, kubeconfig(url)).unwrap();
    Connections::open(Options { kubeconfig: Some(path), ..Options::default() }).await.unwrap()
}

/// Connections without a cluster, with one given address.
pub async fn given(service: &str, url: &str) -> Connections {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, kubeconfig("http://127.0.0.1:9")).unwrap();
    let urls = vec![(service.to_owned(), url.to_owned())];
    Connections::open(Options { kubeconfig: Some(path), urls, ..Options::default() }).await.unwrap()
}

fn kubeconfig(url: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\n\
         clusters: [{{name: c, cluster: {{server: \"{url}\"}}}}]\n\
         users: [{{name: u, user: {{token: not-a-secret}}}}]\n\
         contexts: [{{name: here, context: {{cluster: c, user: u}}}}]\n"
    )
}
