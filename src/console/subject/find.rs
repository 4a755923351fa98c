//! Finding a thing in the estate, with the slice it came in.

use std::sync::Arc;

use crate::estate::alarm::Alarm;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer, TargetGroup};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::Group;
use crate::estate::image::{Image, LaunchTemplate};
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::shift::{Autoshift, ZonalShift};
use crate::estate::zone::Zone;
use crate::estate::{Estate, Row, Slice};
use crate::id::Region;

/// A row and the slice it came in.
pub(super) type Found<'a, T> = (&'a T, &'a Arc<Slice>);

fn find<'a, T: Row + 'a>(estate: &'a Estate, region: &Region, is_it: impl Fn(&T) -> bool) -> Option<Found<'a, T>> {
    estate
        .slices(region, T::KIND)
        .find_map(|(_, slice)| slice.rows::<T>().iter().find(|row| is_it(row)).map(|row| (row, slice)))
}

macro_rules! finders {
    ($($name:ident($row:ty), |$it:ident, $id:ident| $test:expr;)*) => {$(
        pub(super) fn $name<'a>(estate: &'a Estate, region: &Region, $id: &str) -> Option<Found<'a, $row>> {
            find(estate, region, |$it: &$row| $test)
        }
    )*};
}

finders! {
    instance(Instance), |row, id| row.id.as_str() == id;
    status(InstanceStatus), |row, id| row.instance.as_str() == id;
    group(Group), |row, id| row.name.as_str() == id;
    target_group(TargetGroup), |row, id| row.arn.as_str() == id;
    load_balancer(LoadBalancer), |row, id| row.arn.as_str() == id;
    classic_balancer(ClassicBalancer), |row, id| row.name.as_str() == id;
    database(Database), |row, id| row.id.as_str() == id;
    cluster(Cluster), |row, id| row.id.as_str() == id;
    global_cluster(GlobalCluster), |row, id| row.id.as_str() == id;
    alarm(Alarm), |row, id| row.name.as_str() == id;
    image(Image), |row, id| row.id.as_str() == id;
    template(LaunchTemplate), |row, id| row.id.as_str() == id || &*row.name == id;
    zone(Zone), |row, id| row.name.as_str() == id;
    shift(ZonalShift), |row, id| *row.id == *id;
    autoshift(Autoshift), |row, id| row.away_from.as_str() == id;
}
