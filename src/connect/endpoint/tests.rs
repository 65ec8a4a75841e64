use super::*;

fn shown(via: Via, methods: &[Method]) -> Vec<String> {
    let endpoint = Endpoint { namespace: "o".to_owned(), service: "vm".to_owned(), port: Port("http".to_owned()) };
    endpoint.access_by(via, methods).iter().map(ToString::to_string).collect()
}

const FOUND: [&str; 2] =
    ["get services in namespace o named vm", "list endpointslices.discovery.k8s.io in namespace o"];

#[test]
fn each_way_needs_its_own_permissions() {
    let all = [Method::GET, Method::POST, Method::DELETE];
    assert!(shown(Via::Url, &all).is_empty());
    assert_eq!(shown(Via::Dns, &all), FOUND);
    let forward = ["get pods/portforward in namespace o", "create pods/portforward in namespace o"];
    assert_eq!(shown(Via::PortForward, &all), [FOUND, forward].concat());
    let proxy =
        ["get pods/proxy in namespace o", "create pods/proxy in namespace o", "delete pods/proxy in namespace o"];
    assert_eq!(shown(Via::Proxy, &all), [&FOUND[..], &proxy].concat());
}

#[test]
fn who_only_reads_by_proxy_needs_no_verb_that_writes() {
    assert_eq!(shown(Via::Proxy, &[Method::GET])[2..], ["get pods/proxy in namespace o"]);
}
