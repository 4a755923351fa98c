//! The scenario file: what it declares, read with places, and its registry.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use super::super::place::Place;
use super::super::world::{nearest, with_hint};
use super::before::{Before, BeforeDoc};
use super::parameter::Values;
use super::timeline::{Cue, EventDoc};
use super::{LoadCurve, Parameter, Scenario, ScenarioError, Setting};

/// The scenario files that are compiled in, in the order in which they are listed.
const FILES: &[&str] = &[
    include_str!("files/daily.toml"),
    include_str!("files/calm.toml"),
    include_str!("files/zone-power-loss.toml"),
    include_str!("files/gray-zone.toml"),
    include_str!("files/autoshift.toml"),
    include_str!("files/practice-run.toml"),
    include_str!("files/expiring-shift.toml"),
    include_str!("files/no-headroom.toml"),
    include_str!("files/no-capacity.toml"),
    include_str!("files/sick-zone-replacements.toml"),
    include_str!("files/bad-release.toml"),
    include_str!("files/fail-open.toml"),
    include_str!("files/blind-group.toml"),
    include_str!("files/one-bad-host.toml"),
    include_str!("files/host-failure.toml"),
    include_str!("files/stuck-stop.toml"),
    include_str!("files/no-room.toml"),
    include_str!("files/retirement.toml"),
    include_str!("files/size-one.toml"),
    include_str!("files/suspended-launch.toml"),
    include_str!("files/launch-dies.toml"),
    include_str!("files/stuck-hook.toml"),
    include_str!("files/forgotten-standby.toml"),
    include_str!("files/retry-storm.toml"),
    include_str!("files/ebs-stall.toml"),
    include_str!("files/silent-alarms.toml"),
    include_str!("files/throttled.toml"),
    include_str!("files/database-crash.toml"),
    include_str!("files/storage-full.toml"),
    include_str!("files/broken-replica.toml"),
    include_str!("files/region-outage.toml"),
    include_str!("files/nat-failure.toml"),
    include_str!("files/partial-zone.toml"),
    include_str!("files/two-zones-gray.toml"),
    include_str!("files/late-metrics.toml"),
    include_str!("files/release-one-zone.toml"),
    include_str!("files/deploy.toml"),
    include_str!("files/load-swing.toml"),
];

/// Longer files are a mistake.
const LONGEST: usize = 1 << 20;

/// More events or changes than this are a mistake.
const MOST: usize = 1_000;

/// A scenario's file: a scenario whose parameters may still be set.
#[derive(Debug, Clone)]
pub struct Script {
    /// Its name.
    pub name: String,
    /// One line for lists.
    pub description: String,
    /// What may be set.
    pub parameters: Vec<Parameter>,
    load: LoadCurve,
    before: Vec<(Place, BeforeDoc)>,
    events: Vec<(Place, EventDoc)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    description: String,
    #[serde(default)]
    parameters: BTreeMap<String, Spanned<toml::Value>>,
    #[serde(default = "LoadCurve::usual")]
    load: LoadCurve,
    #[serde(default)]
    before: Vec<Spanned<BeforeDoc>>,
    #[serde(default, rename = "event")]
    events: Vec<Spanned<EventDoc>>,
}

impl Script {
    /// The scenario called `name`.
    ///
    /// # Errors
    /// [`ScenarioError::Unknown`] names the valid ones.
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        let all = Self::all()?;
        let known: Vec<String> = all.iter().map(|script| script.name.clone()).collect();
        all.into_iter().find(|script| script.name == name).ok_or_else(|| ScenarioError::Unknown {
            name: name.to_owned(),
            nearest: nearest(name, known.iter().map(String::as_str)),
            known,
        })
    }

    /// Every scenario, the default one first.
    ///
    /// # Errors
    /// [`ScenarioError::Located`] when a file is wrong, which its test excludes.
    pub fn all() -> Result<Vec<Self>, ScenarioError> {
        FILES.iter().map(|text| Self::parse(text)).collect()
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// [`ScenarioError::Located`] with line and column.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        if text.len() > LONGEST {
            return Err(ScenarioError::at(Place::of(text, 0), "longer than a megabyte is no scenario"));
        }
        let file: File = toml::from_str(text).map_err(|error| {
            let place = Place::of(text, error.span().map_or(0, |span| span.start));
            ScenarioError::at(place, with_hint(error.message()))
        })?;
        let mut parameters = Vec::new();
        for (name, value) in file.parameters {
            let place = Place::of(text, value.span().start);
            let default = match value.into_inner() {
                toml::Value::String(text) => Value::String(text),
                toml::Value::Integer(number) => Value::from(number),
                toml::Value::Float(number) => Value::from(number),
                toml::Value::Boolean(truth) => Value::Bool(truth),
                toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
                    return Err(ScenarioError::at(place, "a parameter is a text, a number, or true or false"));
                }
            };
            parameters.push(Parameter { name, default, place });
        }
        if file.events.len() > MOST || file.before.len() > MOST {
            return Err(ScenarioError::at(Place::of(text, 0), format!("more than {MOST} events or changes")));
        }
        let placed = |span: std::ops::Range<usize>| Place::of(text, span.start);
        Ok(Self {
            name: file.name,
            description: file.description,
            parameters,
            load: file.load.checked(text)?,
            before: file.before.into_iter().map(|doc| (placed(doc.span()), doc.into_inner())).collect(),
            events: file.events.into_iter().map(|doc| (placed(doc.span()), doc.into_inner())).collect(),
        })
    }

    /// The scenario with these parameters set and defaults for the rest.
    ///
    /// # Errors
    /// [`ScenarioError::NoParameter`], [`ScenarioError::Value`], or what these values make wrong, with its place.
    pub fn play(&self, settings: &[Setting]) -> Result<Scenario, ScenarioError> {
        let values = Values::new(&self.name, &self.parameters, settings)?;
        let before = self.before.iter().map(|(place, doc)| Before::read(*place, doc, &values));
        let cues = self.events.iter().map(|(place, doc)| Cue::read(*place, doc, &values));
        Ok(Scenario {
            name: self.name.clone(),
            description: self.description.clone(),
            load: self.load.clone(),
            before: before.collect::<Result<_, _>>()?,
            cues: cues.collect::<Result<_, _>>()?,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::super::world::{Origin, World};
    use super::super::super::{SimTime, state};
    use super::*;

    const ORIGIN: Origin = Origin { seed: 7, start: SimTime::from_seconds(1_795_230_862) };

    fn set(texts: &[&str]) -> Vec<Setting> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// What is wrong with a file in the built-in world.
    fn refusal(text: &str) -> String {
        let head = "name = \"own\"\ndescription = \"own\"\n";
        let scenario = Script::parse(&format!("{head}{text}")).and_then(|script| script.play(&[]));
        scenario.and_then(|scenario| scenario.world(None, ORIGIN).map(drop)).unwrap_err().to_string()
    }

    #[test]
    fn every_scenario_plays_in_the_builtin_world() {
        let mut names = Vec::new();
        for script in Script::all().unwrap() {
            let scenario = script.play(&[]).unwrap_or_else(|error| panic!("{}: {error}", script.name));
            scenario.world(None, ORIGIN).unwrap_or_else(|error| panic!("{}: {error}", script.name));
            assert!(!script.description.ends_with('.'), "{}", script.name);
            assert!(!names.contains(&script.name), "{} stands there twice", script.name);
            names.push(script.name);
        }
        assert!(names.len() >= 35);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_valid_ones() {
        let message = Script::named("clam").unwrap_err().to_string();
        assert!(message.starts_with("unknown scenario \"clam\", did you mean \"calm\"?; there are daily, calm, "));
    }

    #[test]
    fn parameters_are_set_with_the_type_that_they_have() {
        let gray = Script::named("gray-zone").unwrap();
        let wrong = |texts: &[&str]| gray.play(&set(texts)).unwrap_err().to_string();
        assert_eq!(
            wrong(&["zoen=us-east-1c"]),
            "scenario gray-zone has no parameter \"zoen\", did you mean \"zone\"?; there are at, lasts, share, zone"
        );
        assert_eq!(wrong(&["share=much"]), "parameter share: \"much\" is no number");
        assert!(wrong(&["share=3"]).ends_with("share 3 is not within 0 to 1"), "{}", wrong(&["share=3"]));
        assert!(wrong(&["at=-2m"]).ends_with("\"-2m\" is negative"), "{}", wrong(&["at=-2m"]));
        let nowhere = gray.play(&set(&["zone=us-east-1x"])).unwrap().world(None, ORIGIN).unwrap_err();
        assert!(nowhere.to_string().ends_with("there is no zone \"us-east-1x\""), "{nowhere}");
        let mut world = play("gray-zone", &["zone=us-west-2c", "share=0.5", "at=1m", "lasts=3m"], 7);
        let loss = |world: &World| world.regions["us-west-2"].zones["us-west-2c"].causes.loss;
        for (seconds, expected) in [(59, 0.0), (60, 0.5), (239, 0.5), (240, 0.0)] {
            world.advance_to(ORIGIN.start + Duration::from_secs(seconds));
            assert_eq!(loss(&world), expected, "{seconds} s");
        }
    }

    #[test]
    fn what_a_file_gets_wrong_is_answered_with_its_place() {
        let rows = [
            (
                "[[events]]",
                "line 3, column 3: unknown field `events`, expected one of `name`, `description`, `parameters`, `load`, `before`, `event`; did you mean `event`?",
            ),
            (
                "[[event]]\nat = \"2m\"\nfault = { kind = \"earthquake\" }",
                "line 3, column 1: unknown fault \"earthquake\"",
            ),
            (
                "[[event]]\nat = \"soon\"\nfault = { kind = \"dead\" }",
                "line 3, column 1: \"soon\" is no length of time",
            ),
            (
                "[[event]]\nat = 5\nfault = { kind = \"dead\" }",
                "line 4, column 6: invalid type: integer `5`, expected a string",
            ),
            (
                "[[event]]\nat = \"1m\"\nfault = { kind = \"zone-power-loss\", zone = \"{zone}\" }",
                "line 3, column 1: there is no parameter \"zone\"",
            ),
            (
                "[parameters]\na = \"{b}x\"\nb = \"{c}\"\nc = \"{a}\"",
                "line 4, column 5: parameter a is made from itself: a → b → c → a",
            ),
            ("[parameters]\na = [1]", "line 4, column 5: a parameter is a text, a number, or true or false"),
            ("[load]\nday = [-1.0]\nnoise = 0.0", "line 3, column 1: load: day is one factor"),
            (
                "[[event]]\nat = \"1m\"\nfault = { kind = \"host\", instance = { grop = \"web-asg\" } }",
                "line 3, column 1: instance: unknown field `grop`",
            ),
            (
                "[[event]]\nat = \"1m\"\nfault = { kind = \"host\", instance = { group = \"nobody\" } }",
                "line 3, column 1: there is no running instance in group nobody",
            ),
            (
                "[[before]]\nregion = \"us-east-1\"\nkind = \"group\"\nset = {}",
                "line 3, column 1: there is no kind \"group\", did you mean \"groups\"?",
            ),
            (
                "[[before]]\nregion = \"us-east-1\"\nkind = \"groups\"\nname = \"web-asc\"\nset = {}",
                "line 3, column 1: there is no \"web-asc\" in groups, did you mean \"web-asg\"?",
            ),
            (
                "[[before]]\nregion = \"us-east-1\"\nkind = \"groups\"\nname = \"web-asg\"\nset = { maxx = 3 }",
                "line 3, column 1: unknown field `maxx`",
            ),
            (
                "[[before]]\nregion = \"us-east-1\"\nkind = \"groups\"\nname = \"web-asg\"\nset = { max = 3 }",
                "line 3, column 1: regions.us-east-1.groups[0]: min 12 <= desired 21 <= max 3 does not hold",
            ),
        ];
        for (text, expected) in rows {
            let message = refusal(text);
            assert!(message.starts_with(expected), "{text}\n{message}");
        }
    }

    fn play(name: &str, settings: &[&str], seed: u64) -> World {
        let scenario = Script::named(name).unwrap().play(&set(settings)).unwrap();
        let mut world = scenario.world(None, Origin { seed, ..ORIGIN }).unwrap();
        world.plan(scenario.timeline());
        world
    }

    /// Zone and service of every instance of us-east-1 that does not serve, after so many minutes.
    fn sick(world: &mut World, minutes: u64) -> Vec<(String, String)> {
        world.advance_to(ORIGIN.start + Duration::from_secs(minutes * 60));
        let region = &world.regions["us-east-1"];
        let running = region.instances.values().filter(|instance| instance.state.as_str() == "running");
        let sick = running.filter(|instance| !crate::sim::physics::serves(region, instance, world.now));
        let named = |instance: &crate::sim::world::Instance| {
            (instance.zone.to_string(), instance.service.as_ref().map(ToString::to_string).unwrap_or_default())
        };
        sick.map(named).collect()
    }

    #[test]
    fn a_share_of_each_service_in_a_zone_hangs_and_two_of_one_at_least_aws_domain_b2() {
        for (share, least, most) in [("share=0.05", 2, 5), ("share=0.5", 8, 16), ("share=1", 20, 30)] {
            for seed in [1, 7, 8] {
                let sick = sick(&mut play("partial-zone", &[share], seed), 2);
                assert!(sick.iter().all(|(zone, _)| zone == "us-east-1b"), "{sick:?}");
                assert!((least..=most).contains(&sick.len()), "{share}, seed {seed}: {sick:?}");
                let of = |service: &str| sick.iter().filter(|(_, own)| own == service).count();
                assert!(sick.iter().any(|(_, service)| of(service) >= 2), "{share}, seed {seed}: {sick:?}");
            }
        }
    }

    #[test]
    fn a_release_that_reaches_one_zone_first_is_in_that_zone_alone_for_long() {
        let sick = sick(&mut play("release-one-zone", &[], 7), 9);
        assert!(sick.len() >= 4, "{sick:?}");
        let web = |zone: &str| sick.iter().filter(|(own, service)| own == zone && service == "web").count();
        assert!(web("us-east-1a") >= 4 && sick.len() - web("us-east-1a") <= 2, "{sick:?}");
    }

    #[test]
    fn seeds_choose_the_victims_and_steps_do_not_matter() {
        let run = |seed: u64, steps: &[u64]| {
            let mut world = play("suspended-launch", &[], seed);
            for step in steps {
                world.advance_to(world.now + Duration::from_secs(*step));
            }
            assert_eq!(world.faults.len(), 3, "three different ones");
            state::document(&world).to_string()
        };
        let whole = run(7, &[1200]);
        assert_eq!(whole, run(7, &[30; 40]));
        assert_ne!(whole, run(8, &[1200]));
    }
}
