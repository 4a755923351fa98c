//! What fields hold now.
//!
//! Must stay true: a field of something that was not read, or is read no more, holds nothing that anybody knows.

use super::change::{Field, Value};
use crate::estate::balancer::{ClassicBalancer, LoadBalancer};
use crate::estate::database::{Cluster, Database};
use crate::estate::group::Group;
use crate::estate::network::RouteTable;
use crate::estate::shift::{ShiftStatus, ShiftType, ZonalShift};
use crate::id::{GroupName, Region, ZoneId};
use crate::operation::Ground;

/// A region as it is now, seen from a zone that something is away from.
#[derive(Debug, Clone, Copy)]
pub struct Present<'a> {
    /// What is known.
    pub ground: &'a Ground<'a>,
    /// Where.
    pub region: &'a Region,
    /// The zone.
    pub zone: &'a ZoneId,
}

impl<'a> Present<'a> {
    /// What a field holds; none where nobody knows.
    #[must_use]
    pub fn value(&self, field: &Field) -> Option<Value> {
        match field {
            Field::Shift(resource) => {
                let all = self.shifts()?;
                let own = all.into_iter().find(|shift| shift.resource == *resource);
                Some(own.map_or(Value::Absent, |shift| Value::Word(shift.id.clone())))
            }
            Field::Subnets(name) => Some(Value::Subnets(self.group(name)?.subnets.iter().cloned().collect())),
            Field::Behavior(name) => self.group(name)?.impaired_zone_behavior.clone().map(Value::Word),
            Field::Shiftable(name) => self.group(name)?.zonal_shift_enabled.map(Value::Is),
            Field::Min(name) => Some(Value::Number(self.group(name)?.min)),
            Field::Desired(name) => Some(Value::Number(self.group(name)?.desired)),
            Field::Max(name) => Some(Value::Number(self.group(name)?.max)),
            Field::Process(name, process) => {
                Some(Value::Is(self.group(name)?.suspended.contains_key(process.as_str())))
            }
            Field::Tag(name, key) => {
                let value = self.group(name)?.tags.get(key);
                Some(value.map_or(Value::Absent, |value| Value::Word(value.clone())))
            }
            Field::BalancerSubnets(arn) => {
                let here = self.one(|balancer: &LoadBalancer| balancer.arn == *arn)?;
                let subnets: Option<_> = here.zones.iter().map(|(_, subnet)| subnet.clone()).collect();
                subnets.map(Value::Subnets)
            }
            Field::ClassicSubnet(name, subnet) => {
                let here = self.one(|balancer: &ClassicBalancer| balancer.name == *name)?;
                Some(Value::Is(here.subnets.contains(subnet)))
            }
            Field::Route(table, destination) => {
                let here = self.one(|each: &RouteTable| each.id == *table)?;
                let route = here.routes.iter().find(|route| route.destination == *destination)?;
                route.target.clone().map(Value::Word)
            }
            Field::Database(id) => {
                let here = self.one(|database: &Database| database.id.text() == id)?;
                here.zone.as_ref().map(|zone| Value::Word(zone.text().clone()))
            }
            Field::Writer(id) => {
                let here = self.one(|cluster: &Cluster| cluster.id.text() == id)?;
                let writer = here.members.iter().find(|member| member.writer)?;
                Some(Value::Word(writer.database.text().clone()))
            }
        }
    }

    /// Shifts away from the zone that somebody started by hand and that go on; none where not all shifts are known.
    #[must_use]
    pub fn shifts(&self) -> Option<Vec<&'a ZonalShift>> {
        let all = self.ground.all::<ZonalShift>(self.region)?;
        let is = |shift: &&ZonalShift| {
            shift.status == ShiftStatus::Active
                && shift.away_from == *self.zone
                && shift.shift_type == ShiftType::Manual
        };
        Some(all.into_iter().filter(is).collect())
    }

    /// A group, known now.
    #[must_use]
    pub fn group(&self, name: &GroupName) -> Option<&'a Group> {
        self.one(|group: &Group| group.name == *name)
    }

    fn one<T: crate::estate::Row + 'a>(&self, is: impl Fn(&T) -> bool) -> Option<&'a T> {
        self.ground.find(Some(self.region), "", is).ok().map(|here| here.thing)
    }
}
