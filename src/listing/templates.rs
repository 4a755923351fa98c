//! `templates`: launch templates, and which groups launch what of them (`aws-domain.md` C.2).

use crate::estate::Kind;
use crate::estate::group::Group;
use crate::estate::image::{LaunchTemplate, LaunchTemplateVersion};
use crate::judge::Assessment;

use super::list::{Column, List, Listed};
use super::place::{Place, Stretch};
use super::value::Value;

/// The list.
pub(super) const LIST: List = List::of::<Templates>(
    "templates",
    &["template", "launch-templates", "lt"],
    "Launch templates: default and latest version, the groups that use them, who runs something else",
    &[Kind::LaunchTemplates, Kind::Groups, Kind::LaunchTemplateVersions, Kind::Images],
    1,
);

struct Templates;

type Col = Column<Templates>;

impl Listed for Templates {
    type Row<'a> = &'a LaunchTemplate;

    const COLUMNS: &'static [Col] = &[
        Col::new("name", "NAME", "The template's name", |row, _| (&row.name).into()).sized(22, 0).called(&["template"]),
        Col::new("id", "ID", "Its id", |row, _| row.id.text().into()).sized(20, 6),
        Col::new("default_version", "DEFAULT", "What $Default means", |row, _| version(row.default_version))
            .sized(7, 1)
            .right(),
        Col::new("latest_version", "LATEST", "What $Latest means", |row, _| version(row.latest_version))
            .sized(6, 1)
            .right(),
        Col::new(
            "groups",
            "GROUPS",
            "The groups that launch from it, with the version as each writes it",
            |row, place| {
                of_groups(row, place, |groups| Value::Texts(groups.iter().map(|group| named(group)).collect()))
            },
        )
        .sized(30, 2)
        .called(&["group"]),
        Col::new("members", "MEMBERS", "Members of those groups", |row, place| {
            of_groups(row, place, |groups| groups.iter().map(|group| group.members.len()).sum::<usize>().into())
        })
        .sized(7, 4)
        .right(),
        Col::new("drift", "DRIFT", "Members that run another version than their group would launch now", drift)
            .sized(6, 3)
            .right(),
        Col::new("image", "IMAGE", "The image of its latest version", |row, place| {
            latest(row, place, |version| Value::maybe(version.image.as_ref().map(|image| image.text())))
        })
        .sized(21, 4),
        Col::new(
            "image_age_s",
            "IMAGE AGE",
            "Time since that image was made; of this account's images alone",
            |row, place| {
                latest(row, place, |version| match &version.image {
                    Some(image) => {
                        place.image(image.as_str()).map_or(Value::Unknown, |image| place.age_of(image.created_at))
                    }
                    None => Value::None,
                })
            },
        )
        .sized(9, 4)
        .right(),
        Col::new("type", "TYPE", "The instance type of its latest version", |row, place| {
            latest(row, place, |version| Value::maybe(version.instance_type.as_ref()))
        })
        .sized(11, 5),
        Col::new("age_s", "AGE", "Time since its latest version was made", |row, place| {
            latest(row, place, |version| place.age_of(version.created_at))
        })
        .sized(5, 3)
        .right(),
        Col::new("description", "DESCRIPTION", "Of its latest version", |row, place| {
            latest(row, place, |version| Value::maybe(version.description.as_ref()))
        })
        .sized(30, 6),
    ];

    fn rows<'a>(place: &Place<'a>) -> Vec<Stretch<'a, &'a LaunchTemplate>> {
        place.read::<LaunchTemplate, _>(|_, _, slice, i| slice.rows().get(i)).collect()
    }

    fn id(row: &&LaunchTemplate) -> String {
        row.id.to_string()
    }

    /// Nothing is judged of a template: what it may do to its groups, the audit tells.
    fn assess<'a>(_: &&'a LaunchTemplate, _: &Place<'a>) -> Assessment {
        Assessment::ok()
    }
}

fn version(number: Option<i64>) -> Value {
    Value::maybe(number.map(Value::Integer))
}

fn named(group: &Group) -> String {
    let written = group.launch_source.as_ref().and_then(|source| source.version.as_deref()).unwrap_or("?");
    format!("{} {written}", group.name)
}

fn of_groups<'a>(row: &&'a LaunchTemplate, place: &Place<'a>, cell: impl Fn(&[&'a Group]) -> Value) -> Value {
    if place.trusts_all(Kind::Groups) { cell(place.launchers(row)) } else { Value::Unknown }
}

/// Members whose version is known to be another; one that does not say is counted by nobody.
fn drift<'a>(row: &&'a LaunchTemplate, place: &Place<'a>) -> Value {
    of_groups(row, place, |groups| {
        let of_group = |group: &&Group| {
            let wanted = group.launch_source.as_ref().and_then(|source| row.number_of(source.version.as_deref()?));
            let versions = group.members.iter().filter_map(|member| member.template_version.as_deref()?.parse().ok());
            versions.filter(|version: &i64| wanted.is_some_and(|wanted| wanted != *version)).count()
        };
        groups.iter().map(of_group).sum::<usize>().into()
    })
}

/// A cell of the latest version: versions are read only of templates that a group uses.
fn latest<'a>(row: &&'a LaunchTemplate, place: &Place<'a>, cell: impl Fn(&'a LaunchTemplateVersion) -> Value) -> Value {
    let version = row.latest_version.and_then(|number| place.template_version(row, number));
    version.map_or(Value::Unknown, cell)
}
