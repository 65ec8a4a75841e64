use std::time::Duration;

use http::Method;

use crate::check::trouble::Trouble;
use crate::connect::testing::{given, serve};
use crate::connect::{Application, Connections, Endpoint, OpenError, Options, Port, Request, Via};

fn vmsingle() -> Endpoint {
    Endpoint { namespace: "observability".to_owned(), service: "vmsingle".to_owned(), port: Port("http".to_owned()) }
}

#[tokio::test]
async fn any_status_of_a_given_address_is_a_reply() {
    let url = serve(|request| match request {
        "GET /base/api/v1/query?query=up" => (422, "application/json", r#"{"status":"error"}"#.to_owned()),
        "POST /base/x" => (204, "text/plain", String::new()),
        other => panic!("{other}"),
    });
    let connections = given("vmsingle", &format!("{}/base/", url.await)).await;
    let reply = connections.send(&vmsingle(), Request::get_with("/api/v1/query", &[("query", "up")])).await.unwrap();
    assert_eq!((reply.status, reply.body.as_slice(), reply.via), (422, &br#"{"status":"error"}"#[..], Via::Url));
    let post = Request { method: Method::POST, ..Request::get("/x") };
    assert_eq!(connections.send(&vmsingle(), post).await.unwrap().status, 204);
}

#[tokio::test]
async fn an_address_for_the_namespace_wins_over_one_for_the_name() {
    let right = serve(|_| (200, "text/plain", "right".to_owned())).await;
    let urls =
        vec![("vmsingle".to_owned(), "http://127.0.0.1:9".to_owned()), ("observability/vmsingle".to_owned(), right)];
    let connections = Connections::open(Options { urls, ..Options::default() }).await.unwrap();
    assert_eq!(connections.send(&vmsingle(), Request::get("/")).await.unwrap().body, b"right");
}

#[tokio::test]
async fn silence_and_a_closed_port_are_told_apart() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let connections = given("vmsingle", &format!("http://{}", silent.local_addr().unwrap())).await;
    let request = Request { timeout: Duration::from_millis(50), ..Request::get("/") };
    let trouble = connections.send(&vmsingle(), request).await.unwrap_err();
    assert!(matches!(trouble, Trouble::TimedOut { .. }), "{trouble}");
    let closed = given("vmsingle", "http://user:pw@127.0.0.1:9").await;
    let trouble = closed.send(&vmsingle(), Request::get("/")).await.unwrap_err();
    assert!(matches!(&trouble, Trouble::Broken { to, .. } if to == "http://127.0.0.1:9"), "{trouble}");
    assert!(!trouble.to_string().contains("pw"));
}

#[tokio::test]
async fn a_body_can_be_read_piece_by_piece() {
    let url = serve(|_| (200, "text/plain", "x".repeat(300_000))).await;
    let mut stream = given("vmsingle", &url).await.send_streaming(&vmsingle(), Request::get("/")).await.unwrap();
    let (mut pieces, mut length) = (0, 0);
    while let Some(chunk) = stream.chunk().await.unwrap() {
        pieces += 1;
        length += chunk.len();
    }
    assert_eq!(length, 300_000);
    assert!(pieces > 1);
}

#[tokio::test]
async fn another_component_behind_the_address_is_noticed() {
    let url = serve(|_| (200, "text/plain", "vmagent_rows_inserted_total{type=\"x\"} 0\n".to_owned())).await;
    let connections = given("vmsingle", &url).await;
    let trouble = connections.expect(&vmsingle(), Application::VmSingle).await.unwrap_err();
    let Trouble::WrongComponent { expected, answered, .. } = trouble else { panic!("{trouble}") };
    assert_eq!((expected.as_str(), answered.as_str()), ("vmsingle", "vmagent of unknown version"));
}

#[tokio::test]
async fn a_component_that_hides_its_metrics_is_not_called_another_one() {
    for (status, wrong) in [(401, false), (503, false), (404, true), (400, true)] {
        let url = serve(move |_| (status, "text/plain", "no".to_owned())).await;
        let trouble = given("vmsingle", &url).await.expect(&vmsingle(), Application::VmSingle).await.unwrap_err();
        assert_eq!(matches!(trouble, Trouble::WrongComponent { .. }), wrong, "{status}: {trouble}");
    }
}

#[tokio::test]
async fn what_is_no_url_is_refused_at_once() {
    for url in ["vmsingle:8429", "ftp://x", "", "http://"] {
        let urls = vec![("vmsingle".to_owned(), url.to_owned())];
        let opened = Connections::open(Options { urls, ..Options::default() }).await;
        assert!(matches!(opened.err(), Some(OpenError::Url { .. })), "{url}");
    }
}
