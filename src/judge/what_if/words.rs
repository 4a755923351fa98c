//! The sentences: numbers first, short, for somebody at three in the morning.
//!
//! Must stay true: what is not known is `?`; a sentence says the verdict's reason, or has none.

use super::outcome::{Carrier, Outcome, Projection, Raise, ServiceOutlook, WhatIf};

impl ServiceOutlook {
    /// `checkout keeps 8 of 10 serving; CPU 74 → 92 %, limit 70; raise by 3 first`.
    pub fn sentence(&self) -> String {
        format!("{} {}", self.name, self.words())
    }

    /// The same without its name.
    pub fn words(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        match (self.outcome, self.serving, self.left) {
            (_, Some(0), _) | (_, None, _) | (_, _, None) => {}
            (Outcome::Lost, _, Some(0)) => {}
            (_, Some(all), Some(left)) if all == left => parts.push(format!("keeps all {all} serving")),
            (_, Some(all), Some(left)) => parts.push(format!("keeps {left} of {all} serving")),
        }
        let matters = self.left.is_none_or(|left| left > 0) && self.touched;
        if let Some(cpu) = self.cpu.filter(|_| matters) {
            let limit =
                if cpu.after > self.cpu_limit { format!(", limit {:.0}", self.cpu_limit) } else { String::new() };
            parts.push(format!("CPU {} %{limit}", arrow(cpu)));
        }
        if let (Some(requests), Some(safe), true) = (self.requests, self.safe_requests, matters) {
            let limit = if requests.after > safe { format!(", safe {safe:.0}") } else { String::new() };
            parts.push(format!("requests {} a minute each{limit}", arrow(requests)));
        }
        if let Some(age) = self.queue_age_s.filter(|_| self.touched) {
            parts.push(format!("queue {age:.0} s old"));
        }
        parts.extend(self.reasons.iter().cloned());
        parts.extend(self.raise.as_ref().map(Raise::words));
        if !self.touched {
            parts.insert(0, "nothing of it there".to_owned());
        }
        parts.join("; ")
    }

    /// In a column of the board: `74>92% +3`, `46>55% ok`, `moves 15-60s`, `lost`, `CPU ?`.
    pub fn brief(&self) -> String {
        let cpu = self.cpu.map(|cpu| format!("{:.0}>{:.0}%", cpu.now, cpu.after));
        match (self.outcome, cpu) {
            (Outcome::Lost, Some(cpu)) if self.left.is_some_and(|left| left > 0) => format!("{cpu} lost"),
            (Outcome::Lost, _) => "lost".to_owned(),
            (Outcome::Unknown, Some(cpu)) => format!("{cpu} ?"),
            (Outcome::Unknown, None) => "CPU ?".to_owned(),
            (Outcome::Strained, cpu) => {
                let raise = self.raise.as_ref().map_or_else(|| "strained".to_owned(), |raise| format!("+{}", raise.by));
                cpu.map_or_else(|| raise.clone(), |cpu| format!("{cpu} {raise}"))
            }
            (Outcome::Keeps, Some(cpu)) if self.touched => format!("{cpu} ok"),
            (Outcome::Keeps, _) => match self.without_writes_s {
                Some((least, most)) => format!("moves {least}-{most}s"),
                None => "ok".to_owned(),
            },
        }
    }
}

impl Raise {
    /// `raise by 3 first`, or what stands against it.
    pub fn words(&self) -> String {
        if self.is_open() {
            format!("raise by {} first", self.by)
        } else {
            format!("needs {} more, but {}", self.by, self.obstacles.join(", "))
        }
    }
}

fn arrow(measure: Projection) -> String {
    if (measure.now - measure.after).abs() < 0.5 {
        return format!("{:.0}", measure.now);
    }
    format!("{:.0} → {:.0}", measure.now, measure.after)
}

/// How many services that need a raise are named before the rest is counted, and how many that none would help.
const NAMED: (usize, usize) = (6, 2);

/// What leaving the zone would take, in one line: `6 of 7 services can leave now; checkout needs +3 first, web +1`. Services count
/// that serve now and of which something stands there; leaving costs nothing where nothing of theirs serves there any more.
pub fn leave(what_if: &WhatIf) -> String {
    let hit: Vec<&ServiceOutlook> = what_if.services.iter().filter(|service| service.is_moved_by_leaving()).collect();
    let (free, mut held): (Vec<&ServiceOutlook>, Vec<&ServiceOutlook>) =
        hit.iter().copied().partition(|service| service.may_leave_now());
    // What can be done something about first, and of that what would be hit hardest.
    held.sort_by(|one, other| {
        one.obstinacy().cmp(&other.obstinacy()).then_with(|| other.peak().total_cmp(&one.peak()))
    });
    let is_all = what_if.services.iter().filter(|service| service.touched).all(|service| {
        service.outcome == Outcome::Keeps && !service.cpu.is_some_and(|cpu| cpu.after > service.cpu_limit)
    });
    let mut parts = match (hit.len(), held.len()) {
        (0, _) => vec!["nothing serves there".to_owned()],
        // *All* is said only where nothing else there is lost, strained or unknown.
        (1, 0) => vec![format!("{} can leave now", if is_all { "its 1 service" } else { "1 service" })],
        (all, 0) => vec![format!("{}{all} services can leave now", if is_all { "all " } else { "" })],
        (all, _) => vec![format!("{} of {all} services can leave now", free.len())],
    };
    let (raised, stuck): (Vec<&ServiceOutlook>, Vec<&ServiceOutlook>) =
        held.into_iter().partition(|service| service.raise.is_some());
    if let Some((first, others)) = raised.split_first() {
        let others = others.iter().take(NAMED.0 - 1).map(|service| format!(", {}", to_raise(service)));
        parts.push(needs_first(first) + &others.collect::<String>());
    }
    parts.extend(stuck.iter().take(NAMED.1).map(|service| held_back(service)));
    let more = raised.len().saturating_sub(NAMED.0) + stuck.len().saturating_sub(NAMED.1);
    if more > 0 {
        parts.push(format!("{more} more cannot"));
    }
    let full = free.into_iter().filter(|service| service.raise.is_some());
    if let Some(full) = full.max_by(|one, other| one.peak().total_cmp(&other.peak())) {
        let by = full.raise.as_ref().map_or(0, |raise| raise.by);
        parts.push(format!("{} is over its limit already (CPU {:.0}%): +{by}", full.name, full.peak()));
    }
    let is_down = |service: &&ServiceOutlook| {
        service.touched && service.outcome == Outcome::Lost && !hit.iter().any(|it| it.name == service.name)
    };
    let down: Vec<&ServiceOutlook> = what_if.services.iter().filter(is_down).collect();
    match down.as_slice() {
        [] => {}
        [one] => parts.push(format!("{} {}", one.name, one.fate())),
        [one, rest @ ..] => parts.push(format!("{} {}, and {} more lost", one.name, one.fate(), rest.len())),
    }
    if !what_if.no_capacity.is_empty() {
        let zones: Vec<&str> = what_if.no_capacity.iter().map(crate::id::ZoneName::as_str).collect();
        parts.push(format!("no capacity in {}: nothing starts there", zones.join(", ")));
    }
    parts.join("; ")
}

/// `search needs +2 first (CPU 65>98%, limit 70)`.
fn needs_first(service: &ServiceOutlook) -> String {
    let by = service.raise.as_ref().map_or(0, |raise| raise.by);
    let cpu = service.cpu.map(|cpu| format!("CPU {:.0}>{:.0}%, limit {:.0}", cpu.now, cpu.after, service.cpu_limit));
    let but = service.obstacle().map(|first| format!("but {first}"));
    let beside: Vec<String> = cpu.into_iter().chain(but).collect();
    let beside = if beside.is_empty() { String::new() } else { format!(" ({})", beside.join("; ")) };
    format!("{} needs +{by} first{beside}", service.name)
}

/// `checkout +2`, after one that says more.
fn to_raise(service: &ServiceOutlook) -> String {
    let by = service.raise.as_ref().map_or(0, |raise| raise.by);
    let but = service.obstacle().map(|first| format!(" (but {first})")).unwrap_or_default();
    format!("{} +{by}{but}", service.name)
}

/// What no raise helps.
fn held_back(service: &ServiceOutlook) -> String {
    let name = &service.name;
    match service.outcome {
        Outcome::Unknown => format!("{name} ?"),
        Outcome::Strained => format!("{name} does less"),
        Outcome::Lost | Outcome::Keeps => format!("{name} is lost"),
    }
}

impl ServiceOutlook {
    /// Whether leaving moves it: machines of it stand there, and some of it serves.
    fn is_moved_by_leaving(&self) -> bool {
        self.touched && matches!(self.carrier, Carrier::Balancer | Carrier::Group) && self.serving != Some(0)
    }

    /// Whether leaving costs it nothing that it has not lost already.
    fn may_leave_now(&self) -> bool {
        let loses_nothing = self.serving.is_some() && self.serving == self.left;
        self.outcome == Outcome::Keeps || (self.outcome == Outcome::Strained && loses_nothing)
    }

    /// What becomes of one that leaving does not move.
    fn fate(&self) -> &'static str {
        if self.serving == Some(0) { "is down already" } else { "is lost if the zone goes" }
    }

    /// What speaks first against its raise.
    fn obstacle(&self) -> Option<&String> {
        self.raise.as_ref()?.obstacles.first()
    }

    /// How little can be done about it.
    fn obstinacy(&self) -> u8 {
        match (self.outcome, &self.raise) {
            (_, Some(_)) => 0,
            (Outcome::Lost, None) => 1,
            (Outcome::Strained, None) => 2,
            (Outcome::Unknown | Outcome::Keeps, None) => 3,
        }
    }

    /// The CPU that it would come to, for ordering.
    fn peak(&self) -> f64 {
        self.cpu.map_or(0.0, |cpu| cpu.after)
    }
}
