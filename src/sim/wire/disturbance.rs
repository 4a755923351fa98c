//! What the faults in force do to one request and its answer.
//!
//! Owns: the only place where the wire looks at faults, denials apart. Depends on the world's faults and on what was asked.
//! Must stay true: any two faults compose; a share of requests is chosen by seed and number, so that the same requests fail
//! again; without faults nothing here costs anything.

use std::time::Duration;

use super::brownout::{self, Brownout};
use super::error::{ApiError, Code};
use super::receive::Received;
use super::service::Service;
use super::zonal;
use crate::sim::fault::Fault;
use crate::sim::world::{World, random};

/// The region that the control planes of Route 53 and IAM live in: they fail with it (`aws-domain.md` C.3, "Control vs data
/// plane"). STS has an endpoint in each region, and fails with the one that is asked.
const CONTROL_PLANES_LIVE_IN: &str = "us-east-1";

/// What happens to one request.
#[derive(Debug, Default)]
pub struct Disturbance {
    /// Whether it arrives and how it is lost if it does not.
    pub loss: Option<Loss>,
    /// Virtual time by which its answer is late.
    pub delay: Duration,
    /// Only half of its answer arrives.
    pub cut: bool,
    /// The credentials that signed it are no longer valid.
    pub expired: bool,
    /// Requests a second at which the service's token buckets refill, where that is less than usual.
    pub rate: Option<f64>,
    /// What the service says instead of an answer.
    pub failure: Option<ApiError>,
}

/// How a request that gets no answer is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The connection is reset.
    Reset,
    /// Nobody is there.
    Silence,
}

impl Disturbance {
    /// What happens to the request with this number.
    pub fn of(world: &World, received: &Received, number: u64) -> Self {
        let mut disturbance = Self::default();
        if is_out(world, received) {
            disturbance.loss = Some(Loss::Silence);
        }
        disturbance.brown_out(brownout::of_dark_zones(world, received, number), received);
        for in_force in &world.faults {
            disturbance.add(&in_force.fault, world, received, number);
        }
        disturbance
    }

    fn add(&mut self, fault: &Fault, world: &World, received: &Received, number: u64) {
        let mine = |service: &str| received.service.is_some_and(|own| own.name() == service);
        match fault {
            Fault::Dead {} => self.loss = Some(Loss::Reset),
            Fault::Slow { service, s } if mine(service) => {
                self.delay += Duration::try_from_secs_f64(*s).unwrap_or_default()
            }
            Fault::Cut { service } if mine(service) => self.cut = true,
            Fault::ExpireCredentials {} => self.expired = true,
            Fault::Throttle { service, rate } if shares_buckets(service, received) => {
                self.rate = Some(self.rate.map_or(*rate, |other| other.min(*rate)));
            }
            Fault::ReadsDown { service, zone }
                if mine(service)
                    && !received.is_write()
                    && zone.as_deref().is_none_or(|zone| zonal::concerns(world, received, zone)) =>
            {
                self.failure.get_or_insert_with(|| unavailable(received.service));
            }
            Fault::Brownout { share, s } => {
                self.brown_out(brownout::of(world, received, number, (*share, *s)), received);
            }
            Fault::Error { service, code, share } if mine(service) && is_drawn(world, number, code, *share) => {
                self.failure.get_or_insert_with(|| failure(code));
            }
            _ => {}
        }
    }
}

impl Disturbance {
    fn brown_out(&mut self, brownout: Option<Brownout>, received: &Received) {
        let Some(brownout) = brownout else { return };
        self.delay += brownout.delay;
        if brownout.fails {
            self.failure.get_or_insert_with(|| unavailable(received.service));
        }
    }
}

/// Whether the request with this number is among the share that fails.
fn is_drawn(world: &World, number: u64, code: &str, share: f64) -> bool {
    let place = i64::try_from(number).unwrap_or(i64::MAX);
    random::unit(world.seed, &["error", code], place) < share
}

/// Whether the request goes to a region that is out.
fn is_out(world: &World, received: &Received) -> bool {
    let region = match received.service {
        Some(Service::Iam | Service::Route53) => CONTROL_PLANES_LIVE_IN,
        _ => &received.region,
    };
    world.region(region).is_some_and(|region| region.causes.outage.is_some())
}

/// Both kinds of load balancers draw from one account-wide bucket (`aws-domain.md` A.8): what slows one slows the other.
fn shares_buckets(service: &str, received: &Received) -> bool {
    let is_elb = |name: &str| name.starts_with("elasticloadbalancing");
    received.service.is_some_and(|own| own.name() == service || is_elb(own.name()) && is_elb(service))
}

fn unavailable(service: Option<Service>) -> ApiError {
    let words = match service {
        Some(Service::Ec2) => "Unable to process request, please retry shortly",
        _ => "The request has failed due to a temporary failure of the server.",
    };
    ApiError::general(Code::Unavailable, words).status(503)
}

/// The error of a code that a fault names: its usual status and words, and status 400 where the code is not known.
fn failure(code: &str) -> ApiError {
    let known = KNOWN.iter().find(|(known, ..)| *known == code);
    let (_, status, words) = known.copied().unwrap_or(("", 400, "The request could not be completed."));
    ApiError::general(Code::Given(code.into()), words).status(status)
}

/// Codes with statuses and words of their own, of AWS's lists of common errors.
const KNOWN: &[(&str, u16, &str)] = &[
    ("AccessDenied", 403, "User is not authorized to perform this operation."),
    ("AccessDeniedException", 403, "User is not authorized to perform this operation."),
    ("AuthFailure", 401, "AWS was not able to validate the provided access credentials"),
    ("InternalError", 500, "An internal error has occurred"),
    ("InternalFailure", 500, "The request processing has failed because of an unknown error, exception or failure."),
    ("InternalServerError", 500, "The request processing has failed because of an error or failure with the server."),
    ("InternalServerException", 500, "An internal server error has occurred."),
    ("InternalServiceError", 500, "The request processing has failed because of an unknown error."),
    ("InternalServiceFault", 500, "The request processing has failed because of an unknown error."),
    ("IdempotentCallInProgress", 500, "A call with this client token is in progress."),
    ("InsufficientInstanceCapacity", 500, "There is not enough capacity to fulfill your request."),
    ("RequestLimitExceeded", 503, "Request limit exceeded."),
    ("ResourceContention", 500, "The operation is blocked by another operation on the resource. Try again."),
    ("ScalingActivityInProgress", 400, "A scaling activity is in progress and blocks this action"),
    ("ServiceUnavailable", 503, "The request has failed due to a temporary failure of the server."),
    ("ServiceUnavailableException", 503, "The request has failed due to a temporary failure of the server."),
    ("Throttling", 400, "Rate exceeded"),
    ("ThrottlingException", 429, "Rate exceeded"),
    ("Unavailable", 503, "Unable to process request, please retry shortly"),
    ("UnauthorizedOperation", 403, "You are not authorized to perform this operation."),
];
