use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::check::access::Access;
use crate::connect::testing::{cluster_by, given, reply, serve_raw, service, service_on, status};
use crate::connect::{PodAddress, Request};

fn forbidden(verb: &str, resource: &str) -> Vec<u8> {
    status(403, &format!("pods \"am-0\" is forbidden: User \"u\" cannot {verb} resource \"{resource}\""))
}

fn told(connections: &Connections) -> Vec<String> {
    connections.new_ways().iter().map(|way| format!("{}: {}, {}", way.to, way.via, way.why)).collect()
}

#[tokio::test]
async fn where_port_forward_is_denied_auto_takes_the_proxy_once_and_says_why() {
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let answer = move |request: &str| match request.split(' ').nth(1).unwrap() {
        "/api/v1/namespaces/o/pods/am-0:9093/proxy/x" => reply(200, "", "by proxy"),
        path if path.starts_with("/api/v1/namespaces/o/pods/am-0/portforward") => {
            counted.fetch_add(1, Ordering::SeqCst);
            forbidden("get", "pods/portforward")
        }
        other => panic!("{other}"),
    };
    let connections = cluster_by(&service_on(&["10.0.0.7"], answer).await, Wanted::Auto).await;
    for _ in 0..2 {
        let reply = connections.send(&service(), Request::get("/x")).await.unwrap();
        assert_eq!((reply.body.as_slice(), reply.via), (&b"by proxy"[..], Via::Proxy));
        connections.inner.resolved.forget(&service());
    }
    assert_eq!(tries.load(Ordering::SeqCst), 1);
    let ways = told(&connections);
    assert_eq!(ways.len(), 1, "{ways:?}");
    let start =
        "Service o/am: proxy, since port-forward is denied: not permitted to get pods/portforward in namespace o";
    assert!(ways[0].starts_with(start), "{ways:?}");
    assert!(told(&connections).is_empty(), "each is told once");
}

#[tokio::test]
async fn where_both_are_denied_the_rule_to_add_is_that_of_port_forward() {
    let answer = |request: &str| match request.contains("portforward") {
        true => forbidden("create", "pods/portforward"),
        false => forbidden("get", "pods/proxy"),
    };
    let connections = cluster_by(&service_on(&["10.0.0.7"], answer).await, Wanted::Auto).await;
    let trouble = connections.send(&service(), Request::get("/")).await.unwrap_err();
    let Trouble::Denied { rule, message } = trouble else { panic!("{trouble}") };
    assert_eq!(rule, Access::new("create", "", "pods/portforward").within("o"));
    assert!(message.contains("nor to get pods/proxy in namespace o: "), "{message}");
}

#[tokio::test]
async fn a_way_that_was_asked_for_is_not_left_when_it_is_denied() {
    let answer = |_: &str| forbidden("get", "pods/portforward");
    let connections = cluster_by(&service_on(&["10.0.0.7"], answer).await, Wanted::PortForward).await;
    let trouble = connections.send(&service(), Request::get("/")).await.unwrap_err();
    assert!(matches!(&trouble, Trouble::Denied { message, .. } if !message.contains("nor to")), "{trouble}");
    assert_eq!(told(&connections), ["Service o/am: port-forward, as --access asks"]);
}

#[tokio::test]
async fn a_port_forward_that_only_fails_is_no_reason_for_another_way() {
    let answer = |_: &str| status(500, "the kubelet is away");
    let connections = cluster_by(&service_on(&["10.0.0.7"], answer).await, Wanted::Auto).await;
    let trouble = connections.send(&service(), Request::get("/")).await.unwrap_err();
    assert!(
        matches!(&trouble, Trouble::Broken { message, .. } if message.contains("the kubelet is away")),
        "{trouble}"
    );
    assert!(told(&connections).is_empty(), "nothing was chosen yet");
}

#[tokio::test]
async fn inside_of_the_cluster_each_pod_is_asked_by_its_own_address() {
    for address in ["127.83.1.1", "127.83.1.2"] {
        serve_raw(&format!("{address}:9093"), move |_| reply(200, "", address)).await;
    }
    let api = service_on(&["127.83.1.1", "127.83.1.2"], |request| panic!("{request}")).await;
    let connections = cluster_by(&api, Wanted::Dns).await;
    let pods = connections.pods(&service()).await.unwrap();
    assert_eq!(pods.iter().map(PodAddress::pod).collect::<Vec<_>>(), [Some("am-0"), Some("am-1")]);
    assert_eq!(pods[1].to_string(), "Pod o/am-1 port 9093 at 127.83.1.2:9093");
    for (pod, address) in pods.iter().zip(["127.83.1.1", "127.83.1.2"]) {
        let reply = connections.send_to_pod(pod, Request::get("/")).await.unwrap();
        assert_eq!((reply.body.as_slice(), reply.via), (address.as_bytes(), Via::Dns));
    }
    assert_eq!(connections.send(&service(), Request::get("/")).await.unwrap().body, b"127.83.1.1");
}

#[tokio::test]
async fn in_a_pod_auto_takes_the_services_own_name() {
    let api = service_on(&["10.0.0.7"], |request| panic!("{request}")).await;
    let mut connections = cluster_by(&api, Wanted::Auto).await;
    Arc::get_mut(&mut connections.inner).unwrap().cluster.as_mut().unwrap().inside = true;
    let any = connections.first(&service()).await.unwrap();
    assert_eq!((any.to_string().as_str(), any.pod()), ("Service o/am at am.o.svc:80", None));
    let each = connections.pods(&service()).await.unwrap();
    assert_eq!(each[0].to_string(), "Pod o/am-0 port 9093 at 10.0.0.7:9093");
    assert_eq!(told(&connections), ["Service o/am: dns, since this runs in a Pod of the cluster"]);
}

#[tokio::test]
async fn an_address_that_leads_nowhere_says_what_may_be_the_reason() {
    for (inside, hint) in [(true, "NetworkPolicy"), (false, "give --access port-forward")] {
        let api = service_on(&["127.83.1.9"], |request| panic!("{request}")).await;
        let mut connections = cluster_by(&api, Wanted::Dns).await;
        Arc::get_mut(&mut connections.inner).unwrap().cluster.as_mut().unwrap().inside = inside;
        let pods = connections.pods(&service()).await.unwrap();
        let trouble = connections.send_to_pod(&pods[0], Request::get("/")).await.unwrap_err();
        assert!(matches!(&trouble, Trouble::Broken { message, .. } if message.contains(hint)), "{trouble}");
    }
}

#[tokio::test]
async fn a_given_address_is_told_without_its_credentials() {
    let connections = given("am", "http://user:canary@127.0.0.1:9").await;
    connections.pods(&service()).await.unwrap();
    assert_eq!(told(&connections), ["Service o/am: url, since http://127.0.0.1:9 was given for it"]);
}
