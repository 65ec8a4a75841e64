//! Hands out pod addresses `127.N.(1..=63).(1..=254)`.

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::sync::Mutex;

/// Addresses in use; the next one is always a fresh one, so that a new pod is never mistaken for a gone one.
pub(super) struct Addresses {
    block: u8,
    state: Mutex<(u16, HashSet<Ipv4Addr>)>,
}

const HOSTS: u16 = 254;
const TOTAL: u16 = 63 * HOSTS;

impl Addresses {
    pub(super) fn new(block: u8) -> Self {
        Self { block, state: Mutex::new((0, HashSet::new())) }
    }

    /// The next free address; `None` when all sixteen thousand are taken.
    pub(super) fn take(&self) -> Option<Ipv4Addr> {
        let mut state = super::context::locked(&self.state);
        for _ in 0..TOTAL {
            let at = state.0 % TOTAL;
            state.0 = (at + 1) % TOTAL;
            let [net, host] = [at / HOSTS + 1, at % HOSTS + 1].map(|byte| u8::try_from(byte).unwrap_or(1));
            let ip = Ipv4Addr::new(127, self.block, net, host);
            if state.1.insert(ip) {
                return Some(ip);
            }
        }
        None
    }

    pub(super) fn give_back(&self, ip: Ipv4Addr) {
        super::context::locked(&self.state).1.remove(&ip);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_in_the_pod_range_and_are_not_reused_at_once() {
        let pool = Addresses::new(20);
        let first = pool.take().unwrap();
        assert_eq!(first, Ipv4Addr::new(127, 20, 1, 1));
        pool.give_back(first);
        assert_ne!(pool.take(), Some(first));
        let last = std::iter::from_fn(|| pool.take()).take(16_000).last().unwrap();
        assert_eq!(last.octets()[2], 63);
    }
}
