//! A session with an account: credentials, one client a region and service, and the clock that AWS's answers set.
//!
//! Owns: the SDK's configuration. Depends on: the transport, the lists of calls. Must stay true: [`Session<ReadOnly>`] has no way to a
//! writer; every client carries its mode's list, our clock, our time-outs and no retries of its own, which are the limiter's. The
//! only other calls are those by which AWS's standard chain gets credentials (STS, SSO, a profile's `credential_process`).

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::identity::IdentityCache;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;

use super::call::{CALLS_ALONE, TRIES_ALONE};
use super::dry::DryAlone;
use super::read_list::{Allowed, ListedOnly, READS_ALONE};
use super::session_error::SessionError;
use super::transport::{self, WatchDate, Wire};
use crate::clock::Clock;
use crate::id::Region;

/// What a session may do, by its type.
pub trait Mode {
    /// The calls that its clients let out.
    const ALLOWED: Allowed;
    /// Whether they let out only requests that try.
    const DRY: bool = false;
}

/// Mode of a session that can only read.
#[derive(Debug, Clone, Copy)]
pub struct ReadOnly;

impl Mode for ReadOnly {
    const ALLOWED: Allowed = READS_ALONE;
}

/// Mode of a session that makes the calls of plans, and nothing else.
#[derive(Debug, Clone, Copy)]
pub struct Writing;

impl Mode for Writing {
    const ALLOWED: Allowed = CALLS_ALONE;
}

/// Mode of a session that tries calls, and makes none.
#[derive(Debug, Clone, Copy)]
pub struct Trying;

impl Mode for Trying {
    const ALLOWED: Allowed = TRIES_ALONE;
    const DRY: bool = true;
}

/// What a session is opened with.
#[derive(Clone, Default)]
pub struct Settings {
    /// The profile of AWS's files; else the environment's, else `default`.
    pub profile: Option<String>,
    /// An endpoint for every service; else what AWS's environment and files say, per service too.
    pub endpoint_url: Option<String>,
    /// The regions asked for, which tell the partition where AWS's environment and files name no region.
    pub regions: Vec<Region>,
}

/// A session in mode `M`.
pub struct Session<M> {
    config: SdkConfig,
    clock: Arc<Clock>,
    home: Region,
    clients: Mutex<BTreeMap<Region, Arc<Clients>>>,
    mode: PhantomData<M>,
}

/// The clients of one region, each built once.
#[derive(Debug)]
pub(super) struct Clients {
    pub(super) arc: aws_sdk_arczonalshift::Client,
    pub(super) autoscaling: aws_sdk_autoscaling::Client,
    pub(super) cloudtrail: aws_sdk_cloudtrail::Client,
    pub(super) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(super) ec2: aws_sdk_ec2::Client,
    pub(super) elb: aws_sdk_elasticloadbalancing::Client,
    pub(super) elbv2: aws_sdk_elasticloadbalancingv2::Client,
    pub(super) health: aws_sdk_health::Client,
    pub(super) iam: aws_sdk_iam::Client,
    pub(super) rds: aws_sdk_rds::Client,
    pub(super) route53: aws_sdk_route53::Client,
    pub(super) sts: aws_sdk_sts::Client,
}

impl Session<ReadOnly> {
    /// Opens a session on a real account, or on whatever the endpoint is: AWS's standard credential chain, profiles, SSO,
    /// assumed roles and endpoint settings.
    ///
    /// # Errors
    /// Where the profile, its files or the endpoint are wrong. Credentials are not tried yet: they fail later, visibly, and may recover.
    pub async fn open(settings: Settings, clock: Arc<Clock>) -> Result<Self, SessionError> {
        Ok(Self::with(load(settings).await?, clock, None))
    }

    /// Opens a session on an account that lives in this process.
    pub fn in_process(wire: Arc<dyn Wire>, region: &Region, clock: Arc<Clock>) -> Self {
        Self::with(simulated(wire, region), clock, None)
    }
}

impl Session<Writing> {
    /// Opens a session for one run, whose id its requests carry in their user agent.
    ///
    /// # Errors
    /// Those of [`Session::<ReadOnly>::open`].
    pub async fn open_for(settings: Settings, clock: Arc<Clock>, run: &str) -> Result<Self, SessionError> {
        Ok(Self::with(load(settings).await?, clock, Some(run)))
    }

    /// Opens a session for one run on an account that lives in this process.
    pub fn in_process_for(wire: Arc<dyn Wire>, region: &Region, clock: Arc<Clock>, run: &str) -> Self {
        Self::with(simulated(wire, region), clock, Some(run))
    }
}

impl Session<Trying> {
    /// Opens a session that tries calls.
    ///
    /// # Errors
    /// Those of [`Session::<ReadOnly>::open`].
    pub async fn open_to_try(settings: Settings, clock: Arc<Clock>) -> Result<Self, SessionError> {
        Ok(Self::with(load(settings).await?, clock, None))
    }

    /// Opens a session that tries calls on an account that lives in this process.
    pub fn in_process_to_try(wire: Arc<dyn Wire>, region: &Region, clock: Arc<Clock>) -> Self {
        Self::with(simulated(wire, region), clock, None)
    }
}

/// What AWS's environment, files and the settings come to.
async fn load(settings: Settings) -> Result<SdkConfig, SessionError> {
    check_endpoint(settings.endpoint_url.as_deref())?;
    super::profile::check(settings.profile.as_deref()).await?;
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(transport::network())
        .identity_cache(IdentityCache::lazy().build());
    if let Some(profile) = &settings.profile {
        // A profile asked for by name outranks keys in the environment, as with the `aws` command; the SDK's own chain asks
        // the environment first, which may be another account's.
        // The client comes first: what asks for a region without one panics.
        let provider = ProviderConfig::without_region().with_http_client(transport::network());
        let named = aws_config::defaults(BehaviorVersion::latest()).http_client(transport::network());
        let region = named.profile_name(profile).load().await.region().cloned();
        let provider = provider.with_region(region);
        let credentials = ProfileFileCredentialsProvider::builder().profile_name(profile).configure(&provider).build();
        loader = loader.profile_name(profile).credentials_provider(credentials);
    }
    if let Some(url) = &settings.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let loaded = loader.load().await;
    let home = home(loaded.region().map(|region| Region::from(region.as_ref())), settings.regions.first());
    Ok(loaded.into_builder().region(aws_config::Region::new(home.to_string())).build())
}

/// The configuration of an account that lives in this process.
fn simulated(wire: Arc<dyn Wire>, region: &Region) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(transport::in_process(wire))
        .identity_cache(IdentityCache::lazy().build())
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(Credentials::from_keys(
            "SIMULATED",
            "simulated",
            None,
        )))
        .region(aws_config::Region::new(region.to_string()))
        .build()
}

/// How requests name us: the version, and the run that they belong to.
fn app_name(run: Option<&str>) -> Option<AppName> {
    let version = concat!("fournines-", env!("CARGO_PKG_VERSION"));
    AppName::new(run.map_or_else(|| version.to_owned(), |run| format!("{version}+{run}"))).ok()
}

impl<M: Mode> Session<M> {
    fn with(config: SdkConfig, clock: Arc<Clock>, run: Option<&str>) -> Self {
        let home = home(config.region().map(|region| Region::from(region.as_ref())), None);
        let mut builder = config.into_builder();
        builder.set_app_name(app_name(run));
        let config = builder
            .retry_config(RetryConfig::disabled())
            .timeout_config(time_outs())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
            .time_source(AwsTime(clock.clone()))
            .disable_clock_skew_correction(true)
            .build();
        Self { config, clock, home, clients: Mutex::new(BTreeMap::new()), mode: PhantomData }
    }

    /// The region that identity, aliases and DNS are asked in, and the one to start with where none is given.
    pub fn home(&self) -> &Region {
        &self.home
    }

    /// The clock that AWS's answers set.
    pub fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }

    /// The clients of a region.
    pub(super) fn clients(&self, region: &Region) -> Arc<Clients> {
        let region = if region.is_global() { &self.home } else { region };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.entry(region.clone()).or_insert_with(|| Arc::new(self.build(region))).clone()
    }

    fn build(&self, region: &Region) -> Clients {
        let mut builder = self.config.clone().into_builder();
        builder.set_region(Some(aws_config::Region::new(region.to_string())));
        let config = builder.build();
        let mut global = self.config.clone().into_builder();
        global.set_region(Some(aws_config::Region::new(health_region(region))));
        let global = global.build();
        let date = || WatchDate(self.clock.clone());
        macro_rules! client {
            ($sdk:ident) => {
                client!($sdk, config)
            };
            ($sdk:ident, $config:ident) => {
                $sdk::Client::from_conf(
                    $sdk::config::Builder::from(&$config)
                        .interceptor(ListedOnly(M::ALLOWED))
                        .interceptor(DryAlone(M::DRY))
                        .interceptor(date())
                        .build(),
                )
            };
        }
        Clients {
            arc: client!(aws_sdk_arczonalshift),
            autoscaling: client!(aws_sdk_autoscaling),
            cloudtrail: client!(aws_sdk_cloudtrail),
            cloudwatch: client!(aws_sdk_cloudwatch),
            ec2: client!(aws_sdk_ec2),
            elb: client!(aws_sdk_elasticloadbalancing),
            elbv2: client!(aws_sdk_elasticloadbalancingv2),
            health: client!(aws_sdk_health, global),
            iam: client!(aws_sdk_iam),
            rds: client!(aws_sdk_rds),
            route53: client!(aws_sdk_route53),
            sts: client!(aws_sdk_sts),
        }
    }
}

/// A silent endpoint must not hold a read for ever; without these an SDK call on virtual time returned after hours.
fn time_outs() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(3_100))
        .read_timeout(Duration::from_secs(10))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_secs(20))
        .build()
}

/// The region to ask about the account itself: the one that AWS's environment and files name, else the first of the partition. Never
/// simply the one asked for, which may be mistyped or not enabled: this is where that is found out.
fn home(configured: Option<Region>, asked: Option<&Region>) -> Region {
    configured.unwrap_or_else(|| {
        let asked = asked.map_or("", Region::as_str);
        Region::from(match asked {
            _ if asked.starts_with("cn-") => "cn-north-1",
            _ if asked.starts_with("us-gov-") => "us-gov-west-1",
            _ => "us-east-1",
        })
    })
}

/// Where AWS Health answers for all regions of a partition (`aws-domain.md` A.7).
fn health_region(region: &Region) -> &'static str {
    match region.as_str() {
        name if name.starts_with("cn-") => "cn-northwest-1",
        name if name.starts_with("us-gov-") => "us-gov-west-1",
        _ => "us-east-1",
    }
}

fn check_endpoint(url: Option<&str>) -> Result<(), SessionError> {
    match url {
        Some(url) if url.parse::<http::Uri>().is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https"))) => {
            Ok(())
        }
        Some(url) => Err(SessionError::BadEndpoint(url.to_owned())),
        None => Ok(()),
    }
}

/// Our clock as the SDK's, so that requests are signed with AWS's time and not the laptop's.
#[derive(Debug)]
struct AwsTime(Arc<Clock>);

impl TimeSource for AwsTime {
    fn now(&self) -> SystemTime {
        self.0.now().into()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::error::Error;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use bytes::Bytes;

    use super::*;

    /// Counts whatever would have left.
    struct Counting(Arc<AtomicUsize>);

    impl Wire for Counting {
        fn answer(&self, _: http::Request<Bytes>) -> transport::Answering {
            self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(std::future::ready(Ok(http::Response::new(Bytes::new()))))
        }
    }

    fn said(error: &dyn Error) -> String {
        let mut words = error.to_string();
        let mut next = error.source();
        while let Some(cause) = next {
            words = format!("{words}: {cause}");
            next = cause.source();
        }
        words
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_off_the_read_list_is_refused_before_any_byte_leaves() {
        let sent = Arc::new(AtomicUsize::new(0));
        let region = Region::from("us-east-1");
        let session = Session::in_process(Arc::new(Counting(sent.clone())), &region, Arc::new(Clock::new(1.0)));
        let clients = session.clients(&region);
        let refused = [
            said(&clients.ec2.terminate_instances().instance_ids("i-1").send().await.unwrap_err()),
            said(&clients.ec2.run_instances().dry_run(true).send().await.unwrap_err()),
            said(
                &clients
                    .autoscaling
                    .set_desired_capacity()
                    .auto_scaling_group_name("g")
                    .desired_capacity(0)
                    .send()
                    .await
                    .unwrap_err(),
            ),
            said(
                &clients.autoscaling.delete_auto_scaling_group().auto_scaling_group_name("g").send().await.unwrap_err(),
            ),
            said(&clients.elbv2.deregister_targets().target_group_arn("arn").send().await.unwrap_err()),
            said(&clients.elb.delete_load_balancer().load_balancer_name("l").send().await.unwrap_err()),
            said(&clients.rds.promote_read_replica().db_instance_identifier("d").send().await.unwrap_err()),
            said(
                &clients
                    .cloudwatch
                    .set_alarm_state()
                    .alarm_name("a")
                    .state_value("OK".into())
                    .state_reason("r")
                    .send()
                    .await
                    .unwrap_err(),
            ),
            said(&clients.arc.cancel_zonal_shift().zonal_shift_id("z").send().await.unwrap_err()),
            said(&clients.route53.delete_hosted_zone().id("z").send().await.unwrap_err()),
            said(&clients.iam.create_account_alias().account_alias("a").send().await.unwrap_err()),
            said(&clients.sts.assume_role().role_arn("arn").role_session_name("s").send().await.unwrap_err()),
        ];
        for words in refused {
            assert!(words.contains("not on the read list"), "{words}");
        }
        assert_eq!(sent.load(Ordering::SeqCst), 0, "nothing left");
        clients.ec2.describe_regions().send().await.ok();
        assert_eq!(sent.load(Ordering::SeqCst), 1, "and a read does leave");
    }

    #[tokio::test(start_paused = true)]
    async fn a_writing_session_makes_the_calls_of_plans_and_no_others() {
        let sent = Arc::new(AtomicUsize::new(0));
        let region = Region::from("us-east-1");
        let clock = Arc::new(Clock::new(1.0));
        let session = Session::in_process_for(Arc::new(Counting(sent.clone())), &region, clock, "replace-1");
        let clients = session.clients(&region);
        let group = "g";
        for words in [
            said(&clients.ec2.create_image().instance_id("i-1").name("n").send().await.unwrap_err()),
            said(&clients.ec2.describe_instances().send().await.unwrap_err()),
            said(
                &clients
                    .autoscaling
                    .delete_auto_scaling_group()
                    .auto_scaling_group_name(group)
                    .send()
                    .await
                    .unwrap_err(),
            ),
            said(&clients.iam.create_account_alias().account_alias("a").send().await.unwrap_err()),
            said(&clients.sts.assume_role().role_arn("arn").role_session_name("s").send().await.unwrap_err()),
        ] {
            assert!(words.contains("not on the list of calls that plans are made of"), "{words}");
        }
        assert_eq!(sent.load(Ordering::SeqCst), 0, "nothing left");
        let call = clients.autoscaling.set_desired_capacity().auto_scaling_group_name(group).desired_capacity(1);
        call.send().await.ok();
        assert_eq!(sent.load(Ordering::SeqCst), 1, "and a plan's call does leave");
    }
}
