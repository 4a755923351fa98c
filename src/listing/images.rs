//! `images`: this account's machine images.

use crate::estate::Kind;
use crate::estate::image::Image;
use crate::judge::{Assessment, Verdict};

use super::list::{Column, List, Listed};
use super::place::{Place, Stretch};
use super::value::Value;

/// The list.
pub(super) const LIST: List = List::of::<Images>(
    "images",
    &["image", "ami", "amis"],
    "This account's images: state, age, deprecation",
    &[Kind::Images, Kind::Instances],
    1,
);

struct Images;

type Col = Column<Images>;

impl Listed for Images {
    type Row<'a> = &'a Image;

    const COLUMNS: &'static [Col] = &[
        Col::new("id", "ID", "The image's id", |row, _| row.id.text().into()).sized(21, 0).called(&["image"]),
        Col::new("name", "NAME", "Its name", |row, _| Value::maybe(row.name.as_ref())).sized(32, 1),
        Col::new("state", "STATE", "EC2's word", |row, _| (&row.state).into()).sized(9, 1),
        Col::new("architecture", "ARCH", "arm64 or x86_64", |row, _| Value::maybe(row.architecture.as_ref()))
            .sized(7, 5),
        Col::new("age_s", "AGE", "Time since it was made", |row, place| place.age_of(row.created_at))
            .sized(5, 2)
            .right(),
        Col::new("instances", "INSTANCES", "Instances that were started from it", |row, place| {
            match place.trusts_all(Kind::Instances) {
                true => place.started_from(row.id.as_str()).into(),
                false => Value::Unknown,
            }
        })
        .sized(9, 2)
        .right(),
        Col::new("created_at", "CREATED", "When it was made", |row, _| Value::maybe(row.created_at)).sized(17, 4),
        Col::new("deprecated_at", "DEPRECATED", "From when new listings hide it; it still launches by id", |row, _| {
            Value::maybe(row.deprecated_at)
        })
        .sized(17, 4),
        Col::new("last_launched_at", "LAST LAUNCHED", "When it was last launched, up to a day late", |row, _| {
            Value::maybe(row.last_launched_at)
        })
        .sized(17, 5),
    ];

    fn rows<'a>(place: &Place<'a>) -> Vec<Stretch<'a, &'a Image>> {
        place.read::<Image, _>(|_, _, slice, i| slice.rows().get(i)).collect()
    }

    fn id(row: &&Image) -> String {
        row.id.to_string()
    }

    fn assess<'a>(row: &&'a Image, _: &Place<'a>) -> Assessment {
        let mut assessment = Assessment::ok();
        if matches!(&*row.state, "failed" | "error" | "invalid") {
            assessment.add(Verdict::Warning, format!("state {}: nothing launches from it", row.state));
        }
        assessment
    }
}
