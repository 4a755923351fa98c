//! Builds what happened before the start: refreshes, shifts, autoshifts.

use super::super::document::{RegionDoc, ShiftDoc, WorldError};
use super::super::{
    AppliedStatus, Autoshift, AutoshiftStatus, GroupName, InstanceRefresh, PracticeOutcome, RefreshStatus, ShiftStatus,
    ShiftType, TemplateChoice, TemplateRef, ZonalShift, ZoneId,
};
use super::site::{Site, word};

impl Site<'_> {
    pub(super) fn build_past(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        self.build_refreshes(doc)?;
        for (index, shift) in doc.zonal_shifts.iter().enumerate() {
            let path = self.path("zonal_shifts", index);
            let built = self.shift(&path, shift)?;
            self.region().zonal_shifts.push(built);
        }
        for (index, autoshift) in doc.autoshifts.iter().enumerate() {
            let path = self.path("autoshifts", index);
            let built = Autoshift {
                away_from: self.zone_id(&path, &autoshift.away_from)?,
                started_at: self.ago(autoshift.age.0),
                ended_at: Some(self.ago(autoshift.age.0.saturating_sub(autoshift.length.0))),
                status: AutoshiftStatus::Completed,
            };
            self.region().autoshifts.push(built);
        }
        Ok(())
    }

    fn zone_id(&self, path: &str, name: &str) -> Result<ZoneId, WorldError> {
        let zone = self.zone(path, name)?;
        let missing = || WorldError::invalid(path, format!("zone {zone} has no id"));
        self.scene.region.zone_id(zone.as_str()).cloned().ok_or_else(missing)
    }

    fn shift(&mut self, path: &str, doc: &ShiftDoc) -> Result<ZonalShift, WorldError> {
        let resource = self.balancers.find(&format!("{path}.load_balancer"), &doc.load_balancer)?;
        let status = word(&format!("{path}.status"), &doc.status, ShiftStatus::ALL, ShiftStatus::as_str)?;
        let expires_at = self.ago(doc.age.0) + doc.length.0;
        if (status == ShiftStatus::Active) != (expires_at > self.scene.now) && status != ShiftStatus::Canceled {
            let found = if expires_at > self.scene.now { "goes on" } else { "is over" };
            let message = format!("\"{status}\" is no status of a shift which by its age and length {found}");
            return Err(WorldError::invalid(format!("{path}.status"), message));
        }
        let kind = word(&format!("{path}.kind"), &doc.kind, ShiftType::ALL, ShiftType::as_str)?;
        Ok(ZonalShift {
            id: self.scene.mint.uuid(),
            resource,
            away_from: self.zone_id(&format!("{path}.away_from"), &doc.away_from)?,
            started_at: self.ago(doc.age.0),
            expires_at,
            status,
            applied: AppliedStatus::NotApplied,
            kind,
            comment: doc.comment.clone(),
            outcome: (kind == ShiftType::PracticeRun).then_some(match status {
                ShiftStatus::Active => PracticeOutcome::Pending,
                ShiftStatus::Expired => PracticeOutcome::Succeeded,
                ShiftStatus::Canceled => PracticeOutcome::Interrupted,
            }),
        })
    }

    fn build_refreshes(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, group) in doc.groups.iter().enumerate() {
            let name = GroupName::from(group.name.as_str());
            for (number, refresh) in group.refreshes.iter().enumerate() {
                let path = format!("{}.refreshes[{number}]", self.path("groups", index));
                let status =
                    word(&format!("{path}.status"), &refresh.status, RefreshStatus::ALL, RefreshStatus::as_str)?;
                let template = self.templates.find(&path, &group.template)?;
                let done = matches!(status, RefreshStatus::Successful);
                let built = InstanceRefresh {
                    id: self.scene.mint.uuid(),
                    status,
                    reason: refresh.reason.clone(),
                    started_at: self.ago(refresh.age.0),
                    ended_at: Some(self.ago(refresh.age.0.saturating_sub(refresh.length.0))),
                    percentage: if done { 100 } else { 40 },
                    remaining: if done { 0 } else { group.desired.div_ceil(2) },
                    min_healthy: 90,
                    max_healthy: None,
                    warmup_s: group.warmup_s,
                    skip_matching: false,
                    auto_rollback: false,
                    desired: Some(TemplateRef {
                        id: template,
                        name: group.template.clone(),
                        version: TemplateChoice::Number(refresh.version),
                    }),
                };
                if let Some(group) = self.region().groups.get_mut(&name) {
                    group.refreshes.push(built);
                }
            }
        }
        Ok(())
    }
}
