//! The answer's words: what becomes of a service, a database, a thing that cannot move.
//!
//! Owns: plain data. Must stay true: *unknown* outranks *strained* and is outranked by *lost*, as everywhere; a number that
//! nobody knows is none.

use crate::estate::Kind;
use crate::id::{GroupName, Region, Text, ZoneId, ZoneName};
use crate::judge::Verdict;

/// What becomes of something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It goes on, within its limits.
    #[default]
    Keeps,
    /// It goes on over a limit, or does less.
    Strained,
    /// Nobody can say: something that it depends on was not read.
    Unknown,
    /// It ends.
    Lost,
}

impl Outcome {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keeps => "keeps",
            Self::Strained => "strained",
            Self::Unknown => "unknown",
            Self::Lost => "lost",
        }
    }

    /// How bad, as a verdict: what colour and exit code it has.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Keeps => Verdict::Ok,
            Self::Strained => Verdict::Warning,
            Self::Unknown => Verdict::Unknown,
            Self::Lost => Verdict::Critical,
        }
    }

    /// The worse of two.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if other.verdict().severity() > self.verdict().severity() { other } else { self }
    }
}

/// A measure today and once it is gone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// A serving target's today.
    pub now: f64,
    /// That of one that remains, at today's load.
    pub after: f64,
}

/// Members that are missing to stay within the limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Raise {
    /// How many more it needs in what remains.
    pub by: usize,
    /// The groups that can be raised, in the order of their names.
    pub groups: Vec<GroupName>,
    /// The zones where they would start.
    pub zones: Vec<ZoneName>,
    /// Members that the groups' maximum still allows.
    pub under_max: Option<i64>,
    /// Free addresses in the groups' subnets of those zones; none where not all were read.
    pub free_addresses: Option<i64>,
    /// Why it cannot be raised that far now, in words; empty where nothing speaks against it.
    pub obstacles: Vec<String>,
}

impl Raise {
    /// Whether nothing known speaks against it.
    pub fn is_open(&self) -> bool {
        self.obstacles.is_empty()
    }
}

/// What carries a service, which says what its loss means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// Targets behind balancers.
    Balancer,
    /// Members of groups without a balancer.
    Group,
    /// Instances of their own.
    Instance,
    /// Databases alone.
    Database,
}

impl Carrier {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Balancer => "balancer",
            Self::Group => "group",
            Self::Instance => "instance",
            Self::Database => "database",
        }
    }
}

/// What becomes of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceOutlook {
    /// Its name.
    pub name: String,
    /// What carries it.
    pub carrier: Carrier,
    /// The answer.
    pub outcome: Outcome,
    /// Whether anything of it stands in what goes.
    pub touched: bool,
    /// How many serve now; none where not all are known.
    pub serving: Option<usize>,
    /// How many of them remain.
    pub left: Option<usize>,
    /// CPU of a serving member, per cent.
    pub cpu: Option<Projection>,
    /// Per cent that it may reach.
    pub cpu_limit: f64,
    /// Requests a minute and target.
    pub requests: Option<Projection>,
    /// Requests a minute that a target is known to bear.
    pub safe_requests: Option<f64>,
    /// Age in seconds of the oldest message in its queue, for workers.
    pub queue_age_s: Option<f64>,
    /// What it needs first, where it is over a limit.
    pub raise: Option<Raise>,
    /// Seconds without writes while a database of its own moves, at least and at most.
    pub without_writes_s: Option<(u32, u32)>,
    /// Why, each in a few words, the gravest first.
    pub reasons: Vec<String>,
}

/// What becomes of a database or cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct DatabaseOutlook {
    /// Its identifier.
    pub id: Text,
    /// Whether it is a cluster.
    pub is_cluster: bool,
    /// Its service's name, where one is known.
    pub service: Option<String>,
    /// The answer.
    pub outcome: Outcome,
    /// Seconds without writes until another takes over, at least and at most; none where nobody does, or nothing is interrupted.
    pub without_writes_s: Option<(u32, u32)>,
    /// Where writes go then.
    pub moves_to: Option<ZoneName>,
    /// In words.
    pub detail: String,
}

/// Something that does not move and takes others with it or is simply gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Casualty {
    /// `instance`, `nat-gateway`, `group`, `balancer`.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// Its id, where that is another.
    pub id: Option<Text>,
    /// The zone it stands in.
    pub zone: Option<ZoneName>,
    /// What is lost with it.
    pub outcome: Outcome,
    /// In words.
    pub detail: String,
}

/// Whether the caller's role may do what leaving takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// IAM's simulator says yes.
    Allowed,
    /// It says no, or AWS has refused it.
    Denied,
    /// Nobody asked, or nobody may ask.
    Untested,
}

impl Right {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Untested => "untested",
        }
    }
}

/// A call that leaving takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// As IAM names it.
    pub action: &'static str,
    /// What for.
    pub purpose: String,
    /// Whether the role may.
    pub right: Right,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// These zones go, each with its id where that is known.
    Zones(Vec<(ZoneName, Option<ZoneId>)>),
    /// The region goes.
    Region,
    /// A DB instance, a cluster or a global cluster goes.
    Database(Text),
}

/// What is left if something goes.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// Where.
    pub region: Region,
    /// What goes.
    pub question: Question,
    /// The worst of all below.
    pub outcome: Outcome,
    /// Services, by name.
    pub services: Vec<ServiceOutlook>,
    /// Databases and clusters that something of stands in what goes.
    pub databases: Vec<DatabaseOutlook>,
    /// What does not move.
    pub casualties: Vec<Casualty>,
    /// Zones that remain and had no capacity for a launch lately.
    pub no_capacity: Vec<ZoneName>,
    /// Whether this role could leave.
    pub needed: Vec<Needed>,
    /// What could not be seen and would have to be: kind and words.
    pub unread: Vec<(Kind, String)>,
    /// Other gaps, in words: what was assumed.
    pub gaps: Vec<String>,
}
