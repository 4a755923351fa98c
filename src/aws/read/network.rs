//! Reads of ways out: NAT gateways and route tables (`aws-domain.md` B.1, 9 and B.4).

use aws_sdk_ec2::types;

use super::ec2::tags;
use super::{Found, only};
use crate::aws::caller::Caller;
use crate::aws::intern::Interner;
use crate::estate::network::{NatGateway, Route, RouteTable};
use crate::estate::{ReadFailure, Row, SliceId};
use crate::id::{SubnetId, Text, VpcId};

/// Gateways a page, the most that EC2 gives.
const GATEWAYS: i32 = 1000;
/// Route tables a page, the most that EC2 gives.
const TABLES: i32 = 100;

pub(super) async fn nat_gateways(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    let mut texts = Interner::default();
    caller
        .pages(
            |token| caller.clients.ec2.describe_nat_gateways().max_results(GATEWAYS).set_next_token(token).send(),
            |page| {
                for gateway in page.nat_gateways() {
                    rows.push(NatGateway {
                        id: caller.required(gateway.nat_gateway_id(), "natGatewayId")?.into(),
                        subnet: gateway.subnet_id().filter(|subnet| !subnet.is_empty()).map(SubnetId::from),
                        vpc: gateway.vpc_id().map(VpcId::from),
                        state: texts.text(caller.required(gateway.state(), "state")?.as_str()),
                        failure: gateway.failure_message().or(gateway.failure_code()).map(Text::from),
                        tags: tags(gateway.tags(), &mut texts),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(NatGateway::rows(rows)))
}

pub(super) async fn route_tables(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    let mut texts = Interner::default();
    caller
        .pages(
            |token| {
                let call = caller.clients.ec2.describe_route_tables();
                let call = match only(id) {
                    Some(table) => call.route_table_ids(&**table),
                    None => call.max_results(TABLES).set_next_token(token),
                };
                call.send()
            },
            |page| {
                for table in page.route_tables() {
                    let associations = table.associations();
                    rows.push(RouteTable {
                        id: caller.required(table.route_table_id(), "routeTableId")?.into(),
                        vpc: table.vpc_id().map(VpcId::from),
                        main: associations.iter().any(|association| association.main() == Some(true)),
                        subnets: associations.iter().filter_map(|each| each.subnet_id()).map(SubnetId::from).collect(),
                        routes: table.routes().iter().filter_map(|each| route(each, &mut texts)).collect(),
                        tags: tags(table.tags(), &mut texts),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(RouteTable::rows(rows)))
}

/// A route; none for one without a destination, which leads nobody anywhere.
fn route(route: &types::Route, texts: &mut Interner) -> Option<Route> {
    let destination =
        route.destination_cidr_block().or(route.destination_ipv6_cidr_block()).or(route.destination_prefix_list_id())?;
    // AWS fills exactly one of these, but for an instance, which comes with its interface.
    let target = [
        route.nat_gateway_id(),
        route.gateway_id(),
        route.egress_only_internet_gateway_id(),
        route.transit_gateway_id(),
        route.vpc_peering_connection_id(),
        route.instance_id(),
        route.network_interface_id(),
        route.local_gateway_id(),
        route.carrier_gateway_id(),
        route.core_network_arn(),
    ];
    Some(Route {
        destination: texts.text(destination),
        target: target.into_iter().flatten().find(|target| !target.is_empty()).map(|target| texts.text(target)),
        state: route.state().map(|state| texts.text(state.as_str())),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// `aws-domain.md` B.4: whose gateway a zone's way out hangs on is told by routes.
    #[test]
    fn a_route_leads_where_its_one_target_is_aws_domain_b4() {
        let mut texts = Interner::default();
        let mut read = |route: types::builders::RouteBuilder| super::route(&route.build(), &mut texts);
        let out = read(types::Route::builder().destination_cidr_block("0.0.0.0/0").nat_gateway_id("nat-1")).unwrap();
        assert_eq!((&*out.destination, out.target.as_deref(), out.state), ("0.0.0.0/0", Some("nat-1"), None));
        let sixth =
            types::Route::builder().destination_ipv6_cidr_block("::/0").egress_only_internet_gateway_id("eigw-1");
        assert_eq!(read(sixth).unwrap().target.as_deref(), Some("eigw-1"));
        let lost = types::Route::builder().destination_cidr_block("10.0.0.0/8").state(types::RouteState::Blackhole);
        let lost = read(lost).unwrap();
        assert_eq!((lost.target, lost.state.as_deref()), (None, Some("blackhole")), "its target is gone");
        assert_eq!(read(types::Route::builder().gateway_id("local")), None);
    }
}
