//! The detail of a thing: what it is tied to, what changed on it, what to do, its raw fields.

use super::*;
use crate::estate::group::Group;
use crate::estate::image::LaunchTemplate;
use crate::estate::{Row, Slice, SliceId, Update};
use crate::id::Region;

fn east() -> Region {
    Region::from("us-east-1")
}

/// The picture with one kind of the east read anew, a minute later.
fn with<T: Row>(picture: Arc<Picture>, rows: Vec<T>) -> Arc<Picture> {
    let mut picture = Arc::unwrap_or_clone(picture);
    let later = pictures::now() + jiff::SignedDuration::from_secs(60);
    picture.estate.apply(Update::part(SliceId::all(&east(), T::KIND), Slice::read(T::rows(rows), later)));
    Arc::new(picture)
}

fn at(list: &str, size: (u16, u16), picture: Arc<Picture>) -> Desk {
    let mut desk = Desk::new(size, Some(picture));
    desk.command("region us-east-1");
    desk.command(list);
    desk.press("enter");
    desk
}

#[test]
fn a_search_leaves_the_lines_with_its_words_and_escape_brings_all_back() {
    for size in SIZES {
        let mut desk = at("groups name:web", size, pictures::calm());
        desk.press("/");
        desk.text("GRACE");
        desk.press("enter");
        desk.sees("grace s");
        desk.sees("/GRACE");
        desk.sees_not("health check");
        desk.sees_not("members");
        desk.press("esc");
        desk.sees("relations");
        desk.sees_not("/GRACE");
        desk.press("/");
        desk.text("no such words");
        desk.sees("no line has these words");
    }
}

#[test]
fn a_group_leads_to_its_template_and_back() {
    let template: LaunchTemplate = serde_json::from_value(
        serde_json::json!({"id": "lt-1", "name": "web", "default_version": 3, "latest_version": 4}),
    )
    .unwrap();
    let mut group = pictures::calm()
        .estate
        .known::<Group>(&east())
        .find(|group| group.name.as_str() == "web-asg")
        .cloned()
        .unwrap();
    group.launch_source = serde_json::from_value(serde_json::json!({"name": "web", "version": "$Latest"})).unwrap();
    let picture = with(with(pictures::calm(), vec![template]), vec![group]);
    for size in SIZES {
        let mut desk = at("groups name:web", size, picture.clone());
        desk.press("/");
        desk.text("web $Latest");
        desk.press("enter");
        desk.sees("web $Latest, now v4");
        desk.press("enter");
        desk.sees("launch template lt-1");
        desk.sees("launches $Latest, 15 members");
        desk.send(Msg::Key(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE)));
        desk.sees("group web-asg");
    }
}

#[test]
fn what_changed_on_a_thing_stands_in_its_detail() {
    let mut group = pictures::calm()
        .estate
        .known::<Group>(&east())
        .find(|group| group.name.as_str() == "web-asg")
        .cloned()
        .unwrap();
    group.desired += 3;
    let picture = with(pictures::calm(), vec![group]);
    let mut desk = at("groups name:web", (120, 40), picture);
    desk.press("/");
    desk.text("desired");
    desk.sees("changes of the last hours");
    desk.sees("desired: 15 > 18");
}

#[test]
fn what_was_not_read_of_a_thing_says_so() {
    let mut desk = at("groups name:web", (200, 60), pictures::calm());
    desk.press("/");
    desk.text("hooks");
    desk.sees("? lifecycle hooks not read yet");
}

#[test]
fn a_thing_in_trouble_says_what_to_do() {
    for size in SIZES {
        let picture = pictures::zone_bad();
        let judged = &picture.judgement.regions[&east()];
        let finding =
            judged.findings.iter().find(|finding| finding.next.is_some() && finding.subject.what == "target group");
        let Some(finding) = finding.cloned() else { continue };
        let mut desk = at(&format!("target-groups name:{}", finding.subject.name), size, picture);
        desk.sees(&format!("next: {}", finding.next.unwrap().chars().take(30).collect::<String>()));
    }
}
