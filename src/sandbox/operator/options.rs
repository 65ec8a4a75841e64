//! How the operator is run: images, addresses, periods. Read from the real operator's flags and environment.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::duration;

/// Images of what the operator starts, in the order of their defaults at operator v0.66.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// VMSingle.
    pub single: String,
    /// VMAgent.
    pub agent: String,
    /// VMAlert.
    pub alert: String,
    /// VMAlertmanager.
    pub alertmanager: String,
    /// Sidecar that loads configuration.
    pub reloader: String,
}

impl Default for Images {
    fn default() -> Self {
        Images {
            single: "victoriametrics/victoria-metrics:v1.131.0".into(),
            agent: "victoriametrics/vmagent:v1.131.0".into(),
            alert: "victoriametrics/vmalert:v1.131.0".into(),
            alertmanager: "prom/alertmanager:v0.29.0".into(),
            reloader: "victoriametrics/operator:config-reloader-v0.66.1".into(),
        }
    }
}

impl Images {
    /// Changes one of them: `vmsingle=IMAGE`.
    fn set(&mut self, given: &str) -> Result<()> {
        let wrong = || format!("--image {given}: expected COMPONENT=IMAGE");
        let (component, image) = given.split_once('=').filter(|(_, image)| !image.is_empty()).with_context(wrong)?;
        let place = match component {
            "vmsingle" => &mut self.single,
            "vmagent" => &mut self.agent,
            "vmalert" => &mut self.alert,
            "alertmanager" => &mut self.alertmanager,
            "config-reloader" => &mut self.reloader,
            _ => bail!("--image {given}: the components are vmsingle, vmagent, vmalert, alertmanager, config-reloader"),
        };
        *place = image.to_owned();
        Ok(())
    }

    /// The defaults, changed by the variables of the real operator.
    fn from_environment(env: &impl Fn(&str) -> Option<String>) -> Images {
        let of = |default: String, image: &str, version: &str| {
            let (repository, tag) = default.rsplit_once(':').unwrap_or((&default, "latest"));
            let repository = env(image).unwrap_or_else(|| repository.to_string());
            format!("{repository}:{}", env(version).unwrap_or_else(|| tag.to_string()))
        };
        let vm = |default: String, app: &str| {
            of(default, &format!("VM_{app}DEFAULT_IMAGE"), &format!("VM_{app}DEFAULT_VERSION"))
        };
        let images = Images::default();
        let manager = "VM_VMALERTMANAGER_ALERTMANAGER";
        Images {
            single: vm(images.single, "VMSINGLE"),
            agent: vm(images.agent, "VMAGENT"),
            alert: vm(images.alert, "VMALERT"),
            alertmanager: of(images.alertmanager, &format!("{manager}DEFAULTBASEIMAGE"), &format!("{manager}VERSION")),
            reloader: env("VM_CUSTOMCONFIGRELOADERIMAGE").unwrap_or(images.reloader),
        }
    }
}

/// How the operator is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Leads to the cluster; without it, KUBERNETES_API, the usual kubeconfig or the pod's service account.
    pub kubeconfig: Option<PathBuf>,
    /// Images of what it starts.
    pub images: Images,
    /// Where `/metrics` is served.
    pub metrics: SocketAddr,
    /// Where `/health` is served.
    pub health: SocketAddr,
    /// Each application object is looked at again after this, with up to 5 % more.
    pub resync: Duration,
    /// How long one pass waits for a workload to become ready.
    pub ready_timeout: Duration,
    /// Written into vmagent's service discovery where its pods have no service account token.
    pub kubernetes_api_server: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            kubeconfig: None,
            images: Images::default(),
            metrics: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            health: SocketAddr::from((Ipv4Addr::LOCALHOST, 8081)),
            resync: Duration::from_secs(60),
            ready_timeout: Duration::from_secs(80),
            kubernetes_api_server: None,
        }
    }
}

impl Options {
    /// Reads the arguments and the environment that the chart gives to the operator's container.
    ///
    /// Addresses without a host (`:8080`) are bound on `POD_IP`. Flags that mean nothing here (`--zap-log-level`,
    /// `--leader-elect`, `--webhook.enable`) are accepted, as the container's arguments are the real operator's.
    /// Two are not the real one's: `--kubeconfig FILE`, and `--image COMPONENT=IMAGE`, which may come again and again.
    ///
    /// # Errors
    /// When an address, a period or an image cannot be read.
    pub fn from_args(args: &[String], env: impl Fn(&str) -> Option<String>) -> Result<Options> {
        let api_server = env("KUBERNETES_API").or_else(|| env("SIGNOFF_API_URL"));
        let mut options = Options { kubernetes_api_server: api_server, ..Options::default() };
        let host = default_host(&env)?;
        options.metrics.set_ip(host);
        options.health.set_ip(host);
        options.images = Images::from_environment(&env);
        if let Some(period) = env("VM_FORCERESYNCINTERVAL") {
            options.resync = period_of("VM_FORCERESYNCINTERVAL", &period)?;
        }
        if let Some(period) = env("VM_APPREADYTIMEOUT") {
            options.ready_timeout = period_of("VM_APPREADYTIMEOUT", &period)?;
        }
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let (name, value) = arg.split_once('=').unwrap_or((arg, ""));
            let name = name.trim_start_matches('-');
            let mut given = || match arg.contains('=') {
                true => Ok(value),
                false => args.next().map(String::as_str).with_context(|| format!("{arg} needs a value")),
            };
            match name {
                "kubeconfig" => options.kubeconfig = Some(given()?.into()),
                "image" => options.images.set(given()?)?,
                "metrics-bind-address" | "listen" => options.metrics = address(value, host)?,
                "health-probe-bind-address" => options.health = address(value, host)?,
                _ => {}
            }
        }
        Ok(options)
    }
}

/// Where servers without a host listen: the pod's address, everywhere in a cluster's pod, else loopback only.
pub fn default_host(env: &impl Fn(&str) -> Option<String>) -> Result<IpAddr> {
    match (env("POD_IP"), env("KUBERNETES_SERVICE_HOST")) {
        (Some(ip), _) => ip.parse().with_context(|| format!("POD_IP {ip:?} is no IP address")),
        (None, Some(_)) => Ok(Ipv4Addr::UNSPECIFIED.into()),
        (None, None) => Ok(Ipv4Addr::LOCALHOST.into()),
    }
}

/// `:8080` on `host`, or a full address as it is.
pub fn address(text: &str, host: IpAddr) -> Result<SocketAddr> {
    let parsed = match text.strip_prefix(':') {
        Some(port) => port.parse().ok().map(|port| SocketAddr::new(host, port)),
        None => text.parse().ok(),
    };
    parsed.with_context(|| format!("address {text:?}: expected HOST:PORT or :PORT"))
}

fn period_of(name: &str, text: &str) -> Result<Duration> {
    duration::parse(text).with_context(|| format!("{name}={text:?}: expected a duration like 60s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(list: &[&str]) -> Vec<String> {
        list.iter().map(|arg| arg.to_string()).collect()
    }

    #[test]
    fn the_charts_arguments_are_accepted() {
        let env = |name: &str| match name {
            "POD_IP" => Some("127.16.0.9".to_string()),
            "KUBERNETES_API" => Some("http://127.16.0.1:6443".to_string()),
            _ => None,
        };
        let given = args(&[
            "--zap-log-level=info",
            "--leader-elect",
            "--health-probe-bind-address=:8081",
            "--webhook.enable=true",
        ]);
        let options = Options::from_args(&given, env).unwrap();
        assert_eq!(options.metrics.to_string(), "127.16.0.9:8080");
        assert_eq!(options.health.to_string(), "127.16.0.9:8081");
        assert_eq!(options.kubernetes_api_server.as_deref(), Some("http://127.16.0.1:6443"));
        assert_eq!(options.resync, Duration::from_secs(60));
    }

    #[test]
    fn outside_of_a_pod_it_listens_on_loopback_only() {
        let options = Options::from_args(&args(&["--metrics-bind-address=:9000"]), |_| None).unwrap();
        assert_eq!(options.metrics.to_string(), "127.0.0.1:9000");
    }

    #[test]
    fn images_are_changed_by_the_real_operators_variables() {
        let env = |name: &str| match name {
            "VM_VMSINGLEDEFAULT_VERSION" => Some("v1.145.0".to_string()),
            "VM_VMALERTMANAGER_ALERTMANAGERDEFAULTBASEIMAGE" => Some("quay.io/prometheus/alertmanager".to_string()),
            _ => None,
        };
        let images = Options::from_args(&[], env).unwrap().images;
        assert_eq!(images.single, "victoriametrics/victoria-metrics:v1.145.0");
        assert_eq!(images.alertmanager, "quay.io/prometheus/alertmanager:v0.29.0");
        assert_eq!(images.agent, Images::default().agent);
    }

    #[test]
    fn images_and_the_way_into_a_cluster_are_given_in_either_form() {
        let given = args(&["--kubeconfig", "/k", "--image", "vmagent=localhost/a:1", "--image=alertmanager=x:2"]);
        let options = Options::from_args(&given, |_| None).unwrap();
        assert_eq!(options.kubeconfig.as_deref(), Some(std::path::Path::new("/k")));
        assert_eq!((options.images.agent.as_str(), options.images.alertmanager.as_str()), ("localhost/a:1", "x:2"));
        assert_eq!(options.images.single, Images::default().single);
    }

    #[test]
    fn an_image_of_nothing_known_is_refused() {
        for given in ["grafana=x:1", "vmagent", "vmagent="] {
            let error = Options::from_args(&args(&["--image", given]), |_| None).unwrap_err().to_string();
            assert!(error.contains(given), "{error}");
        }
        assert!(Options::from_args(&args(&["--kubeconfig"]), |_| None).is_err());
    }

    #[test]
    fn a_bad_period_is_named() {
        let env = |name: &str| (name == "VM_FORCERESYNCINTERVAL").then(|| "soon".to_string());
        let error = Options::from_args(&[], env).unwrap_err().to_string();
        assert!(error.contains("VM_FORCERESYNCINTERVAL"), "{error}");
    }
}
