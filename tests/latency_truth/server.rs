//! A truth server: HTTP/1.1 on loopback with service times that a script decides, and a log of what they really were.
//!
//! Plain threads that sleep, then spin: an async runtime's timers would be wrong by up to a millisecond.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

/// A success with one series in it.
pub const FULL: &str =
    r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000000,"1"]}]}}"#;

/// What happens to one request.
pub struct Deed {
    /// Time from its arrival to the last byte of its answer.
    pub takes: Duration,
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: &'static str,
    /// When the head of the answer goes out.
    pub head: Head,
}

/// When the head of an answer goes out.
pub enum Head {
    /// With the body.
    WithBody,
    /// At once; the body drips after it (slow loris).
    AtOnce,
}

impl Deed {
    /// A good answer after a time.
    pub fn good(takes: Duration) -> Self {
        Self { takes, status: 200, body: FULL, head: Head::WithBody }
    }
}

type Script = dyn Fn(usize, Duration) -> Deed + Send + Sync;

struct Shared {
    script: Box<Script>,
    served: AtomicUsize,
    first: OnceLock<Instant>,
    took_us: Mutex<Vec<u64>>,
}

/// A running server. Its threads end with the process.
pub struct TruthServer {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl TruthServer {
    /// Starts it. The script gets the request's number and its arrival since the first one.
    pub fn start(script: impl Fn(usize, Duration) -> Deed + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared {
            script: Box::new(script),
            served: AtomicUsize::new(0),
            first: OnceLock::new(),
            took_us: Mutex::new(Vec::new()),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&accepting);
                thread::spawn(move || drop(serve(stream, &shared)));
            }
        });
        Self { address, shared }
    }

    /// What each request really took, in microseconds, sorted.
    pub fn took_us(&self) -> Vec<u64> {
        let mut took = self.shared.took_us.lock().unwrap().clone();
        took.sort_unstable();
        took
    }
}

fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    loop {
        // A GET ends with an empty line.
        let mut request = String::new();
        loop {
            match lines.next() {
                Some(line) if line.as_ref().is_ok_and(String::is_empty) => break,
                Some(line) if request.is_empty() => request = line?,
                Some(line) => drop(line?),
                None => return Ok(()),
            }
        }
        if let Some(page) = page(&request) {
            out.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{page}", page.len()).as_bytes())?;
            continue;
        }
        let arrived = Instant::now();
        let n = shared.served.fetch_add(1, Ordering::SeqCst);
        let first = *shared.first.get_or_init(|| arrived);
        let deed = (shared.script)(n, arrived.saturating_duration_since(first));
        answer(&mut out, &deed, arrived)?;
        shared.took_us.lock().unwrap().push(arrived.elapsed().as_micros() as u64);
    }
}

/// What a VMSingle answers beside queries; no part of the script.
fn page(request: &str) -> Option<&'static str> {
    match request.split(' ').nth(1)? {
        "/health" => Some("OK"),
        "/metrics" => Some(concat!(
            "vm_app_version{version=\"victoria-metrics-truth\", short_version=\"v1.131.0\"} 1\n",
            "vm_data_size_bytes{type=\"indexdb/file\"} 1\n",
            "vm_request_duration_seconds{path=\"/api/v1/query\",quantile=\"0.97\"} 0.005\n",
        )),
        _ => None,
    }
}

fn answer(out: &mut TcpStream, deed: &Deed, arrived: Instant) -> io::Result<()> {
    let head = format!("HTTP/1.1 {} Truth\r\ncontent-length: {}\r\n\r\n", deed.status, deed.body.len());
    let end = arrived + deed.takes;
    match deed.head {
        Head::WithBody => {
            wait_until(end);
            out.write_all(format!("{head}{}", deed.body).as_bytes())
        }
        Head::AtOnce => {
            out.write_all(head.as_bytes())?;
            let bytes = deed.body.as_bytes();
            for (at, byte) in bytes.iter().enumerate() {
                wait_until(arrived + deed.takes * (at as u32 + 1) / bytes.len() as u32);
                out.write_all(&[*byte])?;
            }
            Ok(())
        }
    }
}

fn wait_until(end: Instant) {
    const SPIN: Duration = Duration::from_micros(100);
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        match left.checked_sub(SPIN) {
            Some(nap) if !nap.is_zero() => thread::sleep(nap),
            _ => std::hint::spin_loop(),
        }
    }
}
