//! The wire of the simulated AWS: requests in, the bytes that AWS would send out.
//!
//! Owns: protocols, errors, pages, throttling and the record of calls, and below [`service`] what each action answers. Knows
//! the world it reads from, and HTTP; nothing of the rest of the program, which reaches it as it reaches AWS. Must stay true:
//! [`answer()`] answers whatever comes, never panics, and for the same world, time and requests gives the same bytes.

mod answer;
pub mod body;
mod brownout;
pub mod calls;
mod consistency;
mod desk;
mod disturbance;
pub mod encode;
pub mod error;
pub mod form;
pub mod page;
pub mod receive;
mod reply;
pub mod request;
pub mod service;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
pub mod throttle;
mod trail;
pub mod writer;
mod zonal;

use bytes::Bytes;
use http::Response;

pub use self::answer::{Answer, Outcome};
use self::calls::Call;
pub use self::desk::Desk;
use self::disturbance::{Disturbance, Loss};
use self::error::{ApiError, Code};
use self::receive::{Received, receive};
use self::reply::{respond, write};
use self::request::Request;
use super::Sim;
use super::world::World;

/// Answers one request as AWS would, and records it.
pub fn answer(sim: &Sim, request: http::Request<Bytes>) -> Answer {
    let (parts, body) = request.into_parts();
    let received = receive(&parts, &body);
    let (now, number) = (sim.now(), sim.desk().number());
    let disturbance = sim.with_world(|world| Disturbance::of(world, &received, number));
    let mut call = Call {
        time: now,
        service: received.service.map_or_else(|| received.scope.clone(), |service| service.name().to_owned()),
        action: received.action.clone(),
        write: received.is_write(),
        region: received.region.clone(),
        parameters: received.params.members().clone(),
        status: None,
        code: None,
        delivery: "",
        delay_s: disturbance.delay.as_secs_f64(),
        request_id: sim.desk().request_id(number),
        user_agent: receive::header(&parts, "user-agent").unwrap_or_default().to_owned(),
    };
    let (after, cut) = (disturbance.delay, disturbance.cut);
    let outcome = match disturbance.loss {
        Some(Loss::Reset) => Outcome::Reset,
        Some(Loss::Silence) => Outcome::Silence,
        None => {
            let (response, lost) = respond_to(sim, received, disturbance, &mut call);
            match (lost, cut) {
                (true, _) => Outcome::Reset,
                (false, true) => Outcome::cut(response),
                (false, false) => Outcome::Whole(response),
            }
        }
    };
    call.delivery = outcome.name();
    sim.desk().record(call);
    Answer { after, outcome }
}

/// The response to a request that arrived, and whether it is lost on its way; its `Date` is that of the instant at which it
/// leaves.
fn respond_to(sim: &Sim, received: Received, disturbance: Disturbance, call: &mut Call) -> (Response<Bytes>, bool) {
    let (protocol, service) = (received.protocol, received.service);
    let leaves_at = call.time + disturbance.delay;
    match run(sim, received, disturbance, call) {
        Ok((body, lost)) => {
            call.status = Some(200);
            (respond(protocol, 200, &call.request_id, leaves_at, &[], body), lost)
        }
        Err(error) => {
            let rendered = error::render(&error, protocol, service, &call.request_id);
            (call.status, call.code) = (Some(rendered.status), Some(rendered.code));
            let (status, headers) = (rendered.status, &rendered.headers);
            (respond(protocol, status, &call.request_id, leaves_at, headers, rendered.body), false)
        }
    }
}

/// The answer's body, and whether a fault loses it.
fn run(sim: &Sim, received: Received, disturbance: Disturbance, call: &Call) -> Result<(Vec<u8>, bool), ApiError> {
    let action = received.found.clone()?;
    let request = received.into_request(action.service, call.user_agent.clone());
    if disturbance.expired {
        return Err(ApiError::general(Code::Expired, expired_words(&request)));
    }
    if !sim.desk().admit(action.class, &request, disturbance.rate, call.time) {
        return Err(ApiError::general(Code::Throttled, throttled_words(&request)));
    }
    if let Some(failure) = disturbance.failure {
        return Err(failure);
    }
    sim.with_world(|world| {
        if world.denies(action.service.iam_prefix(), action.name) {
            return Err(denied(world, action));
        }
        if !action.service.is_global() {
            service::region(world, &request)?;
        }
        if is_dry(&request)? {
            return Err(
                ApiError::new("DryRunOperation", "Request would have succeeded, but DryRun flag is set.").status(412)
            );
        }
        let body = write(action, world, &request, &call.request_id)?;
        if !action.is_write() {
            return Ok((body, false));
        }
        trail::record(world, action, &request);
        Ok((body, world.note_write()))
    })
}

/// A refusal for want of permission, in the service's words.
fn denied(world: &World, action: &service::Action) -> ApiError {
    let words = match action.service {
        service::Service::Ec2 => "You are not authorized to perform this operation.".to_owned(),
        other => format!(
            "User: {} is not authorized to perform: {}:{} because no identity-based policy allows the action",
            world.caller_arn,
            other.iam_prefix(),
            action.name
        ),
    };
    ApiError::general(Code::Denied, words)
}

fn throttled_words(request: &Request) -> &'static str {
    if request.service == service::Service::Ec2 { "Request limit exceeded." } else { "Rate exceeded" }
}

fn expired_words(request: &Request) -> &'static str {
    if request.service == service::Service::Ec2 {
        "Request has expired."
    } else {
        "The security token included in the request is expired"
    }
}

/// EC2 alone has a flag that asks only for permission (`aws-domain.md` A.10).
fn is_dry(request: &Request) -> Result<bool, ApiError> {
    Ok(request.service == service::Service::Ec2 && request.params.boolean("DryRun")?.unwrap_or(false))
}
