//! `[[probes]]`: endpoints that this console checks from outside.
//!
//! Must stay true: off unless the file says so; what cannot be probed is refused with its place before anything starts.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use crate::judge::policy::{Aim, Expect, Probe};

use super::super::document::Document;
use super::super::error::ConfigError;
use super::super::origin::Setting;

/// The shortest time between two checks: a probe is no load test.
const SHORTEST_S: u64 = 5;
/// The longest window over which availability is told.
const LONGEST_DAYS: u64 = 90;
/// How many probes there may be.
const MOST: usize = 50;

/// What one `[[probes]]` may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    name: Spanned<String>,
    url: Option<Spanned<String>>,
    tcp: Option<Spanned<String>>,
    service: Option<Spanned<String>>,
    interval_s: Option<Spanned<u64>>,
    timeout_s: Option<Spanned<u64>>,
    expect_status: Option<Spanned<Vec<u16>>>,
    expect_body: Option<Spanned<String>>,
    objective: Option<Spanned<f64>>,
    window_days: Option<Spanned<u64>>,
}

/// The probes of a file, each with where it stands.
pub(super) fn load<T>(document: &Document<'_, T>, keys: &[Keys]) -> Result<Vec<Setting<Probe>>, ConfigError> {
    let mut names = BTreeSet::new();
    let mut probes = Vec::with_capacity(keys.len());
    for keys in keys {
        if !names.insert(keys.name.get_ref()) {
            return Err(document.error(&keys.name, format!("there are two probes called `{}`", keys.name.get_ref())));
        }
        if names.len() > MOST {
            return Err(document.error(&keys.name, format!("there are more than {MOST} probes")));
        }
        probes.push(Setting { value: probe(document, keys)?, origin: document.origin(&keys.name) });
    }
    Ok(probes)
}

fn probe<T>(document: &Document<'_, T>, keys: &Keys) -> Result<Probe, ConfigError> {
    let at = |key: &Spanned<String>, message: String| document.error(key, message);
    if keys.name.get_ref().trim().is_empty() {
        return Err(at(&keys.name, "a probe needs a name".to_owned()));
    }
    let aim = match (&keys.url, &keys.tcp) {
        (Some(url), None) => http(url.get_ref()).map_err(|why| at(url, why))?,
        (None, Some(tcp)) => connection(tcp.get_ref()).map_err(|why| at(tcp, why))?,
        (Some(_), Some(tcp)) => return Err(at(tcp, "a probe has a `url` or a `tcp` address, not both".to_owned())),
        (None, None) => {
            let name = keys.name.get_ref();
            return Err(at(&keys.name, format!("probe `{name}` has neither `url` nor `tcp`: it has nothing to ask")));
        }
    };
    let interval = keys.interval_s.as_ref().map_or(30, |key| *key.get_ref());
    let timeout = keys.timeout_s.as_ref().map_or(10.min(interval), |key| *key.get_ref());
    if let Some(key) = keys.interval_s.as_ref().filter(|_| !(SHORTEST_S..=3600).contains(&interval)) {
        return Err(document.error(key, format!("interval_s {interval} is not from {SHORTEST_S} to 3600")));
    }
    if timeout == 0 || timeout > interval {
        let message = format!("timeout_s {timeout} is not from 1 to interval_s {interval}");
        return Err(keys
            .timeout_s
            .as_ref()
            .or(keys.interval_s.as_ref())
            .map_or_else(|| at(&keys.name, message.clone()), |key| document.error(key, message.clone())));
    }
    let objective = keys.objective.as_ref().map_or(0.999, |key| *key.get_ref());
    if let Some(key) = keys.objective.as_ref().filter(|_| !(objective > 0.0 && objective < 1.0)) {
        return Err(document.error(key, format!("objective {objective} is not above 0 and below 1, as in 0.999")));
    }
    let days = keys.window_days.as_ref().map_or(30, |key| *key.get_ref());
    if let Some(key) = keys.window_days.as_ref().filter(|_| !(1..=LONGEST_DAYS).contains(&days)) {
        return Err(document.error(key, format!("window_days {days} is not from 1 to {LONGEST_DAYS}")));
    }
    Ok(Probe {
        name: keys.name.get_ref().clone(),
        service: keys.service.as_ref().map(|key| key.get_ref().clone()),
        interval: Duration::from_secs(interval),
        timeout: Duration::from_secs(timeout),
        expect: expectation(document, keys, &aim)?,
        aim,
        objective,
        window: Duration::from_secs(days * 86_400),
    })
}

fn expectation<T>(document: &Document<'_, T>, keys: &Keys, aim: &Aim) -> Result<Expect, ConfigError> {
    if matches!(aim, Aim::Tcp { .. }) {
        if let Some(key) = &keys.expect_status {
            return Err(document.error(key, "a `tcp` probe has no status to expect"));
        }
        if let Some(key) = &keys.expect_body {
            return Err(document.error(key, "a `tcp` probe has no body to expect"));
        }
    }
    let status = match keys.expect_status.as_ref().map(|key| (key, key.get_ref().as_slice())) {
        None => 200..=399,
        Some((_, [only])) if (100..600).contains(only) => *only..=*only,
        Some((_, [from, to])) if (100..600).contains(from) && from <= to && *to < 600 => *from..=*to,
        Some((key, _)) => {
            return Err(document.error(key, "expect_status is one status, or the first and the last: [200, 299]"));
        }
    };
    Ok(Expect { status, body: keys.expect_body.as_ref().map(|key| key.get_ref().clone()) })
}

/// `https://host:port/path?query`.
fn http(url: &str) -> Result<Aim, String> {
    let refused = |why: &str| format!("`{url}` cannot be probed: {why}");
    let (tls, rest) = match url.split_once("://") {
        Some(("https", rest)) => (true, rest),
        Some(("http", rest)) => (false, rest),
        _ => return Err(refused("a url begins with https:// or http://")),
    };
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let path = path.split('#').next().unwrap_or_default();
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    if authority.contains('@') {
        return Err(refused("it carries a user name; probes send no credentials"));
    }
    if path.bytes().any(|byte| byte <= b' ' || byte >= 0x7f) {
        return Err(refused("its path has a blank or a letter that must be percent-encoded"));
    }
    let (host, port) = split(authority, Some(if tls { 443 } else { 80 })).map_err(|why| refused(&why))?;
    Ok(Aim::Http { tls, host, port, path })
}

/// `host:port`.
fn connection(address: &str) -> Result<Aim, String> {
    let (host, port) = split(address, None).map_err(|why| format!("`{address}` cannot be probed: {why}"))?;
    Ok(Aim::Tcp { host, port })
}

fn split(authority: &str, usual: Option<u16>) -> Result<(String, u16), String> {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let host = host.to_ascii_lowercase();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let is_address = host.contains(':') && host.parse::<std::net::Ipv6Addr>().is_ok();
    if host.is_empty() || !(is_address || host.chars().all(is_name)) {
        return Err(format!("`{host}` is no host"));
    }
    let port = match port {
        Some(port) => port.parse::<u16>().ok().filter(|port| *port > 0).ok_or(format!("`{port}` is no port"))?,
        None => usual.ok_or("it needs a port: host:port")?,
    };
    Ok((host, port))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::load_policy;

    #[test]
    fn what_cannot_be_probed_is_refused_with_its_place() {
        for (text, wanted) in [
            ("url = \"ftp://x\"", "policy.toml:3:7: `ftp://x` cannot be probed: a url begins with"),
            ("url = \"https://u:p@x/\"", "policy.toml:3:7: `https://u:p@x/` cannot be probed: it carries a user name"),
            ("url = \"https://x:0/\"", "policy.toml:3:7: `https://x:0/` cannot be probed: `0` is no port"),
            ("tcp = \"db\"", "policy.toml:3:7: `db` cannot be probed: it needs a port"),
            ("", "policy.toml:2:8: probe `shop` has neither `url` nor `tcp`"),
            ("url = \"https://x\"\ninterval_s = 1", "policy.toml:4:14: interval_s 1 is not from 5 to 3600"),
            ("url = \"https://x\"\ntimeout_s = 31", "policy.toml:4:13: timeout_s 31 is not from 1 to interval_s 30"),
            ("url = \"https://x\"\nobjective = 99.9", "policy.toml:4:13: objective 99.9 is not above 0"),
            ("tcp = \"db:5432\"\nexpect_status = [200]", "policy.toml:4:17: a `tcp` probe has no status"),
            (
                "url = \"https://x\"\n[[probes]]\nname = \"shop\"\ntcp = \"x:1\"",
                "policy.toml:5:8: there are two probes",
            ),
        ] {
            let error = load_policy(&format!("[[probes]]\nname = \"shop\"\n{text}")).unwrap_err().to_string();
            assert!(error.starts_with(wanted), "{text}\n{error}");
        }
    }

    #[test]
    fn a_url_is_taken_apart_and_told_as_it_was() {
        for (url, told) in [
            ("https://shop.example", "https://shop.example/"),
            ("http://Shop.example:8080/health?full=1#x", "http://shop.example:8080/health?full=1"),
            ("https://[::1]:8443/", "https://[::1]:8443/"),
        ] {
            let rules = load_policy(&format!("[[probes]]\nname = \"shop\"\nurl = \"{url}\"")).unwrap();
            assert_eq!(rules.judgement().probes.first().unwrap().aim.to_string(), told);
        }
    }
}
