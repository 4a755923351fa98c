//! Facts of what instances need: addresses, subnets, images.

use super::Answer;
use super::look::{Look, told};
use crate::estate::image::{Address, Image};
use crate::estate::zone::Subnet;
use crate::id::{ImageId, InstanceId, SubnetId, Text};

pub(super) fn address_on(look: &Look<'_>, allocation: &Text, instance: &InstanceId) -> Result<Answer, String> {
    let is = |address: &Address| address.allocation.as_ref() == Some(allocation);
    let found = look.find::<Address>(&format!("address {allocation}"), instance.text(), is)?;
    Ok(match found.thing {
        Some(address) if address.instance.as_ref() == Some(instance) => {
            told(true, format!("{} is on {instance}", address.address), found.age)
        }
        Some(address) => told(false, format!("{} is not on {instance}", address.address), found.age),
        None => told(false, format!("{allocation} is not on {instance}"), found.age),
    })
}

pub(super) fn free_addresses(look: &Look<'_>, subnet: &SubnetId, at_least: i32) -> Result<Answer, String> {
    let found = look.find::<Subnet>(&format!("subnet {subnet}"), subnet.text(), |each| each.id == *subnet)?;
    let Some(there) = found.thing else { return Ok(told(false, format!("there is no {subnet} any more"), found.age)) };
    let Some(free) = there.free_addresses else {
        return Err(format!("{subnet}: AWS does not tell its free addresses"));
    };
    Ok(told(free >= at_least, format!("{subnet} has {free} addresses left; {at_least} are needed"), found.age))
}

pub(super) fn image_usable(look: &Look<'_>, image: &ImageId) -> Result<Answer, String> {
    let found = look.find::<Image>(&format!("image {image}"), image.text(), |each| each.id == *image)?;
    Ok(match found.thing {
        Some(there) => told(&*there.state == "available", format!("{image} is {}", there.state), found.age),
        None => told(false, format!("there is no {image} any more, or it is not shared with this account"), found.age),
    })
}
