//! What the load balancers say, and what clients got.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::{Recorder, list, text};

impl Recorder<'_> {
    pub(super) fn targets(&mut self, name: &str) -> String {
        if !self.arns.contains_key(name) {
            let answer = self.ask("elasticloadbalancingv2", "DescribeTargetGroups", json!({ "Names": [name] }));
            if let Ok(answer) = answer {
                self.arns.insert(name.to_owned(), text(&answer["TargetGroups"][0]["TargetGroupArn"]).to_owned());
            }
        }
        let arn = self.arns.get(name).map_or("", String::as_str);
        let answer = self.ask("elasticloadbalancingv2", "DescribeTargetHealth", json!({ "TargetGroupArn": arn }));
        self.tell_refusal("DescribeTargetHealth", answer.as_ref().err().cloned());
        let Ok(answer) = answer else { return "?".to_owned() };
        let mut zones: BTreeMap<&str, (usize, usize)> = self.zones.iter().map(|zone| (zone.as_str(), (0, 0))).collect();
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for target in list(&answer["TargetHealthDescriptions"]) {
            let zone = self.placed.get(text(&target["Target"]["Id"])).map_or("", String::as_str);
            let state = text(&target["TargetHealth"]["State"]);
            if let Some((healthy, all)) = zones.get_mut(zone) {
                *all += 1;
                *healthy += usize::from(state == "healthy");
            }
            if state != "healthy" {
                *reasons.entry(format!("{state} {}", text(&target["TargetHealth"]["Reason"]))).or_default() += 1;
            }
        }
        let cells: Vec<String> = zones.values().map(|(healthy, all)| format!("{healthy}/{all}")).collect();
        let reasons: Vec<String> = reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        self.tell(
            &format!("targets of {name}"),
            if reasons.is_empty() { "all healthy".to_owned() } else { reasons.join(", ") },
        );
        cells.join(" ")
    }

    /// What clients asked for and how much of it they did not get, in the last minute.
    pub(super) fn clients(&self, service: &str) -> String {
        self.sim.with_world(|world| {
            let sums = world.ledger_sums(self.watch.region, service, world.now - Duration::from_secs(60), world.now);
            sums.filter(|sums| sums.seconds > 0.0).map_or_else(String::new, |sums| {
                let failed = if sums.asked > 0.0 { 100.0 * sums.failed / sums.asked } else { 0.0 };
                format!("{:.0} asked, {failed:.1} % failed", sums.asked / sums.seconds)
            })
        })
    }
}
