//! `DescribeListeners`.

use super::{BOUNDS, load_balancer, only_one_of, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Pager;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Forward, Listener, ListenerAction, LoadBalancer, Region, World};

/// The listeners of one load balancer, or those of ARNs.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    only_one_of(&request.params, &["LoadBalancerArn", "ListenerArns"])?;
    let arns = request.params.texts("ListenerArns");
    let mut wanted: Vec<(&LoadBalancer, &Listener)> = match request.params.text("LoadBalancerArn") {
        Some(arn) if !arn.is_empty() => {
            let balancer = load_balancer(region, arn)?;
            balancer.listeners.iter().map(|listener| (balancer, listener)).collect()
        }
        _ if arns.is_empty() => {
            return Err(ApiError::validation("You must specify either listener ARNs or a load balancer ARN"));
        }
        _ => arns.iter().map(|arn| listener(region, arn)).collect::<Result<_, _>>()?,
    };
    wanted.sort_by(|one, other| one.1.arn.cmp(&other.1.arn));
    let page = Pager::new(request, &BOUNDS)?.page(wanted, |(_, listener)| listener.arn.as_str().into());
    w.list("Listeners", "member", page.items, |w, (balancer, listener)| write_listener(w, balancer, listener));
    w.maybe_text("NextMarker", page.token);
    Ok(())
}

/// A listener by its ARN, with its load balancer.
pub(super) fn listener<'w>(region: &'w Region, arn: &str) -> Result<(&'w LoadBalancer, &'w Listener), ApiError> {
    let mut all =
        region.balancers.values().flat_map(|balancer| balancer.listeners.iter().map(move |own| (balancer, own)));
    let unknown = || ApiError::new("ListenerNotFound", format!("One or more listeners not found: '{arn}'"));
    all.find(|(_, listener)| listener.arn == arn).ok_or_else(unknown)
}

fn write_listener(w: &mut Writer, balancer: &LoadBalancer, listener: &Listener) {
    w.text("ListenerArn", &listener.arn);
    w.text("LoadBalancerArn", &balancer.arn);
    w.integer("Port", listener.port.into());
    w.text("Protocol", &listener.protocol);
    if listener.certificate.is_some() {
        w.list("Certificates", "member", &listener.certificate, |w, arn| w.text("CertificateArn", arn));
    }
    w.maybe_text("SslPolicy", listener.ssl_policy.as_ref());
    write_actions(w, "DefaultActions", &listener.default_actions);
}

/// The actions of a listener or rule, as both listings write them.
pub(super) fn write_actions(w: &mut Writer, name: &str, actions: &[ListenerAction]) {
    w.list(name, "member", (1..).zip(actions), |w, (order, action)| match action {
        ListenerAction::Forward(groups) => {
            w.text("Type", "forward");
            // The short form is written beside the long one as long as there is a single group.
            if let [only] = groups.as_slice() {
                w.text("TargetGroupArn", &only.target_group);
            }
            w.integer("Order", order);
            write_forward(w, groups);
        }
        ListenerAction::RedirectToHttps => {
            w.text("Type", "redirect");
            w.integer("Order", order);
            w.structure("RedirectConfig", |w| {
                for (name, value) in [("Protocol", "HTTPS"), ("Port", "443"), ("Host", "#{host}"), ("Path", "/#{path}")]
                {
                    w.text(name, value);
                }
                w.text("Query", "#{query}");
                w.text("StatusCode", "HTTP_301");
            });
        }
        ListenerAction::FixedResponse(code) => {
            w.text("Type", "fixed-response");
            w.integer("Order", order);
            w.structure("FixedResponseConfig", |w| {
                w.text("StatusCode", code.to_string());
                w.text("ContentType", "text/plain");
            });
        }
    });
}

fn write_forward(w: &mut Writer, groups: &[Forward]) {
    w.structure("ForwardConfig", |w| {
        w.list("TargetGroups", "member", groups, |w, group| {
            w.text("TargetGroupArn", &group.target_group);
            w.integer("Weight", group.weight.into());
        });
        w.structure("TargetGroupStickinessConfig", |w| w.boolean("Enabled", false));
    });
}
