//! Every list on the screen, in calm, in the loss of a zone and where reads are denied.

use super::*;
use crate::listing::LISTS;

#[test]
fn every_list_is_whole_in_calm_and_says_what_it_lacks_where_reads_are_denied() {
    for size in SIZES {
        for list in LISTS {
            let mut desk = Desk::new(size, Some(pictures::calm()));
            desk.command(list.name);
            desk.sees(&format!(" {} ", list.name));
            desk.sees("VERDICT");
            desk.sees_not("denied");
            desk.refresh(pictures::denied());
            let denied = list.kinds.iter().any(|kind| matches!(kind, Kind::Groups | Kind::Alarms));
            match denied {
                true => desk.sees("denied"),
                false => desk.sees_not("denied"),
            }
        }
    }
}

#[test]
fn the_loss_of_a_zone_shows_in_each_list_that_it_hurts() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::zone_bad()));
        desk.command("region us-east-1");
        for (line, words) in [
            ("target-groups name:web", &["us-east-1b 3", "12"][..]),
            ("balancers name:web", &["use1-az4", "web: 3 of 15 unhealthy"]),
            ("groups name:web", &["web"]),
            ("targets zone:us-east-1b state:unhealthy", &["unhealthy"]),
        ] {
            desk.command(line);
            for words in words {
                desk.sees(words);
            }
        }
    }
}

#[test]
fn a_clusters_members_stand_under_it() {
    let mut desk = Desk::new((120, 40), Some(pictures::calm()));
    desk.command("region us-east-1");
    desk.command("databases");
    let screen = desk.screen();
    assert!(screen.contains("└ "), "{screen}");
    desk.command("sort id");
    desk.sees_not("└ ");
}
