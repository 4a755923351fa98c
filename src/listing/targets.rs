//! `targets`: one row a target of a target group, or an instance behind a classic balancer (`aws-domain.md` A.3).

use std::cmp::Ordering;

use crate::estate::balancer::{ClassicState, ClassicTarget, Target, TargetGroup, TargetState};
use crate::estate::{Kind, Part};
use crate::id::{Text, ZoneName};
use crate::judge::target_group::reason_words;
use crate::judge::{Assessment, Verdict};

use super::list::{Column, List, Listed};
use super::place::{Place, Stretch};
use super::value::Value;

/// The list.
pub(super) const LIST: List = List::of::<Targets>(
    "targets",
    &["target", "tg", "health"],
    "Targets of balancers: health and reason, target by target",
    &[
        Kind::Targets,
        Kind::TargetGroups,
        Kind::ClassicTargets,
        Kind::ClassicBalancers,
        Kind::LoadBalancers,
        Kind::Zones,
        Kind::Instances,
        Kind::Subnets,
    ],
    4,
);

struct Targets;

type Col = Column<Targets>;

#[derive(Clone, Copy)]
enum TargetRow<'a> {
    Grouped { arn: &'a Text, target: &'a Target },
    Classic { balancer: &'a Text, target: &'a ClassicTarget },
}

impl Listed for Targets {
    type Row<'a> = TargetRow<'a>;

    const COLUMNS: &'static [Col] = &[
        Col::new(
            "target_group",
            "TARGET GROUP",
            "The target group; classic balancers have none",
            |row, place| match row {
                TargetRow::Grouped { arn, .. } => {
                    row.group(place).map_or_else(|| (*arn).into(), |group| (&group.name).into())
                }
                TargetRow::Classic { .. } => Value::None,
            },
        )
        .sized(20, 1)
        .called(&["group"]),
        Col::new("target", "TARGET", "An instance id, an address or an ARN", |row, _| row.target().into())
            .sized(19, 0)
            .called(&["id", "instance"]),
        Col::new("port", "PORT", "The port checked", |row, _| match row {
            TargetRow::Grouped { target, .. } => Value::maybe(target.port),
            TargetRow::Classic { .. } => Value::None,
        })
        .sized(5, 5)
        .right(),
        Col::new("state", "STATE", "Its health, by the balancer's word", |row, _| row.state().into())
            .sized(9, 0)
            .called(&["health"]),
        Col::new("cause", "CAUSE", "The reason for that, in words", |row, _| match row.reason() {
            Some(code) => reason_words(code).into(),
            None => Value::None,
        })
        .sized(22, 2),
        Col::new("reason", "CODE", "AWS's code for it", |row, _| Value::maybe(row.reason()))
            .hidden(28)
            .called(&["code"]),
        Col::new("zone", "ZONE", "The zone: AWS names it for addresses, instances are joined", |row, place| {
            row.zone_cell(place)
        })
        .sized(10, 1),
        Col::new("zone_id", "ZONE ID", "Its physical id", |row, place| match row.zone(place) {
            Some(zone) => place.zone_id_of(Some(zone)),
            None => row.zone_cell(place),
        })
        .sized(8, 6),
        Col::new("override", "OVERRIDE", "A zonal shift that keeps traffic from it, whatever its health", |row, _| {
            Value::maybe(row.administrative_override())
        })
        .sized(18, 3),
        Col::new("load_balancers", "BALANCERS", "The balancers that route to it", |row, place| {
            match (row, row.group(place)) {
                (TargetRow::Classic { balancer, .. }, _) => Value::Texts(vec![balancer.to_string()]),
                (TargetRow::Grouped { .. }, None) => Value::Unknown,
                (TargetRow::Grouped { .. }, Some(group)) => {
                    Value::Texts(group.load_balancers.iter().map(|arn| arn.short().to_owned()).collect())
                }
            }
        })
        .sized(18, 4)
        .called(&["balancer"]),
        Col::new("balancer_type", "BALANCER", "application, network, gateway or classic", balancer_type).sized(11, 7),
        Col::new("target_group_arn", "ARN", "The target group's ARN", |row, _| match row {
            TargetRow::Grouped { arn, .. } => (*arn).into(),
            TargetRow::Classic { .. } => Value::None,
        })
        .hidden(60)
        .called(&["arn"]),
        Col::new("description", "AWS SAYS", "AWS's sentence", |row, _| Value::maybe(row.description())).hidden(40),
    ];

    fn rows<'a>(place: &Place<'a>) -> Vec<Stretch<'a, TargetRow<'a>>> {
        let grouped = place.read::<Target, _>(|_, part, slice, i| match part {
            Part::Of(arn) => slice.rows().get(i).map(|target| TargetRow::Grouped { arn, target }),
            Part::All | Part::Zone(_) => None,
        });
        let classic = place.read::<ClassicTarget, _>(|_, part, slice, i| match part {
            Part::Of(balancer) => slice.rows().get(i).map(|target| TargetRow::Classic { balancer, target }),
            Part::All | Part::Zone(_) => None,
        });
        grouped.chain(classic).collect()
    }

    fn id(row: &TargetRow<'_>) -> String {
        match row {
            TargetRow::Grouped { arn, target } => {
                let port = target.port.map(|port| format!(":{port}")).unwrap_or_default();
                format!("{arn} {}{port}", target.id)
            }
            TargetRow::Classic { balancer, target } => format!("{balancer} {}", target.instance),
        }
    }

    fn find<'a>(stretch: &Stretch<'a, TargetRow<'a>>, id: &str, place: &Place<'a>) -> Option<usize> {
        let (part, _) = stretch.origin()?;
        // Ids begin with the parent, and most stretches are of another.
        let is_of = matches!(part, Part::Of(parent) if id.starts_with(&**parent));
        let mut rows = 0..if is_of { stretch.len } else { 0 };
        rows.find(|i| stretch.row(place, *i).is_some_and(|row| Self::id(&row) == id))
    }

    fn verdict<'a>(row: &TargetRow<'a>, place: &Place<'a>) -> Verdict {
        match row {
            TargetRow::Grouped { target, .. } if target.state == TargetState::Healthy => Verdict::Ok,
            TargetRow::Classic { target, .. } if target.state == ClassicState::InService => Verdict::Ok,
            _ => Self::assess(row, place).verdict,
        }
    }

    fn compare<'a>(a: &TargetRow<'a>, b: &TargetRow<'a>, _: &Place<'a>) -> Ordering {
        match (a, b) {
            // Targets of one group on one port, the most of all, in the order of their ids without the ids being made.
            (TargetRow::Grouped { arn: x, target: a }, TargetRow::Grouped { arn: y, target: b })
                if a.port == b.port && a.id.len() == b.id.len() =>
            {
                x.cmp(y).then_with(|| a.id.cmp(&b.id))
            }
            _ => Self::id(a).cmp(&Self::id(b)),
        }
    }

    fn assess<'a>(row: &TargetRow<'a>, _: &Place<'a>) -> Assessment {
        let why = row.reason().map(|code| reason_words(code).to_owned());
        let mut assessment = Assessment::ok();
        match row {
            TargetRow::Grouped { target, .. } => match &target.state {
                TargetState::Unhealthy | TargetState::UnhealthyDraining => {
                    assessment.add(Verdict::Warning, why.unwrap_or_else(|| "unhealthy".to_owned()));
                }
                TargetState::Other(word) => {
                    assessment.add(Verdict::Unknown, format!("state {word} is not known to fournines"))
                }
                TargetState::Healthy
                | TargetState::Initial
                | TargetState::Draining
                | TargetState::Unused
                | TargetState::Unavailable => {}
            },
            TargetRow::Classic { target, .. } => match &target.state {
                ClassicState::InService => {}
                ClassicState::OutOfService => {
                    let words = target.description.as_deref().filter(|words| *words != "N/A");
                    assessment.add(Verdict::Warning, words.unwrap_or("out of service").to_owned());
                }
                ClassicState::Unknown | ClassicState::Other(_) => {
                    assessment.add(Verdict::Unknown, "unknown to the balancer")
                }
            },
        }
        assessment
    }
}

impl<'a> TargetRow<'a> {
    fn group(&self, place: &Place<'a>) -> Option<&'a TargetGroup> {
        match self {
            Self::Grouped { arn, .. } => place.index().target_group(arn),
            Self::Classic { .. } => None,
        }
    }

    fn target(&self) -> &'a Text {
        match self {
            Self::Grouped { target, .. } => &target.id,
            Self::Classic { target, .. } => target.instance.text(),
        }
    }

    fn state(&self) -> &'a str {
        match self {
            Self::Grouped { target, .. } => target.state.as_str(),
            Self::Classic { target, .. } => target.state.as_str(),
        }
    }

    fn reason(&self) -> Option<&'a str> {
        match self {
            Self::Grouped { target, .. } => target.reason.as_deref(),
            Self::Classic { target, .. } => target.reason.as_deref().filter(|code| *code != "N/A"),
        }
    }

    fn description(&self) -> Option<&'a Text> {
        match self {
            Self::Grouped { target, .. } => target.description.as_ref(),
            Self::Classic { target, .. } => target.description.as_ref(),
        }
    }

    fn administrative_override(&self) -> Option<&'a str> {
        match self {
            Self::Grouped { target, .. } => {
                target.administrative_override.as_deref().filter(|word| *word != "no_override")
            }
            Self::Classic { .. } => None,
        }
    }

    fn zone(&self, place: &Place<'a>) -> Option<&'a ZoneName> {
        match self {
            Self::Grouped { target, .. } => place.index().zone_of_target(target),
            Self::Classic { target, .. } => place.index().zone_of_instance(target.instance.as_str()),
        }
    }

    /// A balancer or a function behind a balancer has no zone; everything else is in one, known or not.
    fn zone_cell(&self, place: &Place<'a>) -> Value {
        let zoneless = match self {
            Self::Grouped { target, .. } => {
                target.zone.as_ref().is_some_and(|zone| zone.as_str() == "all")
                    || self
                        .group(place)
                        .and_then(|group| group.target_type.as_deref())
                        .is_some_and(|kind| matches!(kind, "lambda" | "alb"))
            }
            Self::Classic { .. } => false,
        };
        match self.zone(place) {
            Some(zone) => zone.text().into(),
            None if zoneless => Value::None,
            None => Value::Unknown,
        }
    }
}

fn balancer_type<'a>(row: &TargetRow<'a>, place: &Place<'a>) -> Value {
    if matches!(row, TargetRow::Classic { .. }) {
        return "classic".into();
    }
    let Some(group) = row.group(place) else { return Value::Unknown };
    let Some(arn) = group.load_balancers.first() else { return Value::None };
    Value::known(place.balancer(arn).map(|balancer| &balancer.balancer_type))
}
