use http::Method;
use serde_json::json;

use super::*;
use crate::connect::testing::{cluster_by, reply, service, service_on, status};
use crate::connect::{Connections, Reply, Via, Wanted};

const POD: &str = "/api/v1/namespaces/o/pods/am-0:9093/proxy";

/// Asks a component behind the proxy.
async fn ask(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static, request: Request) -> Result<Reply, Trouble> {
    behind(answer).await.send(&service(), request).await
}

async fn behind(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Connections {
    cluster_by(&service_on(&["10.0.0.7"], answer).await, Wanted::Proxy).await
}

#[tokio::test]
async fn a_request_arrives_as_it_was_with_the_credentials_of_the_api_server() {
    let answer = |request: &str| {
        let (line, rest) = request.split_once("\r\n").unwrap();
        assert_eq!(line, format!("POST {POD}/api/v1/query?q=up%7Ba%3D%22b%20c%22%7D&path=%2Fx HTTP/1.1"));
        assert!(
            rest.contains("authorization: Bearer not-a-secret\r\n") && rest.contains("accept-encoding: identity\r\n")
        );
        assert!(rest.contains("content-type: application/json\r\n") && rest.ends_with("\r\n\r\n{\"a\":1}"), "{rest}");
        reply(204, "", "")
    };
    let request = Request::post("/api/v1/query?q=up%7Ba%3D%22b%20c%22%7D&path=%2Fx", &json!({"a": 1}));
    let reply = ask(answer, request).await.unwrap();
    assert_eq!((reply.status, reply.via), (204, Via::Proxy));
}

#[tokio::test]
async fn a_components_own_errors_are_replies_whatever_their_status() {
    let own = r#"{"status":"error","errorType":"422","error":"bad query"}"#;
    // One that answers in the words of Kubernetes, but is no Status.
    let alike = r#"{"kind":"Status","message":"error trying to reach service: dial tcp"}"#;
    let large = format!("{{\"padding\":\"{}\"}}", "x".repeat(3 * STATUS_LIMIT));
    for (code, kind, body) in [
        (422, "application/json", own),
        (403, "text/plain", "forbidden"),
        (503, "application/json; charset=utf-8", alike),
        (500, "application/json", large.as_str()),
        (404, "application/json", ""),
    ] {
        let sent = reply(code, &format!("content-type: {kind}\r\n"), body);
        let reply = ask(move |_| sent.clone(), Request::get("/")).await.unwrap();
        assert_eq!((reply.status, String::from_utf8(reply.body).unwrap().as_str()), (code, body));
    }
}

#[tokio::test]
async fn a_chunked_body_comes_whole_and_a_compressed_one_is_refused() {
    let chunked = "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
    assert_eq!(ask(|_| chunked.into(), Request::get("/")).await.unwrap().body, b"abcdefg");
    let gzip = ask(|_| reply(200, "content-encoding: gzip\r\n", "x"), Request::get("/")).await.unwrap_err();
    assert!(matches!(gzip, Trouble::Malformed { .. }), "{gzip}");
}

#[tokio::test]
async fn a_redirect_leads_where_the_component_said_and_is_not_followed() {
    let answer = |_: &str| reply(302, &format!("location: {POD}/vmui/?a=b\r\n"), "");
    let reply = ask(answer, Request::get("/vmui")).await.unwrap();
    assert_eq!((reply.status, reply.headers["location"].to_str().unwrap()), (302, "/vmui/?a=b"));
    let away = ask(|_| reply_to("https://elsewhere/x"), Request::get("/")).await.unwrap();
    assert_eq!(away.headers["location"], "https://elsewhere/x");
}

fn reply_to(location: &str) -> Vec<u8> {
    reply(307, &format!("location: {location}\r\n"), "")
}

#[tokio::test]
async fn a_refusal_by_the_api_server_names_the_verb_of_the_method() {
    for (method, verb) in [(Method::GET, "get"), (Method::POST, "create"), (Method::DELETE, "delete")] {
        let said = format!("pods \"am-0:9093\" is forbidden: User \"u\" cannot {verb} resource \"pods/proxy\"");
        let answer = move |_: &str| status(403, &said);
        let trouble = ask(answer, Request { method, ..Request::get("/") }).await.unwrap_err();
        let Trouble::Denied { rule, message } = trouble else { panic!("{trouble}") };
        assert_eq!(rule, Access::new(verb, "", "pods/proxy").within("o"));
        assert!(message.contains("is forbidden"), "{message}");
    }
}

#[tokio::test]
async fn the_proxys_own_errors_are_a_broken_way_and_say_what_to_do() {
    for (code, said, told) in [
        (503, "error trying to reach service: dial tcp 10.0.0.7:9093: i/o timeout", "give --access port-forward"),
        (500, "error trying to reach service: dial tcp 10.0.0.7:9093: connect: refused", "connect: refused"),
        (502, "error trying to reach service: EOF", "answered 502: error trying to reach service: EOF"),
        (404, "pods \"am-0\" not found", "the pod is gone"),
        (429, "too many requests", "answered 429"),
    ] {
        let trouble = ask(move |_| status(code, said), Request::get("/")).await.unwrap_err();
        let Trouble::Broken { to, message } = trouble else { panic!("{trouble}") };
        assert_eq!(to, "Pod o/am-0 port 9093");
        assert!(message.contains(told), "{message}");
    }
    let trouble = ask(|_| status(401, "Unauthorized"), Request::get("/")).await.unwrap_err();
    assert!(trouble.to_string().contains("does not accept our credentials (401: Unauthorized)"), "{trouble}");
    assert!(!trouble.to_string().contains("not-a-secret"));
}

#[tokio::test]
async fn a_body_that_does_not_end_is_too_late() {
    let cut = |_: &str| b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\nabc".to_vec();
    let request = Request { timeout: std::time::Duration::from_millis(200), ..Request::get("/") };
    let mut stream = behind(cut).await.send_streaming(&service(), request).await.unwrap();
    assert_eq!(stream.chunk().await.unwrap().unwrap(), "abc");
    assert!(matches!(stream.chunk().await.unwrap_err(), Trouble::TimedOut { .. }));
}
