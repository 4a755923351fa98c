//! The document `fournines/status/1`, as `contract.md` fixes it: fields may be added, none renamed or removed.
//!
//! Owns: its shape. Must stay true: a value nobody knows is `null`, never zero; what could not be read is in `errors`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::estate::Kind;
use crate::id::{AccountId, Arn, Region, Text, ZoneId, ZoneName};
use crate::judge::zone::{Evidence, InstanceCounts, ZoneVerdict};
use crate::judge::{Acknowledgement, Acknowledgements, Assessment, Finding, JUDGED, Picture, Subject, Told, Verdict};
use crate::listing::{Gap, read_errors};

use super::changes::{self, ChangeEntry, UnnamedEntry};
use super::probes::ProbeEntry;
use super::region::Scene;
use super::{AccountLabel, Underway};

/// The account at one moment.
#[derive(Debug, Serialize)]
pub struct StatusDocument<'a> {
    schema: &'static str,
    pub(super) account: Option<&'a AccountId>,
    pub(super) account_name: Option<&'a str>,
    /// What the account is for, in the policy's word.
    pub(super) account_class: Option<&'a str>,
    caller: Option<&'a Arn>,
    taken_at: Timestamp,
    pub(super) verdict: Verdict,
    /// Why, the gravest first in each region.
    pub(super) reasons: &'a [String],
    /// All that is not well, in the order in which it should be read: causes before what follows from them.
    pub(super) findings: Vec<FindingEntry<'a>>,
    /// Reads of the account as a whole that failed.
    pub(super) errors: Vec<ReadError>,
    /// How far AWS's clock is ahead of this machine's, in seconds.
    skew_s: Option<f64>,
    pub(super) regions: Vec<RegionEntry<'a>>,
    pub(super) zones: Vec<ZoneEntry<'a>>,
    pub(super) groups: Vec<GroupEntry<'a>>,
    pub(super) target_groups: Vec<TargetGroupEntry<'a>>,
    classic_balancers: Vec<Judged<'a>>,
    databases: Vec<DatabaseEntry<'a>>,
    clusters: Vec<Judged<'a>>,
    global_clusters: Vec<Judged<'a>>,
    /// Instances that are not ok; of the others nothing is said.
    instances_not_ok: Vec<Judged<'a>>,
    alarms: Vec<AlarmEntry<'a>>,
    shifts: Vec<ShiftEntry<'a>>,
    /// What changed in the last half hour, and who did it, the newest first.
    changes: Vec<ChangeEntry<'a>>,
    /// Where names may be missing, and why.
    changes_unnamed: Vec<UnnamedEntry<'a>>,
    pub(super) operations: &'a [Underway],
    /// Black-box probes that the policy declares.
    pub(super) probes: Vec<ProbeEntry<'a>>,
}

/// One thing that is not well.
#[derive(Debug, Serialize)]
pub(super) struct FindingEntry<'a> {
    /// None for what belongs to no region.
    pub(super) region: Option<&'a Region>,
    verdict: Verdict,
    /// `group web-asg`.
    subject: String,
    /// Its id or ARN, where that is another than its name.
    id: Option<&'a Text>,
    detail: &'a str,
    /// What to do next; null where nobody can say.
    next: Option<&'a str>,
    /// Since when, or for what lies ahead, until when.
    since: Option<Timestamp>,
    /// The subject of the finding that it follows from.
    follows: Option<String>,
    /// Who has taken note of it, or of what it follows from; null where nobody has.
    pub(super) acknowledged: Option<NoteEntry<'a>>,
    #[serde(skip)]
    pub(super) finding: &'a Finding,
}

/// Who has taken note of a finding, why and until when.
#[derive(Debug, Serialize)]
pub(super) struct NoteEntry<'a> {
    pub(super) who: &'a str,
    pub(super) reason: &'a str,
    at: Timestamp,
    pub(super) until: Timestamp,
}

impl<'a> FindingEntry<'a> {
    fn new(Told { region, finding, acknowledged }: Told<'a>) -> Self {
        let named = |subject: &Subject| format!("{} {}", subject.what, subject.name);
        Self {
            region,
            verdict: finding.verdict,
            subject: named(&finding.subject),
            id: finding.subject.id.as_ref(),
            detail: &finding.detail,
            next: finding.next.as_deref(),
            since: finding.since,
            follows: finding.follows.as_ref().map(named),
            acknowledged: acknowledged.map(|Acknowledgement { who, reason, at, until, .. }| NoteEntry {
                who,
                reason,
                at: *at,
                until: *until,
            }),
            finding,
        }
    }
}

/// A region, and how well it was read.
#[derive(Debug, Serialize)]
pub(super) struct RegionEntry<'a> {
    pub(super) region: &'a Region,
    /// Whether it answers; null where it was not asked.
    pub(super) reachable: Option<bool>,
    /// The age of the oldest reading that the verdict rests on.
    pub(super) age_s: Option<f64>,
    pub(super) verdict: Verdict,
    pub(super) reasons: &'a [String],
    pub(super) errors: Vec<ReadError>,
}

/// A kind that could not be read, or not lately.
#[derive(Debug, Serialize)]
pub(super) struct ReadError {
    kind: String,
    code: Option<String>,
    pub(super) message: String,
    pub(super) iam_action: Option<String>,
    failure: Option<&'static str>,
    age_s: Option<f64>,
    /// How many reads of it failed.
    reads: usize,
    /// The whole in words.
    #[serde(skip)]
    pub(super) sentence: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ZoneEntry<'a> {
    pub(super) region: &'a Region,
    pub(super) zone: &'a ZoneName,
    pub(super) zone_id: &'a ZoneId,
    pub(super) verdict: ZoneVerdict,
    pub(super) evidence: &'a [Evidence],
    /// Since when the verdict is so; null where nobody knows, or it is well.
    pub(super) since: Option<Timestamp>,
    /// What it is instead of the zone, where something in it fails that is not its own.
    pub(super) not_zonal: Option<String>,
    pub(super) shifted: Option<bool>,
    /// Since when AWS does not answer for its instances, while it does for others'; null where it does.
    pub(super) silent_since: Option<Timestamp>,
    pub(super) instances: Option<InstancesEntry>,
    pub(super) targets: Option<TargetsEntry>,
    pub(super) in_service: Option<usize>,
    pub(super) database_writers: Option<usize>,
    pub(super) database_standbys: Option<usize>,
}

#[derive(Debug, Serialize)]
pub(super) struct InstancesEntry {
    pub(super) running: usize,
    pending: usize,
    stopped: usize,
    impaired: Option<usize>,
}

/// Targets by health; null as a whole where not all are known.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct TargetsEntry {
    pub(super) healthy: Option<usize>,
    unhealthy: Option<usize>,
    draining: Option<usize>,
    initial: Option<usize>,
    unused: Option<usize>,
    unavailable: Option<usize>,
    /// In a state that this program does not know.
    other: Option<usize>,
    /// Those that should serve.
    #[serde(skip)]
    pub(super) expected: Option<usize>,
}

#[derive(Debug, Serialize)]
pub(super) struct GroupEntry<'a> {
    pub(super) region: &'a Region,
    pub(super) name: &'a str,
    pub(super) service: Option<&'a str>,
    pub(super) min: Option<i32>,
    pub(super) desired: Option<i32>,
    pub(super) max: Option<i32>,
    pub(super) in_service: Option<usize>,
    pub(super) zones: Option<BTreeMap<ZoneName, usize>>,
    pub(super) suspended: Option<Vec<&'a Text>>,
    pub(super) verdict: Verdict,
    pub(super) reasons: &'a [String],
}

#[derive(Debug, Serialize)]
pub(super) struct TargetGroupEntry<'a> {
    pub(super) region: &'a Region,
    pub(super) name: &'a Text,
    pub(super) arn: &'a Arn,
    pub(super) load_balancers: &'a [Arn],
    #[serde(flatten)]
    pub(super) targets: TargetsEntry,
    /// Those whose zone nobody knows stand under `unknown`.
    pub(super) zones: Option<BTreeMap<String, Share>>,
    pub(super) verdict: Verdict,
    pub(super) reasons: &'a [String],
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Share {
    pub(super) healthy: usize,
    pub(super) total: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct DatabaseEntry<'a> {
    pub(super) region: &'a Region,
    pub(super) id: &'a str,
    pub(super) engine: &'a Text,
    pub(super) status: &'a Text,
    pub(super) role: Option<&'static str>,
    pub(super) cluster: Option<&'a str>,
    pub(super) zone: Option<&'a ZoneName>,
    pub(super) multi_az: bool,
    pub(super) standby_zone: Option<&'a ZoneName>,
    pub(super) replica_of: Option<&'a Text>,
    pub(super) lag_s: Option<f64>,
    pub(super) verdict: Verdict,
    pub(super) reasons: &'a [String],
}

#[derive(Debug, Serialize)]
pub(super) struct AlarmEntry<'a> {
    pub(super) region: &'a Region,
    pub(super) name: &'a str,
    #[serde(rename = "type")]
    pub(super) alarm_type: &'static str,
    pub(super) state: &'a str,
    pub(super) since: Option<Timestamp>,
    pub(super) actions_enabled: Option<bool>,
    pub(super) reason: Option<&'a Text>,
    pub(super) verdict: Verdict,
    pub(super) reasons: &'a [String],
}

#[derive(Debug, Serialize)]
pub(super) struct ShiftEntry<'a> {
    pub(super) region: &'a Region,
    /// The resource's ARN; none for an autoshift, which is a zone's.
    pub(super) resource: Option<&'a Arn>,
    pub(super) away_from: &'a ZoneId,
    pub(super) status: &'a str,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) kind: &'a str,
    pub(super) id: Option<&'a Text>,
    pub(super) started_at: Option<Timestamp>,
}

/// Anything with a name and a verdict.
#[derive(Debug, Serialize)]
pub(super) struct Judged<'a> {
    pub(super) region: &'a Region,
    pub(super) id: &'a str,
    pub(super) verdict: Verdict,
    pub(super) reasons: &'a [String],
}

impl<'a> StatusDocument<'a> {
    /// The document of a picture.
    pub fn of(picture: &'a Picture, label: &'a AccountLabel) -> Self {
        let mut document = Self {
            schema: "fournines/status/1",
            account: label.account.as_ref(),
            account_name: label.name.as_deref(),
            account_class: label.class.as_deref(),
            caller: label.caller.as_ref(),
            taken_at: picture.taken_at,
            verdict: picture.judgement.account.verdict,
            reasons: &picture.judgement.account.reasons,
            findings: findings(picture, &label.noted),
            errors: global_errors(picture),
            skew_s: picture.traffic.skew.map(|skew| skew.as_secs_f64()),
            regions: Vec::new(),
            zones: Vec::new(),
            groups: Vec::new(),
            target_groups: Vec::new(),
            classic_balancers: Vec::new(),
            databases: Vec::new(),
            clusters: Vec::new(),
            global_clusters: Vec::new(),
            instances_not_ok: Vec::new(),
            alarms: Vec::new(),
            shifts: Vec::new(),
            changes: Vec::new(),
            changes_unnamed: Vec::new(),
            operations: &label.underway,
            probes: picture.judgement.probes.iter().map(ProbeEntry::from).collect(),
        };
        for region in picture.estate.scope() {
            if let Some(judged) = picture.judgement.regions.get(region) {
                document.add(&Scene::new(picture, region, judged));
            }
        }
        (document.changes, document.changes_unnamed) = changes::of(picture);
        document
    }

    fn add(&mut self, scene: &Scene<'a>) {
        let (region, judged) = (scene.region, scene.judged);
        self.regions.push(scene.region_entry());
        self.zones.extend(scene.zones());
        self.groups.extend(scene.groups());
        self.target_groups.extend(scene.target_groups());
        self.databases.extend(scene.databases());
        self.alarms.extend(scene.alarms());
        self.shifts.extend(scene.shifts());
        let entry = |id: &'a str, assessment: &'a Assessment| Judged {
            region,
            id,
            verdict: assessment.verdict,
            reasons: &assessment.reasons,
        };
        self.classic_balancers.extend(judged.classic_balancers.iter().map(|(name, a)| entry(name.as_str(), a)));
        self.clusters.extend(judged.clusters.iter().map(|(id, a)| entry(id.as_str(), a)));
        self.global_clusters.extend(judged.global_clusters.iter().map(|(id, a)| entry(id.as_str(), a)));
        self.instances_not_ok.extend(judged.instances.iter().map(|(id, a)| entry(id.as_str(), a)));
    }
}

/// What is not well; after it what somebody has taken note of, and what is merely not read yet last.
fn findings<'a>(picture: &'a Picture, noted: &'a Acknowledgements) -> Vec<FindingEntry<'a>> {
    let (judgement, scope) = (&picture.judgement, picture.estate.scope());
    let judged = scope.iter().filter_map(|region| Some((region, judgement.regions.get(region)?)));
    let of_regions =
        judged.flat_map(|(region, judged)| judged.findings.iter().map(move |finding| (Some(region), finding)));
    let of_none = judgement.findings.iter().map(|finding| (None, finding));
    let mut all: Vec<(Option<&Region>, &Finding)> = of_regions.chain(of_none).collect();
    all.sort_by_cached_key(|(_, finding)| (finding.waiting, finding.rank(picture.taken_at)));
    noted.tell(all, picture.taken_at).into_iter().map(FindingEntry::new).collect()
}

/// The read errors of a region: of what is judged, and of what was tried beside it.
pub(super) fn errors(picture: &Picture, region: &Region) -> Vec<ReadError> {
    let matters = |kind: &Kind| JUDGED.contains(kind) || picture.estate.was_tried(region, *kind);
    let kinds: Vec<Kind> = super::kinds().filter(matters).collect();
    read_errors(&picture.estate, region, &kinds, picture.taken_at).into_iter().map(ReadError::from).collect()
}

/// The reads of the account as a whole that failed. An older answer is as good as a new one here: accounts keep their names.
fn global_errors(picture: &Picture) -> Vec<ReadError> {
    let kinds = [Kind::Identity, Kind::Alias, Kind::Regions];
    let gaps = read_errors(&picture.estate, &Region::global(), &kinds, picture.taken_at);
    gaps.into_iter().filter(|gap| gap.failure.is_some()).map(ReadError::from).collect()
}

impl From<Gap> for ReadError {
    fn from(gap: Gap) -> Self {
        Self {
            kind: gap.kind_word(),
            sentence: gap.to_string(),
            code: gap.code,
            message: gap.message.unwrap_or(gap.reason),
            iam_action: gap.iam_action,
            failure: gap.failure.map(crate::estate::FailureKind::as_str),
            age_s: gap.age.map(|age| tenths(age.as_secs_f64())),
            reads: gap.parts,
        }
    }
}

impl From<InstanceCounts> for InstancesEntry {
    fn from(counts: InstanceCounts) -> Self {
        let InstanceCounts { running, pending, stopped, impaired } = counts;
        Self { running, pending, stopped, impaired }
    }
}

impl From<crate::judge::target_group::TargetCounts> for TargetsEntry {
    fn from(counts: crate::judge::target_group::TargetCounts) -> Self {
        Self {
            healthy: Some(counts.healthy),
            unhealthy: Some(counts.unhealthy),
            draining: Some(counts.draining),
            initial: Some(counts.initial),
            unused: Some(counts.unused),
            unavailable: Some(counts.unavailable),
            other: Some(counts.other),
            expected: Some(counts.expected()),
        }
    }
}

/// Seconds to a tenth: more is noise.
pub(super) fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}
