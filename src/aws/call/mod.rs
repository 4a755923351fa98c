//! The mutating calls: the only place in the program that asks AWS to change anything.
//!
//! Owns: [`Writer`], and how each [`Action`] becomes a request. Depends on: operation's calls, the session, the limiter. Must stay
//! true: a call is sent once and never again from here; an error says whether AWS may have done it all the same; what is
//! sent is what the call shows, parameter by parameter.

mod autoscaling;
mod balancer;
mod ec2;
mod failure;
mod rds;
mod shift;

use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use super::domain::Domain;
use super::limiter::{Limiter, Priority};
use super::read_list::Allowed;
use super::session::{Clients, Session, Trying, Writing};
use crate::id::Text;
use crate::operation::call::{CallError, ErrorClass, Receipt, Trial, Whom};
use crate::operation::{Action, Call, Fill};

/// What a writing session may call: what plans are made of.
pub const CALLS_ALONE: Allowed = Allowed { list: "list of calls that plans are made of", has: is_call };

/// Whether plans have this operation, by the SDK's names.
fn is_call(service: &str, operation: &str) -> bool {
    let service = match service {
        "Auto Scaling" => "autoscaling",
        "EC2" => "ec2",
        "Elastic Load Balancing" => "elb",
        "Elastic Load Balancing v2" => "elbv2",
        "ARC Zonal Shift" => "arc-zonal-shift",
        "RDS" => "rds",
        _ => return false,
    };
    Action::LIST.contains(&(service, operation))
}

/// What a session may call that only tries: what EC2 has of it.
pub const TRIES_ALONE: Allowed = Allowed {
    list: "list of calls that can be tried",
    has: |service, operation| service == "EC2" && is_call(service, operation),
};

/// Makes calls, each once.
pub struct Writer {
    session: Session<Writing>,
    limiter: Arc<Limiter>,
}

impl Writer {
    /// A writer whose calls take their turns with whatever else goes through `limiter`.
    pub fn new(session: Session<Writing>, limiter: Arc<Limiter>) -> Self {
        Self { session, limiter }
    }

    /// Sends a call.
    ///
    /// # Errors
    /// What AWS said, or that it said nothing; its class tells whether it may have been done all the same.
    pub async fn send(&self, call: &Call) -> Result<Receipt, CallError> {
        let one = One { clients: self.session.clients(&call.region), name: name(&call.action), dry: None };
        // AWS lets so few of these through that they wait for their turn here, and not in refusals.
        if is_slow(&call.action) {
            self.limiter.turn(&call.region, Domain::ElbSlow, Priority::Step).await;
        }
        self.limiter.turn(&call.region, domain(&call.action), Priority::Step).await;
        let outcome = dispatch(&one, &call.action).await;
        let throttled = outcome.as_ref().is_err_and(|error| error.class == ErrorClass::Throttled);
        self.limiter.answered(&call.region, domain(&call.action), throttled);
        outcome
    }
}

/// Tries calls: AWS says whether the caller may, and nothing is done. Only EC2 can be asked so (`aws-domain.md` A.11).
pub struct Trier {
    session: Session<Trying>,
    limiter: Arc<Limiter>,
}

impl Trier {
    /// A trier whose requests take their turns with whatever else goes through `limiter`.
    pub fn new(session: Session<Trying>, limiter: Arc<Limiter>) -> Self {
        Self { session, limiter }
    }

    /// Asks whether a call may be made.
    pub async fn try_call(&self, call: &Call) -> Trial {
        if !can_be_tried(&call.action) {
            return Trial::Untold { why: "only EC2 can be asked without doing it".into() };
        }
        // Its token names no run: a request that is only tried is not remembered.
        let trial = Some("fournines-trial".into());
        let fill = Fill { token: trial.clone(), operation: trial, ..Fill::default() };
        let filled: Call = match fill.fill(call) {
            Ok(filled) => filled,
            Err(_) => return Trial::Untold { why: "it is about what an earlier step brings".into() },
        };
        let clients = self.session.clients(&call.region);
        let one = One { clients, name: name(&call.action), dry: Some(true) };
        self.limiter.turn(&call.region, Domain::Ec2, Priority::Visible).await;
        let outcome = dispatch(&one, &filled.action).await;
        let throttled = outcome.as_ref().is_err_and(|error| error.class == ErrorClass::Throttled);
        self.limiter.answered(&call.region, Domain::Ec2, throttled);
        told(outcome, &one.name)
    }
}

/// Whether a call can be tried.
fn can_be_tried(action: &Action) -> bool {
    action.service() == "ec2"
}

/// What the answer to a trial means. AWS answers each with an error; which, is what is asked.
fn told(outcome: Result<Receipt, CallError>, name: &str) -> Trial {
    match outcome {
        Ok(_) => Trial::Untold { why: "AWS answered as if it had been asked to do it".into() },
        Err(error) if error.code.as_deref() == Some("DryRunOperation") => Trial::Allowed,
        Err(error) if error.class == ErrorClass::Denied => {
            Trial::Denied { action: error.iam_action.unwrap_or_else(|| name.into()) }
        }
        Err(error) => Trial::Untold { why: error.to_string().into() },
    }
}

/// A call as IAM names it.
fn name(action: &Action) -> String {
    format!("{}:{}", iam_prefix(action), action.name())
}

async fn dispatch(one: &One, action: &Action) -> Result<Receipt, CallError> {
    match action {
        Action::TerminateInstanceInAutoScalingGroup(end) => autoscaling::terminate(one, end).await,
        Action::LaunchInstances(launch) => autoscaling::launch(one, launch).await,
        Action::SetDesiredCapacity(set) => autoscaling::set_desired(one, set).await,
        Action::UpdateAutoScalingGroup(resize) => autoscaling::update(one, resize).await,
        Action::EnterStandby(removal) => autoscaling::enter_standby(one, removal).await,
        Action::ExitStandby(members) => autoscaling::exit_standby(one, members).await,
        Action::DetachInstances(removal) => autoscaling::detach(one, removal).await,
        Action::AttachInstances(members) => autoscaling::attach(one, members).await,
        Action::SetInstanceHealth(health) => autoscaling::set_health(one, health).await,
        Action::SetInstanceProtection(protection) => autoscaling::protect(one, protection).await,
        Action::SuspendProcesses(processes) => autoscaling::suspend(one, processes).await,
        Action::ResumeProcesses(processes) => autoscaling::resume(one, processes).await,
        Action::CompleteLifecycleAction(hooked) => autoscaling::complete(one, hooked).await,
        Action::RebootInstances(all) => ec2::reboot(one, all).await,
        Action::StopInstances(stop) => ec2::stop(one, stop).await,
        Action::StartInstances(all) => ec2::start(one, all).await,
        Action::RunInstances(run) => ec2::run(one, run).await,
        Action::TerminateInstances(all) => ec2::terminate(one, all).await,
        Action::CreateTags(tagging) => ec2::tag(one, tagging).await,
        Action::AssociateAddress(associate) => ec2::associate(one, associate).await,
        Action::DetachVolume(volume) => ec2::detach_volume(one, volume).await,
        Action::AttachVolume(volume) => ec2::attach_volume(one, volume).await,
        Action::ModifyInstanceAttribute(change) => ec2::change_type(one, change).await,
        Action::CreateReplaceRootVolumeTask(root) => ec2::replace_root(one, root).await,
        Action::RegisterTargets(targets) => balancer::register(one, targets).await,
        Action::DeregisterTargets(targets) => balancer::deregister(one, targets).await,
        Action::RegisterInstancesWithLoadBalancer(members) => balancer::register_classic(one, members).await,
        Action::DeregisterInstancesFromLoadBalancer(members) => balancer::deregister_classic(one, members).await,
        Action::CreateOrUpdateTags(all) => autoscaling::tag(one, all).await,
        Action::DeleteTags(all) => autoscaling::untag(one, all).await,
        Action::ReplaceRoute(route) => ec2::replace_route(one, route).await,
        Action::SetSubnets(set) => balancer::set_subnets(one, set).await,
        Action::DetachLoadBalancerFromSubnets(of) => balancer::detach_subnets(one, of).await,
        Action::AttachLoadBalancerToSubnets(of) => balancer::attach_subnets(one, of).await,
        Action::StartZonalShift(start) => shift::start(one, start).await,
        Action::UpdateZonalShift(update) => shift::update(one, update).await,
        Action::CancelZonalShift(cancel) => shift::cancel(one, cancel).await,
        Action::RebootDBInstance(reboot) => rds::reboot(one, reboot).await,
        Action::FailoverDBCluster(failover) => rds::fail_over(one, failover).await,
    }
}

/// One call on its way.
struct One {
    clients: Arc<Clients>,
    /// As IAM names it.
    name: String,
    /// Whether it is only tried. Where it is, whatever forgets to say so is refused before it leaves ([`super::dry`]).
    dry: Option<bool>,
}

impl One {
    /// Sends it and keeps the request's name, which AWS's answer carries.
    async fn answer<T, E>(
        &self,
        sending: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<(T, Receipt), CallError>
    where
        T: RequestId,
        E: ProvideErrorMetadata + Error + 'static,
    {
        match sending.await {
            Ok(answer) => {
                let request_id = answer.request_id().map(Text::from);
                Ok((answer, Receipt { request_id, ..Receipt::default() }))
            }
            Err(error) => Err(failure::of(&self.name, &error)),
        }
    }

    /// The same where the answer tells nothing else.
    async fn done<T, E>(
        &self,
        sending: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<Receipt, CallError>
    where
        T: RequestId,
        E: ProvideErrorMetadata + Error + 'static,
    {
        Ok(self.answer(sending).await?.1)
    }
}

/// The bucket that a call draws on.
fn domain(action: &Action) -> Domain {
    match action.service() {
        "autoscaling" => Domain::AutoScaling,
        "elb" | "elbv2" => Domain::Elb,
        "arc-zonal-shift" => Domain::Arc,
        "rds" => Domain::Rds,
        _ => Domain::Ec2,
    }
}

/// Whether a call is one of AWS's slow class of the load balancers' (`aws-domain.md` A.8).
fn is_slow(action: &Action) -> bool {
    matches!(
        action,
        Action::SetSubnets(_) | Action::DetachLoadBalancerFromSubnets(_) | Action::AttachLoadBalancerToSubnets(_)
    )
}

fn iam_prefix(action: &Action) -> &'static str {
    match action.service() {
        "elb" | "elbv2" => "elasticloadbalancing",
        service => service,
    }
}

/// The ids of a call's instances. The engine has put in those that earlier steps brought; one that is left is sent as it stands,
/// and AWS refuses it.
fn ids<'a>(whom: impl IntoIterator<Item = &'a Whom>) -> Option<Vec<String>> {
    Some(whom.into_iter().map(ToString::to_string).collect())
}
