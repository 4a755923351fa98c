//! Plans drawn from a reading: what is known, what more must be read for this one intent, then the planner.
//!
//! Must stay true: nothing is changed here; what a planner needs is read just now, and what cannot be read stays unknown to it.

use jiff::Timestamp;

use crate::aws::{Ask, Found, Priority, Reader};
use crate::cli::status::AccountLabel;
use crate::clock;
use crate::estate::{Estate, Kind, Slice, SliceId, Update};
use crate::id::{AccountId, Arn, Text};
use crate::judge::Picture;
use crate::operation::away::Record;
use crate::operation::plan::Refusal;
use crate::operation::registry::{plan, reads};
use crate::operation::{Ground, Intent, Plan, Rules};

/// How often a planner may ask for more: what an instance names, what its group names, what that names.
const ROUNDS: usize = 3;

/// Kinds that plans rest on, besides what everything is judged by.
pub const KINDS: &[Kind] = &[
    Kind::LoadBalancers,
    Kind::BalancerTags,
    Kind::TargetGroupAttributes,
    Kind::Activities,
    Kind::Subnets,
    Kind::Images,
    Kind::Addresses,
    Kind::LaunchTemplates,
    Kind::ScalingPolicies,
    Kind::ManagedResources,
    Kind::ZonalShifts,
    Kind::Autoshifts,
];

/// A plan, or why there is none, and what it was drawn from.
pub struct Drawn {
    /// What was wanted.
    pub intent: Intent,
    /// What is known, with what was read for it.
    pub estate: Estate,
    /// The plan.
    pub outcome: Result<Plan, Refusal>,
}

/// What plans are drawn from.
pub struct Desk<'a> {
    /// Reads what more is needed.
    pub reader: &'a Reader,
    /// What is known, and what it means.
    pub picture: &'a Picture,
    /// What the account is called.
    pub label: &'a AccountLabel,
    /// What policy says of operations.
    pub rules: &'a Rules,
    /// How many targets operations touched within the hour, where the journals tell.
    pub lately: Option<usize>,
    /// What earlier operations on zones did, as the journals tell.
    pub records: &'a [Record],
}

impl Desk<'_> {
    /// Draws a plan for an intent.
    pub async fn draw(&self, intent: &Intent) -> Drawn {
        let mut estate = self.picture.estate.clone();
        let (Some(account), Some(caller)) = (&self.label.account, &self.label.caller) else {
            let refusal = Refusal::new(
                "whose account this is could not be read",
                "allow sts:GetCallerIdentity, or sign on anew: nothing is planned for an account that nobody knows",
            );
            return Drawn { intent: intent.clone(), estate, outcome: Err(refusal) };
        };
        let (id, who) = (name(intent, self.now()), (account, caller));
        let mut read: Vec<SliceId> = Vec::new();
        for _ in 0..ROUNDS {
            let mut wanted = reads(intent, &self.ground(&estate, who, &id));
            wanted.retain(|slice| !read.contains(slice));
            if wanted.is_empty() {
                break;
            }
            for slice in wanted {
                estate.apply(self.read(&slice).await);
                read.push(slice);
            }
        }
        let outcome = plan(intent, &self.ground(&estate, who, &id));
        Drawn { intent: intent.clone(), estate, outcome }
    }

    fn ground<'b>(
        &'b self,
        estate: &'b Estate,
        (account, caller): (&'b AccountId, &'b Arn),
        id: &'b Text,
    ) -> Ground<'b> {
        Ground {
            estate,
            judgement: &self.picture.judgement,
            rules: self.rules,
            account,
            account_name: self.label.name.as_deref().unwrap_or(account.as_str()),
            class: self.label.class.as_deref(),
            caller: caller.as_str(),
            now: self.now(),
            id,
            touched_lately: self.lately,
            records: self.records,
        }
    }

    fn now(&self) -> Timestamp {
        self.reader.session().clock().now()
    }

    async fn read(&self, id: &SliceId) -> Update {
        let slice = match self.reader.read(id, &Ask::default(), Priority::Visible).await {
            Ok(Found::Rows(rows)) => Slice::read(rows, self.now()),
            Ok(Found::Split | Found::Named { .. } | Found::Placed { .. }) => Slice::unread(),
            Err(why) => Slice::failed(why, self.now()),
        };
        Update { whole: false, ..Update::part(id.clone(), slice) }
    }
}

/// `replace-20261121-031422-7f3a`: what, when, and a little chance, so that two in one second differ.
fn name(intent: &Intent, now: Timestamp) -> Text {
    let chance = clock::wall().subsec_nanosecond().unsigned_abs() ^ std::process::id();
    format!("{}-{}-{:04x}", intent.operation, now.strftime("%Y%m%d-%H%M%S"), chance & 0xffff).into()
}
