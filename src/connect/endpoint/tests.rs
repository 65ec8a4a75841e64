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

#[test]
fn a_port_is_a_name_or_a_number_in_yaml_and_in_json() {
    let yaml = |text: &str| serde_saphyr::from_str::<Port>(text).map(|port| port.0).map_err(|error| error.to_string());
    for (text, port) in [("http", "http"), ("8429", "8429"), ("'8429'", "8429")] {
        assert_eq!(yaml(text).unwrap(), port);
    }
    assert_eq!(serde_json::from_str::<Port>("8429").unwrap(), Port("8429".to_owned()));
    assert_eq!(serde_json::to_string(&Port("8429".to_owned())).unwrap(), "\"8429\"");
    for (text, why) in [("0", "1 to 65535"), ("65536", "1 to 65535"), ("-1", "1 to 65535"), ("[1]", "name or number")] {
        let error = yaml(text).unwrap_err();
        assert!(error.contains(why), "{text}: {error}");
    }
    assert!(serde_json::from_str::<Port>("\"\"").is_err());
}
