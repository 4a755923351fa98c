//! A zone is left from the board: the review as a table, the keys it takes, the board while it is away, the run of many lanes.

use serde_json::json;

use super::operating::changes_something;
use super::*;
use crate::console::operate::Planned;
use crate::id::Region;
use crate::journal::{Event, Record};
use crate::operation::call::{Action, StartShift};
use crate::operation::intent::Intent;
use crate::operation::{Call, Condition, Fact, Plan};

fn region() -> Region {
    "us-east-1".into()
}

/// A part as a planner tells it: its name, serves, CPU, how, seconds.
type Part = (&'static str, Option<(usize, usize)>, Option<(f64, f64)>, &'static str, u64);

/// The last is off unless somebody puts it in.
const PARTS: &[Part] = &[
    ("routes", None, None, "rtb-1c: nat-1b > nat-1c", 5),
    ("web", Some((12, 10)), Some((46.0, 55.0)), "shift ALB away", 5),
    ("search", Some((12, 9)), Some((45.0, 60.0)), "shift NLB away", 5),
    ("api", Some((17, 12)), Some((38.0, 54.0)), "shift ALB away", 5),
    ("media", Some((15, 10)), Some((40.0, 60.0)), "shift ALB away", 5),
    ("legacy", Some((11, 8)), Some((30.0, 41.0)), "detach subnet-1b from classic balancer", 5),
    ("launches", None, None, "7 groups: group shift, IgnoreUnhealthy", 20),
    ("checkout", Some((10, 11)), Some((74.0, 67.0)), "+3 in 1a 1c (desired, Min 12>15), then shift", 250),
    ("workers", Some((11, 12)), Some((44.0, 40.0)), "no balancer: +4 in 1a 1c, then end 4 in 1b", 310),
    ("catalog", None, None, "writer 1b>1c: 15-60s without writes", 60),
];

const NOTES: &[(&str, &str)] = &[
    ("never", "orders failover: its standby is in 1b, it would move INTO 1b"),
    ("stays", "29 instances in 1b, idle: the way back. bastion (EIP, data volume)"),
    ("expect", "traffic gone in 2-5m (keepalive tail to 60m)"),
    ("undo", "cancel shifts ~1m; NOT undone: 4 workers ended"),
    ("expiry", "6h, 09:14Z: traffic then RETURNS BY ITSELF, healed or not"),
    ("return", "needs this record: journal + tags on 7 groups (any laptop can return)"),
];

/// The plan of an intent to leave us-east-1b; a guard of launches asks for `desired` members of web-asg, or of a group that is gone.
fn plan(intent: &Intent, group: &str) -> Planned {
    let with = intent.settings.get("with").map_or("", |with| &**with).to_owned();
    let on = |part: &str| {
        !intent.skip.iter().any(|skip| **skip == *part) && (part != "catalog" || with.split(',').any(|it| it == part))
    };
    let parts: Vec<_> = PARTS
        .iter()
        .map(|(part, serves, cpu, how, takes_s)| {
            json!({
                "part": part, "on": on(part), "serves": serves, "cpu": cpu, "cpu_limit": cpu.map(|_| 70.0), "how": how,
                "takes_s": on(part).then_some(takes_s), "with": (!on(part) && *part == "catalog").then_some(part),
            })
        })
        .collect();
    let notes: Vec<_> = NOTES.iter().map(|(label, text)| json!({ "label": label, "text": text })).collect();
    Ok(Box::new(planned(
        intent,
        group,
        PARTS.iter().map(|part| part.0).filter(|part| on(part)),
        json!(parts),
        json!(notes),
    )))
}

fn planned<'a>(
    intent: &Intent,
    group: &str,
    lanes: impl Iterator<Item = &'a str>,
    parts: serde_json::Value,
    notes: serde_json::Value,
) -> Plan {
    let call = |part: &str| {
        let resource =
            format!("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/{part}/50dc6c495c0c9188");
        Call::new(
            &region(),
            Action::StartZonalShift(StartShift {
                resource_identifier: resource.as_str().into(),
                away_from: "use1-az4".into(),
                expires_in: "6h".into(),
                comment: "fournines op-7f3a alice".into(),
            }),
        )
    };
    let sizes =
        |group: &str| Condition::new(&region(), Fact::Sizes { group: group.into(), min: 7, desired: 15, max: 30 });
    let steps: Vec<_> = lanes
        .enumerate()
        .map(|(n, part)| {
            let id = format!("s{}", n + 1);
            let guard = format!("{id}.sizes");
            let group = if part == "launches" { group } else { "web-asg" };
            json!({
                "id": id, "part": part, "needs": [], "title": format!("{part}: leave us-east-1b"), "why": "it is sick",
                "guards": [{ "id": guard, "level": "block", "condition": sizes(group), "accepted": intent.accept.get(&*guard) }],
                "calls": [call(part)], "until": { "condition": sizes("web-asg"), "deadline_s": 300 },
                "undo": [call(part)], "on_failure": "hold",
            })
        })
        .collect();
    let plan = json!({
        "id": "op-7f3a", "operation": intent.operation, "target": "us-east-1b", "account": "123456789012",
        "region": "us-east-1", "made_at": pictures::now(), "made_from": pictures::now(), "intent": intent,
        "summary": {
            "why": ["DEGRADED 4m12s: 9 of 29 targets fail, elsewhere 1 of 58; not a release"], "changes": [],
            "cannot_undo": ["4 workers ended"], "expected_s": 430, "confirm": { "kind": "target", "token": "use1-az4" },
            "parts": parts, "notes": notes, "expires_at": pictures::now() + jiff::SignedDuration::from_hours(6),
        },
        "steps": steps,
    });
    serde_json::from_value(plan).unwrap()
}

impl Desk {
    /// Presses a key, and has what it asks planned; guards hold.
    fn press_leaving(&mut self, chord: &str) -> Vec<Effect> {
        let effects = self.press(chord);
        self.planned(effects, |intent| plan(intent, "web-asg"))
    }

    fn leaving(setting: Setting, size: (u16, u16)) -> Self {
        let mut desk = Self::with(setting, size, Some(pictures::zone_bad()));
        desk.press_leaving("e");
        desk
    }
}

#[test]
fn one_key_on_the_board_reviews_leaving_the_sick_zone_and_all_of_it_fits() {
    for size in SIZES {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let setting = Setting { glyphs, depth: Depth::None, ..Setting::default() };
            let mut desk = Desk::leaving(setting, size);
            desk.sees("REVIEW evacuate us-east-1b = use1-az4");
            desk.sees("9 of 29 targets fail, elsewhere 1 of 58");
            desk.sees("SERVES CPU<70");
            for (part, serves, ..) in PARTS {
                let mark = if *part == "catalog" { "[ ]" } else { "[x]" };
                desk.sees(&format!("{mark} {part}"));
                if let Some((now, then)) = serves {
                    desk.sees(&format!("{now}>{then} "));
                }
            }
            for (label, text) in NOTES {
                desk.sees(&format!(" {label}"));
                desk.sees(&text[..30]);
            }
            desk.sees("all done ~7m, 9 calls");
            desk.sees("[Esc] back");
            desk.sees("Enter arms, then use1-az4 runs 9 of 10 parts");
        }
    }
}

/// From the alarm on the board to the confirmed plan, arming included: issue 7 asks for 25 keys or fewer.
#[test]
fn a_zone_is_left_with_sixteen_keys() {
    let mut desk = Desk::with(Setting::default(), (80, 24), Some(pictures::zone_bad()));
    let mut keys = Vec::new();
    let account: Vec<String> = "shop".chars().map(String::from).collect();
    let zone: Vec<String> = "use1-az4".chars().map(String::from).collect();
    let enter = vec!["enter".to_owned()];
    let all = [vec!["e".to_owned()], enter.clone(), account, enter.clone(), zone, enter].concat();
    let mut run = None;
    for key in &all {
        keys.push(key.clone());
        for effect in desk.press_leaving(key) {
            match effect {
                Effect::Arm { until } => drop(desk.send(Msg::Armed { until })),
                Effect::Run(confirmation) => run = Some(confirmation),
                _ => {}
            }
        }
    }
    assert_eq!(keys.len(), 16);
    let run = run.expect("it is confirmed");
    assert_eq!((&*run.plan.operation, &*run.plan.target), ("evacuate", "us-east-1b"));
    assert_eq!(*run.plan.digest().unwrap(), *run.digest);
}

#[test]
fn a_part_goes_out_and_in_and_one_that_is_off_is_put_in() {
    let mut desk = Desk::leaving(Setting::default(), (80, 24));
    let to = |desk: &mut Desk, words: &str| {
        desk.press("g");
        desk.press("g");
        for _ in 0..30 {
            if desk.is_selected(words) {
                return;
            }
            desk.press("j");
        }
        panic!("{words} is not selected\n{}", desk.screen());
    };
    to(&mut desk, "[x] api");
    desk.press_leaving("space");
    desk.sees("[ ] api");
    desk.sees("8 of 10 parts");
    to(&mut desk, "[ ] api");
    desk.press_leaving("space");
    desk.sees("[x] api");
    to(&mut desk, "[ ] catalog");
    desk.press_leaving("space");
    desk.sees("[x] catalog");
    desk.sees("10 of 10 parts");
    to(&mut desk, "[x] catalog");
    desk.press_leaving("space");
    desk.sees("[ ] catalog");
}

impl Desk {
    /// Whether the selected line has these words.
    fn is_selected(&mut self, words: &str) -> bool {
        let buffer = self.buffer();
        let ground = self.app.look().style(crate::console::theme::Role::Selected).bg;
        let screen = self.screen();
        let y = screen.lines().position(|line| line.contains(words)).expect("it is on the screen");
        let y = u16::try_from(y).unwrap();
        (0..buffer.area().width).any(|x| Some(buffer[(x, y)].bg) == ground)
    }
}

#[test]
fn what_is_not_known_keeps_it_from_running_until_somebody_says_why_not() {
    let mut desk = Desk::with(Setting::default(), (80, 24), Some(pictures::zone_bad()));
    let effects = desk.press("e");
    desk.planned(effects, |intent| plan(intent, "gone-asg"));
    desk.sees("[u] accept, why");
    desk.sees("cannot run: s7.sizes");
    desk.press("u");
    desk.text("gone for good");
    let effects = desk.press("enter");
    desk.planned(effects, |intent| {
        assert_eq!(intent.accept.get("s7.sizes").map(|why| &**why), Some("gone for good"));
        plan(intent, "gone-asg")
    });
    desk.sees_not("cannot run");
}

/// No key and no command of leaving and returning changes anything at a console that is not armed, however often it is pressed.
#[test]
fn leaving_at_a_console_that_is_not_armed_changes_nothing_and_a_second_press_surprises_nobody() {
    for never_armed in [None, Some("policy.toml:3 read_only".to_owned())] {
        let setting = Setting { never_armed: never_armed.clone(), ..Setting::default() };
        let mut desk = Desk::leaving(setting.clone(), (80, 24));
        let mut effects = desk.press_leaving("e");
        desk.sees("REVIEW evacuate us-east-1b");
        desk.sees("under review here");
        effects.extend(desk.press_leaving("enter"));
        desk.sees(if never_armed.is_some() { "stays read-only" } else { "Type the account's name" });
        desk.text("use1-az4");
        effects.extend(desk.press_leaving("enter"));
        for command in ["evacuate", "evacuate use1-az6 expiry=2h", "return us-east-1b", "extend", "cancel", "leave"] {
            let mut desk = Desk::with(setting.clone(), (80, 24), Some(pictures::zone_bad()));
            let asked = desk.command(command);
            effects.extend(desk.planned(asked, |intent| plan(intent, "web-asg")));
            desk.sees("REVIEW");
            for key in ["y", "enter", "enter"] {
                effects.extend(desk.press_leaving(key));
            }
        }
        assert!(!effects.iter().any(changes_something), "{effects:?}");
    }
    let mut desk = Desk::with(Setting::default(), (80, 24), Some(pictures::calm()));
    desk.press("e");
    desk.sees("no zone is known to be sick");
    desk.press("w");
    let asked = desk.press("e");
    assert!(
        matches!(&asked[..], [.., Effect::Plan(request)] if &*request.intents[0].targets[0] == "us-east-1a"),
        "{asked:?}"
    );
}

#[test]
fn while_a_zone_is_away_its_column_says_so_and_how_its_traffic_goes() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::left(348)));
        desk.sees("AWAY 5h48");
        desk.sees("640→0");
        desk.sees("300→40");
        desk.sees("4 away from use1-az4");
        desk.sees("5h48 left");
        desk.sees_not("x extends");
        let asked = desk.press("e");
        assert!(
            matches!(&asked[..], [.., Effect::Plan(request)] if &*request.intents[0].operation == "return"),
            "{asked:?}"
        );
        let mut desk = Desk::new(size, Some(pictures::left(25)));
        for view in ["1", "2", "6", "0", "8"] {
            desk.press(view);
            desk.sees("x extends: us-east-1b (use1-az4) AWAY 25m more");
        }
        let asked = desk.press("x");
        assert!(
            matches!(&asked[..], [.., Effect::Plan(request)] if &*request.intents[0].operation == "extend"),
            "{asked:?}"
        );
    }
}

/// Forty lanes on the smallest screen: what asks stands first, the rest is folded by how it stands, and opens.
#[test]
fn of_forty_lanes_those_that_are_held_stand_first_and_the_rest_is_folded() {
    let lanes: Vec<String> = (1..=40).map(|n| format!("service-{n}")).collect();
    let intent = Intent { operation: "evacuate".into(), targets: vec!["us-east-1b".into()], ..Intent::default() };
    let plan = planned(&intent, "web-asg", lanes.iter().map(String::as_str), json!([]), json!([]));
    let digest = plan.digest().unwrap().as_str().into();
    let mut desk = Desk::new((80, 24), Some(pictures::zone_bad()));
    let mut record = |step: Option<String>, event: Event| {
        let step = step.map(|step| step.as_str().into());
        let record = Record { at: pictures::now(), operation_id: "op-7f3a".into(), step, event };
        desk.send(Msg::Recorded(Box::new(record)));
    };
    record(None, Event::Planned { plan: Box::new(plan), digest });
    let confirmed = json!({
        "event": "confirmed", "digest": "x", "confirmed_by": "arn:aws:iam::1:user/alice", "confirmed_at": pictures::now(),
        "host": { "name": "desk", "pid": 7, "version": "0.1.0" },
    });
    record(None, serde_json::from_value(confirmed).unwrap());
    for n in 1..=40 {
        let step = || Some(format!("s{n}"));
        if n >= 33 {
            continue;
        }
        record(step(), Event::StepStarted { attempt: 1, guards: Vec::new(), undo: Vec::new() });
        match n {
            7 | 23 => {
                let choices = ["retry", "skip", "undo", "abort"].map(Into::into).to_vec();
                record(step(), Event::Paused { reason: format!("denied at {n}"), choices });
            }
            30..=32 => record(
                step(),
                Event::Waiting {
                    holds: Some(false),
                    detail: format!("{n} a minute still"),
                    deadline_at: pictures::now() + jiff::SignedDuration::from_mins(4),
                },
            ),
            _ => {
                let done = json!({ "event": "step_done", "detail": "seen", "brought": [] });
                record(step(), serde_json::from_value(done).unwrap());
            }
        }
    }
    desk.press("8");
    desk.press("enter");
    desk.sees("2 lanes are held, each alone; s7: denied at 7");
    desk.sees("[t] retry");
    desk.sees("denied at 23");
    desk.sees("service-30 0/1");
    desk.sees("30 a minute still");
    desk.sees("27 lanes over: service-1,");
    desk.sees("8 lanes ahead: service-33,");
    let screen = desk.screen();
    let line = |words: &str| screen.lines().position(|line| line.contains(words)).unwrap();
    assert!(
        line("denied at 23") < line("30 a minute still") && line("30 a minute still") < line("27 lanes over"),
        "{screen}"
    );
    // The order is about the selected lane.
    desk.armed();
    desk.press("j");
    desk.press("t");
    desk.sees("try s23 again");
    desk.press("esc");
    desk.press("enter");
    desk.sees("service-14: leave us-east-1b");
}
