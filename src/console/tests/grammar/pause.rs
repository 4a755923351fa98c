//! The screen held still.

use super::*;

#[test]
fn a_paused_screen_stands_still_says_so_and_tells_what_got_worse() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::calm()));
        desk.press("p");
        desk.sees("PAUSED 03:14:22Z");
        desk.refresh(pictures::zone_bad());
        desk.sees("✓ OK");
        desk.sees("PAUSED since 03:14:22Z; MEANWHILE IT BECAME CRITICAL");
        desk.press("j");
        desk.press("2");
        desk.sees("PAUSED");
        desk.press("1");
        desk.press("p");
        desk.sees("✖ CRITICAL");
        desk.sees_not("PAUSED");
    }
}

#[test]
fn in_the_smallest_terminal_it_is_still_said_and_the_clock_stays() {
    let setting = Setting { simulated: Some("calm ×10".to_owned()), ..Setting::default() };
    let mut desk = Desk::with(setting, (50, 12), Some(pictures::calm()));
    desk.press("p");
    for words in ["SIMULATED", " PAUSED ", "READ-ONLY", "03:14Z"] {
        desk.sees(words);
    }
}

#[test]
fn a_pause_does_not_hide_that_aws_stopped_answering() {
    let mut desk = Desk::new((80, 24), Some(pictures::calm()));
    desk.press("p");
    let mut picture = Arc::unwrap_or_clone(pictures::calm());
    let why = crate::estate::ReadFailure {
        kind: crate::estate::FailureKind::Unreachable,
        action: "ec2:DescribeInstances".into(),
        code: None,
        message: "no route".into(),
        request_id: None,
    };
    picture.traffic.blind = Some((pictures::now(), why));
    desk.refresh(Arc::new(picture));
    desk.sees("BLIND: AWS has not answered");
    desk.sees(" PAUSED 03:14:22Z ");
}
