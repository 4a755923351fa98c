//! The arithmetic of availability (`aws-domain.md` D): independent parts, steady state.
//!
//! Owns: the formulas. Depends on: nothing. Must stay true: exact to what a float holds, or no answer; a zone that several pools
//! share is lost for all of them at once.

/// Minutes of a month of 30 days.
pub const MONTH_MINUTES: f64 = 43_200.0;
/// Seconds of a year of 365 days.
const YEAR_S: f64 = 31_536_000.0;
/// Zones up to which every combination of them is looked at: 64 of them (`aws-domain.md` D).
pub const MOST_ZONES: usize = 6;

/// All are needed: A = Π aᵢ.
pub fn series(parts: impl IntoIterator<Item = f64>) -> f64 {
    parts.into_iter().product()
}

/// At least `k` of `n` are up, each with probability `a`, independent of one another: Σ_{i=k..n} C(n,i) aⁱ(1−a)ⁿ⁻ⁱ. With `k` 1, any
/// one suffices.
pub fn k_of_n(k: usize, n: usize, a: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if k > n || a <= 0.0 {
        return 0.0;
    }
    if a >= 1.0 {
        return 1.0;
    }
    // In logarithms, since aⁿ alone may be too small for a float where n is large. The smaller tail keeps the digits.
    let odds = (a / (1.0 - a)).ln();
    let mut term = real(n) * (1.0 - a).ln();
    let (mut below, mut above) = (0.0, 0.0);
    for i in 0..=n {
        if i < k {
            below += term.exp();
        } else {
            above += term.exp();
        }
        term += (real(n - i) / real(i + 1)).ln() + odds;
    }
    if below < above { 1.0 - below } else { above }.clamp(0.0, 1.0)
}

/// Members over zones of which so many are needed.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Members by zone; the same place is the same zone in every spread.
    pub counts: Vec<usize>,
    /// How many must be up.
    pub needed: usize,
}

/// All these spreads have what they need, where each zone is up with probability `z` and each member, its zone up, with `a`: over
/// every set of zones, the chance that just these are up times the chance that then enough members are (`aws-domain.md` D). None
/// beyond [`MOST_ZONES`].
pub fn over_zones(spreads: &[Spread], z: f64, a: f64) -> Option<f64> {
    let zones = spreads.iter().map(|spread| spread.counts.len()).max().unwrap_or(0);
    if zones > MOST_ZONES {
        return None;
    }
    let up = |set: u32, zone: usize| set >> zone & 1 == 1;
    let of_set = |set: u32| {
        let chance: f64 = (0..zones).map(|zone| if up(set, zone) { z } else { 1.0 - z }).product();
        let members = |spread: &Spread| {
            let left =
                spread.counts.iter().enumerate().filter(|(zone, _)| up(set, *zone)).map(|(_, count)| count).sum();
            k_of_n(spread.needed, left, a)
        };
        chance * series(spreads.iter().map(members))
    };
    Some((0..1_u32 << zones).map(of_set).sum())
}

/// What failovers alone leave: each takes `seconds`, so many a year (`aws-domain.md` D: f·t/31,536,000).
pub fn after_failovers(seconds: f64, a_year: f64) -> f64 {
    (1.0 - seconds * a_year / YEAR_S).clamp(0.0, 1.0)
}

/// Minutes without service in a month of 30 days.
pub fn minutes_a_month(availability: f64) -> f64 {
    (1.0 - availability) * MONTH_MINUTES
}

/// How many nines: 3.5 is 0.99968. More than nine are as good as nine: no part of it is known that well.
pub fn nines(availability: f64) -> f64 {
    let nines = (1.0 / (1.0 - availability).max(1e-9)).log10();
    (nines * 10.0).round().max(0.0) / 10.0
}

/// A count as a number to reckon with.
pub(super) fn real(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(counts: &[usize], needed: usize, z: f64) -> f64 {
        over_zones(&[Spread { counts: counts.to_vec(), needed }], z, 0.995).unwrap_or(f64::NAN)
    }

    /// To every digit that the table has: six and more.
    fn assert_is(found: f64, tabled: &str) {
        let digits = tabled.len() - "0.".len();
        assert_eq!(format!("{found:.digits$}"), tabled);
    }

    #[test]
    fn every_tabled_case_to_its_last_digit_aws_domain_d() {
        for (k, n, tabled) in
            [(1, 1, "0.995000"), (1, 2, "0.999975"), (2, 3, "0.99992525"), (4, 6, "0.9999975"), (6, 6, "0.97037")]
        {
            assert_is(k_of_n(k, n, 0.995), tabled);
        }
        for (counts, needed, z, tabled) in [
            (&[2, 2, 2][..], 4, 0.9995, "0.99996704"),
            (&[2, 2, 2], 4, 0.999, "0.99993510"),
            (&[2, 2, 2], 3, 0.9995, "0.99999902"),
            (&[3, 3, 3], 6, 0.9995, "0.99995478"),
            (&[3, 3], 3, 0.9995, "0.99998482"),
            (&[3, 3], 4, 0.9995, "0.99899778"),
            (&[2, 2, 2], 6, 0.9995, "0.96892"),
        ] {
            assert_is(one(counts, needed, z), tabled);
        }
    }

    #[test]
    fn series_minutes_and_failovers_as_tabled_aws_domain_d() {
        let rds = series([0.9999, 0.9999, 0.9995]);
        assert_is(rds, "0.99930011");
        assert_eq!(format!("{:.1}", minutes_a_month(rds)), "30.2");
        let aurora = series([0.9999, 0.9999, 0.9999]);
        assert_is(aurora, "0.99970003");
        assert_eq!(format!("{:.2}", minutes_a_month(aurora)), "12.96");
        for (availability, minutes) in [(0.999, "43.20"), (0.9995, "21.60"), (0.9999, "4.32"), (0.995, "216.00")] {
            assert_eq!(format!("{:.2}", minutes_a_month(availability)), minutes);
        }
        assert_is(after_failovers(90.0, 12.0), "0.999966");
        assert_eq!([0.999, 0.9995, 0.999_967_04, 0.968_92, 1.0, 0.0].map(nines), [3.0, 3.3, 4.5, 1.5, 9.0, 0.0]);
    }

    /// Every state of every zone and member, one by one.
    fn by_hand(spreads: &[Spread], z: f64, a: f64) -> f64 {
        let zones = spreads.iter().map(|spread| spread.counts.len()).max().unwrap_or(0);
        let homes: Vec<(usize, usize)> = spreads
            .iter()
            .enumerate()
            .flat_map(|(of, spread)| {
                spread.counts.iter().enumerate().flat_map(move |(zone, count)| vec![(of, zone); *count])
            })
            .collect();
        let mut sum = 0.0;
        for state in 0..1_u32 << (zones + homes.len()) {
            let is_up = |bit: usize| state >> bit & 1 == 1;
            let chance = |bit: usize, p: f64| if is_up(bit) { p } else { 1.0 - p };
            let weight: f64 = (0..zones).map(|zone| chance(zone, z)).product::<f64>()
                * (0..homes.len()).map(|member| chance(zones + member, a)).product::<f64>();
            let serving = |of: usize| {
                let ours = homes.iter().enumerate().filter(|(_, home)| home.0 == of);
                ours.filter(|(member, home)| is_up(zones + member) && is_up(home.1)).count()
            };
            if spreads.iter().enumerate().all(|(of, spread)| serving(of) >= spread.needed) {
                sum += weight;
            }
        }
        sum
    }

    #[test]
    fn equals_every_state_counted_one_by_one() {
        let mut random = fastrand::Rng::with_seed(4);
        for _ in 0..60 {
            let spreads: Vec<Spread> = (0..random.usize(1..3))
                .map(|_| {
                    let counts: Vec<usize> = (0..random.usize(1..4)).map(|_| random.usize(0..3)).collect();
                    let needed = random.usize(0..counts.iter().sum::<usize>() + 2);
                    Spread { counts, needed }
                })
                .collect();
            let (z, a) = (0.5 + random.f64() / 2.0, 0.5 + random.f64() / 2.0);
            let found = over_zones(&spreads, z, a).unwrap_or(f64::NAN);
            assert!((found - by_hand(&spreads, z, a)).abs() < 1e-12, "{spreads:?} {z} {a}: {found}");
        }
    }

    #[test]
    fn agrees_with_chance_over_many_draws() {
        let (z, a, spread) = (0.9, 0.85, Spread { counts: vec![4, 3, 3], needed: 6 });
        let mut random = fastrand::Rng::with_seed(99);
        let draws = 200_000_u32;
        let mut good = 0_u32;
        for _ in 0..draws {
            let mut serving = 0;
            for count in &spread.counts {
                if random.f64() < z {
                    serving += (0..*count).filter(|_| random.f64() < a).count();
                }
            }
            good += u32::from(serving >= spread.needed);
        }
        let seen = f64::from(good) / f64::from(draws);
        let exact = over_zones(&[spread], z, a).unwrap_or(f64::NAN);
        // Four standard errors of so many draws.
        let error = 4.0 * (exact * (1.0 - exact) / f64::from(draws)).sqrt();
        assert!((seen - exact).abs() < error, "{seen} drawn, {exact} reckoned");
    }

    #[test]
    fn large_numbers_stay_exact_and_more_zones_than_can_be_looked_at_have_no_answer() {
        assert_eq!(k_of_n(1, 100_000, 0.995), 1.0);
        assert!((k_of_n(9_950, 10_000, 0.995) - 0.5).abs() < 0.06, "{}", k_of_n(9_950, 10_000, 0.995));
        assert_eq!(k_of_n(3, 2, 0.995), 0.0, "more than there are");
        assert!((one(&[1; 6], 1, 0.9995) - 1.0).abs() < 1e-12, "six zones: 64 sets");
        assert_eq!(over_zones(&[Spread { counts: vec![1; 7], needed: 1 }], 0.9995, 0.995), None);
    }

    /// Two services in the same zones fail together more often than apart: a zone is counted once.
    #[test]
    fn a_zone_that_two_share_is_lost_once() {
        let spread = Spread { counts: vec![2, 2], needed: 3 };
        let apart = series([one(&[2, 2], 3, 0.99), one(&[2, 2], 3, 0.99)]);
        let together = over_zones(&[spread.clone(), spread], 0.99, 0.995).unwrap_or(f64::NAN);
        assert!(together > apart, "{together} {apart}");
    }
}
