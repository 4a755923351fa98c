//! Commands that read once, answer and end.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use crate::aws::READS;
use crate::cli::args::{AuditArgs, Global, IamArgs, ListArgs, PolicyCommand, Status, WhatIfArgs};
use crate::cli::status::AccountLabel;
use crate::cli::{self, Exit, Rendered};
use crate::estate::{Kind, Trust};
use crate::id::Region;
use crate::judge::Picture;
use crate::judge::audit::{self, CHECKS};
use crate::judge::availability;
use crate::listing;
use crate::watch::Purpose;

use super::observer::Observer;
use super::set_up::{Desk, Files, SetUpError};

/// How long a reading goes on without any answer before it is given up: what did not come is unknown.
const NO_PROGRESS: Duration = Duration::from_secs(90);

/// `fournines status`.
pub(super) async fn status(global: &Global, asked: &Status) -> Result<Exit, SetUpError> {
    let desk = Desk::for_one_reading(global).await?;
    let kinds = cli::status::kinds().chain([Kind::Probes]).chain(cli::status::CHANGES.iter().copied()).collect();
    let picture = read_once(&desk, kinds).await?;
    let mut label = AccountLabel::of(&picture.estate, &desk.rules);
    if let (Some(notes), Some(account)) = (&desk.notes, &label.account) {
        match notes.load(account) {
            Ok(noted) => label.noted = noted,
            Err(error) => cli::output::note(&[format!("fournines: what was noted cannot be read: {error}")]),
        }
    }
    if let Some(account) = &label.account {
        label.underway = desk.place.underway(account);
    }
    super::say(cli::status::render(&picture, &label, asked.into()))
}

/// `fournines list KIND`.
pub(super) async fn list(global: &Global, asked: &ListArgs) -> Result<Exit, SetUpError> {
    let question = cli::list::Question::new(asked.kind, asked.filter.as_deref(), asked.sort.as_deref())
        .map_err(SetUpError::Question)?;
    let desk = Desk::for_one_reading(global).await?;
    let kinds = question.list().kinds.iter().copied().collect();
    let picture = read_once(&desk, kinds).await?;
    let width = if std::io::stdout().is_terminal() { super::terminal::width() } else { None };
    super::say(cli::list::render(&picture, &question, &desk.config.columns, asked.format(width)))
}

/// `fournines audit`.
pub(super) async fn audit(global: &Global, asked: &AuditArgs) -> Result<Exit, SetUpError> {
    if let Some(check) = asked.explain {
        return super::say(cli::audit::explain(check));
    }
    let checks = if asked.checks.is_empty() { CHECKS } else { &asked.checks };
    let desk = Desk::for_one_reading(global).await?;
    // What services consist of is told by tags too.
    let kinds = audit::kinds(checks).into_iter().chain([Kind::BalancerTags]).collect();
    let picture = read_once(&desk, kinds).await?;
    let label = AccountLabel::of(&picture.estate, &desk.rules);
    let found = audit::of(&picture, checks.iter().copied());
    let whole = asked.checks.is_empty();
    let (estate, now) = (&picture.estate, picture.taken_at);
    let availability = whole.then(|| availability::assess(estate, &picture.judgement, now, &picture.policy));
    super::say(cli::audit::render(&found, availability.as_deref(), &label, now, asked.into()))
}

/// `fournines what-if`.
pub(super) async fn what_if(global: &Global, asked: &WhatIfArgs) -> Result<Exit, SetUpError> {
    let desk = Desk::for_one_reading(global).await?;
    let picture = read_once(&desk, cli::what_if::kinds().collect()).await?;
    let answer = cli::what_if::render(&picture, &desk.rules, asked).map_err(SetUpError::Question)?;
    super::say(answer)
}

/// `fournines policy`: nothing is asked of AWS.
pub(super) fn policy(global: &Global, asked: PolicyCommand) -> Result<Rendered, SetUpError> {
    let (_, rules) = Files::read(global)?;
    Ok(match asked {
        PolicyCommand::Check => cli::policy::check(&rules),
        PolicyCommand::Show { json } => cli::policy::show(&rules, json),
    })
}

/// `fournines iam`: nothing is asked of AWS.
pub(super) fn iam(global: &Global, asked: &IamArgs) -> Result<Rendered, SetUpError> {
    let reads: Vec<&str> = READS.iter().map(|read| read.action).collect();
    cli::iam::render(asked, global.read_only, &reads).map_err(SetUpError::Question)
}

/// Reads these kinds once, everywhere asked for, with the parts of all their parents, and keeps what was read.
pub(super) async fn read_once(desk: &Desk, mut kinds: BTreeSet<Kind>) -> Result<Arc<Picture>, SetUpError> {
    let wants_probes = kinds.remove(&Kind::Probes);
    // Zones come along, whatever was asked for; the watch adds the listings that parts and metrics hang on.
    kinds.insert(Kind::Zones);
    let kept = desk.store.as_ref().map(crate::watch::store::Store::load).transpose().unwrap_or_else(|error| {
        tracing::warn!(%error, "the kept inventory cannot be read");
        None
    });
    let purpose = Purpose::Once(kinds);
    let policy = desk.rules.judgement();
    let mut observer = Observer::new(desk.reader.clone(), policy, purpose, desk.seed, kept.unwrap_or_default());
    let asked = &desk.config.regions.value;
    observer.choose_regions(asked).await;
    // Credentials that AWS refused are told with its code, and every other read is still tried; none at all end it here.
    if let Some(why) = observer.traffic().credentials.filter(|why| why.code.is_none()) {
        return Err(SetUpError::NoCredentials(why.message.to_string()));
    }
    check_regions(&observer, asked)?;
    if wants_probes {
        observer.probe_once().await?;
    }
    while !observer.is_done() {
        match tokio::time::timeout(NO_PROGRESS, observer.step()).await {
            Ok(true) => {}
            Ok(false) | Err(_) => break,
        }
    }
    if let Some(store) = &desk.store
        && let Err(error) = store.save(observer.estate())
    {
        cli::output::note(&[format!("fournines: the inventory could not be kept: {error}")]);
    }
    let picture = observer.picture();
    note_credentials(&picture);
    Ok(picture)
}

/// A region that the account does not have is a slip of the keyboard, not an outage; where regions cannot be listed, AWS will say.
pub(super) fn check_regions(observer: &Observer, asked: &[Region]) -> Result<(), SetUpError> {
    let id = crate::estate::SliceId::all(&Region::global(), Kind::Regions);
    let known = observer.enabled_regions();
    let fresh = observer
        .estate()
        .slice(&id)
        .is_some_and(|slice| matches!(slice.trust(Kind::Regions.age_limit(), observer.now()), Trust::Fresh));
    match asked.iter().find(|region| !known.contains(region)) {
        Some(name) if fresh => Err(SetUpError::UnknownRegion {
            name: name.clone(),
            nearest: listing::nearest(name.as_str(), known.iter().map(Region::as_str)).map(str::to_owned),
            known: known.iter().map(ToString::to_string).collect(),
        }),
        _ => Ok(()),
    }
}

fn note_credentials(picture: &Picture) {
    if let Some(why) = &picture.traffic.credentials {
        cli::output::note(&[format!("fournines: {why}"), format!("fournines: {}", why.remedy())]);
    }
    if let Some(skew) = picture.traffic.skew.filter(|skew| skew.abs().as_secs() > 60) {
        cli::output::note(&[format!("fournines: this machine's clock is {}s off AWS's; AWS's counts", skew.as_secs())]);
    }
}
