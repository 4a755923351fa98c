//! Shares and how far few numbers can tell them (`aws-domain.md` B.2, statistical pitfalls).
//!
//! Must stay true: sound at three zones and at few samples, so no z-scores, quartiles or bare chi-squared over zones.

/// The normal quantile of a two-sided 95 % interval.
const Z: f64 = 1.959_963_984_540_054;

/// A part of a whole; nothing of nothing is zero.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Wilson's 95 % interval of a rate of which `part` of `whole` were seen: from 0 to 1 where nothing was.
pub(super) fn wilson(part: f64, whole: f64) -> (f64, f64) {
    if whole <= 0.0 {
        return (0.0, 1.0);
    }
    let rate = (part / whole).clamp(0.0, 1.0);
    let spread = Z * Z / whole;
    let centre = (rate + spread / 2.0) / (1.0 + spread);
    let reach = Z / (1.0 + spread) * (rate * (1.0 - rate) / whole + spread / (4.0 * whole)).sqrt();
    ((centre - reach).max(0.0), (centre + reach).min(1.0))
}

/// Whether a rate is more than twice another for sure: its lower bound above twice the other's upper one.
pub(super) fn is_outlier(here: (f64, f64), elsewhere: (f64, f64)) -> bool {
    wilson(here.0, here.1).0 > 2.0 * wilson(elsewhere.0, elsewhere.1).1
}

/// How likely it is that none of `clean` fails where each does with a chance of `share`.
pub(super) fn chance_of_none(share: f64, clean: usize) -> f64 {
    (1.0 - share.clamp(0.0, 1.0)).powi(i32::try_from(clean).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tabled values of Wilson's interval without continuity correction.
    #[test]
    fn wilsons_bounds_are_those_of_the_tables_aws_domain_b2() {
        for (part, whole, lower, upper) in
            [(0.0, 10.0, 0.0, 0.2775), (5.0, 10.0, 0.2366, 0.7634), (81.0, 263.0, 0.2553, 0.3662)]
        {
            let (low, high) = wilson(part, whole);
            assert!((low - lower).abs() < 5e-5 && (high - upper).abs() < 5e-5, "{part}/{whole}: {low} {high}");
        }
        assert_eq!(wilson(0.0, 0.0), (0.0, 1.0), "nothing seen tells nothing");
    }

    /// What fires a chi-squared test and should fire nothing.
    #[test]
    fn three_errors_or_a_trivial_skew_are_no_outlier_aws_domain_b2() {
        assert!(!is_outlier((3.0, 1000.0), (0.0, 2000.0)));
        assert!(!is_outlier((1100.0, 100_000.0), (2000.0, 200_000.0)));
        assert!(is_outlier((300.0, 1000.0), (40.0, 2000.0)));
    }
}
