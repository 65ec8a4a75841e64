//! How late this machine is, seen apart from everything that is measured.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use signoff::load::Quantile;

use super::server::{Deed, TruthServer};

/// Goes the way that is measured with a plain client and a server of its own: a timer, and a thread waked at both ends for
/// each request.
pub struct Witness(Arc<AtomicBool>, JoinHandle<Vec<u64>>);

impl Witness {
    pub fn start() -> Self {
        const PAUSE: Duration = Duration::from_millis(4);
        let server = TruthServer::start(|_, _| Deed::good(Duration::ZERO));
        let done = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&done);
        let watch = move || {
            let (mut client, mut late) = (Plain::to(server.address), Vec::new());
            while !until.load(Ordering::Relaxed) {
                let due = Instant::now() + PAUSE;
                thread::sleep(PAUSE);
                client.ask();
                late.push(due.elapsed().as_micros() as u64);
            }
            late
        };
        Self(done, thread::spawn(watch))
    }

    pub fn lateness_p95(self) -> Duration {
        self.0.store(true, Ordering::Relaxed);
        let mut late = self.1.join().unwrap();
        late.sort_unstable();
        Duration::from_micros(Quantile::P95.of(&late).unwrap())
    }
}

/// A client without a runtime.
struct Plain(BufReader<TcpStream>);

impl Plain {
    fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("loopback can");
        Self(BufReader::new(stream))
    }

    /// Sends one request and reads its answer to the end.
    fn ask(&mut self) {
        self.0.get_mut().write_all(b"GET / HTTP/1.1\r\n\r\n").expect("the server reads");
        let (mut line, mut left) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            self.0.read_line(&mut line).expect("the server answers");
            left = line.strip_prefix("content-length: ").map_or(left, |text| text.trim().parse().expect("a length"));
        }
        self.0.read_exact(&mut vec![0; left]).expect("the server answers whole");
    }
}
