//! The HTTP proxy that stands before the API server, found where kubectl finds it.

use std::net::IpAddr;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

/// The proxy for a server: the kubeconfig's `proxy-url`, else the one that the environment names for the server's scheme.
///
/// As for kubectl, `NO_PROXY` is about the environment's alone, and that one never stands before this machine itself.
///
/// # Errors
/// It is no `http://` proxy: going past it in silence would reach another server, or none.
pub(super) fn before(
    server: &Uri,
    configured: Option<&str>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Option<Intercept>, String> {
    let variable = |name: &str| {
        let set = |name: &str| environment(name).filter(|value| !value.is_empty());
        set(name).or_else(|| set(&name.to_lowercase()))
    };
    let configured = configured.filter(|url| !url.is_empty());
    let (source, matcher) = match configured {
        Some(url) => ("proxy-url of the kubeconfig", Matcher::builder().all(url.to_owned()).build()),
        None if is_loopback(server) => return Ok(None),
        None => {
            let [http, https, none] =
                ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].map(|name| variable(name).unwrap_or_default());
            let name = if server.scheme_str() == Some("http") { "HTTP_PROXY" } else { "HTTPS_PROXY" };
            if variable(name).is_none() {
                return Ok(None);
            }
            (name, Matcher::builder().http(http).https(https).no(none).build())
        }
    };
    match matcher.intercept(server) {
        Some(found) => match found.uri().scheme_str() {
            Some("http") => Ok(Some(found)),
            scheme => {
                let scheme = scheme.unwrap_or_default();
                Err(format!(
                    "{source} is a proxy by {scheme}://, but only http:// is supported; give such a one, or unset it"
                ))
            }
        },
        None if configured.is_some() => Err(format!("{source} is no URL; expected http://host:port")),
        None => Ok(None),
    }
}

/// A connector that asks the proxy for a connection to the server.
pub(super) fn through(proxy: &Intercept, connector: HttpConnector) -> Tunnel<HttpConnector> {
    let tunnel = Tunnel::new(proxy.uri().clone(), connector);
    match proxy.basic_auth() {
        Some(auth) => tunnel.with_auth(auth.clone()),
        None => tunnel,
    }
}

fn is_loopback(server: &Uri) -> bool {
    let host = server.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
