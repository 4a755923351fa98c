//! IAM: the account's alias, which is its name to people.

use super::{Action, Service};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::World;

/// IAM's actions.
pub const ACTIONS: &[Action] = &[Action::read(Service::Iam, "ListAccountAliases", list_account_aliases)];

const BOUNDS: Bounds = Bounds { limit: "MaxItems", token: "Marker", least: 1, most: 1000, default: 100 };

fn list_account_aliases(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let page = Pager::new(request, &BOUNDS)?.page(&world.alias, |alias| alias.as_str().into());
    w.texts("AccountAliases", "member", page.items);
    w.boolean("IsTruncated", page.token.is_some());
    w.maybe_text("Marker", page.token);
    Ok(())
}
