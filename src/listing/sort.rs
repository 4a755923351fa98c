//! Sorting by a column's typed values.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::id::Region;

use super::list::List;
use super::name::UnknownName;
use super::rows::Rows;
use super::value::Value;

/// By which column, and which way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The column's position in [`List::columns`].
    pub column: usize,
    /// Greatest first.
    pub descending: bool,
}

impl Sort {
    /// Reads `COL`, or `-COL` for descending.
    pub fn parse(text: &str, list: &List) -> Result<Self, UnknownName> {
        let text = text.trim();
        let (key, descending) = text.strip_prefix('-').map_or((text, false), |key| (key, true));
        Ok(Self { column: list.column(key)?, descending })
    }
}

/// Orders `rows`: by the column's values, what is absent and then what is unknown last either way, ties by region and id.
pub(super) fn order(rows: &Rows<'_>, kept: Vec<usize>, sort: Option<&Sort>) -> Vec<usize> {
    let mut keyed: Vec<(Key, usize)> = kept.into_iter().map(|i| (Key::of(rows, i, sort), i)).collect();
    if sort.is_some_and(|sort| sort.column == 0) {
        keep_trees_whole(rows, &mut keyed);
    }
    let descending = sort.is_some_and(|sort| sort.descending);
    keyed.sort_by(|(a, i), (b, j)| a.compare(b, descending).then_with(|| rows.compare(*i, *j)));
    keyed.into_iter().map(|(_, i)| i).collect()
}

/// By verdict a tree stands where the gravest of it belongs, so that what is in trouble is seen under what it belongs to.
fn keep_trees_whole(rows: &Rows<'_>, keyed: &mut [(Key, usize)]) {
    let mut gravest: BTreeMap<(&Region, String), u8> = BTreeMap::new();
    let mut roots: Vec<Option<(&Region, String)>> = Vec::with_capacity(keyed.len());
    for (key, i) in keyed.iter() {
        let root = rows.root(*i);
        if let (Key::Gravity(gravity), Some(root)) = (key, &root) {
            let worst = gravest.entry(root.clone()).or_insert(*gravity);
            *worst = (*worst).min(*gravity);
        }
        roots.push(root);
    }
    for ((key, _), root) in keyed.iter_mut().zip(roots) {
        if let Some(worst) = root.and_then(|root| gravest.get(&root)) {
            *key = Key::Gravity(*worst);
        }
    }
}

/// What a row is ordered by.
enum Key {
    /// Its place in the verdict's order, the gravest first.
    Gravity(u8),
    /// A cell's value.
    Cell(Value),
    /// Nothing: ids decide.
    Nothing,
}

impl Key {
    fn of(rows: &Rows<'_>, i: usize, sort: Option<&Sort>) -> Self {
        match sort {
            None => Self::Nothing,
            Some(Sort { column: 0, .. }) => Self::Gravity(u8::MAX - rows.verdict(i).severity()),
            Some(sort) => Self::Cell(rows.cell(i, sort.column)),
        }
    }

    fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let order = match (self, other) {
            (Self::Gravity(a), Self::Gravity(b)) => a.cmp(b),
            (Self::Cell(a), Self::Cell(b)) if a.is_present() && b.is_present() => a.compare(b),
            (Self::Cell(a), Self::Cell(b)) => return absence(a).cmp(&absence(b)),
            _ => Ordering::Equal,
        };
        if descending { order.reverse() } else { order }
    }
}

/// What is absent comes after what is there, and what is unknown after that.
fn absence(value: &Value) -> u8 {
    match value {
        Value::Unknown => 2,
        Value::None => 1,
        _ => 0,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estate::Kind;
    use crate::listing::fixture::Shop;
    use crate::listing::{Filter, find};

    fn sorted(shop: &Shop, list: &str, by: &str) -> Vec<String> {
        let picture = shop.picture();
        let list = find(list).unwrap();
        let rows = list.rows(&picture);
        let sort = Sort::parse(by, list).unwrap();
        rows.order(&Filter::default(), Some(&sort)).into_iter().map(|i| rows.id(i).id).collect()
    }

    #[test]
    fn rows_sort_by_what_their_cells_are() {
        let shop = Shop::calm();
        assert_eq!(
            sorted(&shop, "instances", "name"),
            ["i-0d4", "i-0a1", "i-0b2", "i-0c3"],
            "web-10 comes after web-2"
        );
        assert_eq!(sorted(&shop, "instances", "age"), ["i-0b2", "i-0a1", "i-0c3", "i-0d4"], "equal ages by id");
        assert_eq!(sorted(&shop, "instances", "-age"), ["i-0d4", "i-0a1", "i-0c3", "i-0b2"], "equal ages by id, still");
    }

    #[test]
    fn the_absent_and_the_unknown_come_last_either_way() {
        let shop = Shop::calm();
        for by in ["group", "-group"] {
            assert_eq!(sorted(&shop, "instances", by).last().unwrap(), "i-0d4", "{by}");
        }
        assert_eq!(sorted(&shop, "databases", "-lag").last().unwrap(), "orders-replica");
        let blind = Shop::calm().denied(Kind::InstanceStatuses, "ec2:DescribeInstanceStatus");
        assert_eq!(sorted(&blind, "instances", "-system_check").len(), 4);
    }

    #[test]
    fn the_gravest_come_first() {
        let mut shop = Shop::calm();
        shop.targets(["healthy", "unhealthy", "healthy"]);
        assert_eq!(sorted(&shop, "instances", "verdict").first().unwrap(), "i-0b2");
    }
}
