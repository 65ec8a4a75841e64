//! The sequential test: its decisions at fixed points, and its error rates in seeded simulations.

use super::*;

/// A small generator with a fixed seed (Marsaglia, *Xorshift RNGs*, 2003).
struct Xorshift(u64);

impl Xorshift {
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Share of accepted runs and mean number of samples over 10,000 simulated systems with this share of slow answers.
fn simulate(plan: &TestPlan, slow_share: f64) -> (f64, f64) {
    let mut random = Xorshift(0x9E37_79B9_7F4A_7C15);
    let (mut accepted, mut samples) = (0_u32, 0_usize);
    for _ in 0..10_000 {
        let mut walk = plan.walk();
        while walk.push(random.unit() < slow_share) == Step::Continue {}
        accepted += u32::from(walk.step() == Step::Accept);
        samples += walk.samples();
    }
    (f64::from(accepted) / 10_000.0, samples as f64 / 10_000.0)
}

#[test]
fn a_system_at_the_limit_is_accepted_in_at_most_one_run_of_twenty() {
    for first in [0, 100, 200] {
        let (accepted, _) = simulate(&TestPlan::new(Quantile::P95, first, 220), 0.05);
        // The exact rate is at most 5 %; three standard errors of 10,000 runs are 0.65 %.
        assert!(accepted <= 0.0565, "first {first}: {accepted}");
    }
}

#[test]
fn a_good_system_passes_and_soon() {
    let plan = TestPlan::new(Quantile::P95, 0, 220);
    let (accepted, mean) = simulate(&plan, 0.01);
    assert!(accepted >= 0.97, "{accepted}");
    assert!((126.5..132.5).contains(&mean), "129 expected: {mean}");
    let (accepted, mean) = simulate(&plan, 0.0);
    assert_eq!((accepted, mean), (1.0, 84.0));
    assert!(mean <= 0.4 * 220.0);
}

#[test]
fn with_a_whole_window_first_a_good_system_passes_too() {
    let (accepted, _) = simulate(&TestPlan::new(Quantile::P95, 200, 220), 0.01);
    assert!(accepted >= 0.95, "{accepted}");
}

#[test]
fn more_samples_let_a_system_just_within_the_limit_pass() {
    let (accepted, _) = simulate(&TestPlan::new(Quantile::P95, 201, 501), 0.02);
    assert!(accepted >= 0.95, "{accepted}");
}

#[test]
fn a_system_that_is_always_slow_is_rejected_after_three_samples() {
    let plan = TestPlan::new(Quantile::P95, 0, 220);
    let mut walk = plan.walk();
    assert_eq!(walk.push(true), Step::Continue);
    assert_eq!(walk.push(true), Step::Continue);
    assert_eq!(walk.push(true), Step::Reject);
    assert_eq!(walk.push(false), Step::Reject, "a decision stays");
}

#[test]
fn no_decision_falls_before_the_first_look() {
    let plan = TestPlan::new(Quantile::P95, 100, 220);
    let mut walk = plan.walk();
    assert!((0..99).all(|_| walk.push(false) == Step::Continue));
    assert_eq!(walk.push(false), Step::Accept);
}

#[test]
fn without_early_looks_the_cap_allows_what_the_binomial_allows() {
    for cap in [58, 59, 208, 1000, 2000] {
        let plan = TestPlan::new(Quantile::P95, cap, cap);
        assert_eq!(plan.allowed_at_cap, crate::load::exceedances_allowed(cap, Quantile::P95, RISK), "cap {cap}");
    }
}

#[test]
fn early_looks_are_paid_for_at_the_cap() {
    assert_eq!(TestPlan::new(Quantile::P95, 0, 220).allowed_at_cap, Some(5));
    assert_eq!(
        TestPlan::new(Quantile::P95, 0, 208).allowed_at_cap,
        Some(4),
        "the 5 of a fixed sample would be too generous"
    );
}
