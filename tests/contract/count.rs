//! How many contracts were tried where, and with what end.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::differences::DIFFERENCES;
use crate::setup::{self, Which};
use crate::table::CONTRACTS;

#[derive(Default, Clone, Copy)]
struct Ends {
    held: usize,
    broken: usize,
    left_out: usize,
}

/// The ends, by cluster.
#[derive(Default)]
pub struct Count(Mutex<BTreeMap<Which, Ends>>);

impl Count {
    pub fn end(&self, which: Which, held: bool) {
        self.change(which, |ends| if held { ends.held += 1 } else { ends.broken += 1 });
    }

    pub fn left_out(&self, which: Which) {
        self.change(which, |ends| ends.left_out += 1);
    }

    fn change(&self, which: Which, change: impl FnOnce(&mut Ends)) {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(which).or_default());
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(f, "{} contracts, of which {} differ on purpose:", CONTRACTS.len(), DIFFERENCES.len())?;
        for one in DIFFERENCES {
            writeln!(f, "  {}: real {:?}, embedded {:?}: {}", one.contract, one.real, one.embedded, one.reason)?;
        }
        for which in [Which::Embedded, Which::Real] {
            match ends.get(&which) {
                Some(Ends { held, broken, left_out }) => {
                    writeln!(f, "  on the {which} cluster: {held} held, {broken} did not, {left_out} left out")?;
                }
                None if which == Which::Real && setup::kubeconfig().is_none() => {
                    writeln!(f, "  on the real cluster: NOT TRIED, since SIGNOFF_TEST_KUBECONFIG names none")?;
                }
                None => writeln!(f, "  on the {which} cluster: none was asked for")?,
            }
        }
        Ok(())
    }
}
