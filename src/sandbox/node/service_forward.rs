//! Stands in for kube-proxy: listens on each Service's cluster address and port while an endpoint is ready.
//!
//! Without one nothing listens, so that a client sees "connection refused" as in a real cluster.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::Service;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use super::context::Shared;
use super::endpoints::behind;
use super::world::World;

/// Follows the Services for ever.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut changes = shared.world.changes();
    let mut listening: HashMap<SocketAddr, AbortHandle> = HashMap::new();
    let mut tasks = JoinSet::new();
    loop {
        let wanted = wanted(&shared.world);
        let there: HashSet<SocketAddr> = wanted.iter().map(|(address, ..)| *address).collect();
        listening.retain(|address, task| {
            let keep = there.contains(address) && !task.is_finished();
            if !keep {
                task.abort();
            }
            keep
        });
        for (address, namespace, name) in wanted {
            let world = Arc::clone(&shared.world);
            listening.entry(address).or_insert_with(|| tasks.spawn(listen(world, address, namespace, name)));
        }
        while tasks.try_join_next().is_some() {}
        let _ = tokio::time::timeout(Duration::from_secs(2), changes.changed()).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Addresses to listen on, with the Service's namespace and name.
fn wanted(world: &World) -> Vec<(SocketAddr, String, String)> {
    let mut wanted = Vec::new();
    for service in world.services.state() {
        let namespace = service.metadata.namespace.clone().unwrap_or_default();
        let name = service.metadata.name.clone().unwrap_or_default();
        let spec = service.spec.clone().unwrap_or_default();
        let ip = spec.cluster_ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok());
        // A manifest may bring an address of another cluster; only loopback ones can be bound here.
        let Some(ip) = ip.filter(IpAddr::is_loopback) else {
            continue;
        };
        for port in spec.ports.iter().flatten().filter(|port| port.protocol.as_deref() != Some("UDP")) {
            let Ok(port) = u16::try_from(port.port) else {
                continue;
            };
            if !targets(world, &service, &namespace, &name, port).is_empty() {
                wanted.push((SocketAddr::new(ip, port), namespace.clone(), name.clone()));
            }
        }
    }
    wanted
}

fn targets(world: &World, service: &Service, namespace: &str, name: &str, port: u16) -> Vec<SocketAddr> {
    let slices = world.slices_of(namespace, name);
    let slices: Vec<_> = slices.iter().map(AsRef::as_ref).collect();
    behind(service, &slices, port, None)
}

async fn listen(world: Arc<World>, address: SocketAddr, namespace: String, name: String) {
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(%address, %error, "service address cannot be bound");
            return tokio::time::sleep(Duration::from_secs(2)).await;
        }
    };
    let mut connections = JoinSet::new();
    let mut turn = 0_usize;
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((client, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Some(service) = World::named(&world.services, &namespace, &name) else {
            continue;
        };
        let found = targets(&world, &service, &namespace, &name, address.port());
        turn = turn.wrapping_add(1);
        if let Some(target) = found.get(turn % found.len().max(1)) {
            connections.spawn(carry(client, *target));
        }
    }
}

async fn carry(mut client: TcpStream, target: SocketAddr) {
    let connect = tokio::time::timeout(Duration::from_secs(3), TcpStream::connect(target));
    if let Ok(Ok(mut server)) = connect.await {
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}
