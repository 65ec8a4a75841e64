//! Sends a run's metrics to VictoriaMetrics.

use std::time::Duration;

use reqwest::Url;

use crate::record::Run;
use crate::report::metrics::metrics;

/// How long a push may take in all.
const LIMIT: Duration = Duration::from_secs(10);
/// Where VictoriaMetrics takes Prometheus' text format (its documentation, "How to import data in Prometheus exposition
/// format"); the answer is 204.
const PATH: &str = "/api/v1/import/prometheus";

/// An address to push to. It may hold credentials and is never shown as it was given.
#[derive(Clone)]
pub struct Target(Url);

impl Target {
    /// Reads an address; the import's path is added where it has none. Its query stays: `?extra_label=cluster=infra`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut url: Url = text.parse().map_err(|error| format!("no URL: {error}; expected http://host:8429"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err("neither http nor https; expected http://host:8429".to_owned());
        }
        if url.path() == "/" {
            url.set_path(PATH);
        }
        Ok(Self(url))
    }

    /// Without credentials and query.
    pub fn shown(&self) -> String {
        let port = self.0.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{}{port}{}", self.0.scheme(), self.0.host_str().unwrap_or_default(), self.0.path())
    }

    /// Pushes a run; the error says where to and why not.
    pub async fn push(&self, run: &Run) -> Result<(), String> {
        let failed = |why: String| format!("{}: {why}", self.shown());
        // An error only says that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(LIMIT)
            .user_agent(concat!("signoff/", env!("CARGO_PKG_VERSION")));
        // Without a CA bundle on the machine the default roots are an error, even where nothing needs them.
        let builder = if self.0.scheme() == "https" { builder } else { builder.tls_certs_only([]) };
        let client = builder.build().map_err(|error| failed(causes(&error)))?;
        let sent = client.post(self.0.clone()).body(metrics(run)).send().await;
        let answer = sent.map_err(|error| failed(causes(&error.without_url())))?;
        if answer.status().is_success() {
            return Ok(());
        }
        let status = answer.status().as_u16();
        let body = answer.text().await.unwrap_or_default();
        Err(failed(format!("it answered {status}: {}", crate::report::line::shorten(body.trim(), 200))))
    }
}

/// Debug must not show credentials either.
impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::connect::testing;
    use crate::record::Fold;
    use crate::record::sample::events;

    #[test]
    fn an_address_gets_its_path_and_is_shown_without_secrets() {
        let shown = |text| Target::parse(text).unwrap().shown();
        assert_eq!(shown("http://vm:8429"), "http://vm:8429/api/v1/import/prometheus");
        assert_eq!(shown("https://vm/insert/0/prometheus/"), "https://vm/insert/0/prometheus/");
        let target = Target::parse("http://me:c4n4ry@vm:8429/?extra_label=cluster=infra").unwrap();
        assert!(!format!("{target:?} {}", target.shown()).contains("c4n4ry"));
        assert_eq!(target.0.query(), Some("extra_label=cluster=infra"));
        assert!(Target::parse("vm:8429").is_err() && Target::parse("8429").is_err());
    }

    #[tokio::test]
    async fn what_is_not_taken_is_said_with_its_address() {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        let url = testing::serve(move |request| {
            noted.lock().unwrap().push(request.to_owned());
            (400, "text/plain", "unknown label".to_owned())
        })
        .await;
        let run = Fold::all(&events()).unwrap();
        let error = Target::parse(&format!("{url}?extra_label=a=b")).unwrap().push(&run).await.unwrap_err();
        assert_eq!(error, format!("{url}/api/v1/import/prometheus: it answered 400: unknown label"));
        assert_eq!(asked.lock().unwrap()[0], "POST /api/v1/import/prometheus?extra_label=a=b");
        let error = Target::parse("http://127.0.0.1:1").unwrap().push(&run).await.unwrap_err();
        assert!(error.starts_with("http://127.0.0.1:1/api/v1/import/prometheus: "), "{error}");
    }
}
