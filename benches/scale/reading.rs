//! Reading instances from a simulated account on loopback: with the bare SDK, and into the estate.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;
use aws_credential_types::Credentials;
use aws_sdk_ec2::types::Filter;
use fournines::aws::{Ask, Found, Limiter, Priority, Reader, Session, Settings};
use fournines::clock::{self, Clock};
use fournines::estate::balancer::TargetGroup;
use fournines::estate::instance::Instance;
use fournines::estate::{Estate, Kind, Part, Slice, SliceId, Update};
use fournines::id::Region;
use fournines::judge::Policy;
use fournines::runtime::observer::Observer;
use fournines::watch::Purpose;
use fournines::watch::store::Loaded;

/// The simulated account's seconds a second.
const SPEED: f64 = 20.0;

fn zone(n: usize) -> String {
    format!("us-east-1{}", char::from(b'a' + u8::try_from(n).unwrap()))
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(work)
}

/// What the SDK takes to fetch and parse the pages, zones beside one another, and nothing else.
pub fn bare(url: &str, zones: usize) {
    block_on(async {
        let config = aws_sdk_ec2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(Credentials::from_keys("SIMULATED", "simulated", None))
            .region(aws_config::Region::new("us-east-1"))
            .endpoint_url(url)
            .build();
        let client = aws_sdk_ec2::Client::from_conf(config);
        let meter = Meter::start();
        let mut tasks = tokio::task::JoinSet::new();
        for zone in (0..zones).map(zone) {
            let client = client.clone();
            tasks.spawn(async move {
                let mut count = 0;
                let mut token = None;
                loop {
                    let filter = Filter::builder().name("availability-zone").values(&zone).build();
                    let call = client.describe_instances().max_results(1000).filters(filter);
                    let page = call.set_next_token(token).send().await.unwrap();
                    count += page.reservations().iter().map(|reservation| reservation.instances().len()).sum::<usize>();
                    token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
                    if token.is_none() {
                        return count;
                    }
                }
            });
        }
        let count: usize = tasks.join_all().await.into_iter().sum();
        meter.report("bare SDK", count);
    });
}

/// The same into the estate.
pub fn instances(url: &str, zones: usize) {
    block_on(async {
        let reader = reader(url).await;
        let region = Region::from("us-east-1");
        let mut estate = Estate::new(vec![region.clone()]);
        let meter = Meter::start();
        let mut tasks = tokio::task::JoinSet::new();
        for zone in (0..zones).map(zone) {
            let (reader, region) = (reader.clone(), region.clone());
            tasks.spawn(async move {
                let id = SliceId { region, kind: Kind::Instances, part: Part::Zone(zone.as_str().into()) };
                let found = reader.read(&id, &Ask::default(), Priority::Visible).await.unwrap();
                (id, found)
            });
        }
        let now = clock::wall();
        while let Some(Ok((id, found))) = tasks.join_next().await {
            let Found::Rows(rows) = found else { panic!("a zone is not split") };
            estate.apply(Update::part(id, Slice::read(rows, now)));
        }
        let count = estate.table::<Instance>(&region, now).known().count();
        meter.report("into the estate", count);
    });
}

/// What is resident once each kind was read.
pub fn memory(url: &str, zones: usize) {
    block_on(async {
        let reader = reader(url).await;
        let region = Region::from("us-east-1");
        let mut estate = Estate::new(vec![region.clone()]);
        let mut before = resident();
        println!("resident at the start {before:>6.0} MiB");
        let all = |kind| vec![SliceId::all(&region, kind)];
        let by_zone = |kind| {
            let part = |n| SliceId { region: region.clone(), kind, part: Part::Zone(zone(n).as_str().into()) };
            (0..zones).map(part).collect::<Vec<_>>()
        };
        let now = clock::wall();
        for kind in
            [Kind::Instances, Kind::InstanceStatuses, Kind::Groups, Kind::TargetGroups, Kind::Targets, Kind::Alarms]
        {
            let ids = match kind {
                Kind::Instances | Kind::InstanceStatuses => by_zone(kind),
                Kind::Targets => {
                    let groups = estate.table::<TargetGroup>(&region, now).known();
                    groups.map(|group| SliceId::of(&region, kind, group.arn.text().clone())).collect()
                }
                kind => all(kind),
            };
            for id in ids {
                match reader.read(&id, &Ask::default(), Priority::Visible).await {
                    Ok(Found::Rows(rows)) => estate.apply(Update::part(id, Slice::read(rows, now))),
                    other => panic!("{id:?}: {other:?}"),
                }
            }
            let after = resident();
            println!("resident with {kind:<20} {after:>6.0} MiB (+{:.0})", after - before);
            before = after;
        }
        let judged = fournines::judge::judge(&estate, now, &Policy::default());
        println!("resident judged {:>25.0} MiB, {} regions", resident(), judged.regions.len());
    });
}

/// Everything that a console reads, into the estate and judged: what is resident then.
pub fn everything(url: &str) {
    block_on(async {
        let before = resident();
        let mut observer = observer(reader(url).await);
        observer.choose_regions(&[Region::from("us-east-1")]).await;
        let meter = Meter::start();
        while !observer.is_done() && observer.step().await {}
        let picture = observer.picture();
        let region = Region::from("us-east-1");
        let count = picture.estate.table::<Instance>(&region, picture.taken_at).known().count();
        meter.report("everything, judged", count);
        println!("resident: {before:.0} MiB before, {:.0} MiB after, {:.0} MiB at most", resident(), peak());
    });
}

pub fn observer(reader: Arc<Reader>) -> Observer {
    let kinds = fournines::cli::status::kinds().collect();
    Observer::new(reader, Policy::default(), Purpose::Once(kinds), 1, Loaded::default())
}

async fn reader(url: &str) -> Arc<Reader> {
    let settings = Settings { endpoint_url: Some(url.to_owned()), ..Settings::default() };
    let clock = Arc::new(Clock::starting_at(clock::wall(), SPEED));
    let session = Session::open(settings, clock).await.unwrap();
    Arc::new(Reader::new(session, Limiter::new(true, SPEED, 1)))
}

/// Wall and processor time of this process.
struct Meter {
    began: Instant,
    cpu: Duration,
}

impl Meter {
    fn start() -> Self {
        Self { began: Instant::now(), cpu: cpu() }
    }

    fn report(&self, what: &str, count: usize) {
        let (wall, cpu) = (self.began.elapsed(), cpu() - self.cpu);
        let each = cpu.as_secs_f64() * 1e6 / count.max(1) as f64;
        println!(
            "{what:<20} {count:>7} instances   wall {wall:>9.2?}   CPU {cpu:>9.2?}   {each:>6.1} µs CPU an instance"
        );
    }
}

/// Processor time of this process, to the hundredth of a second.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

fn status(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Resident memory of this process in MiB.
pub fn resident() -> f64 {
    status("VmRSS:")
}

/// The most it ever was.
fn peak() -> f64 {
    status("VmHWM:")
}
