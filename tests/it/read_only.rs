//! The read list: what it holds, and that it stops a write to an endpoint that would have carried it out.

use aws_sdk_ec2::config::{BehaviorVersion, Credentials, Region};
use fournines::aws::READS;
use fournines::aws::read_list::{ListedOnly, READ_LIST, READS_ALONE, is_read};

use crate::support::python::Python;

#[test]
fn the_read_list_holds_nothing_that_writes() {
    for (service, operations) in READ_LIST {
        for operation in *operations {
            let reads =
                ["Describe", "List", "Get", "Lookup", "Simulate"].iter().any(|verb| operation.starts_with(verb));
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

/// moto would end the instance: it is the read list that does not let the call out.
#[tokio::test]
async fn a_write_to_an_endpoint_that_would_carry_it_out_is_refused() {
    let python = Python::ready();
    let (_moto, url) = python.moto();
    let config = || {
        aws_sdk_ec2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::from_keys("x", "x", None))
            .endpoint_url(&url)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
    };
    let free = aws_sdk_ec2::Client::from_conf(config().build());
    let images = free.describe_images().send().await.unwrap();
    let image = images.images().first().and_then(|image| image.image_id()).unwrap();
    let run = free.run_instances().image_id(image).min_count(1).max_count(1).send().await.unwrap();
    let instance = run.instances()[0].instance_id().unwrap().to_owned();

    let read_only = aws_sdk_ec2::Client::from_conf(config().interceptor(ListedOnly(READS_ALONE)).build());
    let refused = read_only.terminate_instances().instance_ids(&instance).send().await.unwrap_err();
    assert!(format!("{refused:?}").contains("Refusal"), "{refused:?}");
    let state = async || {
        let answer = read_only.describe_instances().instance_ids(&instance).send().await.unwrap();
        answer.reservations()[0].instances()[0].state().unwrap().name().unwrap().as_str().to_owned()
    };
    assert_eq!(state().await, "running", "and a read does pass");
    free.terminate_instances().instance_ids(&instance).send().await.unwrap();
    assert_ne!(state().await, "running", "without the list the same call would have ended it");
}
