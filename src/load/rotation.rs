//! The order in which the requests of a mix take turns: spread evenly by weight, the same in every run.

/// A repeating order of requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation(Vec<usize>);

impl Rotation {
    /// Spreads requests by weight (smooth weighted round-robin, as nginx balances upstreams). Weights of 0 never come;
    /// `None` when there is no weight at all.
    pub fn of(weights: &[u32]) -> Option<Self> {
        let total: i64 = weights.iter().map(|&weight| i64::from(weight)).sum();
        let mut credit = vec![0_i64; weights.len()];
        let mut order = Vec::new();
        for _ in 0..total {
            for (credit, &weight) in credit.iter_mut().zip(weights) {
                *credit += i64::from(weight);
            }
            // The first of the richest, so that the order of the suite breaks ties.
            let next = (0..credit.len()).rev().max_by_key(|&index| credit[index])?;
            credit[next] -= total;
            order.push(next);
        }
        if order.is_empty() { None } else { Some(Self(order)) }
    }

    /// The request of the `n`-th arrival.
    pub fn at(&self, n: usize) -> usize {
        self.0[n % self.0.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavy_requests_are_spread_not_bunched() {
        let rotation = Rotation::of(&[3, 1, 1]).unwrap();
        let order: Vec<usize> = (0..10).map(|n| rotation.at(n)).collect();
        assert_eq!(order[..5], order[5..]);
        assert_eq!(order[..5].iter().filter(|&&index| index == 0).count(), 3);
        assert!(order[..5].contains(&1) && order[..5].contains(&2));
        assert!(!order.windows(3).any(|three| three == [0, 0, 0]), "{order:?}");
    }

    #[test]
    fn equal_weights_take_turns_in_order() {
        let rotation = Rotation::of(&[1, 1, 1]).unwrap();
        assert_eq!((0..6).map(|n| rotation.at(n)).collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn no_weight_is_no_rotation() {
        assert_eq!(Rotation::of(&[]), None);
        assert_eq!(Rotation::of(&[0, 0]), None);
    }
}
