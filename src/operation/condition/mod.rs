//! Conditions: what must be true before a call, and what must have become true after it.
//!
//! Owns: [`Condition`], [`Answer`] and the rules by which facts are checked on what was read. Depends on: the estate. Must stay true:
//! what is stale, denied or never read is *unknown*, which never counts as holding; what is asked after a call is a
//! change, not a state that may have been true before (`aws-domain.md` A.9).

mod beside;
mod database;
mod group;
mod instance;
mod look;
mod members;
mod outside;
mod shift;
mod target;
mod traffic;
mod way;
mod words;
mod zone;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::Process;
use super::need::{Need, What};
use crate::estate::Estate;
use crate::estate::group::LifecycleState;
use crate::estate::instance::InstanceState;
use crate::id::{Arn, ClassicName, GroupName, ImageId, InstanceId, Region, SubnetId, Text, VolumeId, ZoneId, ZoneName};

use look::Look;

/// Something about the account that is so, is not so, or is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// Where.
    pub region: Region,
    /// What.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What may be so of a region's things.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// A group's sizes are these: nobody changed them.
    Sizes {
        /// The group.
        group: GroupName,
        /// Members it never goes below by itself.
        min: i32,
        /// Members it keeps.
        desired: i32,
        /// Members it never goes above.
        max: i32,
    },
    /// An instance is a member in one of these states.
    MemberIn {
        /// The group.
        group: GroupName,
        /// The instance.
        instance: InstanceId,
        /// The states.
        states: Vec<LifecycleState>,
    },
    /// An instance is no member any more.
    MemberLeft {
        /// The group.
        group: GroupName,
        /// The instance.
        instance: InstanceId,
    },
    /// So many members beside these are in service, and healthy wherever the group registers them.
    Grown {
        /// The group.
        group: GroupName,
        /// The members that were there before.
        beside: BTreeSet<InstanceId>,
        /// How many.
        by: usize,
    },
    /// So many members beside these are in service.
    InService {
        /// The group.
        group: GroupName,
        /// Members that do not count.
        beside: BTreeSet<InstanceId>,
        /// How many.
        at_least: usize,
    },
    /// A group has so many members, each in service or standing by, and none comes or goes.
    Settled {
        /// The group.
        group: GroupName,
        /// How many are in service.
        in_service: usize,
    },
    /// Members are protected from scale-in, or are not.
    Protected {
        /// The group.
        group: GroupName,
        /// Which.
        instances: BTreeSet<InstanceId>,
        /// Whether they are.
        protected: bool,
    },
    /// Each of these processes is suspended.
    Suspended {
        /// The group.
        group: GroupName,
        /// Which.
        processes: BTreeSet<Process>,
    },
    /// A launch of the group that began after a moment failed: what is waited for will not come by itself.
    LaunchFailed {
        /// The group.
        group: GroupName,
        /// The moment.
        after: Timestamp,
        /// A zone in which launches may fail: the group has left it, or is about to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        but_in: Option<ZoneName>,
    },
    /// None of these processes is suspended.
    ProcessesRun {
        /// The group.
        group: GroupName,
        /// Which.
        processes: BTreeSet<Process>,
    },
    /// The group does nothing by itself at the moment: no activity, no refresh, and it is not being deleted.
    Quiet {
        /// The group.
        group: GroupName,
    },
    /// The group's latest launch did not fail: what replaces a member would fail as well (`aws-domain.md` C.1, gates).
    LaunchesWork {
        /// The group.
        group: GroupName,
    },
    /// So many targets beside this instance are healthy.
    Healthy {
        /// The target group.
        target_group: Arn,
        /// Instances that do not count.
        beside: BTreeSet<InstanceId>,
        /// How many.
        at_least: usize,
    },
    /// An instance is healthy wherever it is a target.
    Serves {
        /// The instance.
        instance: InstanceId,
        /// The target groups.
        target_groups: Vec<Arn>,
        /// The classic balancers.
        classic: Vec<ClassicName>,
    },
    /// An instance is a target no more: its connections are drained.
    Drained {
        /// The target group.
        target_group: Arn,
        /// The instance.
        instance: InstanceId,
    },
    /// An instance is in one of these states.
    InstanceIn {
        /// The instance.
        instance: InstanceId,
        /// The states.
        states: Vec<InstanceState>,
    },
    /// An instance was started after a moment, and passes its status checks.
    Restarted {
        /// The instance.
        instance: InstanceId,
        /// The moment.
        after: Timestamp,
    },
    /// An instance runs and passes its status checks.
    ChecksPass {
        /// The instance.
        instance: InstanceId,
    },
    /// Nothing is wrong with the host of an instance nor with its volumes: a reboot, which stays there, can help (`aws-domain.md` F.1).
    HostSound {
        /// The instance.
        instance: InstanceId,
    },
    /// An elastic address belongs to an instance.
    AddressOn {
        /// The address.
        allocation: Text,
        /// The instance.
        instance: InstanceId,
    },
    /// A volume is on an instance, or is not.
    VolumeOn {
        /// The volume.
        volume: VolumeId,
        /// The instance.
        instance: InstanceId,
        /// Whether it is.
        attached: bool,
    },
    /// An instance is of a type.
    TypeIs {
        /// The instance.
        instance: InstanceId,
        /// `m7g.large`.
        instance_type: Text,
    },
    /// So many instances of a classic balancer beside these are in service.
    HealthyClassic {
        /// The balancer.
        balancer: ClassicName,
        /// Instances that do not count.
        beside: BTreeSet<InstanceId>,
        /// How many.
        at_least: usize,
    },
    /// An instance is registered with a classic balancer no more: its connections are drained.
    OffClassic {
        /// The balancer.
        balancer: ClassicName,
        /// The instance.
        instance: InstanceId,
    },
    /// A subnet has so many addresses left.
    FreeAddresses {
        /// The subnet.
        subnet: SubnetId,
        /// How many.
        at_least: i32,
    },
    /// An image can be launched.
    ImageUsable {
        /// The image.
        image: ImageId,
    },
    /// A resource's traffic is kept from a zone, whoever brought that about: by the weights that ARC applies, and not by the existence of
    /// a shift (`aws-domain.md` A.6).
    Away {
        /// The resource.
        resource: Arn,
        /// The zone.
        zone: ZoneId,
    },
    /// A resource's traffic goes to a zone, by the weights.
    NotAway {
        /// The resource.
        resource: Arn,
        /// The zone.
        zone: ZoneId,
    },
    /// Nothing moves a resource away from another zone: neither by hand, nor AWS, nor a practice run. One zone at a time is all that ARC
    /// does (`aws-domain.md` C.3).
    ShiftFree {
        /// The resource.
        resource: Arn,
        /// The zone that it may be away from.
        zone: ZoneId,
    },
    /// A shift goes on, and does not end by itself before a moment.
    ShiftUntil {
        /// The shift.
        shift: Text,
        /// Of what.
        resource: Arn,
        /// The moment.
        at_least: Timestamp,
    },
    /// A shift goes on no more.
    ShiftOver {
        /// The shift.
        shift: Text,
        /// Of what.
        resource: Arn,
    },
    /// Nothing of the region is away from another zone, by hand or by AWS's autoshift.
    OneZoneAway {
        /// The zone that may be left.
        zone: ZoneId,
    },
    /// A balancer is in exactly these subnets.
    BalancerIn {
        /// The balancer.
        balancer: Arn,
        /// The subnets.
        subnets: BTreeSet<SubnetId>,
    },
    /// A classic balancer is in exactly these subnets.
    ClassicIn {
        /// The balancer.
        balancer: ClassicName,
        /// The subnets.
        subnets: BTreeSet<SubnetId>,
    },
    /// A group launches in exactly these subnets.
    GroupIn {
        /// The group.
        group: GroupName,
        /// The subnets.
        subnets: BTreeSet<SubnetId>,
    },
    /// A group has a tag of this value, or has none of that key.
    GroupTagged {
        /// The group.
        group: GroupName,
        /// The tag's key.
        key: Text,
        /// Its value; none where there is to be no such tag.
        value: Option<Text>,
    },
    /// So many targets that are not in a zone are healthy.
    HealthyOutside {
        /// The target group.
        target_group: Arn,
        /// The zone.
        zone: ZoneName,
        /// How many.
        at_least: usize,
    },
    /// So many targets in a zone are healthy: health checks go on while traffic is away.
    HealthyIn {
        /// The target group.
        target_group: Arn,
        /// The zone.
        zone: ZoneName,
        /// How many.
        at_least: usize,
    },
    /// So many members that are not in a zone are in service.
    InServiceOutside {
        /// The group.
        group: GroupName,
        /// The zone.
        zone: ZoneName,
        /// How many.
        at_least: usize,
    },
    /// So many members beside these, none of them in a zone, are in service, and healthy wherever the group registers them.
    GrownOutside {
        /// The group.
        group: GroupName,
        /// The zone.
        zone: ZoneName,
        /// The members that were there before.
        beside: BTreeSet<InstanceId>,
        /// How many.
        by: usize,
    },
    /// A group has no member in a zone.
    NoneIn {
        /// The group.
        group: GroupName,
        /// The zone.
        zone: ZoneName,
    },
    /// A route leads through a gateway, and leads on.
    RouteVia {
        /// The route table.
        table: Text,
        /// Which of its routes: `0.0.0.0/0`.
        destination: Text,
        /// The gateway.
        gateway: Text,
    },
    /// A DB instance that writes is not in a zone.
    WriterOutside {
        /// The DB instance.
        database: Text,
        /// The zone.
        zone: ZoneName,
    },
    /// A DB instance has a standby, and that is not in a zone: one that is being built protects nobody (`aws-domain.md` A.4).
    StandbyOutside {
        /// The DB instance.
        database: Text,
        /// The zone.
        zone: ZoneName,
    },
    /// RDS takes changes of a DB instance: it does not say that SQL answers.
    DatabaseAvailable {
        /// The DB instance.
        database: Text,
    },
    /// A DB instance has failed over: it is in another zone, or RDS says so of a moment after this one (`aws-domain.md` A.9: its status was
    /// `available` before, too, and its zone may be told late).
    FailedOver {
        /// The DB instance.
        database: Text,
        /// Where it was.
        from: ZoneName,
        /// The moment.
        after: Timestamp,
    },
    /// RDS says after a moment that it will not fail over, or could not (events 0034, 0069, 0070): what is waited for does not come.
    FailoverRefused {
        /// The DB instance, or the cluster.
        database: Text,
        /// The moment.
        after: Timestamp,
    },
    /// A member writes for a cluster.
    ClusterWriter {
        /// The cluster.
        cluster: Text,
        /// The member.
        member: Text,
    },
    /// A member of a cluster reads, is available and is not in a zone: it can become the writer.
    ReaderReady {
        /// The cluster.
        cluster: Text,
        /// The member.
        member: Text,
        /// The zone.
        outside: ZoneName,
    },
    /// A balancer's node in a zone took less than a tenth of what it took before, in a whole minute after a moment.
    TrafficGone {
        /// The balancer as CloudWatch names it: `app/web/50dc6c495c0c9188`, or a classic balancer's name.
        balancer: Text,
        /// The zone.
        zone: ZoneName,
        /// Requests, or new flows, a minute before.
        before: f64,
        /// The moment.
        after: Timestamp,
    },
    /// Status checks and volumes of everything in a zone pass; where nothing is there to be checked, nobody knows.
    ZonePasses {
        /// The zone.
        zone: ZoneName,
    },
    /// What was seen when it was planned, and a person answers for: nobody looks again.
    Told {
        /// In words.
        words: Text,
        /// Whether it speaks for the plan; none where that was not known.
        holds: Option<bool>,
    },
    /// All of these are so.
    All {
        /// The facts.
        of: Vec<Fact>,
    },
}

/// Whether a condition holds, with numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Yes, no, or nobody knows.
    pub holds: Option<bool>,
    /// In words: what there is, and what is needed.
    pub detail: String,
    /// How old the oldest reading is that it rests on; none where nothing was read.
    pub age: Option<Duration>,
}

impl Answer {
    fn unknown(detail: impl Into<String>) -> Self {
        Self { holds: None, detail: detail.into(), age: None }
    }
}

impl Condition {
    /// A fact of a region.
    pub fn new(region: &Region, fact: Fact) -> Self {
        Self { region: region.clone(), fact }
    }

    /// Checks it on what was read.
    #[must_use]
    pub fn answer(&self, estate: &Estate, now: Timestamp) -> Answer {
        let look = Look::new(estate, &self.region, now);
        let answer = asked(&look, &self.fact);
        // Whatever could not be told is nothing that one may act upon.
        answer.unwrap_or_else(Answer::unknown)
    }

    /// What must be read for it. Where a group's balancers matter, they are known once the group is: ask again until nothing new
    /// comes, which the second time is so.
    #[must_use]
    pub fn needs(&self, estate: &Estate) -> Vec<Need> {
        whats(&self.fact, &Look::new(estate, &self.region, Timestamp::MIN))
            .into_iter()
            .map(|what| Need::new(&self.region, what))
            .collect()
    }
}

fn asked(look: &Look<'_>, fact: &Fact) -> Result<Answer, String> {
    match fact {
        Fact::Sizes { group, min, desired, max } => group::sizes(look, group, (*min, *desired, *max)),
        Fact::MemberIn { group, instance, states } => group::member_in(look, group, instance, states),
        Fact::MemberLeft { group, instance } => group::member_left(look, group, instance),
        Fact::Grown { group, beside, by } => group::grown(look, group, beside, *by, None),
        Fact::InService { group, beside, at_least } => group::in_service(look, group, beside, *at_least),
        Fact::Settled { group, in_service } => members::settled(look, group, *in_service),
        Fact::Protected { group, instances, protected } => members::protected(look, group, instances, *protected),
        Fact::Suspended { group, processes } => group::suspended(look, group, processes),
        Fact::LaunchFailed { group, after, but_in } => group::launch_failed(look, group, *after, but_in.as_ref()),
        Fact::ProcessesRun { group, processes } => group::processes_run(look, group, processes),
        Fact::Quiet { group } => group::quiet(look, group),
        Fact::LaunchesWork { group } => group::launches_work(look, group),
        Fact::Healthy { target_group, beside, at_least } => target::healthy(look, target_group, beside, *at_least),
        Fact::Serves { instance, target_groups, classic } => target::serves(look, instance, target_groups, classic),
        Fact::Drained { target_group, instance } => target::drained(look, target_group, instance),
        Fact::InstanceIn { instance, states } => instance::instance_in(look, instance, states),
        Fact::Restarted { instance, after } => instance::restarted(look, instance, *after),
        Fact::ChecksPass { instance } => instance::checks_pass(look, instance),
        Fact::HostSound { instance } => instance::host_sound(look, instance),
        Fact::AddressOn { allocation, instance } => beside::address_on(look, allocation, instance),
        Fact::VolumeOn { volume, instance, attached } => instance::volume_on(look, volume, instance, *attached),
        Fact::TypeIs { instance, instance_type } => instance::type_is(look, instance, instance_type),
        Fact::HealthyClassic { balancer, beside, at_least } => {
            target::healthy_classic(look, balancer, beside, *at_least)
        }
        Fact::OffClassic { balancer, instance } => target::off_classic(look, balancer, instance),
        Fact::FreeAddresses { subnet, at_least } => beside::free_addresses(look, subnet, *at_least),
        Fact::ImageUsable { image } => beside::image_usable(look, image),
        Fact::Away { resource, zone } => shift::away(look, resource, zone),
        Fact::NotAway { resource, zone } => shift::not_away(look, resource, zone),
        Fact::ShiftFree { resource, zone } => shift::free(look, resource, zone),
        Fact::ShiftUntil { shift, resource, at_least } => shift::until(look, shift, resource, *at_least),
        Fact::ShiftOver { shift, resource } => shift::over(look, shift, resource),
        Fact::OneZoneAway { zone } => shift::one_zone_away(look, zone),
        Fact::BalancerIn { balancer, subnets } => way::balancer_in(look, balancer, subnets),
        Fact::ClassicIn { balancer, subnets } => way::classic_in(look, balancer, subnets),
        Fact::GroupIn { group, subnets } => way::group_in(look, group, subnets),
        Fact::GroupTagged { group, key, value } => group::tagged(look, group, key, value.as_ref()),
        Fact::HealthyOutside { target_group, zone, at_least } => {
            outside::healthy(look, target_group, (zone, false), *at_least)
        }
        Fact::HealthyIn { target_group, zone, at_least } => {
            outside::healthy(look, target_group, (zone, true), *at_least)
        }
        Fact::InServiceOutside { group, zone, at_least } => outside::in_service(look, group, zone, *at_least),
        Fact::GrownOutside { group, zone, beside, by } => group::grown(look, group, beside, *by, Some(zone)),
        Fact::NoneIn { group, zone } => outside::none_in(look, group, zone),
        Fact::RouteVia { table, destination, gateway } => way::route_via(look, table, destination, gateway),
        Fact::WriterOutside { database, zone } => database::writer_outside(look, database, zone),
        Fact::StandbyOutside { database, zone } => database::standby_outside(look, database, zone),
        Fact::DatabaseAvailable { database } => database::available(look, database),
        Fact::FailedOver { database, from, after } => database::failed_over(look, database, from, *after),
        Fact::FailoverRefused { database, after } => database::refused(look, database, *after),
        Fact::ClusterWriter { cluster, member } => database::cluster_writer(look, cluster, member),
        Fact::ReaderReady { cluster, member, outside } => database::reader_ready(look, cluster, member, outside),
        Fact::TrafficGone { balancer, zone, before, after } => traffic::gone(look, balancer, zone, *before, *after),
        Fact::ZonePasses { zone } => zone::passes(look, zone),
        Fact::Told { words, holds } => Ok(Answer { holds: *holds, detail: words.to_string(), age: None }),
        Fact::All { of } => all(look, of),
    }
}

/// What does not hold is told before what nobody knows, and that before what holds.
fn all(look: &Look<'_>, facts: &[Fact]) -> Result<Answer, String> {
    let answers: Vec<Result<Answer, String>> = facts.iter().map(|fact| asked(look, fact)).collect();
    let failing = answers.iter().flatten().find(|answer| answer.holds == Some(false));
    if let Some(answer) = failing {
        return Ok(answer.clone());
    }
    let known = answers.into_iter().collect::<Result<Vec<Answer>, String>>()?;
    if let Some(unknown) = known.iter().find(|answer| answer.holds.is_none()) {
        return Err(unknown.detail.clone());
    }
    let detail = known.iter().map(|answer| answer.detail.as_str()).collect::<Vec<_>>().join("; ");
    let age = known.iter().filter_map(|answer| answer.age).max();
    Ok(Answer { holds: Some(true), detail, age })
}

/// What a fact rests on, as far as what is known already tells.
fn whats(fact: &Fact, look: &Look<'_>) -> Vec<What> {
    match fact {
        Fact::Sizes { group, .. }
        | Fact::MemberIn { group, .. }
        | Fact::MemberLeft { group, .. }
        | Fact::InService { group, .. }
        | Fact::Settled { group, .. }
        | Fact::Protected { group, .. }
        | Fact::Suspended { group, .. }
        | Fact::ProcessesRun { group, .. }
        | Fact::GroupIn { group, .. }
        | Fact::GroupTagged { group, .. }
        | Fact::InServiceOutside { group, .. }
        | Fact::NoneIn { group, .. } => vec![What::Group(group.clone())],
        Fact::Grown { group, .. } | Fact::GrownOutside { group, .. } => {
            let mut needs = vec![What::Group(group.clone())];
            if let Some(known) = look.known_group(group) {
                needs.extend(known.target_groups.iter().cloned().map(What::Targets));
                needs.extend(known.classic_balancers.iter().cloned().map(What::ClassicTargets));
            }
            needs
        }
        Fact::Quiet { group } => {
            [What::Group, What::Activities, What::Refreshes].map(|what| what(group.clone())).into()
        }
        Fact::LaunchesWork { group } | Fact::LaunchFailed { group, .. } => vec![What::Activities(group.clone())],
        Fact::Healthy { target_group, .. } | Fact::Drained { target_group, .. } => {
            vec![What::Targets(target_group.clone())]
        }
        Fact::Serves { target_groups, classic, .. } => {
            let targets = target_groups.iter().cloned().map(What::Targets);
            targets.chain(classic.iter().cloned().map(What::ClassicTargets)).collect()
        }
        Fact::InstanceIn { instance, .. } | Fact::VolumeOn { instance, .. } | Fact::TypeIs { instance, .. } => {
            vec![What::Instance(instance.clone())]
        }
        Fact::OffClassic { balancer, .. } | Fact::HealthyClassic { balancer, .. } => {
            vec![What::ClassicTargets(balancer.clone())]
        }
        Fact::Restarted { instance, .. } | Fact::ChecksPass { instance } => {
            [What::Instance, What::Status].map(|what| what(instance.clone())).into()
        }
        Fact::HostSound { instance } => vec![What::Status(instance.clone())],
        Fact::AddressOn { instance, .. } => vec![What::Addresses(instance.clone())],
        Fact::FreeAddresses { subnet, .. } => vec![What::Subnet(subnet.clone())],
        Fact::ImageUsable { image } => vec![What::Image(image.clone())],
        Fact::Away { resource, .. } | Fact::NotAway { resource, .. } => vec![What::Managed(resource.clone())],
        Fact::ShiftFree { resource, .. } => vec![What::Managed(resource.clone()), What::Shifts(resource.clone())],
        Fact::ShiftUntil { resource, .. } | Fact::ShiftOver { resource, .. } => vec![What::Shifts(resource.clone())],
        Fact::OneZoneAway { .. } => vec![What::AllShifts, What::Autoshifts],
        Fact::BalancerIn { balancer, .. } => vec![What::Balancer(balancer.clone())],
        Fact::ClassicIn { balancer, .. } => vec![What::Classic(balancer.clone())],
        Fact::HealthyOutside { target_group, .. } | Fact::HealthyIn { target_group, .. } => {
            outside::needs(look, target_group)
        }
        Fact::RouteVia { table, .. } => vec![What::RouteTable(table.clone())],
        Fact::WriterOutside { database, .. }
        | Fact::StandbyOutside { database, .. }
        | Fact::DatabaseAvailable { database } => vec![What::Database(database.clone())],
        Fact::FailedOver { database, .. } => {
            vec![What::Database(database.clone()), What::DatabaseEvents(database.clone())]
        }
        Fact::FailoverRefused { database, .. } => vec![What::DatabaseEvents(database.clone())],
        Fact::ClusterWriter { cluster, .. } => vec![What::Cluster(cluster.clone())],
        Fact::ReaderReady { cluster, member, .. } => {
            vec![What::Cluster(cluster.clone()), What::Database(member.clone())]
        }
        Fact::TrafficGone { balancer, zone, .. } => vec![What::Traffic(balancer.clone(), zone.clone())],
        Fact::ZonePasses { zone } => vec![What::ZoneChecks(zone.clone()), What::ZoneVolumes(zone.clone())],
        Fact::Told { .. } => Vec::new(),
        Fact::All { of } => of.iter().flat_map(|fact| whats(fact, look)).collect(),
    }
}

#[cfg(test)]
mod tests;
