use super::*;
use crate::check::access::Access;
use crate::connect::testing::serve_raw;
use crate::connect::{Connections, OpenError, Options};

fn found(server: &str, configured: Option<&str>, environment: &[(&str, &str)]) -> Result<Option<String>, String> {
    let variable = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let proxy = before(&server.parse().unwrap(), configured, variable)?;
    Ok(proxy.map(|proxy| proxy.uri().to_string()))
}

fn proxy(url: &str) -> Result<Option<String>, String> {
    Ok(Some(url.to_owned()))
}

#[test]
fn the_kubeconfigs_proxy_wins_over_the_environment() {
    let environment = [("HTTPS_PROXY", "http://env:1"), ("NO_PROXY", "*")];
    assert_eq!(found("https://api:6443", Some("http://p:3128"), &environment), proxy("http://p:3128/"));
    assert_eq!(found("https://127.0.0.1:6443", Some("http://p:3128"), &[]), proxy("http://p:3128/"));
}

#[test]
fn the_environments_proxy_is_that_of_the_servers_scheme() {
    let both = [("HTTPS_PROXY", "http://s:1"), ("http_proxy", "http://h:2")];
    assert_eq!(found("https://api:6443", None, &both), proxy("http://s:1/"));
    assert_eq!(found("http://api:6443", Some(""), &both), proxy("http://h:2/"));
    assert_eq!(found("http://api:6443", None, &both[..1]), Ok(None));
}

#[test]
fn no_proxy_of_the_environment_stands_before_this_machine_or_what_it_excepts() {
    let environment = [("HTTPS_PROXY", "http://s:1"), ("NO_PROXY", "10.0.0.0/8,.example.com")];
    for server in ["https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:6443", "https://10.1.2.3:6443"] {
        assert_eq!(found(server, None, &environment), Ok(None), "{server}");
    }
    assert_eq!(found("https://api.example.com", None, &environment), Ok(None));
    assert!(found("https://11.1.2.3:6443", None, &environment).unwrap().is_some());
}

#[test]
fn what_is_not_supported_is_said_without_its_credentials() {
    for (url, part) in [("socks5://u:pw@p:1080", "socks5://"), ("https://u:pw@p:3128", "https://")] {
        let error = found("https://api", Some(url), &[]).unwrap_err();
        assert!(error.contains("proxy-url of the kubeconfig") && error.contains(part), "{error}");
        assert!(!error.contains("pw"), "{error}");
        let error = found("https://api", None, &[("HTTPS_PROXY", url)]).unwrap_err();
        assert!(error.contains("HTTPS_PROXY") && !error.contains("pw"), "{error}");
    }
    assert!(found("https://api", Some("::"), &[]).unwrap_err().contains("no URL"));
}

async fn behind(proxy: &str) -> Result<Connections, OpenError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let text = format!(
        "current-context: a\ncontexts: [{{name: a, context: {{cluster: a}}}}]\n\
         clusters: [{{name: a, cluster: {{server: 'http://api.invalid:6443', proxy-url: '{proxy}'}}}}]\n"
    );
    std::fs::write(&path, text).unwrap();
    Connections::open(Options { kubeconfig: Some(path), ..Options::default() }).await
}

#[tokio::test]
async fn the_api_server_is_asked_through_the_proxy() {
    let answer = |request: &str| match request.lines().next().unwrap() {
        "CONNECT api.invalid:6443 HTTP/1.1" => {
            assert!(request.contains("Basic dTpw"), "{request}");
            b"HTTP/1.1 200 OK\r\n\r\n".to_vec()
        }
        "GET /version HTTP/1.1" => b"HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{\"gitVersion\":\"v1.2\"}".to_vec(),
        other => panic!("{other}"),
    };
    let url = serve_raw("127.0.0.1:0", answer).await.replace("http://", "http://u:p@");
    let connections = behind(&url).await.unwrap();
    let version = connections.read("/version", Access::new("get", "", "version")).await.unwrap().unwrap();
    assert_eq!(version["gitVersion"], "v1.2");
    assert!(matches!(behind("socks5://p:1080").await.err(), Some(OpenError::Client { .. })));
}
