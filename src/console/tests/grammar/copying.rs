//! Copying: `y`, `Y`, `o` and `:url`.

use super::*;

fn copied(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| if let Effect::Copy(text) = effect { Some(text.as_str()) } else { None })
}

#[test]
fn what_is_selected_is_copied_and_the_words_claim_no_more_than_was_done() {
    let mut desk = Desk::new((120, 40), Some(pictures::zone_bad()));
    desk.command("groups name:web");
    assert_eq!(copied(&desk.press("y")), Some("web-asg"));
    desk.sees("sent 7 bytes by OSC 52 (a terminal without it stays silent): web-asg");
    assert_eq!(
        copied(&desk.press("o")),
        Some("aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names web-asg --region us-east-1")
    );
    assert!(copied(&desk.press("Y")).is_none());
    desk.sees("AWS did not tell the ARN of web-asg");
    desk.press("enter");
    desk.press("j");
    let url = desk.command("url");
    assert!(
        copied(&url).is_some_and(|url| url.ends_with("#AutoScalingGroupDetails:id=web-asg;view=details")),
        "{url:?}"
    );
    desk.command("alarms web-5xx");
    assert_eq!(copied(&desk.press("Y")), Some("arn:aws:cloudwatch:us-east-1:123456789012:alarm:web-5xx"));
}

#[test]
fn a_service_has_a_name_alone_and_an_empty_list_nothing() {
    let mut desk = Desk::new((80, 24), Some(pictures::zone_bad()));
    assert!(copied(&desk.press("y")).is_some());
    assert!(copied(&desk.press("Y")).is_none());
    desk.sees("is no thing of AWS");
    desk.command("instances name:nothing-is-called-so");
    assert!(desk.press("y").is_empty());
    desk.sees("nothing is selected here");
}

/// What is copied ends in a shell: there a newline is an Enter, and an escape a command to the terminal.
#[test]
fn control_characters_are_never_copied() {
    let mut desk = Desk::new((120, 40), Some(pictures::many()));
    desk.command("groups weird");
    assert!(copied(&desk.press("y")).is_none());
    desk.sees("not copied: there are control characters in weird\\u{1b}");
}
