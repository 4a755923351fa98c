//! `DescribeRouteTables`: which gateway the instances of a subnet go out through.
//!
//! Must stay true: a route whose target is gone is a `blackhole`, and stays in its table.

use super::filter::{Field, Filters, Texts, flag, text};
use super::id::Kind;
use super::{Scope, after, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Route, RouteTable, World};

/// Pages here are shorter than EC2's others.
const BOUNDS: Bounds = Bounds { most: 100, ..Bounds::EC2 };

const FIELDS: &[Field<RouteTable>] = &[
    Field("association.main", |_, table| flag(table.main)),
    Field("association.route-table-id", |_, table| text(&table.id)),
    Field("association.subnet-id", |_, table| table.subnets.iter().map(|subnet| subnet.as_str().into()).collect()),
    Field("owner-id", |scope, _| text(scope.account())),
    Field("route-table-id", |_, table| text(&table.id)),
    Field("route.destination-cidr-block", |_, table| {
        table.routes.iter().map(|route| route.destination.as_str().into()).collect()
    }),
    Field("route.gateway-id", |_, table| targets(table, "igw-")),
    Field("route.nat-gateway-id", |_, table| targets(table, "nat-")),
    Field("route.state", |scope, table| table.routes.iter().map(|route| state(scope, route).into()).collect()),
    Field("vpc-id", |_, table| text(&table.vpc)),
];

/// `DescribeRouteTables`.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, FIELDS, Some(|_, table| Some(&table.tags)))?;
    let pager = Pager::new(request, &BOUNDS)?;
    let ids = request.params.texts("RouteTableId");
    let chosen: Box<dyn Iterator<Item = &RouteTable>> = if ids.is_empty() {
        Box::new(after(&scope.region.route_tables, pager.after()))
    } else {
        Box::new(Kind::ROUTE_TABLE.find(&scope.region.route_tables, &ids)?.into_iter())
    };
    let page = pager.page(chosen.filter(|table| filters.pass(&scope, table)), |table| table.id.as_str().into());
    w.list("routeTableSet", "item", page.items, |w, table| write_table(w, &scope, table));
    w.maybe_text("nextToken", page.token);
    Ok(())
}

fn write_table(w: &mut Writer, scope: &Scope<'_>, table: &RouteTable) {
    w.text("routeTableId", &table.id);
    w.text("vpcId", &table.vpc);
    w.text("ownerId", scope.account());
    let local = scope.region.vpcs.get(&table.vpc).map(|vpc| vpc.cidr.as_str());
    let routes = local.map(Err).into_iter().chain(table.routes.iter().map(Ok));
    w.list("routeSet", "item", routes, |w, route| match route {
        Err(local) => write_route(w, local, "local", "active", "CreateRouteTable"),
        Ok(route) => write_route(w, &route.destination, &route.via, state(scope, route), "CreateRoute"),
    });
    let main = table.main.then_some(None);
    let associations = main.into_iter().chain(table.subnets.iter().map(Some));
    w.list("associationSet", "item", associations, |w, subnet| {
        // AWS numbers associations like anything else: numbers made from what they associate.
        let associated = subnet.map_or(table.id.as_str(), |subnet| subnet.as_str());
        let number = associated.split_once('-').map_or(associated, |(_, number)| number);
        w.text("routeTableAssociationId", format!("rtbassoc-{number}"));
        w.text("routeTableId", &table.id);
        w.maybe_text("subnetId", subnet);
        w.boolean("main", subnet.is_none());
        w.structure("associationState", |w| w.text("state", "associated"));
    });
    write_tags(w, &table.tags);
}

fn write_route(w: &mut Writer, destination: &str, via: &str, state: &str, origin: &str) {
    w.text("destinationCidrBlock", destination);
    w.text(if via.starts_with("nat-") { "natGatewayId" } else { "gatewayId" }, via);
    w.text("state", state);
    w.text("origin", origin);
}

fn targets<'a>(table: &'a RouteTable, prefix: &str) -> Texts<'a> {
    table.routes.iter().filter(|route| route.via.starts_with(prefix)).map(|route| route.via.as_str().into()).collect()
}

fn state(scope: &Scope<'_>, route: &Route) -> &'static str {
    let is_gone = route.via.starts_with("nat-") && !scope.region.nat_gateways.contains_key(&route.via);
    if is_gone { "blackhole" } else { "active" }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::Service;
    use super::super::super::probe::{ask, nothing, pages, world};

    /// The NAT gateway that the instances of a zone go out through.
    fn way_out(tables: &[Value], subnet: &str) -> String {
        let mine =
            |table: &&Value| table["associationSet"].as_array().unwrap().iter().any(|one| one["subnetId"] == subnet);
        let table = tables.iter().find(mine).unwrap();
        table["routeSet"][1]["natGatewayId"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_zone_without_a_gateway_goes_out_through_another_zone_aws_domain_b4() {
        let mut world = world();
        let private = |world: &crate::sim::world::World, zone: &str| {
            let mut subnets = world.regions["us-east-1"].subnets.values();
            subnets.find(|subnet| subnet.zone == *zone && !subnet.public).unwrap().id.to_string()
        };
        let all = ask(&world, Service::Ec2, "DescribeRouteTables", nothing()).unwrap();
        let tables = all["routeTableSet"].as_array().unwrap();
        let mains: usize = tables.iter().filter(|table| table["associationSet"][0]["main"] == true).count();
        assert_eq!((tables.len(), mains), (4, 1));
        let [a, b, c] = ["us-east-1a", "us-east-1b", "us-east-1c"].map(|zone| way_out(tables, &private(&world, zone)));
        assert!(a == c && a != b, "{a} {b} {c}");
        assert_eq!(tables[0]["routeSet"][0]["gatewayId"], "local");

        let through = json!({"Filter": [{"Name": "route.nat-gateway-id", "Value": [a]}]});
        let found = ask(&world, Service::Ec2, "DescribeRouteTables", through.clone()).unwrap();
        assert_eq!(found["routeTableSet"].as_array().unwrap().len(), 2);
        world.regions.get_mut("us-east-1").unwrap().nat_gateways.remove(&a);
        let found = ask(&world, Service::Ec2, "DescribeRouteTables", through).unwrap();
        assert_eq!(found["routeTableSet"][0]["routeSet"][1]["state"], "blackhole");
    }

    #[test]
    fn tables_page_by_no_more_than_a_hundred() {
        let world = world();
        let tokens = ("nextToken", "NextToken");
        let (all, count) = pages(&world, Service::Ec2, "DescribeRouteTables", nothing(), "routeTableSet", tokens);
        assert_eq!((all.len(), count), (4, 1));
        let refused = ask(&world, Service::Ec2, "DescribeRouteTables", json!({"MaxResults": 101}));
        assert_eq!(refused, Err((400, "InvalidParameterValue")));
    }
}
