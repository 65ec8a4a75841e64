//! `pods/portforward` over a WebSocket (protocols v5.channel.k8s.io and v4.channel.k8s.io).
//!
//! Port `i` of the request has two channels: `2i` carries data, `2i+1` an error as text. Each begins with one frame of the
//! server that holds the port number, little-endian. `kubectl port-forward` speaks SPDY instead and is not served.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request};
use axum::response::Response;
use futures::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::object;
use super::objects::find;
use super::request::{Query, Target};
use super::server::Api;
use super::status::Failure;

/// How long a pod may take to accept a connection.
const DIAL: Duration = Duration::from_secs(10);
/// The channel on which a v5 client closes one direction of another channel.
const CLOSE_CHANNEL: u8 = 255;

/// Upgrades the connection and forwards until one side ends it.
pub(super) async fn answer(
    api: &Arc<Api>,
    target: &Target,
    query: &Query,
    request: Request,
) -> Result<Response, Failure> {
    let pod = find(api, target)?;
    let name = object::name(&pod).to_owned();
    if object::text(&pod, "/spec/nodeName").is_empty() {
        return Err(Failure::bad_request(format!("pod {name} does not have a host assigned")));
    }
    let address = object::text(&pod, "/status/podIP").to_owned();
    let (mut parts, _) = request.into_parts();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &())
        .await
        .map_err(|_| Failure::bad_request("Upgrade request required: the sandbox forwards ports over WebSocket only"))?
        .protocols(["v5.channel.k8s.io", "v4.channel.k8s.io"]);
    if upgrade.selected_protocol().is_none() {
        return Err(Failure::bad_request(
            "unable to upgrade: the sandbox speaks v5.channel.k8s.io and v4.channel.k8s.io only",
        ));
    }
    let ports = ports(query)?;
    let mut closing = api.closing.subscribe();
    Ok(upgrade.on_upgrade(move |socket| async move {
        tokio::select! {
            () = forward(socket, &ports, &address, &name) => {}
            _ = closing.changed() => {}
        }
    }))
}

fn ports(query: &Query) -> Result<Vec<u16>, Failure> {
    let listed = query.all("ports").flat_map(|list| list.split(','));
    let parsed = listed.map(|port| {
        port.parse()
            .map_err(|_| Failure::bad_request(format!("query parameter \"ports\" has the unusable value {port:?}")))
    });
    let ports: Vec<u16> = parsed.collect::<Result<_, _>>()?;
    if ports.is_empty() || ports.len() > 100 {
        return Err(Failure::bad_request("query parameter \"ports\" is required"));
    }
    Ok(ports)
}

async fn forward(socket: WebSocket, ports: &[u16], address: &str, name: &str) {
    let (mut sink, mut stream) = socket.split();
    let (out, mut outgoing) = mpsc::channel::<Message>(64);
    let mut writers = Vec::new();
    // Dropped, and so aborted, when the client ends the connection.
    let mut readers = JoinSet::new();
    for (index, port) in (0_u8..).zip(ports) {
        let data = index * 2;
        for channel in [data, data + 1] {
            let [low, high] = port.to_le_bytes();
            let _ = out.send(frame(channel, &[low, high])).await;
        }
        match dial(address, *port).await {
            Ok((read, write)) => {
                writers.push(Some(write));
                readers.spawn(pump(read, data, out.clone()));
            }
            Err(why) => {
                writers.push(None);
                let text = format!("error forwarding port {port} to pod {name}, uid : {why}");
                let _ = out.send(frame(data + 1, text.as_bytes())).await;
            }
        }
    }
    drop(out);
    let sender = async {
        while let Some(message) = outgoing.recv().await {
            if sink.send(message).await.is_err() {
                return;
            }
        }
        // All connections have ended: so does this one.
        let _ = sink.send(Message::Close(None)).await;
    };
    let receiver = async {
        while let Some(Ok(message)) = stream.next().await {
            match message {
                Message::Binary(bytes) => incoming(&mut writers, &bytes).await,
                Message::Close(_) => return,
                _ => {}
            }
        }
    };
    tokio::select! {
        () = sender => {}
        () = receiver => {}
    }
}

fn frame(channel: u8, bytes: &[u8]) -> Message {
    let mut frame = Vec::with_capacity(bytes.len() + 1);
    frame.push(channel);
    frame.extend_from_slice(bytes);
    Message::Binary(frame.into())
}

async fn dial(address: &str, port: u16) -> Result<(OwnedReadHalf, OwnedWriteHalf), String> {
    if address.is_empty() {
        return Err("the pod has no address: it is not running".to_owned());
    }
    let refused =
        |why: String| format!("failed to connect to {address}:{port}: dial tcp4 {address}:{port}: connect: {why}");
    let connected = tokio::time::timeout(DIAL, TcpStream::connect((address, port))).await;
    let stream = connected.map_err(|_| refused("i/o timeout".to_owned()))?.map_err(|e| refused(reason(&e)))?;
    // A delayed acknowledgement would cost each small answer 40 ms.
    let _ = stream.set_nodelay(true);
    Ok(stream.into_split())
}

/// An I/O error in the words of Go's `syscall` package.
pub(super) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        std::io::ErrorKind::HostUnreachable => "no route to host".to_owned(),
        std::io::ErrorKind::NetworkUnreachable => "network is unreachable".to_owned(),
        std::io::ErrorKind::TimedOut => "connection timed out".to_owned(),
        _ => error.to_string(),
    }
}

async fn pump(mut read: OwnedReadHalf, channel: u8, out: mpsc::Sender<Message>) {
    let mut buffer = vec![0; 32 * 1024];
    while let Ok(count @ 1..) = read.read(&mut buffer).await {
        if out.send(frame(channel, &buffer[..count])).await.is_err() {
            return;
        }
    }
}

async fn incoming(writers: &mut [Option<OwnedWriteHalf>], bytes: &[u8]) {
    let Some((channel, data)) = bytes.split_first() else {
        return;
    };
    if *channel == CLOSE_CHANNEL {
        if let Some(slot) = data.first().and_then(|c| writers.get_mut(usize::from(*c) / 2)) {
            // Dropping the half shuts that direction down.
            slot.take();
        }
        return;
    }
    let slot = writers.get_mut(usize::from(*channel) / 2);
    if let Some(slot) = slot.filter(|_| channel % 2 == 0)
        && let Some(writer) = slot
        && writer.write_all(data).await.is_err()
    {
        slot.take();
    }
}
