//! `CreateTags` and `DeleteTags`.

use super::{missing, tags_of};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::service::scene;
use crate::sim::wire::writer::Writer;
use crate::sim::world::World;

/// `CreateTags`: all resources get all tags, or none does.
pub fn create(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let tags = tags_of(&request.params)?;
    if tags.is_empty() {
        return Err(missing("Tag"));
    }
    let ids = resources(world, request)?;
    let mut scene = scene(world, request)?;
    for id in &ids {
        let Some(own) = scene.tags_of(id) else { continue };
        for (key, value) in &tags {
            own.set(key.as_str(), value.as_str());
        }
    }
    w.boolean("return", true);
    Ok(())
}

/// `DeleteTags`: those of the names given, where a value is given only with that value; without any, all.
pub fn delete(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let ids = resources(world, request)?;
    let wanted = request.params.objects("Tag");
    let mut scene = scene(world, request)?;
    for id in &ids {
        let Some(own) = scene.tags_of(id) else { continue };
        let goes = |key: &str, value: &str| {
            let named = wanted
                .iter()
                .any(|tag| tag.text("Key") == Some(key) && tag.text("Value").is_none_or(|given| given == value));
            !key.starts_with("aws:") && (wanted.is_empty() || named)
        };
        let gone: Vec<String> =
            own.iter().filter(|(key, value)| goes(key, value)).map(|(key, _)| key.to_owned()).collect();
        gone.iter().for_each(|key| own.remove(key));
    }
    w.boolean("return", true);
    Ok(())
}

/// The resources that are named, all of which are there.
fn resources(world: &mut World, request: &Request) -> Result<Vec<String>, ApiError> {
    let ids: Vec<String> = request.params.texts("ResourceId").into_iter().map(str::to_owned).collect();
    if ids.is_empty() {
        return Err(missing("ResourceId"));
    }
    let mut scene = scene(world, request)?;
    match ids.iter().find(|id| scene.tags_of(id).is_none()) {
        None => Ok(ids),
        Some(id) if id.starts_with("i-") => {
            Err(ApiError::new("InvalidInstanceID.NotFound", format!("The instance ID '{id}' does not exist")))
        }
        Some(id) => {
            let id: String = id.chars().take(80).collect();
            Err(ApiError::new("InvalidID", format!("The ID '{id}' is not valid")))
        }
    }
}
