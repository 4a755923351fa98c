//! Launched anew from an image, to take the place of an instance that is kept until it does (`aws-domain.md` C.1).

use super::super::super::call::{
    Action, Associate, FromTemplate, Instances, Profile, Run, Stop, Tag, TagSpecification, Whom,
};
use super::super::super::condition::Fact;
use super::super::super::draft::Part;
use super::super::super::fill::TOKEN;
use super::super::super::plan::{Refusal, StepId};
use super::super::way::Chosen;
use super::{Lane, STOP_S};
use crate::estate::instance::{InstanceAttributes, InstanceState};
use crate::estate::zone::Subnet;
use crate::id::{ImageId, InstanceId};

/// How long a new one may take until its checks pass.
const RUN_S: u64 = 1200;

impl<'a> Lane<'_, 'a> {
    pub(super) fn restore(&mut self, chosen: &Chosen) -> Result<StepId, Refusal> {
        let instance = self.here.thing;
        let id = &instance.id;
        let image =
            self.settings.get("image").map(ImageId::from).or_else(|| instance.image.clone()).ok_or_else(|| {
                Refusal::new(format!("the image of {id} is not known"), "name one with --set image=ami-…")
            })?;
        let subnet = self.subnet()?;
        let data = self.data(subnet)?;
        let this = self.draft.next();
        let new = InstanceId::from(format!("${{{this}}}"));
        let run = self.run(&image, subnet)?;
        let part = self
            .step(
                format!("launch another {} from {image} in {} ({})", self.wanted_type(), subnet.zone, subnet.id),
                chosen.why.clone(),
            )
            .block("image", Fact::ImageUsable { image: image.clone() })
            .block("addresses", Fact::FreeAddresses { subnet: subnet.id.clone(), at_least: 1 })
            .call(Action::RunInstances(run))
            .until(Fact::ChecksPass { instance: new.clone() }, 240, RUN_S)
            .undo(Action::TerminateInstances(Instances { instance_ids: vec![Whom::From(this.clone())] }));
        self.add(part);
        let runs = instance.state == InstanceState::Running;
        if data.is_empty() {
            self.take_its_place(&new);
            if runs {
                self.leave_balancers();
            }
        } else {
            // Volumes are on one instance at a time: the old one must leave them before the new one can serve.
            if runs {
                self.leave_balancers();
                self.stop_for_data();
            }
            self.hand_over(&data, &new);
            self.take_its_place(&new);
        }
        let kept = self.balancers();
        self.put_old_away(runs && data.is_empty())?;
        self.draft.changes.push(format!("{}: one new from {image}, with a new id and private address", subnet.zone));
        self.draft.changes.push(format!("{kept} balancers: the new one in, {id} out"));
        self.draft.changes.push("names in DNS, alarms and whatever else goes by the old id are not changed".to_owned());
        Ok(this)
    }

    fn subnet(&self) -> Result<&'a Subnet, Refusal> {
        let unknown = || Refusal::new("subnets are not known now", "wait until they are read");
        let all = self.ground.all::<Subnet>(self.here.region).ok_or_else(unknown)?;
        let instance = self.here.thing;
        if let Some(named) = self.settings.get("subnet") {
            let found = all.into_iter().find(|subnet| subnet.id.as_str() == named);
            return found
                .ok_or_else(|| Refusal::new(format!("there is no subnet {named}"), "see `fournines list zones`"));
        }
        let sick = |subnet: &Subnet| self.ground.is_sick(self.here.region, &subnet.zone);
        let fits = |subnet: &&Subnet| {
            subnet.vpc == instance.vpc && !sick(subnet) && subnet.free_addresses.is_none_or(|free| free > 0)
        };
        let own = |subnet: &Subnet| Some(&subnet.id) == instance.subnet.as_ref();
        let mut fitting: Vec<&Subnet> = all.into_iter().filter(fits).collect();
        // Its own, else one of its zone, where its volumes are.
        let near = |subnet: &Subnet| subnet.zone == instance.zone;
        fitting.sort_by_key(|subnet| {
            (!own(subnet), !near(subnet), -subnet.free_addresses.unwrap_or(0), subnet.id.clone())
        });
        fitting.first().copied().ok_or_else(|| {
            Refusal::new(
                format!("no subnet of {}'s network is in a zone that is well and has an address left", instance.id),
                "name one with --set subnet=subnet-…",
            )
        })
    }

    /// Like the old one: by its launch template, where AWS noted one, else by what it was made of.
    fn run(&self, image: &ImageId, subnet: &Subnet) -> Result<Run, Refusal> {
        let instance = self.here.thing;
        let make = instance.make.as_ref().ok_or_else(|| {
            Refusal::new(
                format!("what {} was made of is not known: security groups, profile, key", instance.id),
                "wait until instances are read again",
            )
        })?;
        let tag = |key: &str| instance.tags.get(key).cloned();
        let template = tag("aws:ec2launchtemplate:id").zip(tag("aws:ec2launchtemplate:version"));
        // Keys that begin with `aws:` are AWS's own, and refused.
        let own = instance.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
        let tags: Vec<Tag> = own.map(|(key, value)| Tag { key: key.into(), value: value.into() }).collect();
        let born_with = (!tags.is_empty()).then(|| TagSpecification { resource_type: "instance".into(), tags });
        Ok(Run {
            image_id: image.clone(),
            instance_type: self.wanted_type().into(),
            min_count: 1,
            max_count: 1,
            subnet_id: subnet.id.clone(),
            security_group_ids: make.security_groups.to_vec(),
            key_name: make.key.clone(),
            iam_instance_profile: make.profile.clone().map(|arn| Profile { arn }),
            launch_template: template.map(|(id, version)| FromTemplate { launch_template_id: id.into(), version }),
            client_token: TOKEN.into(),
            tag_specifications: born_with.into_iter().collect(),
        })
    }

    /// The new one behind every balancer, and with every elastic address, of the old one.
    fn take_its_place(&mut self, new: &InstanceId) {
        self.put_behind(new);
        for address in self.addresses() {
            let Some(allocation) = &address.allocation else { continue };
            let to = |instance: &InstanceId| {
                Action::AssociateAddress(Associate {
                    allocation_id: allocation.clone(),
                    instance_id: blank_or(instance),
                    allow_reassociation: true,
                })
            };
            let part = self
                .step(format!("move {} to the new one", address.address), "whoever asks for that address must find it")
                .block("checks", Fact::ChecksPass { instance: new.clone() })
                .call(to(new))
                .until(Fact::AddressOn { allocation: allocation.clone(), instance: new.clone() }, 10, 120)
                .undo(to(&self.here.thing.id));
            self.add(part);
        }
    }

    /// A stop of the old one, which an undo starts again.
    pub(super) fn stopping(&self, part: Part) -> Part {
        let id = &self.here.thing.id;
        let ids = || vec![Whom::from(id)];
        part.call(Action::StopInstances(Stop { instance_ids: ids(), force: false }))
            .until(Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Stopped] }, 90, STOP_S)
            .undo(Action::StartInstances(Instances { instance_ids: ids() }))
    }

    /// Stopped and kept, unless somebody says otherwise: it is what an undo goes back to.
    fn put_old_away(&mut self, runs: bool) -> Result<(), Refusal> {
        let instance = self.here.thing;
        let id = &instance.id;
        let running = Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Running] };
        let ids = || vec![Whom::from(id)];
        match self.settings.get("old") {
            Some("terminate") => {
                let attributes = self.ground.of::<InstanceAttributes>(self.here.region, id.text()).unwrap_or_default();
                if attributes.iter().any(|attributes| attributes.keeps_from_ending == Some(true)) {
                    return Err(Refusal::new(
                        format!("{id} is protected from termination"),
                        "old=stop keeps it; or ask who protected it",
                    ));
                }
                let there = Fact::InstanceIn {
                    instance: id.clone(),
                    states: vec![InstanceState::Running, InstanceState::Stopped],
                };
                let part = self
                    .step(format!("end {id} for good"), "old=terminate was asked for")
                    .block("state", there)
                    .call(Action::TerminateInstances(Instances { instance_ids: ids() }))
                    .until(
                        Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Terminated] },
                        60,
                        STOP_S,
                    );
                self.add(part);
                self.draft
                    .cannot_undo
                    .push(format!("{id} is ended: its id, its addresses, and its root volume's data"));
            }
            Some("keep") => self.draft.changes.push(format!("{id} goes on running, behind no balancer")),
            _ if runs && instance.has_instance_store() == Some(false) => {
                let part = self
                    .step(format!("stop {id} and keep it"), "the new one has taken its place")
                    .block("state", running);
                let part = self.stopping(part);
                self.add(part);
                self.draft.changes.push(format!("{id}: {} → stopped, kept with its volumes", instance.state));
            }
            _ if !runs && instance.state == InstanceState::Running => {
                self.draft.changes.push(format!("{id}: {} → stopped, kept with its root volume", instance.state));
            }
            _ => self.draft.changes.push(format!("{id} is left as it is: {}", instance.state)),
        }
        Ok(())
    }
}

/// An instance, or the step that a blank stands for.
pub(super) fn blank_or(instance: &InstanceId) -> Whom {
    let step = instance.as_str().strip_prefix("${").and_then(|text| text.strip_suffix('}'));
    step.map_or_else(|| Whom::from(instance), |step| Whom::From(StepId::from(step)))
}
