//! Where a stand-in listens.

use anyhow::Context;
use tokio::net::TcpListener;

/// Binds `listen` (`:8080`, `0.0.0.0:8080`, `127.0.0.1:8080`). Without a host of its own it is the pod's address: the one
/// that a sandbox's node names, or any in the pod of a real cluster. Outside a pod it stays on this machine.
pub async fn bind(listen: &str) -> anyhow::Result<TcpListener> {
    let named = std::env::var("POD_IP").ok().filter(|ip| !ip.is_empty());
    let in_pod = std::env::var_os("KUBERNETES_SERVICE_HOST").map(|_| "0.0.0.0".to_owned());
    let address = address(listen, named.or(in_pod).as_deref());
    TcpListener::bind(&address).await.with_context(|| format!("cannot listen on {address}"))
}

fn address(listen: &str, pod_ip: Option<&str>) -> String {
    let (host, port) = listen.rsplit_once(':').unwrap_or(("", listen));
    let any = matches!(host, "" | "0.0.0.0" | "[::]");
    let host = if any { pod_ip.unwrap_or("127.0.0.1") } else { host };
    format!("{host}:{port}")
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_without_host_is_the_pods() {
        assert_eq!(address(":8080", Some("127.20.1.4")), "127.20.1.4:8080");
        assert_eq!(address("0.0.0.0:8080", Some("127.20.1.4")), "127.20.1.4:8080");
        assert_eq!(address("8080", None), "127.0.0.1:8080");
        assert_eq!(address("127.0.0.9:8080", Some("127.20.1.4")), "127.0.0.9:8080");
    }
}
