//! `fournines list`: the rows of one list as a table, JSON or CSV.
//!
//! Owns: the document `fournines/list/1`. Depends on: lists. Must stay true: what could not be read is said beside the rows, and
//! a list that may miss rows never exits 0.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::config::Setting;
use crate::judge::{Picture, Verdict};
use crate::listing::{Filter, Gap, HIDDEN, List, Rows, Sort, Value};

use super::args::ListArgs;
use super::table::{Heading, lay_out};
use super::{Exit, Rendered};

/// How to write the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people; cut to a width in cells, where one is given.
    Table(Option<usize>),
    /// The document.
    Json,
    /// Comma-separated values.
    Csv,
}

impl ListArgs {
    /// How to write the rows: `width` is the terminal's, where standard output is one.
    pub fn format(&self, width: Option<usize>) -> Format {
        match (self.json, self.csv) {
            (true, _) => Format::Json,
            (_, true) => Format::Csv,
            _ => Format::Table(width),
        }
    }
}

/// What is asked, understood: to be made before anything is read, so that a typo costs no call.
#[derive(Debug, Clone)]
pub struct Question {
    list: &'static List,
    filter: Filter,
    sort: Option<Sort>,
}

impl Question {
    /// Understands filter and sort for the list. The error is for people, and ends the program with [`Exit::SetUp`].
    pub fn new(list: &'static List, filter: Option<&str>, sort: Option<&str>) -> Result<Self, String> {
        let filter = Filter::parse(filter.unwrap_or_default(), list).map_err(|error| error.to_string())?;
        let sort = sort.map(|sort| Sort::parse(sort, list)).transpose().map_err(|error| format!("--sort: {error}"))?;
        Ok(Self { list, filter, sort })
    }

    /// The list asked for; its kinds are what must be read.
    pub fn list(&self) -> &'static List {
        self.list
    }
}

/// Answers. `columns` are the config's, by list.
pub fn render(
    picture: &Picture,
    question: &Question,
    columns: &BTreeMap<&'static str, Setting<Vec<&'static str>>>,
    format: Format,
) -> Rendered {
    let rows = question.list.rows(picture);
    let order = rows.order(&question.filter, question.sort.as_ref());
    let text = match format {
        Format::Table(width) => {
            let chosen = columns.get(question.list.name).map(|setting| setting.value.as_slice());
            table(&rows, &order, &question.filter, chosen, width)
        }
        Format::Json => document(&rows, &order),
        Format::Csv => csv(&rows, &order),
    };
    let exit = if rows.misses_rows() { Exit::Verdict(Verdict::Unknown) } else { Exit::Done };
    Rendered { text, notes: rows.gaps().iter().map(|gap| note(question.list, gap)).collect(), exit }
}

/// What a gap means for the reader.
fn note(list: &List, gap: &Gap) -> String {
    let consequence = match (gap.unsupported, list.own_kinds().contains(&gap.kind)) {
        (true, _) => "not offered here",
        (false, true) if gap.age.is_some() => "rows are old, and newer ones may be missing",
        (false, true) => "rows are missing",
        (false, false) => "cells that need it are unknown",
    };
    let remedy = gap.iam_action.as_ref().map(|action| format!("; allow {action}")).unwrap_or_default();
    format!("{consequence}: {gap}{remedy}")
}

fn table(
    rows: &Rows<'_>,
    order: &[usize],
    filter: &Filter,
    chosen: Option<&[&'static str]>,
    width: Option<usize>,
) -> String {
    if order.is_empty() && rows.is_complete() {
        return if filter.is_empty() { "none\n".to_owned() } else { format!("none of {} match\n", rows.len()) };
    }
    let all = rows.list().columns();
    let shown: Vec<usize> = match chosen {
        Some(names) => names.iter().filter_map(|name| all.iter().position(|column| column.name == *name)).collect(),
        None => (0..all.len()).filter(|i| all.get(*i).is_some_and(|column| column.rank != HIDDEN)).collect(),
    };
    let headings: Vec<Heading> = shown
        .iter()
        .filter_map(|column| all.get(*column))
        .map(|column| Heading {
            title: column.title.to_owned(),
            right: column.right,
            ideal: column.width.into(),
            rank: column.rank,
        })
        .collect();
    let cells: Vec<Vec<String>> =
        order.iter().map(|i| shown.iter().map(|column| rows.cell(*i, *column).text()).collect()).collect();
    lay_out(&headings, &cells, width)
}

fn document(rows: &Rows<'_>, order: &[usize]) -> String {
    let columns = rows.list().columns();
    let row = |i: &usize| {
        let mut fields = Map::new();
        let mut unknown: Vec<&str> = Vec::new();
        for (position, column) in columns.iter().enumerate() {
            let cell = rows.cell(*i, position);
            if cell == Value::Unknown {
                unknown.push(column.name);
            }
            fields.insert(column.name.to_owned(), cell.json());
        }
        fields.insert("unknown".to_owned(), json!(unknown));
        fields.insert("stale".to_owned(), json!(rows.is_stale(*i)));
        fields.insert("read_age_s".to_owned(), json!(rows.age(*i).map(|age| age.as_secs_f64())));
        Json::Object(fields)
    };
    let error = |gap: &Gap| {
        json!({
            "region": gap.region, "kind": gap.kind_word(), "code": gap.code,
            "message": gap.message.as_ref().unwrap_or(&gap.reason), "iam_action": gap.iam_action,
            "failure": gap.failure.map(crate::estate::FailureKind::as_str), "reads": gap.parts,
        })
    };
    let document = json!({
        "schema": "fournines/list/1",
        "list": rows.list().name,
        "taken_at": rows.taken_at(),
        "complete": rows.is_complete(),
        "errors": rows.gaps().iter().map(error).collect::<Vec<_>>(),
        "rows": order.iter().map(row).collect::<Vec<_>>(),
    });
    super::document::write(&document)
}

fn csv(rows: &Rows<'_>, order: &[usize]) -> String {
    let columns = rows.list().columns();
    let header = columns.iter().map(|column| column.name.to_owned()).collect();
    let lines = order.iter().map(|i| (0..columns.len()).map(|column| rows.cell(*i, column).plain()).collect());
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in std::iter::once::<Vec<String>>(header).chain(lines) {
        if writer.write_record(line).is_err() {
            break; // Writing to memory does not fail, and every record has as many fields.
        }
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::{Config, Overrides, Source};
    use crate::estate::Kind;
    use crate::estate::instance::Instance;
    use crate::listing::fixture::Shop;
    use crate::listing::{LISTS, find};

    fn answer(picture: &Picture, list: &str, filter: &str, format: Format) -> Rendered {
        let question =
            Question::new(find(list).unwrap(), Some(filter), Some("name").filter(|_| list == "instances")).unwrap();
        render(picture, &question, &BTreeMap::new(), format)
    }

    fn json_of(picture: &Picture, list: &str) -> Json {
        serde_json::from_str(&answer(picture, list, "", Format::Json).text).unwrap()
    }

    #[test]
    fn every_list_writes_every_format() {
        let picture = Shop::calm().picture();
        for list in LISTS {
            let document = json_of(&picture, list.name);
            assert_eq!(document["schema"], "fournines/list/1");
            assert_eq!((&document["complete"], &document["errors"]), (&json!(true), &json!([])), "{}", list.name);
            for row in document["rows"].as_array().unwrap() {
                let fields = row.as_object().unwrap();
                assert!(list.columns().iter().all(|column| fields.contains_key(column.name)), "{}", list.name);
            }
            let csv = answer(&picture, list.name, "", Format::Csv).text;
            assert!(csv.starts_with("verdict,") && csv.lines().next().unwrap().ends_with("region,reasons"), "{csv}");
        }
    }

    #[test]
    fn a_table_reads_at_a_glance() {
        let mut shop = Shop::calm();
        shop.targets(["healthy", "unhealthy", "healthy"]);
        let picture = shop.picture();
        let table = answer(&picture, "targets", "checkout", Format::Table(Some(80))).text;
        assert_eq!(
            table,
            "\
VERDICT  TARGET GROUP  TARGET  STATE      CAUSE      ZONE        REASONS
ok       checkout      i-0a1   healthy    -          us-east-1a  -
warning  checkout      i-0b2   unhealthy  time-outs  us-east-1b  time-outs
ok       checkout      i-0c3   healthy    -          us-east-1c  -
"
        );
        let narrow = answer(&picture, "instances", "", Format::Table(Some(60))).text;
        assert!(narrow.lines().all(|line| line.chars().count() <= 60), "{narrow}");
    }

    #[test]
    fn what_could_not_be_read_is_never_missing_in_silence() {
        let picture = Shop::calm().denied(Kind::Instances, "ec2:DescribeInstances").picture();
        let denied = answer(&picture, "instances", "", Format::Table(None));
        assert_eq!(denied.exit.code(), 3);
        assert!(
            denied.notes.iter().any(|note| note.starts_with("rows are missing: us-east-1: instances: ")),
            "{:?}",
            denied.notes
        );
        assert!(!denied.text.contains("none"), "{}", denied.text);
        let document = json_of(&picture, "instances");
        assert_eq!(
            (&document["complete"], &document["errors"][0]["iam_action"]),
            (&json!(false), &json!("ec2:DescribeInstances"))
        );

        let blind = Shop::calm().denied(Kind::InstanceStatuses, "ec2:DescribeInstanceStatus").picture();
        assert_eq!(answer(&blind, "instances", "", Format::Json).exit, Exit::Done, "no row is missing");
        let row = &json_of(&blind, "instances")["rows"][0];
        assert_eq!((&row["system_check"], &row["verdict"]), (&Json::Null, &json!("unknown")));
        assert!(row["unknown"].as_array().unwrap().contains(&json!("system_check")));

        let stale = Shop::calm().picture_after(3600);
        let old = answer(&stale, "groups", "", Format::Json);
        assert_eq!(old.exit.code(), 3);
        assert_eq!(json_of(&stale, "groups")["rows"][0]["stale"], json!(true));
    }

    #[test]
    fn nothing_there_is_said_to_be_none() {
        let empty = Shop::empty().picture();
        let instances = answer(&empty, "instances", "", Format::Table(None));
        assert_eq!((instances.text.as_str(), instances.notes.len(), instances.exit), ("none\n", 0, Exit::Done));
        assert_eq!(
            answer(&Shop::calm().picture(), "instances", "nowhere", Format::Table(None)).text,
            "none of 4 match\n"
        );
    }

    #[test]
    fn names_cannot_drive_the_terminal_or_break_the_csv() {
        let mut shop = Shop::calm();
        shop.put::<Instance>(json!([{
            "id": "i-0e5", "zone": "us-east-1a", "state": "running", "instance_type": "m7g.large", "volumes": [],
            "tags": [["Name", "evil\u{1b}[2J,\"x\"\nnext"]],
        }]));
        let picture = shop.picture();
        for format in [Format::Table(None), Format::Csv] {
            let text = answer(&picture, "instances", "", format).text;
            assert_eq!(text.lines().count(), 2, "{text}");
            assert!(!text.contains('\u{1b}'), "{text}");
        }
        let csv = answer(&picture, "instances", "", Format::Csv).text;
        assert!(csv.contains("\"evil\\u{1b}[2J,\"\"x\"\"\\nnext\""), "{csv}");
    }

    #[test]
    fn the_config_chooses_the_columns_and_typos_cost_no_call() {
        let source =
            Source { path: "config.toml".into(), text: "[columns]\ninstances = [\"name\", \"zone\"]".to_owned() };
        let config = Config::load(Some(&source), &|_| None, &Overrides::default()).unwrap();
        let question = Question::new(find("instances").unwrap(), Some("god"), None).unwrap();
        let answer = render(&Shop::calm().picture(), &question, &config.columns, Format::Table(None));
        assert_eq!(answer.text, "NAME     ZONE\ngod box  us-east-1a\n");
        let error = Question::new(find("groups").unwrap(), None, Some("-desird")).unwrap_err();
        assert!(error.contains("did you mean `desired`?"), "{error}");
    }
}
