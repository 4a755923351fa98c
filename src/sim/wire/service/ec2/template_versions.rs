//! `DescribeLaunchTemplateVersions`: newest first.

use super::Scope;
use super::filter::{Field, Filters, flag, maybe, shown, text};
use super::id::Kind;
use super::launch_templates::{BOUNDS, by_name};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Pager;
use crate::sim::wire::request::{Params, Request};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{LaunchTemplate, Market, TemplateVersion, World};

/// A version with its template, since "is it the default" is the template's to say.
struct Row<'a> {
    template: &'a LaunchTemplate,
    version: &'a TemplateVersion,
}

impl Row<'_> {
    fn is_default(&self) -> bool {
        self.version.number == self.template.default_version
    }

    /// Ascending in this key means descending versions.
    fn key(&self) -> String {
        format!("{}/{:010}", self.template.id, u32::MAX - self.version.number)
    }
}

fn fields<'r>() -> [Field<Row<'r>>; 5] {
    [
        Field("create-time", |_, row| shown(row.version.created_at)),
        Field("iam-instance-profile", |_, row| maybe(row.version.instance_profile.as_ref())),
        Field("image-id", |_, row| text(&row.version.image)),
        Field("instance-type", |_, row| text(&row.version.instance_type)),
        Field("is-default-version", |_, row| flag(row.is_default())),
    ]
}

/// `DescribeLaunchTemplateVersions`: of one template, or the `$Latest` and `$Default` of all.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, &fields(), None)?;
    let pager = Pager::new(request, &BOUNDS)?;
    let wanted = request.params.texts("LaunchTemplateVersion");
    let mut rows = match one_template(&scope, &request.params)? {
        Some(template) => versions_of(template, &wanted, &request.params)?,
        None => versions_of_all(&scope, &wanted)?,
    };
    rows.retain(|row| filters.pass(&scope, row));
    rows.sort_by_key(Row::key);
    rows.dedup_by_key(|row| row.key());
    let page = pager.page(rows, |row| row.key().into());
    w.list("launchTemplateVersionSet", "item", page.items, |w, row| write(w, &row));
    w.maybe_text("nextToken", page.token);
    Ok(())
}

fn one_template<'a>(scope: &Scope<'a>, params: &Params) -> Result<Option<&'a LaunchTemplate>, ApiError> {
    match (params.text("LaunchTemplateId"), params.text("LaunchTemplateName")) {
        (Some(_), Some(_)) => Err(ApiError::new(
            "InvalidParameterCombination",
            "Either the launch template ID or the launch template name may be specified, not both.",
        )),
        (Some(id), None) => Ok(Kind::TEMPLATE.find(&scope.region.templates, &[id])?.into_iter().next()),
        (None, Some(name)) => by_name(scope.region, name).map(Some),
        (None, None) => Ok(None),
    }
}

fn versions_of<'a>(template: &'a LaunchTemplate, wanted: &[&str], params: &Params) -> Result<Vec<Row<'a>>, ApiError> {
    if wanted.is_empty() {
        let (least, most) =
            (params.integer("MinVersion")?.unwrap_or(0), params.integer("MaxVersion")?.unwrap_or(i64::MAX));
        let within = template.versions.iter().filter(|version| (least..=most).contains(&i64::from(version.number)));
        return Ok(within.map(|version| Row { template, version }).collect());
    }
    wanted.iter().map(|wanted| Ok(Row { template, version: resolve(template, wanted)? })).collect()
}

fn versions_of_all<'a>(scope: &Scope<'a>, wanted: &[&str]) -> Result<Vec<Row<'a>>, ApiError> {
    if wanted.is_empty() || wanted.iter().any(|wanted| !wanted.starts_with('$')) {
        return Err(ApiError::new(
            "MissingParameter",
            "Either a launch template ID or name, or the versions $Latest or $Default of all launch templates, must be specified.",
        ));
    }
    let pairs =
        scope.region.templates.values().flat_map(|template| wanted.iter().map(move |wanted| (template, wanted)));
    pairs.map(|(template, wanted)| Ok(Row { template, version: resolve(template, wanted)? })).collect()
}

fn resolve<'a>(template: &'a LaunchTemplate, wanted: &str) -> Result<&'a TemplateVersion, ApiError> {
    let number = match wanted {
        "$Latest" => Some(template.latest_version()),
        "$Default" => Some(template.default_version),
        number => number.parse().ok(),
    };
    template.versions.iter().find(|version| Some(version.number) == number).ok_or_else(|| {
        ApiError::new(
            "InvalidLaunchTemplateId.VersionNotFound",
            format!("Could not find the specified version {wanted} for the launch template with ID {}.", template.id),
        )
    })
}

fn write(w: &mut Writer, row: &Row<'_>) {
    let Row { template, version } = row;
    w.text("launchTemplateId", &template.id);
    w.text("launchTemplateName", &template.name);
    w.integer("versionNumber", i64::from(version.number));
    w.text("versionDescription", &version.description);
    w.time("createTime", version.created_at);
    w.text("createdBy", &version.created_by);
    w.boolean("defaultVersion", row.is_default());
    w.structure("launchTemplateData", |w| {
        w.text("imageId", &version.image);
        w.text("instanceType", &version.instance_type);
        w.maybe_text("keyName", version.key_name.as_ref());
        w.structure("monitoring", |w| w.boolean("enabled", version.detailed_monitoring));
        w.texts("securityGroupIdSet", "item", version.security_groups.iter().map(|group| &group.id));
        if let Some(profile) = &version.instance_profile {
            w.structure("iamInstanceProfile", |w| w.text("arn", profile));
        }
        if version.market == Market::Spot {
            w.structure("instanceMarketOptions", |w| w.text("marketType", "spot"));
        }
    });
}
