//! Ties of what is launched from what: groups, launch templates, images, instances.

use crate::estate::group::{Group, Member};
use crate::estate::image::{LaunchTemplate, LaunchTemplateVersion};
use crate::estate::instance::Instance;

use super::super::{SubjectKind, find};
use super::Ties;

/// What a group launches from, with the version as it stands there and what that means now.
pub(super) fn of_group(ties: &mut Ties<'_>, group: &Group) {
    let Some(source) = &group.launch_source else { return };
    let template = find::template(&ties.picture.estate, &ties.subject.region, &source.name).map(|(row, _)| row);
    let Some(written) = source.version.as_deref() else { return };
    let moves = template.filter(|_| written.starts_with('$')).and_then(|template| template.number_of(written));
    let now = moves.map(|number| format!(", now v{number}")).unwrap_or_default();
    let id = template.map_or(&*source.name, |template| template.id.as_str()).to_owned();
    ties.add_here("template", SubjectKind::Template, &id, format!("{} {written}{now}", source.name));
}

/// The template that a member was started from.
pub(super) fn of_member(ties: &mut Ties<'_>, group: &Group, member: &Member) {
    let source = group.launch_source.as_ref().filter(|source| source.version.is_some());
    let (Some(source), Some(version)) = (source, &member.template_version) else { return };
    let template = find::template(&ties.picture.estate, &ties.subject.region, &source.name).map(|(row, _)| row);
    let wanted = template.zip(source.version.as_deref()).and_then(|(template, written)| template.number_of(written));
    let drift = match wanted {
        Some(wanted) if wanted.to_string() != **version => format!(", the group would launch v{wanted}"),
        _ => String::new(),
    };
    let id = template.map_or(&*source.name, |template| template.id.as_str()).to_owned();
    ties.add_here("template", SubjectKind::Template, &id, format!("{} v{version}{drift}", source.name));
}

pub(super) fn of_template(ties: &mut Ties<'_>) {
    let (region, id) = (ties.subject.region.clone(), ties.subject.id.clone());
    let Some((template, _)) = find::template(&ties.picture.estate, &region, &id) else { return };
    for group in ties.known::<Group>().into_iter().filter(|group| launches(group, template)) {
        let written = group.launch_source.as_ref().and_then(|source| source.version.as_deref()).unwrap_or_default();
        let note = format!("launches {written}, {} members", group.members.len());
        ties.add_here("group", SubjectKind::Group, group.name.as_str(), note);
    }
    let mut versions = ties.known::<LaunchTemplateVersion>();
    versions.retain(|version| version.template == template.id);
    versions.sort_by_key(|version| std::cmp::Reverse(version.number));
    for version in versions {
        if let Some(image) = &version.image {
            ties.add_here("image", SubjectKind::Image, image.as_str(), format!("of v{}", version.number));
        }
    }
}

fn launches(group: &Group, template: &LaunchTemplate) -> bool {
    let source = group.launch_source.as_ref().filter(|source| source.version.is_some());
    source.is_some_and(|source| source.name == template.name || *source.name == *template.id.as_str())
}

/// The image of an instance; another account's is not read.
pub(super) fn add_image(ties: &mut Ties<'_>, image: &str) {
    let name = find::image(&ties.picture.estate, &ties.subject.region, image).map(|(row, _)| row.name.clone());
    let words =
        name.map_or("not this account's".to_owned(), |name| name.map(|name| name.to_string()).unwrap_or_default());
    ties.add_here("image", SubjectKind::Image, image, words);
}

pub(super) fn of_image(ties: &mut Ties<'_>) {
    let id = ties.subject.id.clone();
    let of_it = |image: &Option<crate::id::ImageId>| image.as_ref().is_some_and(|image| image.as_str() == id);
    for version in ties.known::<LaunchTemplateVersion>().into_iter().filter(|version| of_it(&version.image)) {
        ties.add_here("template", SubjectKind::Template, version.template.as_str(), format!("v{}", version.number));
    }
    for instance in ties.known::<Instance>().into_iter().filter(|instance| of_it(&instance.image)) {
        let note = ties.instance_note(instance.id.as_str());
        ties.add_here("instance", SubjectKind::Instance, instance.id.as_str(), note);
    }
}
