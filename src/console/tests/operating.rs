//! The console of operations: typed keys through the real loop, from what can be done to the run and back.

use serde_json::json;

use super::*;
use crate::console::operate::{Confirmation, Mode, Planned};
use crate::id::Region;
use crate::operation::call::{Action, SetDesired, Trial};
use crate::operation::intent::{Intent, TargetKind};
use crate::operation::registry::OPERATIONS;
use crate::operation::{Call, Condition, Fact, Plan, Refusal};

fn region() -> Region {
    "us-east-1".into()
}

/// A guard over the sizes of web-asg, which has 7, `desired` and 30.
fn sizes(desired: i32) -> serde_json::Value {
    let fact = Fact::Sizes { group: "web-asg".into(), min: 7, desired, max: 30 };
    serde_json::to_value(Condition::new(&region(), fact)).unwrap()
}

/// A plan in two parts; the first is guarded by `desired` members.
pub(super) fn plan(intent: &Intent, desired: i32) -> Box<Plan> {
    let call = |desired_capacity| {
        let set = SetDesired { auto_scaling_group_name: "web-asg".into(), desired_capacity, honor_cooldown: false };
        Call::new(&region(), Action::SetDesiredCapacity(set))
    };
    let step = |id: &str, part: &str, needs: &[&str]| {
        json!({
            "id": id, "part": part, "needs": needs, "title": format!("{part}: grow by one, desired 15>16"), "why": "one fails",
            "guards": [{ "id": format!("{id}.sizes"), "level": "block", "condition": sizes(desired),
                         "accepted": intent.accept.get(&*format!("{id}.sizes")) }],
            "calls": [call(16)], "until": { "condition": sizes(16), "deadline_s": 2400 }, "undo": [call(15)],
            "on_failure": "hold",
        })
    };
    let parts = [("s1", "web", &[][..]), ("s2", "api", &["s1"][..])];
    let steps = parts.iter().filter(|(_, part, _)| !intent.skip.iter().any(|skip| **skip == **part));
    let plan = json!({
        "id": "op-7f3a", "operation": intent.operation, "target": intent.targets.first(), "account": "123456789012",
        "region": "us-east-1", "made_at": pictures::now(), "made_from": pictures::now(), "intent": intent,
        "summary": {
            "why": ["9 of 29 targets fail in us-east-1b, and not one host"],
            "changes": ["web-asg 15>16>15 members, in us-east-1a and us-east-1c"],
            "cannot_undo": ["1 instance ended"], "expected_s": 240, "rules": ["most_at_once 2 (policy.toml:12)"],
            "confirm": { "kind": "target", "token": "web-3" },
        },
        "steps": steps.map(|(id, part, needs)| step(id, part, needs)).collect::<Vec<_>>(),
    });
    Box::new(serde_json::from_value(plan).unwrap())
}

impl Desk {
    /// Answers what was asked to be planned; gives the rest back.
    pub(super) fn planned(&mut self, effects: Vec<Effect>, answer: impl Fn(&Intent) -> Planned) -> Vec<Effect> {
        let mut rest = Vec::new();
        for effect in effects {
            match effect {
                Effect::Plan(request) => {
                    let answers = request.intents.iter().map(&answer).collect();
                    self.app.set_planned(request.number, answers);
                    rest.extend(self.send(Msg::Planned));
                }
                other => rest.push(other),
            }
        }
        rest
    }

    /// Presses a key, and has what it asks planned.
    fn press_planning(&mut self, chord: &str) -> Vec<Effect> {
        let effects = self.press(chord);
        self.planned(effects, |intent| Ok(plan(intent, 15)))
    }

    fn command_planning(&mut self, line: &str) -> Vec<Effect> {
        let effects = self.command(line);
        self.planned(effects, |intent| Ok(plan(intent, 15)))
    }

    /// Arms it as a person does.
    pub(super) fn armed(&mut self) {
        self.command("arm");
        self.text("shop");
        let effects = self.press("enter");
        let [Effect::Arm { until }] = effects.as_slice() else { panic!("{effects:?}") };
        self.send(Msg::Armed { until: *until });
    }

    /// A review of replacing web-3.
    fn reviewing(size: (u16, u16)) -> Self {
        let mut desk = Self::new(size, Some(pictures::calm()));
        desk.command_planning("replace web-3");
        desk
    }
}

pub(super) fn changes_something(effect: &Effect) -> bool {
    matches!(effect, Effect::Run(_) | Effect::Arm { .. } | Effect::Order { .. })
}

/// Every operation of the registry, by key and by command, at a console that is not armed and at one that never is.
#[test]
fn nothing_that_is_not_armed_runs_anything() {
    for never_armed in [None, Some("policy.toml:3 read_only".to_owned())] {
        let setting = Setting { never_armed: never_armed.clone(), ..Setting::default() };
        for (n, operation) in OPERATIONS.iter().enumerate() {
            for by_key in [true, false] {
                let mut desk = Desk::with(setting.clone(), (80, 24), Some(pictures::calm()));
                let mut effects = Vec::new();
                if by_key {
                    let (list, own) = match operation.target {
                        TargetKind::Instance => ("instances", pictures::calm()),
                        TargetKind::Group => ("groups", pictures::calm()),
                        TargetKind::Zone => ("zones", pictures::calm()),
                        TargetKind::Shift => ("shifts", pictures::zone_bad()),
                    };
                    desk.refresh(own);
                    desk.command(list);
                    effects.extend(desk.press_planning("a"));
                    desk.sees(operation.name);
                    (0..n).for_each(|_| drop(desk.press("j")));
                    effects.extend(desk.press_planning("enter"));
                } else {
                    effects.extend(desk.command_planning(&format!("{} web-3", operation.name)));
                }
                for key in ["enter", "y", "enter"] {
                    effects.extend(desk.press_planning(key));
                }
                desk.text("web-3");
                effects.extend(desk.press("enter"));
                effects.extend(desk.command_planning("confirm"));
                assert!(!effects.iter().any(changes_something), "{} {effects:?}", operation.name);
                desk.sees("READ-ONLY");
            }
        }
        let mut desk = Desk::with(setting, (80, 24), Some(pictures::calm()));
        desk.command_planning("replace web-3");
        desk.press("enter");
        desk.sees(if never_armed.is_some() {
            "stays read-only: policy.toml:3 read_only"
        } else {
            "Type the account's name"
        });
        desk.command("arm");
        desk.sees(if never_armed.is_some() {
            "stays read-only: policy.toml:3 read_only"
        } else {
            "Type the account's name"
        });
    }
}

#[test]
fn arming_takes_the_account_s_name_and_ends_by_itself() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::calm()));
        desk.command("arm");
        desk.sees("Type the account's name");
        desk.text("shpo");
        assert!(!desk.press("enter").iter().any(changes_something));
        desk.sees("that is not this account's name");
        desk.press("esc");
        desk.armed();
        desk.sees("ARMED 30m");
        desk.sees_not("READ-ONLY");
        desk.app.set_now(pictures::now() + jiff::SignedDuration::from_mins(31));
        assert!(matches!(desk.app.operations.mode, Mode::Armed { .. }));
        let effects = desk.send(Msg::Tick);
        assert_eq!(effects, [Effect::Disarm]);
        desk.sees("READ-ONLY");
        desk.armed();
        assert_eq!(desk.command("disarm"), [Effect::Disarm]);
        desk.sees("READ-ONLY");
    }
}

#[test]
fn what_can_be_done_stands_beside_what_cannot_and_why() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::calm()));
        desk.press("2");
        let effects = desk.press("a");
        desk.sees("working out what it would take");
        desk.planned(effects, |intent| match &*intent.operation {
            "reboot" => Err(Refusal::new("its system check fails: a reboot keeps the host", "replace it instead")),
            _ => Ok(plan(intent, 15)),
        });
        desk.sees("9 of 29 targets fail");
        desk.sees("2 steps, about 4m");
        desk.sees("not now: its system check fails");
        desk.sees("replace it instead");
        desk.sees("it is done to a group, and");
        // What is refused opens too, and says it whole.
        (0..2).for_each(|_| drop(desk.press("j")));
        desk.press_planning("enter");
        desk.sees("READ-ONLY");
    }
    let mut desk = Desk::new((80, 24), Some(pictures::calm()));
    desk.press("3");
    desk.press_planning("a");
    desk.sees("Enter: say how");
    desk.press_planning("enter");
    desk.sees("fill in what is to change");
    let mut desk = Desk::new((80, 24), Some(pictures::calm()));
    desk.press("6");
    desk.press("a");
    desk.sees("is an alarm");
}

#[test]
fn a_form_takes_what_fits_and_says_at_once_what_comes_of_it() {
    let mut desk = Desk::new((80, 24), Some(pictures::calm()));
    desk.command_planning("scale web-asg");
    desk.press_planning("f");
    desk.sees("desired");
    desk.press("enter");
    desk.text("many");
    desk.sees("desired=many: it takes a whole number");
    desk.press_planning("enter");
    desk.sees("desired=many");
    (0..4).for_each(|_| drop(desk.press("backspace")));
    desk.text("+1");
    let effects = desk.press("enter");
    let asked = |effects: &[Effect]| match effects {
        [Effect::Plan(request)] => request.intents[0].settings.get("desired").map(ToString::to_string),
        other => panic!("{other:?}"),
    };
    assert_eq!(asked(&effects).as_deref(), Some("+1"));
    desk.planned(effects, |_| Err(Refusal::new("16 is above max 15", "raise max first")));
    desk.sees("not so: 16 is above max 15");
}

#[test]
fn a_review_tells_all_and_its_way_out_has_the_focus() {
    for size in SIZES {
        let mut desk = Desk::reviewing(size);
        for words in [
            "REVIEW replace web-3",
            "9 of 29 targets fail",
            "1 hold, 0 unknown, 0 fail; 1 asked in their turn",
            "15>16>15 members",
            "about 4m, at most 1h20, 2 calls",
            "[x] web",
            "undone: 1 instance ended",
            "[Esc] back",
            "Enter arms, then web-3 runs 2 steps",
        ] {
            desk.sees(words);
        }
        desk.press("c");
        desk.sees("$ aws autoscaling set-desired-capacity --region us-east-1");
        desk.press("g");
        desk.sees("s1.sizes");
        desk.sees_not("$ aws");
        assert!(matches!(desk.press("s").as_slice(), [Effect::SavePlan(plan)] if plan.steps.len() == 2));
        desk.press("esc");
        desk.sees_not("REVIEW");
    }
}

#[test]
fn a_part_is_left_out_and_a_guard_let_pass_with_a_reason() {
    let mut desk = Desk::reviewing((120, 40));
    while !desk.buffer_line_selected("[x] api") {
        desk.press("j");
    }
    desk.press_planning("space");
    desk.sees("[ ] api");
    let mut desk = Desk::new((120, 40), Some(pictures::calm()));
    let effects = desk.command("replace web-3");
    desk.planned(effects, |intent| Ok(plan(intent, 14)));
    desk.sees("0 hold, 0 unknown, 1 FAIL");
    desk.sees("cannot run: s1.sizes does not hold");
    desk.armed();
    desk.press("enter");
    desk.sees("cannot run: s1.sizes does not hold");
    desk.press("g");
    while !desk.buffer_line_selected("s1.sizes") {
        desk.press("j");
    }
    desk.press("u");
    desk.text("known: scaled by hand");
    let effects = desk.press("enter");
    desk.planned(effects, |intent| {
        assert_eq!(intent.accept.get("s1.sizes").map(|why| &**why), Some("known: scaled by hand"));
        Ok(plan(intent, 14))
    });
    desk.sees("let pass: known:");
    desk.sees_not("cannot run");
}

impl Desk {
    /// Whether the line with these words is the selected one.
    fn buffer_line_selected(&mut self, words: &str) -> bool {
        let buffer = self.buffer();
        let ground = self.app.look().style(crate::console::theme::Role::Selected).bg;
        let screen = self.screen();
        let y = screen.lines().position(|line| line.contains(words)).expect("it is on the screen");
        let y = u16::try_from(y).unwrap();
        (0..buffer.area().width).any(|x| Some(buffer[(x, y)].bg) == ground)
    }
}

/// The plan that runs is the very plan that was shown, and only its own token runs it.
#[test]
fn only_the_token_runs_the_plan_that_was_shown() {
    for size in SIZES {
        let mut desk = Desk::reviewing(size);
        desk.armed();
        desk.press("enter");
        desk.sees("NOT undone: 1 instance ended");
        desk.sees("Type web-3");
        desk.sees("(the target) to run");
        desk.text("web-2");
        assert!(desk.press("enter").is_empty());
        desk.sees("that is not what was asked for");
        desk.press("backspace");
        desk.text("3");
        let effects = desk.press("enter");
        let run = effects.iter().find_map(|effect| match effect {
            Effect::Run(confirmation) => Some((**confirmation).clone()),
            _ => None,
        });
        let Confirmation { plan: run, digest, by, .. } = run.expect("it runs");
        assert_eq!(*run.digest().unwrap(), *digest);
        assert_eq!(run, *plan(&run.intent.clone(), 15));
        assert!(by.contains("alice"), "{by}");
        desk.sees("reading its journal");
    }
}

/// A review outlives its arming; its answer does not.
#[test]
fn an_answer_after_the_time_armed_does_nothing() {
    let mut desk = Desk::reviewing((80, 24));
    desk.armed();
    desk.press("enter");
    desk.text("web-3");
    desk.app.set_now(pictures::now() + jiff::SignedDuration::from_mins(31));
    let effects = desk.press("enter");
    assert!(!effects.iter().any(changes_something), "{effects:?}");
    desk.sees("`:arm` again");
}

#[test]
fn marks_make_one_plan_for_several() {
    let mut desk = Desk::new((120, 40), Some(pictures::calm()));
    desk.command("instances region:us-east-1");
    for key in ["m", "j", "m"] {
        desk.press(key);
    }
    let effects = desk.command("reboot");
    let [Effect::Plan(request)] =
        &effects.into_iter().filter(|it| matches!(it, Effect::Plan(_))).collect::<Vec<_>>()[..]
    else {
        panic!("nothing is planned")
    };
    assert_eq!((request.intents.len(), request.intents[0].targets.len()), (1, 2));
}

/// A missing permission is found out before anything is called, and nothing is asked of AWS by a console that nobody armed.
#[test]
fn only_an_armed_review_tries_its_calls_and_what_is_denied_stands_on_top() {
    let tries = |effects: &[Effect]| effects.iter().filter(|it| matches!(it, Effect::Try { .. })).count();
    let mut desk = Desk::new((100, 40), Some(pictures::calm()));
    let effects = desk.command_planning("replace web-3");
    assert_eq!(tries(&effects), 0, "read-only");
    desk.command("arm");
    desk.text("shop");
    let effects = desk.press("enter");
    let [Effect::Arm { until }] = effects.as_slice() else { panic!("{effects:?}") };
    let effects = desk.send(Msg::Armed { until: *until });
    let (number, calls) = effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Try { number, calls } => Some((*number, calls.len())),
            _ => None,
        })
        .expect("the calls of the plan are tried");
    let answer = |may: bool| match may {
        true => Trial::Allowed,
        false => Trial::Denied { action: "ec2:StopInstances".into() },
    };
    desk.app.set_tried(number, (0..calls).map(|n| answer(n != 0)).collect());
    let effects = desk.send(Msg::Tried);
    assert_eq!(tries(&effects), 0, "each plan is tried once");
    desk.sees("DENIED  ec2:StopInstances");
    desk.command("show calls");
    desk.sees("DENIED ec2:StopInstances");
    desk.sees("allowed");
    desk.command("disarm");
    let effects = desk.command_planning("replace web-2");
    assert_eq!(tries(&effects), 0);
    desk.sees_not("DENIED");
}
