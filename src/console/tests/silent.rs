//! A silent zone on the screen.

use super::*;

/// `aws-domain.md` A.1: never shown as gone, nor as running.
#[test]
fn a_silent_zone_is_unknown_since_and_its_rows_stay_aws_domain_a1() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::silent()));
        desk.sees("zone us-east-1b (use1-az4) unknown: silent since");
        desk.sees("? UNKNOWN ");
        desk.sees("silent since 03:13");
        desk.sees("ec2 ? silent");
        desk.sees_not("instances: silent");
        desk.press("2");
        desk.sees("us-east-1 instances: silent (InternalError)");
        desk.command("filter zone:us-east-1b");
        desk.sees("us-east-1b");
        desk.sees_not("running");
    }
}
