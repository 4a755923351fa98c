//! Pages of a listing, and the tokens between them.
//!
//! Owns: page sizes with their bounds, and opaque tokens. Must stay true: a token names the last item given, not its position,
//! so that items which come or go between two pages neither repeat nor hide others; a token of another action is refused.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::error::{ApiError, Code};
use super::request::Request;
use super::service::Service;

/// What an action calls its limit and its token, and how many items it gives.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The parameter that limits, such as `MaxResults`.
    pub limit: &'static str,
    /// The parameter that carries the token, such as `NextToken`.
    pub token: &'static str,
    /// The smallest limit accepted.
    pub least: i64,
    /// The largest limit accepted.
    pub most: i64,
    /// Items a page when nothing is asked; `usize::MAX` gives everything.
    pub default: usize,
}

impl Bounds {
    /// EC2's: 5 to 1,000, everything when not asked (`aws-domain.md` A.1).
    pub const EC2: Self = Self { limit: "MaxResults", token: "NextToken", least: 5, most: 1000, default: usize::MAX };
    /// RDS's: 20 to 100, 100 when not asked (`aws-domain.md` A.4).
    pub const RDS: Self = Self { limit: "MaxRecords", token: "Marker", least: 20, most: 100, default: 100 };
}

/// Where a page starts and how long it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pager {
    action: String,
    after: Option<String>,
    limit: usize,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// The token of the next page, if there is one.
    pub token: Option<String>,
}

impl Pager {
    /// Reads limit and token of a request.
    ///
    /// # Errors
    /// A limit out of bounds, or a token that this action did not give: with the service's own code and words.
    pub fn new(request: &Request, bounds: &Bounds) -> Result<Self, ApiError> {
        let limit = match request.params.integer(bounds.limit)? {
            None => bounds.default,
            Some(limit) if limit < bounds.least || limit > bounds.most => {
                return Err(out_of_bounds(request.service, bounds, limit));
            }
            Some(limit) => usize::try_from(limit).unwrap_or(bounds.default),
        };
        let after = match request.params.text(bounds.token).filter(|token| !token.is_empty()) {
            None => None,
            Some(token) => {
                Some(key_of(token, &request.action).ok_or_else(|| wrong_token(request.service, bounds, token))?)
            }
        };
        Ok(Self { action: request.action.clone(), after, limit })
    }

    /// The key after which this page starts: a listing that can seek starts there itself.
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// Takes this page from items in any order: the least after `after`, which is what the caller reads from
    /// [`Pager::after`]. The rest is not sorted, and `text` makes the token of the last item only.
    pub fn least<T, K: Ord>(
        &self,
        items: impl IntoIterator<Item = T>,
        after: Option<K>,
        key: impl Fn(&T) -> K,
        text: impl Fn(&T) -> String,
    ) -> Page<T> {
        let mut kept: BinaryHeap<Keyed<K, T>> = BinaryHeap::new();
        for item in items {
            let key = key(&item);
            let is_late = kept.len() > self.limit && kept.peek().is_some_and(|greatest| key >= greatest.key);
            if is_late || after.as_ref().is_some_and(|after| key <= *after) {
                continue;
            }
            kept.push(Keyed { key, item });
            if kept.len() > self.limit.saturating_add(1) {
                kept.pop();
            }
        }
        let items = kept.into_sorted_vec().into_iter().map(|keyed| keyed.item);
        let mut items: Vec<T> = items.collect();
        let more = items.len() > self.limit;
        items.truncate(self.limit);
        let token = items.last().filter(|_| more).map(|last| token_of(&text(last), &self.action));
        Page { items, token }
    }

    /// Takes this page from items in ascending order of their keys: `pager.page(groups, |group| group.name.as_str().into())`.
    pub fn page<T>(&self, items: impl IntoIterator<Item = T>, key: impl Fn(&T) -> Cow<'_, str>) -> Page<T> {
        let mut rest = items.into_iter().skip_while(|item| self.after().is_some_and(|after| *key(item) <= *after));
        let items: Vec<T> = rest.by_ref().take(self.limit).collect();
        // A token is given only when something is left: an empty last page would be honest too, but nobody expects it.
        let token = match (rest.next(), items.last()) {
            (Some(_), Some(last)) => Some(token_of(&key(last), &self.action)),
            _ => None,
        };
        Page { items, token }
    }
}

/// An item that is ordered by its key.
struct Keyed<K, T> {
    key: K,
    item: T,
}

impl<K: Ord, T> Ord for Keyed<K, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl<K: Ord, T> PartialOrd for Keyed<K, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord, T> PartialEq for Keyed<K, T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<K: Ord, T> Eq for Keyed<K, T> {}

fn out_of_bounds(service: Service, bounds: &Bounds, limit: i64) -> ApiError {
    let Bounds { limit: name, least, most, .. } = bounds;
    let message = match service {
        Service::Ec2 if limit < *least => {
            format!("Value ( {limit} ) for parameter maxResults is invalid. Expecting a value greater than {least}.")
        }
        Service::Ec2 => format!(
            "Value ( {limit} ) for parameter maxResults is invalid. Expecting a value less than or equal to {most}."
        ),
        Service::Rds => format!("Invalid value {limit} for {name}. Must be between {least} and {most}"),
        _ if limit < *least => format!(
            "1 validation error detected: Value '{limit}' at '{name}' failed to satisfy constraint: Member must have value greater than or equal to {least}"
        ),
        _ => format!(
            "1 validation error detected: Value '{limit}' at '{name}' failed to satisfy constraint: Member must have value less than or equal to {most}"
        ),
    };
    ApiError::validation(message)
}

fn wrong_token(service: Service, bounds: &Bounds, token: &str) -> ApiError {
    let token: String = token.chars().take(80).collect();
    let message = match service {
        Service::Ec2 => format!("Value ( {token} ) for parameter {} is invalid. The token is invalid.", bounds.token),
        _ => format!("The token '{token}' was invalid"),
    };
    ApiError::general(Code::Token, message)
}

/// The last key, with a checksum over it and the action: opaque enough, and a mistyped or foreign one is recognised.
fn token_of(key: &str, action: &str) -> String {
    use std::fmt::Write as _;
    let mut token = format!("{:016x}", checksum(key, action));
    for byte in key.bytes() {
        // Writing to a string does not fail.
        let _ = write!(token, "{byte:02x}");
    }
    token
}

fn key_of(token: &str, action: &str) -> Option<String> {
    let (sum, digits) = token.split_at_checked(16)?;
    let bytes = digits.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    let key = String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()?;
    (u64::from_str_radix(sum, 16).ok()? == checksum(&key, action)).then_some(key)
}

/// FNV-1a, 64 bits.
fn checksum(key: &str, action: &str) -> u64 {
    let bytes = action.bytes().chain([0]).chain(key.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::sim::wire::request::{Params, Protocol};

    fn request(action: &str, limit: Option<i64>, token: Option<&str>) -> Request {
        let mut params = Params::default();
        if let Some(limit) = limit {
            params.set("MaxResults", limit);
        }
        if let Some(token) = token {
            params.set("NextToken", token);
        }
        Request {
            service: Service::Ec2,
            action: action.into(),
            region: String::new(),
            params,
            user_agent: String::new(),
            protocol: Protocol::Ec2,
        }
    }

    fn names(range: std::ops::Range<usize>) -> Vec<String> {
        range.map(|number| format!("i-{number:03}")).collect()
    }

    fn walk(count: usize, limit: i64) -> Vec<usize> {
        let (mut lengths, mut token) = (Vec::new(), None);
        loop {
            let pager = Pager::new(&request("A", Some(limit), token.as_deref()), &Bounds::EC2).unwrap();
            let page = pager.page(names(0..count), |name| name.as_str().into());
            lengths.push(page.items.len());
            token = page.token;
            if token.is_none() {
                return lengths;
            }
        }
    }

    #[test]
    fn pages_end_where_the_items_do() {
        let table: [(usize, &[usize]); 6] =
            [(0, &[0]), (4, &[4]), (5, &[5]), (6, &[5, 1]), (10, &[5, 5]), (11, &[5, 5, 1])];
        for (count, lengths) in table {
            assert_eq!(walk(count, 5), lengths, "{count} items, 5 a page");
        }
    }

    #[test]
    fn pages_of_what_is_in_no_order_are_those_of_the_sorted() {
        let shuffled: Vec<usize> = (0..23).map(|number| number * 7 % 23).collect();
        let (mut seen, mut token) = (Vec::new(), None);
        loop {
            let pager = Pager::new(&request("A", Some(5), token.as_deref()), &Bounds::EC2).unwrap();
            let after = pager.after().map(|after| after.parse().unwrap());
            let page = pager.least(shuffled.iter().copied(), after, |number| *number, ToString::to_string);
            assert!(page.items.len() == 5 || page.token.is_none());
            seen.extend(page.items);
            token = page.token;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..23).collect::<Vec<_>>());
    }

    #[test]
    fn a_token_survives_what_comes_and_goes() {
        let first = Pager::new(&request("A", Some(5), None), &Bounds::EC2)
            .unwrap()
            .page(names(0..10), |name| name.as_str().into());
        let mut items = names(0..10);
        items.retain(|name| name != "i-004" && name != "i-005");
        items.insert(0, "i-000a".to_owned());
        items.sort();
        let second = Pager::new(&request("A", Some(5), first.token.as_deref()), &Bounds::EC2)
            .unwrap()
            .page(items, |name| name.as_str().into());
        assert_eq!(second.items, ["i-006", "i-007", "i-008", "i-009"]);
    }

    #[test]
    fn wrong_tokens_and_limits_are_refused() {
        let page = Pager::new(&request("A", Some(5), None), &Bounds::EC2)
            .unwrap()
            .page(names(0..10), |name| name.as_str().into());
        let token = page.token.unwrap();
        let cut = token.get(..token.len() - 2).unwrap();
        for (action, token) in
            [("B", token.as_str()), ("A", cut), ("A", "x"), ("A", "é\u{10348}éééééééééé"), ("A", "None___20")]
        {
            let error = Pager::new(&request(action, None, Some(token)), &Bounds::EC2).unwrap_err();
            assert_eq!(error.code, Code::Token, "{action} {token}");
        }
        for limit in [4, 1001, -1, i64::MAX] {
            assert_eq!(
                Pager::new(&request("A", Some(limit), None), &Bounds::EC2).unwrap_err().code,
                Code::Validation,
                "{limit}"
            );
        }
    }
}
