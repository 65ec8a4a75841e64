//! How a stand-in is started: the few flags that matter, read from arguments that may hold any others.

use anyhow::bail;
use clap::ValueEnum;

use super::fault::Mode;

/// How the stand-in of one component is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Which component it plays, e.g. `flux`, `cert-manager`, `webhook-receiver`; unknown ones serve `process_*` only.
    pub component: String,
    /// Where it listens, e.g. `:8080`; without a host: on the address in POD_IP.
    pub listen: String,
    /// The path of its metrics.
    pub path: String,
    /// How it misbehaves from the start; `/-/fault?mode=` changes it later.
    pub fault: Mode,
}

/// How the stand-in of kube-state-metrics is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateOptions {
    /// Where metrics of objects are served, e.g. `:8080`.
    pub listen: String,
    /// Where metrics of kube-state-metrics itself are served, e.g. `:8081`.
    pub telemetry: String,
}

impl Options {
    /// Reads `--component`, `--listen`, `--path` and `--fault`; other arguments are those of the program that it stands for.
    ///
    /// # Errors
    /// When the fault is none that it knows.
    pub fn from_args(args: &[String]) -> anyhow::Result<Self> {
        let fault = flag(args, "fault").unwrap_or("ok");
        let Ok(fault) = Mode::from_str(fault, true) else {
            bail!("--fault {fault}: expected ok, 500, hang, garbage or stop");
        };
        let component = flag(args, "component").unwrap_or("unknown");
        // Envoy itself has its metrics elsewhere than everybody else.
        let usual = if matches!(component, "envoy" | "envoy-proxy") { "/stats/prometheus" } else { "/metrics" };
        Ok(Self {
            component: component.to_owned(),
            listen: flag(args, "listen").unwrap_or(":8080").to_owned(),
            path: flag(args, "path").unwrap_or(usual).to_owned(),
            fault,
        })
    }
}

impl StateOptions {
    /// Reads `--listen`, or what the real program knows: `--host`, `--port`, `--telemetry-host`, `--telemetry-port`.
    pub fn from_args(args: &[String]) -> Self {
        let address = |host: &str, port: &str, usual: &str| {
            format!("{}:{}", flag(args, host).unwrap_or(""), flag(args, port).unwrap_or(usual))
        };
        let listen = flag(args, "listen").filter(|_| flag(args, "port").is_none());
        Self {
            listen: listen.map_or_else(|| address("host", "port", "8080"), str::to_owned),
            telemetry: address("telemetry-host", "telemetry-port", "8081"),
        }
    }
}

/// The value of the last `--name=value` or `--name value`, with one dash or two.
fn flag<'a>(args: &'a [String], name: &str) -> Option<&'a str> {
    let mut found = None;
    for (at, arg) in args.iter().enumerate() {
        let Some(rest) = arg.strip_prefix("--").or_else(|| arg.strip_prefix('-')) else {
            continue;
        };
        if rest == name {
            found = args.get(at + 1).map(String::as_str);
        } else if let Some(value) = rest.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            found = Some(value);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn foreign_arguments_are_ignored_and_the_last_flag_counts() {
        let options =
            Options::from_args(&args("--component cert-manager --v=2 --listen=:1 -listen=127.0.0.1:9402")).unwrap();
        assert_eq!((options.component.as_str(), options.listen.as_str()), ("cert-manager", "127.0.0.1:9402"));
        assert_eq!((options.path.as_str(), options.fault), ("/metrics", Mode::Ok));
    }

    #[test]
    fn envoy_serves_its_statistics_at_its_own_path() {
        let path = |text: &str| Options::from_args(&args(text)).unwrap().path;
        assert_eq!(path("--component=envoy-proxy"), "/stats/prometheus");
        assert_eq!(path("--component=envoy-proxy --path=/metrics"), "/metrics");
    }

    #[test]
    fn an_unknown_fault_is_refused() {
        assert!(Options::from_args(&args("--fault=nonsense")).is_err());
        assert_eq!(Options::from_args(&args("--fault 500")).unwrap().fault, Mode::Error);
    }

    #[test]
    fn kube_state_metrics_takes_its_real_flags() {
        let real = StateOptions::from_args(&args(
            "--port=8082 --telemetry-port=8083 --resources=pods --listen=127.20.0.1:8080",
        ));
        assert_eq!((real.listen.as_str(), real.telemetry.as_str()), (":8082", ":8083"));
        let usual = StateOptions::from_args(&args("--listen=127.20.0.1:8080"));
        assert_eq!((usual.listen.as_str(), usual.telemetry.as_str()), ("127.20.0.1:8080", ":8081"));
    }
}
