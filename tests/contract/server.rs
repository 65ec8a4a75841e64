//! The server that pods run: it answers every request with what was asked, `/missing` with 404 and `/refuse` with 422.
//!
//! On a real cluster it is a few lines of shell around the image's `nc`; in the sandbox, where containers are plain processes of
//! this machine, it is this test's own executable.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::setup::Which;

/// The image of all pods.
pub const IMAGE: &str = "localhost/busybox:1";
/// Where the server listens.
pub const PORT: u16 = 8080;
const FLAG: &str = "--answer-requests";

const SHELL: &str = r#"cat > /tmp/answer <<'END'
read -r method target rest; length=0
while read -r key value; do value=${value%$(printf '\r')}
  case $key in $(printf '\r')) break;; [Cc]ontent-[Ll]ength:) length=$value;; esac
done
body=$(head -c "$length"); status='200 OK'
case $target in /missing*) status='404 Not Found';; /refuse*) status='422 Unprocessable Entity';; esac
answer="{\"method\":\"$method\",\"target\":\"$target\",\"body\":\"$body\"}"
printf 'HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' "$status" "${#answer}" "$answer"
END
exec nc -ll -p 8080 -e sh /tmp/answer"#;

/// A container that serves, named `main`, its port named `web`.
pub fn container(which: Which) -> Value {
    let command = match which {
        Which::Real => json!(["sh", "-c", SHELL]),
        Which::Embedded => json!([std::env::current_exe().expect("this executable has a path"), FLAG]),
    };
    let port = json!({"name": "web", "containerPort": PORT});
    let probe = json!({"tcpSocket": {"port": "web"}, "periodSeconds": 1});
    json!({"name": "main", "image": IMAGE, "command": command, "ports": [port], "readinessProbe": probe})
}

/// Was this executable started as a container?
pub fn wanted() -> bool {
    std::env::args().nth(1).as_deref() == Some(FLAG)
}

/// Serves until it is killed.
pub fn serve() -> ExitCode {
    let address = std::env::var("POD_IP").unwrap_or_else(|_| "127.0.0.1".to_owned());
    let listener = TcpListener::bind((address.as_str(), PORT)).expect("the pod's port is free");
    for stream in listener.incoming().flatten() {
        std::thread::spawn(move || answer(stream));
    }
    ExitCode::FAILURE
}

fn answer(stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    let mut words = first.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let status = match target {
        _ if target.starts_with("/missing") => "404 Not Found",
        _ if target.starts_with("/refuse") => "422 Unprocessable Entity",
        _ => "200 OK",
    };
    let text = json!({"method": method, "target": target, "body": String::from_utf8_lossy(&body)}).to_string();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}", text.len());
    write!(&stream, "{head}\r\nConnection: close\r\n\r\n{text}")
}
