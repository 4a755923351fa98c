//! Facts in words: what a step waits for.

use super::{Condition, Fact};

impl Condition {
    /// What would be so, in words.
    #[must_use]
    pub fn words(&self) -> String {
        words(&self.fact)
    }
}

fn words(fact: &Fact) -> String {
    let any = |states: &[String]| states.join(" or ");
    match fact {
        Fact::Sizes { group, min, desired, max } => format!("{group} has min {min}, desired {desired}, max {max}"),
        Fact::MemberIn { group, instance, states } => {
            let states: Vec<String> = states.iter().map(ToString::to_string).collect();
            format!("{instance} is {} in {group}", any(&states))
        }
        Fact::MemberLeft { group, instance } => format!("{instance} has left {group}"),
        Fact::Grown { group, by, .. } => format!("{by} new in {group} serve"),
        Fact::InService { group, beside, at_least } => match beside.len() {
            0 => format!("{at_least} of {group} are in service"),
            _ => format!("{at_least} others of {group} are in service"),
        },
        Fact::Settled { group, in_service } => format!("{group} has {in_service} in service, and none comes or goes"),
        Fact::Protected { instances, protected, .. } => {
            let word = if *protected { "protected from scale-in" } else { "open to scale-in" };
            format!("{} are {word}", instances.len())
        }
        Fact::Suspended { group, processes } => format!("{} suspended in {group}", named(processes)),
        Fact::ProcessesRun { group, processes } => format!("{} not suspended in {group}", named(processes)),
        Fact::LaunchFailed { group, .. } => format!("a launch of {group} failed"),
        Fact::Quiet { group } => format!("{group} does nothing by itself"),
        Fact::LaunchesWork { group } => format!("the latest launch of {group} did not fail"),
        Fact::Healthy { target_group, at_least, .. } => {
            format!("{at_least} others are healthy in {}", target_group.short())
        }
        Fact::Serves { instance, target_groups, classic } => match target_groups.len() + classic.len() {
            0 => format!("{instance} is behind no balancer"),
            1 => format!("{instance} is healthy behind its balancer"),
            count => format!("{instance} is healthy behind all {count} balancers"),
        },
        Fact::Drained { target_group, instance } => format!("{instance} has left {}", target_group.short()),
        Fact::InstanceIn { instance, states } => {
            let states: Vec<String> = states.iter().map(ToString::to_string).collect();
            format!("{instance} is {}", any(&states))
        }
        Fact::Restarted { instance, .. } => format!("{instance} runs anew and passes its checks"),
        Fact::ChecksPass { instance } => format!("{instance} passes its checks"),
        Fact::HostSound { instance } => format!("host and volumes of {instance} pass their checks"),
        Fact::AddressOn { allocation, instance } => format!("{allocation} is on {instance}"),
        Fact::VolumeOn { volume, instance, attached } => {
            format!("{volume} is {}on {instance}", if *attached { "" } else { "not " })
        }
        Fact::TypeIs { instance, instance_type } => format!("{instance} is of type {instance_type}"),
        Fact::HealthyClassic { balancer, at_least, .. } => format!("{at_least} others are in service in {balancer}"),
        Fact::OffClassic { balancer, instance } => format!("{instance} has left {balancer}"),
        Fact::FreeAddresses { subnet, at_least } => format!("{subnet} has {at_least} addresses left"),
        Fact::ImageUsable { image } => format!("{image} is available"),
        Fact::Away { resource, zone } => format!("{} is away from {zone}", resource.short()),
        Fact::NotAway { resource, zone } => format!("{} takes traffic in {zone}", resource.short()),
        Fact::ShiftFree { resource, .. } => format!("nothing moves {} away from another zone", resource.short()),
        Fact::ShiftUntil { resource, at_least, .. } => {
            format!("{} stays away until {} at least", resource.short(), at_least.strftime("%H:%MZ"))
        }
        Fact::ShiftOver { shift, resource } => format!("shift {shift} of {} is over", resource.short()),
        Fact::OneZoneAway { zone } => format!("nothing is away from another zone than {zone}"),
        Fact::BalancerIn { balancer, subnets } => format!("{} is in {} subnets", balancer.short(), subnets.len()),
        Fact::ClassicIn { balancer, subnets } => format!("{balancer} is in {} subnets", subnets.len()),
        Fact::GroupIn { group, subnets } => format!("{group} launches in {} subnets", subnets.len()),
        Fact::GroupTagged { group, key, value } => match value {
            Some(value) => format!("{group} has the tag {key}={value}"),
            None => format!("{group} has no tag {key}"),
        },
        Fact::HealthyOutside { target_group, zone, at_least } => {
            format!("{at_least} are healthy in {} outside {zone}", target_group.short())
        }
        Fact::HealthyIn { target_group, zone, at_least } => {
            format!("{at_least} are healthy in {} in {zone}", target_group.short())
        }
        Fact::InServiceOutside { group, zone, at_least } => {
            format!("{at_least} of {group} are in service outside {zone}")
        }
        Fact::GrownOutside { group, zone, by, .. } => format!("{by} new in {group} serve outside {zone}"),
        Fact::NoneIn { group, zone } => format!("none of {group} is in {zone}"),
        Fact::RouteVia { table, destination, gateway } => format!("{table} leads {destination} through {gateway}"),
        Fact::WriterOutside { database, zone } => format!("{database} is not in {zone}"),
        Fact::StandbyOutside { database, zone } => format!("{database} has a standby outside {zone}"),
        Fact::DatabaseAvailable { database } => format!("{database} is available"),
        Fact::FailedOver { database, from, .. } => format!("{database} has failed over from {from}"),
        Fact::FailoverRefused { database, .. } => format!("RDS refuses to fail {database} over"),
        Fact::ClusterWriter { cluster, member } => format!("{member} writes for {cluster}"),
        Fact::ReaderReady { cluster, member, outside } => {
            format!("{member} of {cluster} can write, outside {outside}")
        }
        Fact::TrafficGone { balancer, zone, before, .. } => {
            format!("less than {:.0} a minute of {balancer} through {zone}", before * 0.1)
        }
        Fact::ZonePasses { zone } => format!("everything in {zone} passes its checks"),
        Fact::Told { words, .. } => words.to_string(),
        Fact::All { of } => of.iter().map(words).collect::<Vec<_>>().join("; "),
    }
}

fn named(processes: &std::collections::BTreeSet<super::Process>) -> String {
    processes.iter().map(|process| process.as_str()).collect::<Vec<_>>().join(", ")
}
