//! Rows by instant, each holding until the next.
//!
//! Owns: the run-length record and its bound. Must stay true: rows are in the order of their instants.

use std::collections::VecDeque;

use super::super::world::SimTime;

/// A bounded run of rows.
#[derive(Debug, Clone)]
pub struct Book<R> {
    rows: VecDeque<(SimTime, R)>,
    capacity: usize,
    dropped: u64,
}

impl<R> Book<R> {
    /// An empty book for `capacity` rows.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { rows: VecDeque::new(), capacity, dropped: 0 }
    }

    /// Notes that `row` holds from `at` on, unless it `is_like` the one that holds already. A second row for one instant
    /// takes the place of the first; the oldest row falls off a full book.
    pub fn note(&mut self, at: SimTime, row: R, is_like: impl Fn(&R, &R) -> bool) {
        if let Some((last, held)) = self.rows.back_mut() {
            if *last == at {
                *held = row;
                return;
            }
            if is_like(held, &row) {
                return;
            }
        }
        if self.rows.len() >= self.capacity.max(1) {
            self.rows.pop_front();
            self.dropped += 1;
        }
        self.rows.push_back((at, row));
    }

    /// The row that holds at `at`.
    #[must_use]
    pub fn at(&self, at: SimTime) -> Option<&R> {
        let after = self.rows.partition_point(|(from, _)| *from <= at);
        self.rows.get(after.checked_sub(1)?).map(|(_, row)| row)
    }

    /// Rows that hold at `since` or later, the oldest first.
    pub fn since(&self, since: SimTime) -> impl Iterator<Item = &(SimTime, R)> {
        let after = self.rows.partition_point(|(from, _)| *from <= since);
        self.rows.range(after.saturating_sub(1)..)
    }

    /// Rows with the seconds for which each holds between `from` and `until`.
    pub fn spans(&self, from: SimTime, until: SimTime) -> impl Iterator<Item = (&R, f64)> {
        let first = self.rows.partition_point(|(at, _)| *at <= from).saturating_sub(1);
        (first..self.rows.len()).map_while(move |place| {
            let (at, row) = self.rows.get(place)?;
            let begin = (*at).max(from);
            let end = self.rows.get(place + 1).map_or(until, |(next, _)| (*next).min(until));
            (begin < until).then(|| (row, end.since(begin).as_secs_f64()))
        })
    }

    /// How many rows fell off.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_until_the_next_and_the_oldest_fall_off() {
        let second = SimTime::from_seconds;
        let mut book = Book::new(3);
        for (at, row) in [(10, 'a'), (20, 'a'), (30, 'b'), (40, 'c')] {
            book.note(second(at), row, |one, two| one == two);
        }
        assert_eq!((book.at(second(9)), book.at(second(29)), book.at(second(99))), (None, Some(&'a'), Some(&'c')));
        let spans: Vec<_> = book.spans(second(25), second(50)).collect();
        assert_eq!(spans, [(&'a', 5.0), (&'b', 10.0), (&'c', 10.0)]);
        book.note(second(40), 'd', |one, two| one == two);
        book.note(second(60), 'e', |one, two| one == two);
        assert_eq!((book.dropped(), book.since(second(45)).count()), (1, 2));
    }
}
