//! HTTP straight to an address: one that the user gave in place of a Service, or the cluster's own.

use std::time::Duration;

use reqwest::Url;

use super::client::with_causes;
use super::forward::Failure;
use super::{Endpoint, OpenError, Request};
use crate::check::trouble::Trouble;

/// How long to wait for a TCP connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// The given addresses, and the client that asks any address.
pub(super) struct Given {
    http: reqwest::Client,
    urls: Vec<(String, Url)>,
}

impl Given {
    pub(super) fn new(urls: &[(String, String)]) -> Result<Self, OpenError> {
        let urls = urls.iter().map(|(service, url)| Ok((service.clone(), parse(service, url)?)));
        let urls: Vec<(String, Url)> = urls.collect::<Result<_, OpenError>>()?;
        Ok(Self { http: client(&urls)?, urls })
    }

    /// The address that stands for a Service: one given for its namespace wins over one for its bare name.
    pub(super) fn url(&self, endpoint: &Endpoint) -> Option<&Url> {
        let find = |key: &str| self.urls.iter().find(|(service, _)| service == key).map(|(_, url)| url);
        find(&format!("{}/{}", endpoint.namespace, endpoint.service)).or_else(|| find(&endpoint.service))
    }

    /// Sends a request below `base` and gives the answer's head.
    pub(super) async fn send(&self, base: &str, shown: &str, request: Request) -> Result<reqwest::Response, Failure> {
        let url = format!("{}{}", base.trim_end_matches('/'), request.path);
        let sent = self.http.request(request.method, url).headers(request.headers).body(request.body).send().await;
        sent.map_err(|error| {
            let is_unsent = error.is_connect();
            let trouble = Trouble::Broken { to: shown.to_owned(), message: with_causes(&error.without_url()) };
            if is_unsent { Failure::NotSent(trouble) } else { Failure::Sent(trouble) }
        })
    }
}

/// An address without the credentials that may stand in it.
pub(super) fn without_credentials(url: &Url) -> String {
    let mut url = url.clone();
    // An address that cannot have credentials refuses to change them, and then has none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string().trim_end_matches('/').to_owned()
}

fn parse(service: &str, url: &str) -> Result<Url, OpenError> {
    let refuse = |message: String| OpenError::Url { service: service.to_owned(), url: url.to_owned(), message };
    let parsed: Url = url.parse().map_err(|error| refuse(format!("{error}")))?;
    match (parsed.scheme(), parsed.host_str()) {
        ("http" | "https", Some(_)) => Ok(parsed),
        _ => Err(refuse("neither http nor https".to_owned())),
    }
}

/// No proxy of the environment, no redirects: what answers must be what was named.
fn client(urls: &[(String, Url)]) -> Result<reqwest::Client, OpenError> {
    let builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tcp_nodelay(true)
        .connect_timeout(CONNECT_LIMIT)
        .user_agent(concat!("signoff/", env!("CARGO_PKG_VERSION")));
    let secure = urls.iter().find(|(_, url)| url.scheme() == "https");
    // Without a CA bundle on the machine the default roots are an error, even where nothing needs them.
    let builder = if secure.is_some() { builder } else { builder.tls_certs_only([]) };
    builder.build().map_err(|error| OpenError::Client {
        server: secure.map_or_else(|| "given addresses".to_owned(), |(_, url)| without_credentials(url)),
        message: with_causes(&error),
    })
}
