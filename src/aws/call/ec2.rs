//! EC2's calls (botocore's model of `ec2`).

use aws_sdk_ec2::types::Tag;

use super::{One, ids};
use crate::operation::call::{Associate, CallError, Instances, Receipt, Stop, Tagging, Volume};

pub(super) async fn reboot(one: &One, all: &Instances) -> Result<Receipt, CallError> {
    one.done(one.clients.ec2.reboot_instances().set_instance_ids(ids(&all.instance_ids)).send()).await
}

pub(super) async fn stop(one: &One, stop: &Stop) -> Result<Receipt, CallError> {
    one.done(one.clients.ec2.stop_instances().set_instance_ids(ids(&stop.instance_ids)).force(stop.force).send()).await
}

pub(super) async fn start(one: &One, all: &Instances) -> Result<Receipt, CallError> {
    one.done(one.clients.ec2.start_instances().set_instance_ids(ids(&all.instance_ids)).send()).await
}

pub(super) async fn terminate(one: &One, all: &Instances) -> Result<Receipt, CallError> {
    one.done(one.clients.ec2.terminate_instances().set_instance_ids(ids(&all.instance_ids)).send()).await
}

pub(super) async fn tag(one: &One, tagging: &Tagging) -> Result<Receipt, CallError> {
    let tags = tagging.tags.iter().map(|tag| Tag::builder().key(&*tag.key).value(&*tag.value).build()).collect();
    let resources = tagging.resources.iter().map(ToString::to_string).collect();
    one.done(one.clients.ec2.create_tags().set_resources(Some(resources)).set_tags(Some(tags)).send()).await
}

pub(super) async fn associate(one: &One, associate: &Associate) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .ec2
        .associate_address()
        .allocation_id(&*associate.allocation_id)
        .instance_id(associate.instance_id.to_string())
        .allow_reassociation(associate.allow_reassociation);
    one.done(request.send()).await
}

pub(super) async fn detach_volume(one: &One, volume: &Volume) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .ec2
        .detach_volume()
        .volume_id(volume.volume_id.as_str())
        .instance_id(volume.instance_id.to_string())
        .device(&*volume.device);
    one.done(request.send()).await
}

pub(super) async fn attach_volume(one: &One, volume: &Volume) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .ec2
        .attach_volume()
        .volume_id(volume.volume_id.as_str())
        .instance_id(volume.instance_id.to_string())
        .device(&*volume.device);
    one.done(request.send()).await
}
