//! A tiny HTTP server on loopback for tests: it answers each request with what a function returns for it.

use std::sync::Arc;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Connections, Endpoint, Options, Port, Wanted};

/// Status, content type and body for a method with its path: `GET /api/v1/pods?limit=500`.
pub type Answer = (u16, &'static str, String);

/// Starts a server that lives as long as the test's runtime, and gives its URL.
pub async fn serve(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> String {
    let raw = move |request: &str| {
        let (status, kind, body) = answer(request.split_once(" HTTP/1.1").unwrap().0);
        let length = body.len();
        format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
    };
    serve_raw("127.0.0.1:0", raw).await
}

/// As [`serve`], at a certain address, by the whole request (header names in lower case) and with the bytes to answer.
pub async fn serve_raw(at: &str, answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind(at).await.unwrap();
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

async fn talk(mut stream: TcpStream, answer: &(impl Fn(&str) -> Vec<u8> + Sync)) -> Option<()> {
    let mut seen = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = seen.windows(4).position(|four| four == b"\r\n\r\n")
                && seen.len() >= at + 4 + length_of_body(&seen[..at])
            {
                break at + 4 + length_of_body(&seen[..at]);
            }
            if stream.read_buf(&mut seen).await.ok()? == 0 {
                return None;
            }
        };
        let request = String::from_utf8(seen.drain(..end).collect()).ok()?;
        stream.write_all(&answer(&request)).await.ok()?;
    }
}

fn length_of_body(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.map_or(0, |length| length.parse().unwrap())
}

/// Connections to an API server at `url`, by a kubeconfig that is gone afterwards.
pub async fn cluster_at(url: &str) -> Connections {
    cluster_by(url, Wanted::default()).await
}

/// As [`cluster_at`], on a certain way to its components.
pub async fn cluster_by(url: &str, wanted: Wanted) -> Connections {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, kubeconfig(url)).unwrap();
    Connections::open(Options { kubeconfig: Some(path), wanted, ..Options::default() }).await.unwrap()
}

/// An answer as it goes over the wire.
pub fn reply(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The API server's word for what it does not do.
pub fn status(code: u16, message: &str) -> Vec<u8> {
    let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code});
    reply(code, "content-type: application/json\r\n", &status.to_string())
}

/// An API server with the Service `o/am` (http: 80), behind which the pods `am-0`, `am-1`, ... listen on port 9093 of
/// these addresses. Anything else it is asked for is left to `answer`.
pub async fn service_on(pods: &[&str], answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> String {
    let endpoint = |(number, ip): (usize, &&str)| json!({"addresses": [ip], "conditions": {"ready": true}, "targetRef": {"kind": "Pod", "name": format!("am-{number}")}});
    let endpoints: Vec<_> = pods.iter().enumerate().map(endpoint).collect();
    let slice = json!({"items": [{"ports": [{"name": "http", "port": 9093}], "endpoints": endpoints}]});
    let service =
        json!({"spec": {"clusterIP": "10.0.0.1", "selector": {"app": "am"}, "ports": [{"name": "http", "port": 80}]}});
    let json = "content-type: application/json\r\n";
    serve_raw("127.0.0.1:0", move |request| match request.split(['?', ' ']).nth(1).unwrap() {
        "/api/v1/namespaces/o/services/am" => reply(200, json, &service.to_string()),
        "/apis/discovery.k8s.io/v1/namespaces/o/endpointslices" => reply(200, json, &slice.to_string()),
        _ => answer(request),
    })
    .await
}

/// The Service of [`service_on`].
pub fn service() -> Endpoint {
    Endpoint { namespace: "o".to_owned(), service: "am".to_owned(), port: Port("http".to_owned()) }
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
