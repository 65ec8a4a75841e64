//! Arguments of the sidecar, as the operator writes them.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::sandbox::operator::duration;
use crate::sandbox::operator::options::{address, default_host};

/// A Secret whose key holds the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Key.
    pub key: String,
    /// File to write its content to, unpacked where it is gzip.
    pub target: PathBuf,
}

/// What the sidecar is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Args {
    /// Where to ask for a reload.
    pub reload: http::Uri,
    /// Method of that request.
    pub method: http::Method,
    /// Pause between a change and its reload.
    pub delay: Duration,
    /// The configuration's source, if it comes from a Secret.
    pub secret: Option<Secret>,
    /// Folders to watch, not their subfolders.
    pub folders: Vec<PathBuf>,
    /// Write the configuration once and end.
    pub only_init: bool,
    /// Where `/metrics` and `/health` are served.
    pub listen: SocketAddr,
}

impl Args {
    /// Reads `--name=value`, `-name=value` and `--flag`. Flags that change nothing here are passed over.
    ///
    /// # Errors
    /// When a value cannot be read, or a Secret is given without namespace or target.
    pub fn parse(args: &[String], env: impl Fn(&str) -> Option<String>) -> Result<Args> {
        let value = |name: &'static str| values(args, name).next_back();
        let host = default_host(&env)?;
        let url = value("reload-url").unwrap_or("http://127.0.0.1:8429/-/reload");
        let method = value("webhook-method").unwrap_or("GET");
        let delay = value("delay-interval").unwrap_or("3s");
        let folders = values(args, "watched-dir").chain(values(args, "rules-dir"));
        Ok(Args {
            reload: local(url, host)?,
            method: method.parse().with_context(|| format!("--webhook-method {method:?}: expected an HTTP method"))?,
            delay: duration::parse(delay)
                .with_context(|| format!("--delay-interval {delay:?}: expected a duration like 3s"))?,
            secret: secret(value("config-secret-name"), value("config-secret-key"), value("config-envsubst-file"))?,
            folders: folders.map(PathBuf::from).collect(),
            only_init: value("only-init-config").is_some_and(|value| value != "false"),
            listen: address(value("http.listenAddr").or(value("listen")).unwrap_or(":8435"), host)?,
        })
    }
}

fn values<'a>(args: &'a [String], name: &'a str) -> impl DoubleEndedIterator<Item = &'a str> {
    args.iter().filter_map(move |arg| {
        let arg = arg.trim_start_matches('-');
        let (key, value) = arg.split_once('=').unwrap_or((arg, ""));
        (key == name).then_some(value)
    })
}

/// Containers of a pod share one loopback. Where each pod has a loopback address of its own, `localhost` means that one.
fn local(url: &str, host: IpAddr) -> Result<http::Uri> {
    let wrong = || format!("--reload-url {url:?}: expected http://HOST:PORT/PATH");
    let uri: http::Uri = url.parse().with_context(wrong)?;
    let is_local = matches!(uri.host(), Some("localhost" | "127.0.0.1"));
    if !is_local || !host.is_loopback() {
        return Ok(uri);
    }
    let port = uri.port_u16().unwrap_or(80);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    format!("http://{host}:{port}{path}").parse().with_context(wrong)
}

fn secret(name: Option<&str>, key: Option<&str>, target: Option<&str>) -> Result<Option<Secret>> {
    let Some(full) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
    let Some((namespace, name)) = full.split_once('/') else {
        bail!("--config-secret-name {full:?}: expected NAMESPACE/NAME");
    };
    let target = target.filter(|target| !target.is_empty());
    let target =
        target.context("--config-envsubst-file is missing: expected the file to write the Secret's content to")?;
    Ok(Some(Secret {
        namespace: namespace.into(),
        name: name.into(),
        key: key.unwrap_or("config.yaml.gz").into(),
        target: target.into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Args> {
        let args: Vec<String> = args.iter().map(|arg| arg.to_string()).collect();
        Args::parse(&args, |name| (name == "POD_IP").then(|| "127.16.0.5".to_string()))
    }

    #[test]
    fn the_arguments_beside_vmagent_are_understood() {
        let args = parse(&[
            "--reload-url=http://localhost:8429/-/reload",
            "--config-envsubst-file=/etc/vmagent/config_out/vmagent.env.yaml",
            "--config-secret-name=observability/vmagent-vmagent",
            "--config-secret-key=vmagent.yaml.gz",
            "--only-init-config",
            "--listen=127.16.0.5:8435",
        ])
        .unwrap();
        assert_eq!(args.reload, "http://127.16.0.5:8429/-/reload");
        let secret = args.secret.unwrap();
        assert_eq!((secret.namespace.as_str(), secret.name.as_str()), ("observability", "vmagent-vmagent"));
        assert_eq!(secret.key, "vmagent.yaml.gz");
        assert!(args.only_init);
        assert_eq!(args.listen.to_string(), "127.16.0.5:8435");
        assert_eq!(args.delay, Duration::from_secs(3));
    }

    #[test]
    fn the_arguments_beside_alertmanager_are_understood() {
        let args = parse(&[
            "--reload-url=http://127.0.0.1:9093/-/reload",
            "--webhook-method=POST",
            "--watched-dir=/a",
            "--watched-dir=/b",
        ])
        .unwrap();
        assert_eq!(args.method, http::Method::POST);
        assert_eq!(args.folders, [PathBuf::from("/a"), PathBuf::from("/b")]);
        assert_eq!(args.secret, None);
        assert!(!args.only_init);
    }

    #[test]
    fn a_secret_without_a_namespace_is_refused() {
        let error = parse(&["--config-secret-name=x", "--config-envsubst-file=/f"]).unwrap_err();
        assert!(error.to_string().contains("NAMESPACE/NAME"));
    }
}
