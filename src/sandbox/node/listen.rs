//! Makes each program bind its real port on its pod's own loopback address.

use std::net::Ipv4Addr;

use crate::sandbox::binaries::Program;

use super::images::Runnable;

/// A flag that names a listen address.
struct Flag {
    /// Without dashes.
    name: &'static str,
    /// As many dashes as the program's manual writes.
    dashes: &'static str,
    /// Where the program listens if the flag is absent.
    port: u16,
}

/// The listen flags of a program; `first_port` is the container's first declared port.
fn flags(runnable: Runnable, first_port: Option<u16>) -> Vec<Flag> {
    let vm = |port| vec![Flag { name: "httpListenAddr", dashes: "-", port }];
    let web = |port| Flag { name: "web.listen-address", dashes: "--", port };
    match runnable {
        Runnable::Program(Program::VictoriaMetrics) => vm(8428),
        Runnable::Program(Program::Vmagent) => vm(8429),
        Runnable::Program(Program::Vmalert) => vm(8880),
        Runnable::Program(Program::Alertmanager) => {
            vec![web(9093), Flag { name: "cluster.listen-address", dashes: "--", port: 9094 }]
        }
        Runnable::Program(Program::NodeExporter) => vec![web(9100)],
        Runnable::Command => Vec::new(),
        Runnable::Verb(verb) => {
            use super::images::Verb::{ConfigReloader, Exporter, KubeStateMetrics, Operator};
            let usual = match verb {
                ConfigReloader => 8435,
                Operator | KubeStateMetrics | Exporter => 8080,
            };
            let port = first_port.unwrap_or(usual);
            vec![Flag { name: "listen", dashes: "--", port }]
        }
    }
}

/// The arguments with every listen address on `ip`; a flag that is absent is appended with its default port.
///
/// An address that names another host, and an empty one of a flag that is switched off by it
/// (`--cluster.listen-address=`), stay as they are.
pub(super) fn rewrite(runnable: Runnable, args: &[String], ip: Ipv4Addr, first_port: Option<u16>) -> Vec<String> {
    let mut args = args.to_vec();
    for flag in flags(runnable, first_port) {
        if !rewrite_flag(&mut args, &flag, ip) {
            args.push(format!("{}{}={ip}:{}", flag.dashes, flag.name, flag.port));
        }
    }
    args
}

/// Rewrites each occurrence (`-flag=value` or `-flag value`); says whether there was one.
fn rewrite_flag(args: &mut [String], flag: &Flag, ip: Ipv4Addr) -> bool {
    let mut seen = false;
    for at in 0..args.len() {
        let name = args[at].trim_start_matches('-');
        if name.len() == args[at].len() {
            continue;
        }
        if let Some(value) = name.strip_prefix(flag.name).and_then(|rest| rest.strip_prefix('=')) {
            let head = args[at].len() - value.len();
            let rewritten = on_address(value, ip);
            args[at].replace_range(head.., &rewritten);
            seen = true;
        } else if name == flag.name && at + 1 < args.len() {
            args[at + 1] = on_address(&args[at + 1], ip);
            seen = true;
        }
    }
    seen
}

/// `:8429`, `0.0.0.0:8429`, `[::]:8429` and loopback ones on `ip`; a list keeps its commas.
fn on_address(value: &str, ip: Ipv4Addr) -> String {
    let one = |address: &str| match address.rsplit_once(':') {
        Some((host, port)) if is_everywhere(host) => format!("{ip}:{port}"),
        _ => address.to_owned(),
    };
    value.split(',').map(one).collect::<Vec<_>>().join(",")
}

fn is_everywhere(host: &str) -> bool {
    ["", "0.0.0.0", "[::]", "::", "localhost", "127.0.0.1", "[::1]"].contains(&host)
}

/// Points URLs at `localhost` to the pod's address: containers of a pod share one network in a real cluster.
pub(super) fn localhost_to_pod(arg: &str, ip: Ipv4Addr) -> String {
    let mut out = arg.to_owned();
    for host in ["://localhost", "://127.0.0.1", "://[::1]"] {
        for end in [":", "/"] {
            out = out.replace(&format!("{host}{end}"), &format!("://{ip}{end}"));
        }
        if out.ends_with(host) {
            out = out.replace(host, &format!("://{ip}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::images::Verb;
    use super::*;

    const IP: Ipv4Addr = Ipv4Addr::new(127, 20, 1, 5);

    fn args(list: &[&str]) -> Vec<String> {
        list.iter().map(|arg| (*arg).to_owned()).collect()
    }

    fn program(program: Program, list: &[&str]) -> Vec<String> {
        rewrite(Runnable::Program(program), &args(list), IP, None)
    }

    #[test]
    fn a_given_port_is_kept_on_the_pods_address() {
        let out = program(Program::Vmagent, &["-httpListenAddr=:8430", "-httpListenAddr.useProxyProtocol=false"]);
        assert_eq!(out, ["-httpListenAddr=127.20.1.5:8430", "-httpListenAddr.useProxyProtocol=false"]);
    }

    #[test]
    fn an_absent_flag_is_added_with_the_programs_default_port() {
        assert_eq!(program(Program::Vmalert, &["-rule=x"])[1], "-httpListenAddr=127.20.1.5:8880");
        assert_eq!(program(Program::NodeExporter, &[]), ["--web.listen-address=127.20.1.5:9100"]);
    }

    #[test]
    fn an_empty_cluster_address_still_switches_clustering_off() {
        let out =
            program(Program::Alertmanager, &["--cluster.listen-address=", "--web.listen-address", "0.0.0.0:9093"]);
        assert_eq!(out, ["--cluster.listen-address=", "--web.listen-address", "127.20.1.5:9093"]);
    }

    #[test]
    fn own_verbs_listen_on_the_containers_first_port() {
        let verb = Runnable::Verb(Verb::Exporter);
        assert_eq!(rewrite(verb, &[], IP, Some(9402)), ["--listen=127.20.1.5:9402"]);
    }

    #[test]
    fn localhost_means_the_pod() {
        assert_eq!(
            localhost_to_pod("--reload-url=http://localhost:8429/-/reload", IP),
            "--reload-url=http://127.20.1.5:8429/-/reload"
        );
        assert_eq!(localhost_to_pod("http://localhost.lan:1/", IP), "http://localhost.lan:1/");
    }
}
