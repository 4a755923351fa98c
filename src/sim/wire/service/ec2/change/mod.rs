//! What EC2 is asked to change: instances, addresses, volumes, tags, routes.
//!
//! Must stay true: parameters are read and refused here, in EC2's words; what they do is the physics'. `DryRun` never comes
//! here.

pub mod addresses;
pub mod attributes;
pub mod power;
pub mod routes;
pub mod run;
pub mod tags;
pub mod volumes;

use super::Scope;
use super::id::Kind;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::{Params, Request};
use crate::sim::world::{InstanceId, Tags, World};

/// The instances that a request names, each of which EC2 knows by now (`aws-domain.md` A.9).
fn instances(world: &World, request: &Request) -> Result<Vec<InstanceId>, ApiError> {
    let ids = request.params.texts("InstanceId");
    if ids.is_empty() {
        return Err(missing("InstanceId"));
    }
    known(world, request, &ids)?;
    let mut named: Vec<InstanceId> = Vec::new();
    for id in ids.into_iter().map(InstanceId::from) {
        if !named.contains(&id) {
            named.push(id);
        }
    }
    Ok(named)
}

/// The one instance that a request names.
fn instance(world: &World, request: &Request) -> Result<InstanceId, ApiError> {
    let id = request.params.text("InstanceId").filter(|id| !id.is_empty()).ok_or_else(|| missing("InstanceId"))?;
    known(world, request, &[id])?;
    Ok(InstanceId::from(id))
}

fn known(world: &World, request: &Request, ids: &[&str]) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    Kind::INSTANCE.find_known(&scope.region.instances, ids, |instance| scope.knows(instance)).map(drop)
}

fn missing(name: &str) -> ApiError {
    ApiError::new("MissingParameter", format!("The request must contain the parameter {name}"))
}

/// Tags that a request gives to what it makes of this kind.
fn specified_tags(params: &Params, kind: &str) -> Result<Tags, ApiError> {
    let mut tags = Tags::default();
    for given in params.objects("TagSpecification").iter().filter(|given| given.text("ResourceType") == Some(kind)) {
        for (key, value) in tags_of(given)? {
            tags.set(key, value);
        }
    }
    Ok(tags)
}

/// `Tag.1.Key=…`.
fn tags_of(params: &Params) -> Result<Vec<(String, String)>, ApiError> {
    let mut tags = Vec::new();
    for tag in params.objects("Tag") {
        let key = tag.required("Key")?;
        if key.starts_with("aws:") {
            let words = "Tag keys starting with 'aws:' are reserved for internal use";
            return Err(ApiError::new("InvalidParameterValue", words));
        }
        tags.push((key.to_owned(), tag.text("Value").unwrap_or_default().to_owned()));
    }
    Ok(tags)
}

/// The client token, with the request by which a repeat is told from another one.
fn token(params: &Params) -> Result<Option<(String, String)>, ApiError> {
    let Some(token) = params.text("ClientToken").filter(|token| !token.is_empty()) else { return Ok(None) };
    if token.len() > 64 || !token.is_ascii() {
        return Err(ApiError::new("InvalidParameterValue", "ClientToken must be at most 64 ASCII characters"));
    }
    let request = serde_json::to_string(params.members()).unwrap_or_default();
    Ok(Some((token.to_owned(), request)))
}
