//! Which member goes first, and how a group that got out of balance finds back (`aws-domain.md A.2`, `C.1`).
//!
//! Owns: scale-in's choice and AZRebalance. Must stay true: rebalancing launches first and ends later, so that it never
//! lowers capacity; it never runs while something else is going on.

use super::super::super::world::{
    AutoScalingGroup, GroupName, InstanceId, LifecycleState, Member, MemberHealth, Process, SubnetId, Surplus, ZoneName,
};
use super::super::Scene;
use super::place::members_by_zone;
use super::refresh::is_refreshing;

/// Per cent of the desired capacity that a group may have while it balances, unless its maintenance policy says
/// otherwise (`aws-domain.md C.1`: launch first, up to ten per cent more).
const MOST_WHILE_BALANCING: u32 = 110;

impl Scene<'_> {
    /// The member that a scale-in ends: in the fullest zone, by the group's first termination policy; protected ones
    /// never.
    pub(super) fn scale_in_victim(&self, name: &GroupName) -> Option<InstanceId> {
        let group = self.region.groups.get(name)?;
        let counts = members_by_zone(group);
        let candidates: Vec<&Member> = group.members.values().filter(|member| may_scale_in(member)).collect();
        // Those go first whose zone the group has left.
        let strays: Vec<&Member> = candidates.iter().copied().filter(|member| is_stray(group, member)).collect();
        let candidates = if strays.is_empty() { candidates } else { strays };
        let fullest = candidates.iter().map(|member| counts.get(&member.zone).copied().unwrap_or_default()).max()?;
        let in_fullest = candidates.into_iter().filter(|member| counts.get(&member.zone) == Some(&fullest));
        let launched =
            |member: &Member| self.region.instances.get(&member.instance).map(|instance| instance.launched_at);
        let version = |member: &Member| {
            let number = member.template.as_ref().map(|template| template.version.to_string());
            number.and_then(|number| number.parse::<u32>().ok())
        };
        let policy = group.termination_policies.first().map_or("Default", String::as_str);
        let chosen = match policy {
            "NewestInstance" => in_fullest.max_by_key(|member| (launched(member), member.instance.clone())),
            "OldestInstance" => in_fullest.min_by_key(|member| (launched(member), member.instance.clone())),
            // Default: the oldest template version, then the oldest instance.
            _ => in_fullest.min_by_key(|member| (version(member), launched(member), member.instance.clone())),
        };
        chosen.map(|member| member.instance.clone())
    }

    /// Moves members from the fullest zones to the emptiest: launches over the desired capacity there, by up to ten per
    /// cent at a time and over the maximum; scaling in ends as many in the fullest zone once those serve.
    pub(super) fn rebalance(&mut self, name: &GroupName) {
        while let Some(step) = self.next_move(name) {
            match step {
                Move::Wait => return self.await_back_off(name),
                Move::Launch(zone, subnet) => {
                    let have = self.region.groups.get(name).map_or(0, all_members);
                    let cause = format!(
                        "{}  At {} an instance was started in response to a difference between desired and actual capacity, \
                         increasing the capacity from {have} to {}.",
                        self.balance_cause(&zone),
                        self.now.rfc3339_seconds(),
                        have + 1
                    );
                    // A failure is an activity and a back-off; the next round sees it.
                    self.add_member_in(name, &zone, &subnet, &cause, Some(Surplus::Balance));
                }
                Move::End(victim, zone) => {
                    let cause = format!(
                        "{}  At {} instance {victim} was selected for termination.",
                        self.balance_cause(&zone),
                        self.now.rfc3339_seconds()
                    );
                    return self.remove_member(name, &victim, &cause);
                }
            }
        }
    }

    /// Why a group has more members than it desires while it balances.
    pub(super) fn balance_cause(&self, zone: &ZoneName) -> String {
        format!(
            "At {} instances were launched to balance instances in zones {zone} with other zones resulting in more than \
             desired number of instances in the group.",
            self.now.rfc3339_seconds()
        )
    }

    fn next_move(&self, name: &GroupName) -> Option<Move> {
        let group = self.region.groups.get(name)?;
        if !self.may_rebalance(group) {
            return None;
        }
        let counts = members_by_zone(group);
        let count = |zone: &ZoneName| counts.get(zone).copied().unwrap_or_default();
        // Protected members stay where they are, so that their zone is not one to move from.
        let high =
            group.members.values().filter(|member| may_scale_in(member)).map(|member| count(&member.zone)).max()?;
        // A group that left a zone moves whoever is there (`aws-domain.md C.3`, step 4).
        let strays = group.members.values().any(|member| may_scale_in(member) && is_stray(group, member));
        let places = group.subnets.iter().filter_map(|id| self.region.subnets.get(id));
        let low: Vec<_> = places.filter(|subnet| strays || count(&subnet.zone) + 2 <= high).collect();
        let open = low.iter().filter(|subnet| self.may_launch(group, &subnet.zone));
        let Some(place) = open.min_by_key(|subnet| (count(&subnet.zone), &subnet.zone, subnet.free_addresses == 0))
        else {
            return (!low.is_empty()).then_some(Move::Wait);
        };
        let most = group.maintenance_policy.map_or(MOST_WHILE_BALANCING, |policy| policy.max_healthy);
        if most <= 100 {
            // Nothing may be added first: one ends, and its successor goes where the fewest are.
            let calm = group.members.values().all(|member| member.state == LifecycleState::InService);
            return calm.then(|| self.scale_in_victim(name)).flatten().map(|id| Move::End(id, place.zone.clone()));
        }
        let at_once = (u64::from(group.desired) * u64::from(most - 100) / 100).max(1);
        let under_way = group.members.values().filter(|member| member.intent.surplus == Some(Surplus::Balance)).count();
        let margin = group.max.saturating_add((group.max / 10).max(1));
        let fits = u64::try_from(under_way).is_ok_and(|under_way| under_way < at_once) && all_members(group) < margin;
        fits.then(|| Move::Launch(place.zone.clone(), place.id.clone()))
    }

    /// Whether nothing else is going on: nobody missing, nobody sick, no shift that made the imbalance.
    fn may_rebalance(&self, group: &AutoScalingGroup) -> bool {
        let suspended = group.is_suspended(Process::Launch) || group.is_suspended(Process::AzRebalance);
        let sick = |member: &Member| member.state.counts() && member.health == MemberHealth::Unhealthy;
        !suspended
            && !is_refreshing(group)
            && group.capacity() >= group.desired
            && !group.members.values().any(sick)
            && !self.is_shifted(group)
    }
}

/// One step of a rebalancing.
enum Move {
    /// Launch in this zone.
    Launch(ZoneName, SubnetId),
    /// End this one, so that its successor starts in the zone.
    End(InstanceId, ZoneName),
    /// The zone that lacks members cannot be launched into now.
    Wait,
}

fn may_scale_in(member: &Member) -> bool {
    member.state == LifecycleState::InService && !member.protected && member.intent.surplus.is_none()
}

/// Whether a member is in a zone that its group does not launch in any more.
fn is_stray(group: &AutoScalingGroup, member: &Member) -> bool {
    !group.zones.contains(&member.zone)
}

/// Members that count, those launched over the desired capacity included.
fn all_members(group: &AutoScalingGroup) -> u32 {
    u32::try_from(group.members.values().filter(|member| member.state.counts()).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::{MaintenancePolicy, World};
    use super::super::super::fixture::{self, REGION};
    use super::*;

    const FULL: &str = "eu-west-1c";

    /// A group of six with nobody in zone c, which has room again.
    fn lopsided(change: impl FnOnce(&mut AutoScalingGroup)) -> World {
        // Grace covers the ten checks of the classic balancer.
        let mut world = fixture::world_with(|document| document.replace("grace_s = 120", "grace_s = 400"));
        world.change_group(|group| group.suspended = super::super::suspended(&["AZRebalance"]));
        world.apply(Fault::NoCapacity { zone: FULL.to_owned() }).unwrap();
        let there: Vec<_> = world.members().into_iter().filter(|member| member.zone == *FULL).collect();
        for member in there {
            world.terminate_member(member.instance.as_str()).unwrap();
        }
        world.pass(400);
        assert_eq!(in_zone(&world, FULL), 0);
        world.heal(&Fault::NoCapacity { zone: FULL.to_owned() }).unwrap();
        world.pass(1200);
        world.change_group(|group| {
            group.suspended.clear();
            group.unsettled = true;
            change(group);
        });
        world
    }

    fn in_zone(world: &World, zone: &str) -> usize {
        world
            .members()
            .iter()
            .filter(|member| member.zone == *zone && member.state == LifecycleState::InService)
            .count()
    }

    fn serving(world: &World) -> usize {
        world.here().groups["web"].in_service()
    }

    #[test]
    fn rebalancing_launches_first_and_ends_later_aws_domain_a2() {
        let mut world = lopsided(|_| {});
        let mut most = 0;
        for _ in 0..200 {
            world.pass(5);
            assert!(serving(&world) >= 6, "capacity never falls");
            most = most.max(world.members().iter().filter(|member| member.state.counts()).count());
        }
        assert_eq!((in_zone(&world, FULL), serving(&world), most), (2, 6, 7), "one in ten at a time, one at least");
        let lines = world.activity_lines(20).join("\n");
        let cause = "instances were launched to balance instances in zones eu-west-1c with other zones resulting in more than desired number of instances in the group.";
        assert!(lines.contains(cause), "{lines}");
    }

    #[test]
    fn a_suspended_rebalance_moves_nothing_but_scale_out_still_balances_aws_domain_a2() {
        let mut world = lopsided(|group| group.suspended = super::super::suspended(&["AZRebalance"]));
        world.pass(3600);
        assert_eq!(in_zone(&world, FULL), 0);
        world.set_desired(REGION, "web", 9).unwrap();
        world.pass(60);
        assert_eq!(in_zone(&world, FULL), 3);
    }

    #[test]
    fn with_terminate_suspended_it_grows_past_the_maximum_by_a_tenth_aws_domain_a2() {
        let mut world = lopsided(|group| {
            group.max = 6;
            group.suspended = super::super::suspended(&["Terminate"]);
        });
        world.pass(1800);
        assert_eq!((serving(&world), in_zone(&world, FULL)), (7, 1));
    }

    #[test]
    fn a_policy_that_allows_no_more_than_all_ends_one_first_aws_domain_c1() {
        let mut world = lopsided(|group| {
            group.maintenance_policy = Some(MaintenancePolicy { min_healthy: 90, max_healthy: 100 });
        });
        let mut least = usize::MAX;
        for _ in 0..300 {
            world.pass(5);
            least = least.min(serving(&world));
            assert!(world.members().iter().filter(|member| member.state.counts()).count() <= 6);
        }
        assert_eq!((in_zone(&world, FULL), serving(&world), least), (2, 6, 5));
    }
}
