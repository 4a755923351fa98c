//! Traces in where traffic goes: shifts, subnets of balancers, routes; and in groups' tags.

use std::collections::BTreeSet;

use super::Trace;
use super::place::Place;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer};
use crate::estate::group::Group;
use crate::estate::network::RouteTable;
use crate::estate::shift::{ManagedResource, ShiftStatus, ShiftType, ZonalShift};
use crate::id::{SubnetId, Text};
use crate::operation::call::{BalancerSubnets, ClassicSubnets, GroupTag, Route, StartShift};

/// Whether a shift is the one that a call asked for: its comment carries the operation's id.
pub(super) fn is_ours(shift: &ZonalShift, start: &StartShift) -> bool {
    is_wanted(shift, start) && shift.comment.as_ref() == Some(&start.comment)
}

/// Whether a shift that goes on by hand does what a call asks for, whoever began it.
fn is_wanted(shift: &ZonalShift, start: &StartShift) -> bool {
    let goes_on = shift.status == ShiftStatus::Active && shift.shift_type == ShiftType::Manual;
    goes_on && shift.resource == start.resource_identifier && shift.away_from == start.away_from
}

fn as_wanted(is: bool, detail: String) -> Trace {
    if is { Trace::There(detail) } else { Trace::Absent(detail) }
}

impl Place<'_> {
    pub(super) fn shifted(&self, start: &StartShift) -> Result<Trace, String> {
        let (name, zone) = (start.resource_identifier.short(), &start.away_from);
        let shifts = self.rows::<ZonalShift>()?;
        if let Some(shift) = shifts.iter().find(|shift| is_ours(shift, start)) {
            return Ok(Trace::There(format!("shift {} keeps {name} from {zone}", shift.id)));
        }
        if let Some(shift) = shifts.iter().find(|shift| is_wanted(shift, start)) {
            let by = shift.comment.as_deref().unwrap_or("somebody");
            return Ok(Trace::Theirs(format!("shift {} keeps {name} from {zone} already: \"{by}\"", shift.id)));
        }
        let managed = self.rows::<ManagedResource>()?;
        let managed = managed.into_iter().find(|managed| managed.arn == start.resource_identifier);
        let is_practice = |shift: &&&ZonalShift| shift.status == ShiftStatus::Active && shift.away_from == *zone;
        // A practice run ends by itself in minutes: what it does is not what is wanted.
        let practice = shifts.iter().any(|shift| is_practice(&shift) && shift.shift_type == ShiftType::PracticeRun);
        let away = managed.and_then(|managed| managed.weights.get(zone)).is_some_and(|weight| *weight <= 0.0);
        Ok(match away && !practice {
            true => Trace::Theirs(format!("AWS keeps {name} from {zone} already")),
            false => Trace::Absent(format!("no shift keeps {name} from {zone}")),
        })
    }

    pub(super) fn shift_over(&self, id: &Text) -> Result<Trace, String> {
        let shifts = self.rows::<ZonalShift>()?;
        let goes_on = shifts.into_iter().find(|shift| shift.id == *id && shift.status == ShiftStatus::Active);
        Ok(match goes_on {
            Some(shift) => Trace::Absent(format!("shift {id} of {} still goes on", shift.resource.short())),
            None => Trace::There(format!("shift {id} goes on no more")),
        })
    }

    pub(super) fn in_subnets(&self, set: &BalancerSubnets) -> Result<Trace, String> {
        let name = set.load_balancer_arn.short();
        let balancers = self.rows::<LoadBalancer>()?;
        let balancer = balancers.into_iter().find(|balancer| balancer.arn == set.load_balancer_arn);
        let balancer = balancer.ok_or_else(|| format!("there is no balancer {name} any more"))?;
        let there: BTreeSet<&SubnetId> = balancer.zones.iter().filter_map(|(_, subnet)| subnet.as_ref()).collect();
        let wanted: BTreeSet<&SubnetId> = set.named().collect();
        Ok(as_wanted(there == wanted, format!("{name} is in {}", listed(&there))))
    }

    pub(super) fn classic_in(&self, of: &ClassicSubnets, wanted: bool) -> Result<Trace, String> {
        let name = &of.load_balancer_name;
        let balancers = self.rows::<ClassicBalancer>()?;
        let balancer = balancers.into_iter().find(|balancer| balancer.name == *name);
        let balancer = balancer.ok_or_else(|| format!("there is no balancer {name} any more"))?;
        let there: BTreeSet<&SubnetId> = balancer.subnets.iter().collect();
        let is = of.subnets.iter().all(|subnet| there.contains(subnet) == wanted);
        Ok(as_wanted(is, format!("{name} is in {}", listed(&there))))
    }

    pub(super) fn routed(&self, route: &Route) -> Result<Trace, String> {
        let table = &route.route_table_id;
        let tables = self.rows::<RouteTable>()?;
        let found = tables.into_iter().find(|each| each.id == *table);
        let found = found.ok_or_else(|| format!("there is no route table {table} any more"))?;
        let own = found.routes.iter().find(|each| each.destination == route.destination_cidr_block);
        let own = own.ok_or_else(|| format!("{table} has no route to {}", route.destination_cidr_block))?;
        let detail =
            format!("{table} leads {} through {}", own.destination, own.target.as_deref().unwrap_or("nothing"));
        Ok(as_wanted(own.target.as_ref() == Some(&route.nat_gateway_id), detail))
    }

    pub(super) fn tagged(&self, tags: &[GroupTag], there: bool) -> Result<Trace, String> {
        let groups = self.rows::<Group>()?;
        let mut details = Vec::new();
        let mut is = true;
        for tag in tags {
            let group = groups.iter().find(|group| group.name == tag.resource_id);
            let group = group.ok_or_else(|| format!("there is no group {} any more", tag.resource_id))?;
            let value = group.tags.get(&tag.key);
            is &= if there { value == tag.value.as_ref() } else { value.is_none() };
            details.push(match value {
                Some(value) => format!("{} has {}={value}", group.name, tag.key),
                None => format!("{} has no {}", group.name, tag.key),
            });
        }
        Ok(as_wanted(is, details.join(", ")))
    }
}

fn listed(subnets: &BTreeSet<&SubnetId>) -> String {
    subnets.iter().map(|subnet| subnet.as_str()).collect::<Vec<_>>().join(", ")
}
