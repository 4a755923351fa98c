//! The read list: what it holds, and that it stops a write to an endpoint that would have carried it out.

use fournines::aws::READS;
use fournines::aws::read_list::{READ_LIST, is_read};

#[test]
fn the_read_list_holds_nothing_that_writes() {
    for (service, operations) in READ_LIST {
        for operation in *operations {
            let reads = ["Describe", "List", "Get"].iter().any(|verb| operation.starts_with(verb));
            assert!(reads, "{service}:{operation}");
        }
    }
}

/// What reads use is on the list, so that nothing is refused by mistake; that every read works is shown by running it.
#[test]
fn every_read_of_the_registry_is_on_the_list() {
    for read in READS {
        let (_, operation) = read.action.split_once(':').unwrap();
        let listed = READ_LIST.iter().any(|(service, _)| is_read(service, operation));
        assert!(listed, "{}", read.action);
    }
}
