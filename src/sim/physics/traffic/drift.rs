//! Where clients enter: DNS, and the connections that outlast its answers (`aws-domain.md C.3`, step 2).
//!
//! Owns: how the shares of entering clients move towards what DNS says. Must stay true: no client is lost or made; shares
//! that are near enough are there, so that movement ends.

use super::super::super::world::{Entry, Lane, Layout, Place};

/// Seconds after which two thirds of the clients that ask DNS have followed it: its answers live for 60 s.
const DNS_S: f64 = 30.0;
/// A difference in shares that nobody can see.
const NEAR: f64 = 0.0005;

/// Clients as DNS would have them on every lane.
pub(super) fn at_rest(layout: &Layout) -> Vec<Entry> {
    layout.lanes.iter().map(settled).collect()
}

/// Clients of a lane as DNS would have them.
pub(super) fn settled(lane: &Lane) -> Entry {
    let wanted = |share: f64| lane.places.iter().map(|place| wanted(place) * share).collect();
    Entry { fresh: wanted(1.0 - lane.keep.share), kept: wanted(lane.keep.share) }
}

/// Lets a second pass; returns whether clients are still on their way.
pub(super) fn follow(lane: &Lane, entry: &mut Entry) -> bool {
    let fresh = 1.0 - lane.keep.share;
    let kept = lane.keep.share;
    // A connection to a dead node is no connection: those who held it ask DNS like everybody.
    let lasts = |place: &Place| if answers(place) { lane.keep.lasts_s.max(1.0) } else { DNS_S };
    let moved = [
        move_shares(&mut entry.fresh, &lane.places, fresh, |_| DNS_S),
        move_shares(&mut entry.kept, &lane.places, kept, lasts),
    ];
    moved.contains(&true)
}

/// Whether clients can reach a node here.
pub(super) fn answers(place: &Place) -> bool {
    place.node.is_some() && !place.dark
}

fn wanted(place: &Place) -> f64 {
    place.node.map_or(0.0, |node| node.wanted)
}

fn move_shares(shares: &mut [f64], places: &[Place], all: f64, lasts: impl Fn(&Place) -> f64) -> bool {
    let near = |(share, place): (&f64, &Place)| (share - wanted(place) * all).abs() < NEAR;
    if shares.iter().zip(places).all(near) {
        for (share, place) in shares.iter_mut().zip(places) {
            *share = wanted(place) * all;
        }
        return false;
    }
    let (mut left, mut lacking) = (0.0, 0.0);
    for (share, place) in shares.iter_mut().zip(places) {
        let over = *share - wanted(place) * all;
        if over > 0.0 {
            let leaves = over * (1.0 - (-1.0 / lasts(place)).exp());
            *share -= leaves;
            left += leaves;
        } else {
            lacking -= over;
        }
    }
    for (share, place) in shares.iter_mut().zip(places) {
        let lacks = wanted(place) * all - *share;
        if lacks > 0.0 && lacking > 0.0 {
            *share += left * lacks / lacking;
        }
    }
    true
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::world::{Arn, Keep, Mix, Node, Way, ZoneName};
    use super::*;

    fn lane(wanted: [f64; 3], dark: bool) -> Lane {
        let place = |(index, wanted)| Place {
            zone: ZoneName::from(format!("eu-west-1{index}")),
            node: Some(Node { wanted }),
            dark: dark && index == 0,
            loss: 0.0,
            shut: false,
            mix: Mix::default(),
            in_service: 0,
        };
        let keep = Keep { share: 0.2, lasts_s: 150.0 };
        let places = wanted.into_iter().enumerate().map(place).collect();
        Lane { way: Way::Group(Arn::from("a")), share: 1.0, cross_zone: true, keep, places }
    }

    fn seconds_until_rest(lane: &Lane, entry: &mut Entry) -> usize {
        (0..10_000).find(|_| !follow(lane, entry)).unwrap()
    }

    #[test]
    fn most_clients_follow_dns_in_minutes_and_a_tail_stays_aws_domain_c3() {
        let thirds = [1.0 / 3.0; 3];
        let (full, away) = (lane(thirds, false), lane([0.0, 0.5, 0.5], false));
        let mut entry = settled(&full);
        let share = |entry: &Entry| (entry.fresh[0] + entry.kept[0]) * 3.0;
        for _ in 0..60 {
            follow(&away, &mut entry);
        }
        assert!((0.15..0.35).contains(&share(&entry)), "after a minute: {}", share(&entry));
        for _ in 60..300 {
            follow(&away, &mut entry);
        }
        assert!((0.01..0.06).contains(&share(&entry)), "a few per cent after five: {}", share(&entry));
        let all: f64 = entry.fresh.iter().chain(&entry.kept).sum();
        assert!((all - 1.0).abs() < 1e-9, "nobody is lost");
        assert!(seconds_until_rest(&away, &mut entry) < 900);
        assert_eq!(entry, settled(&away));
    }

    #[test]
    fn nobody_stays_on_a_dead_node_aws_domain_c3() {
        let dead = lane([0.0, 0.5, 0.5], true);
        let mut entry = settled(&lane([1.0 / 3.0; 3], false));
        for _ in 0..180 {
            follow(&dead, &mut entry);
        }
        assert!(entry.fresh[0] + entry.kept[0] < 0.002);
    }
}
