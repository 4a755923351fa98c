//! EC2's calls (botocore's model of `ec2`).

use aws_sdk_ec2::types::{
    AttributeValue, IamInstanceProfileSpecification, InstanceType, LaunchTemplateSpecification, ResourceType, Tag,
    TagSpecification,
};

use super::{One, ids};
use crate::id::InstanceId;
use crate::operation::call::{
    Associate, CallError, Instances, Receipt, RootVolume, Route, Run, Stop, Tagging, TypeChange, Volume,
};

pub(super) async fn reboot(one: &One, all: &Instances) -> Result<Receipt, CallError> {
    one.done(one.clients.ec2.reboot_instances().set_dry_run(one.dry).set_instance_ids(ids(&all.instance_ids)).send())
        .await
}

pub(super) async fn stop(one: &One, stop: &Stop) -> Result<Receipt, CallError> {
    one.done(
        one.clients
            .ec2
            .stop_instances()
            .set_dry_run(one.dry)
            .set_instance_ids(ids(&stop.instance_ids))
            .force(stop.force)
            .send(),
    )
    .await
}

pub(super) async fn start(one: &One, all: &Instances) -> Result<Receipt, CallError> {
    one.done(one.clients.ec2.start_instances().set_dry_run(one.dry).set_instance_ids(ids(&all.instance_ids)).send())
        .await
}

pub(super) async fn terminate(one: &One, all: &Instances) -> Result<Receipt, CallError> {
    one.done(one.clients.ec2.terminate_instances().set_dry_run(one.dry).set_instance_ids(ids(&all.instance_ids)).send())
        .await
}

pub(super) async fn tag(one: &One, tagging: &Tagging) -> Result<Receipt, CallError> {
    let tags = tagging.tags.iter().map(tag_of).collect();
    let resources = tagging.resources.iter().map(ToString::to_string).collect();
    one.done(
        one.clients.ec2.create_tags().set_dry_run(one.dry).set_resources(Some(resources)).set_tags(Some(tags)).send(),
    )
    .await
}

pub(super) async fn associate(one: &One, associate: &Associate) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .ec2
        .associate_address()
        .set_dry_run(one.dry)
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
        .set_dry_run(one.dry)
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
        .set_dry_run(one.dry)
        .volume_id(volume.volume_id.as_str())
        .instance_id(volume.instance_id.to_string())
        .device(&*volume.device);
    one.done(request.send()).await
}

pub(super) async fn replace_route(one: &One, route: &Route) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .ec2
        .replace_route()
        .set_dry_run(one.dry)
        .route_table_id(&*route.route_table_id)
        .destination_cidr_block(&*route.destination_cidr_block)
        .nat_gateway_id(&*route.nat_gateway_id);
    one.done(request.send()).await
}

pub(super) async fn change_type(one: &One, change: &TypeChange) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .ec2
        .modify_instance_attribute()
        .set_dry_run(one.dry)
        .instance_id(change.instance_id.to_string())
        .instance_type(AttributeValue::builder().value(&*change.instance_type.value).build());
    one.done(request.send()).await
}

pub(super) async fn replace_root(one: &One, root: &RootVolume) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .ec2
        .create_replace_root_volume_task()
        .set_dry_run(one.dry)
        .instance_id(root.instance_id.to_string())
        .set_image_id(root.image_id.as_ref().map(ToString::to_string))
        .client_token(&*root.client_token);
    one.done(request.send()).await
}

pub(super) async fn run(one: &One, run: &Run) -> Result<Receipt, CallError> {
    let born_with = |tags: &crate::operation::call::TagSpecification| {
        let of = ResourceType::from(&*tags.resource_type);
        TagSpecification::builder().resource_type(of).set_tags(Some(tags.tags.iter().map(tag_of).collect())).build()
    };
    let profile = |profile: &crate::operation::call::Profile| {
        IamInstanceProfileSpecification::builder().arn(&*profile.arn).build()
    };
    let template = |template: &crate::operation::call::FromTemplate| {
        let id = template.launch_template_id.as_str();
        LaunchTemplateSpecification::builder().launch_template_id(id).version(&*template.version).build()
    };
    let some = |tags: &Vec<crate::operation::call::TagSpecification>| {
        (!tags.is_empty()).then(|| tags.iter().map(born_with).collect())
    };
    let groups = run.security_group_ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let request = one
        .clients
        .ec2
        .run_instances()
        .set_dry_run(one.dry)
        .image_id(run.image_id.as_str())
        .instance_type(InstanceType::from(&*run.instance_type))
        .min_count(run.min_count)
        .max_count(run.max_count)
        .subnet_id(run.subnet_id.as_str())
        .set_security_group_ids((!groups.is_empty()).then_some(groups))
        .set_key_name(run.key_name.as_deref().map(str::to_owned))
        .set_iam_instance_profile(run.iam_instance_profile.as_ref().map(profile))
        .set_launch_template(run.launch_template.as_ref().map(template))
        .client_token(&*run.client_token)
        .set_tag_specifications(some(&run.tag_specifications));
    let (answer, mut receipt) = one.answer(request.send()).await?;
    receipt
        .brought
        .extend(answer.instances().iter().filter_map(|instance| instance.instance_id()).map(InstanceId::from));
    Ok(receipt)
}

fn tag_of(tag: &crate::operation::call::Tag) -> Tag {
    Tag::builder().key(&*tag.key).value(&*tag.value).build()
}
