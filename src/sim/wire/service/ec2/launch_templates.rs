//! `DescribeLaunchTemplates`.

use super::filter::{Field, Filters, shown, text};
use super::id::Kind;
use super::{Scope, after, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{LaunchTemplate, Region, World};

/// 1 to 200 a page.
pub const BOUNDS: Bounds = Bounds { least: 1, most: 200, default: 200, ..Bounds::EC2 };

const FIELDS: &[Field<LaunchTemplate>] = &[
    Field("create-time", |_, template| shown(template.created_at)),
    Field("launch-template-name", |_, template| text(&template.name)),
];

/// `DescribeLaunchTemplates`.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, FIELDS, Some(|_, template| Some(&template.tags)))?;
    let pager = Pager::new(request, &BOUNDS)?;
    let ids = request.params.texts("LaunchTemplateId");
    let names = request.params.texts("LaunchTemplateName");
    let chosen: Box<dyn Iterator<Item = &LaunchTemplate>> = if !ids.is_empty() {
        Box::new(Kind::TEMPLATE.find(&scope.region.templates, &ids)?.into_iter())
    } else if !names.is_empty() {
        let mut found = names.iter().map(|name| by_name(scope.region, name)).collect::<Result<Vec<_>, _>>()?;
        found.sort_by(|a, b| a.id.cmp(&b.id));
        Box::new(found.into_iter())
    } else {
        Box::new(after(&scope.region.templates, pager.after()))
    };
    let page =
        pager.page(chosen.filter(|template| filters.pass(&scope, template)), |template| template.id.as_str().into());
    w.list("launchTemplates", "item", page.items, |w, template| {
        w.text("launchTemplateId", &template.id);
        w.text("launchTemplateName", &template.name);
        w.time("createTime", template.created_at);
        w.text("createdBy", &template.created_by);
        w.integer("defaultVersionNumber", i64::from(template.default_version));
        w.integer("latestVersionNumber", i64::from(template.latest_version()));
        write_tags(w, &template.tags);
    });
    w.maybe_text("nextToken", page.token);
    Ok(())
}

/// The template of that name.
pub fn by_name<'a>(region: &'a Region, name: &str) -> Result<&'a LaunchTemplate, ApiError> {
    region.templates.values().find(|template| template.name == name).ok_or_else(|| {
        ApiError::new(
            "InvalidLaunchTemplateName.NotFoundException",
            format!("The specified launch template, with template name {name}, does not exist."),
        )
    })
}
