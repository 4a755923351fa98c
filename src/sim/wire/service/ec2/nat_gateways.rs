//! `DescribeNatGateways`: where a network's way out stands, and so which zone it hangs on.

use super::filter::{Field, Filters, text};
use super::id::Kind;
use super::{Scope, after, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{NatGateway, World};

const FIELDS: &[Field<NatGateway>] = &[
    Field("nat-gateway-id", |_, gateway| text(&gateway.id)),
    Field("state", |_, gateway| text(&gateway.state)),
    Field("subnet-id", |_, gateway| text(&gateway.subnet)),
    Field("vpc-id", |_, gateway| text(&gateway.vpc)),
];

/// `DescribeNatGateways`.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, FIELDS, Some(|_, gateway| Some(&gateway.tags)))?;
    let pager = Pager::new(request, &Bounds::EC2)?;
    let ids = request.params.texts("NatGatewayId");
    let chosen: Box<dyn Iterator<Item = &NatGateway>> = if ids.is_empty() {
        Box::new(after(&scope.region.nat_gateways, pager.after()))
    } else {
        Box::new(Kind::NAT_GATEWAY.find(&scope.region.nat_gateways, &ids)?.into_iter())
    };
    let page = pager.page(chosen.filter(|gateway| filters.pass(&scope, gateway)), |gateway| gateway.id.as_str().into());
    w.list("natGatewaySet", "item", page.items, |w, gateway| write_gateway(w, &scope, gateway));
    w.maybe_text("nextToken", page.token);
    Ok(())
}

fn write_gateway(w: &mut Writer, scope: &Scope<'_>, gateway: &NatGateway) {
    w.text("natGatewayId", &gateway.id);
    w.text("subnetId", &gateway.subnet);
    w.text("vpcId", &gateway.vpc);
    w.text("state", &gateway.state);
    w.text("connectivityType", "public");
    w.time("createTime", gateway.created_at);
    let address = scope.region.addresses.get(&gateway.allocation);
    w.list("natGatewayAddressSet", "item", address, |w, address| {
        w.text("allocationId", &address.id);
        w.maybe_text("associationId", address.association.as_ref());
        w.maybe_text("networkInterfaceId", address.interface.as_ref());
        w.maybe_text("privateIp", address.private_ip.map(|ip| ip.to_string()));
        w.text("publicIp", address.public_ip.to_string());
        w.boolean("isPrimary", true);
        w.text("status", "succeeded");
    });
    write_tags(w, &gateway.tags);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::super::super::Service;
    use super::super::super::probe::{ask, column, nothing, world};

    #[test]
    fn two_zones_of_three_have_a_gateway_aws_domain_b4() {
        let world = world();
        let ask = |params| ask(&world, Service::Ec2, "DescribeNatGateways", params);
        let all = ask(nothing()).unwrap();
        let gateways = all["natGatewaySet"].as_array().unwrap();
        assert_eq!(gateways.len(), 2);
        for gateway in gateways {
            assert_eq!(gateway["state"], "available");
            assert!(gateway["natGatewayAddressSet"][0]["publicIp"].is_string(), "{gateway}");
        }
        let id = column(gateways, "natGatewayId")[0];
        let by = |name: &str, value: &str| json!({"Filter": [{"Name": name, "Value": [value]}]});
        for params in [json!({ "NatGatewayId": [id] }), by("nat-gateway-id", id)] {
            assert_eq!(ask(params).unwrap()["natGatewaySet"], json!([gateways[0]]));
        }
        assert_eq!(ask(by("state", "failed")).unwrap()["natGatewaySet"], json!([]));
        assert_eq!(ask(json!({"NatGatewayId": ["nat-0123456789abcdef0"]})), Err((400, "NatGatewayNotFound")));
        assert_eq!(ask(json!({"NatGatewayId": ["nat-1"]})), Err((400, "NatGatewayMalformed")));
        assert_eq!(ask(by("zone", "x")), Err((400, "InvalidParameterValue")));
    }
}
