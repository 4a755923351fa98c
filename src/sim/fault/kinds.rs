//! The registry of faults: each kind with its fields and what it does, for messages and for the README.

/// A kind of fault.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// `kind` in its JSON.
    pub name: &'static str,
    /// Its fields; those that may be left out end in a question mark.
    pub fields: &'static [&'static str],
    /// What it does, in a sentence.
    pub does: &'static str,
}

/// All kinds, as [`super::Fault`] has them, by name.
pub const KINDS: &[Kind] = &[
    kind("application", &["instance"], "the application on an instance hangs; its checks by EC2 pass"),
    kind("autoshift", &["zone"], "AWS declares a zone sick and moves what has autoshift enabled off it"),
    kind("bad-release", &["group"], "a group gets a release that stops answering minutes after it arrived"),
    kind(
        "brownout",
        &["share?", "s?"],
        "a share (0.3) of the calls that change something fail, and the others take so many seconds (3) more; zonal shifts do not",
    ),
    kind("cut", &["service"], "answers of an AWS service are cut in half"),
    kind("database-crash", &["id"], "the host of a database crashes"),
    kind("dead", &[], "connections to AWS are refused"),
    kind("deny", &["action"], "the caller's role loses a permission: `ec2:DescribeInstances`, or `rds:*`"),
    kind("ebs-stall", &["zone"], "the volumes of a zone complete no I/O"),
    kind("error", &["service", "code", "share?"], "a share (0.3) of the calls of an AWS service fail with AWS's code"),
    kind("expire-credentials", &[], "the caller's credentials expire"),
    kind(
        "gray-zone",
        &["zone", "share?"],
        "a share (0.3) of what crosses a zone's border is lost; AWS's own checks see nothing",
    ),
    kind("guest", &["instance"], "an instance's operating system hangs: its instance check fails"),
    kind("health-check", &["service"], "the health check path of a service answers 503 although the service works"),
    kind("host", &["instance"], "an instance's host breaks: its system check fails, and nothing on it answers"),
    kind("key-denied", &["group"], "the key of a group's images may not be used: its launches die at once"),
    kind("lag", &["id", "s"], "a replica falls behind by so many seconds"),
    kind("late-metrics", &["s"], "metrics are published later than usual by so many seconds"),
    kind("load", &["service?", "factor"], "the demand of a service, or of all, is multiplied"),
    kind("lose-answer", &["nth?"], "the nth (1) write from now takes effect, and its answer is lost"),
    kind(
        "nat-gateway",
        &["zone", "share?"],
        "a zone's NAT gateway drops a share (0.6) of packets: instances that go out through it fail what needs that",
    ),
    kind("no-capacity", &["zone"], "a zone has no room for new instances and databases"),
    kind("practice-run", &["zone"], "the weekly practice run moves what has one configured off a zone"),
    kind(
        "reads-down",
        &["service", "zone?"],
        "reads of an AWS service, or those that concern a zone, are not answered",
    ),
    kind("refresh", &["group"], "a group gets a good release by an instance refresh, a few members at a time"),
    kind("region-outage", &["region"], "a region loses power and its endpoints"),
    kind(
        "release",
        &["group", "good", "zones_first?", "pause_s?"],
        "a group gets a release, good or not, in some zones first, and in the others so many seconds (0) later",
    ),
    kind("replica-error", &["id"], "a replica's replication breaks with an error"),
    kind("retirement", &["instance"], "AWS announces that an instance's host will be retired"),
    kind("retry-storm", &["service"], "clients of a service retry what fails, several times and at once"),
    kind("slow", &["service", "s"], "answers of an AWS service take so many virtual seconds more"),
    kind("storage-full", &["id"], "a database's storage fills up"),
    kind("stuck-stop", &["instance"], "an instance that is stopped hangs in stopping, until the stop is forced"),
    kind("throttle", &["service", "rate"], "the token buckets of an AWS service refill at so many calls a second"),
    kind(
        "zone-power-loss",
        &["zone"],
        "a zone loses power; for half an hour its region's control planes are slow, and fail in part",
    ),
];

const fn kind(name: &'static str, fields: &'static [&'static str], does: &'static str) -> Kind {
    Kind { name, fields, does }
}

/// The names of all kinds.
#[must_use]
pub fn names() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.name).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use serde_json::json;

    use super::super::Fault;
    use super::*;

    /// What serde says between backticks after "expected".
    fn expected(value: serde_json::Value) -> Vec<String> {
        let message = serde_json::from_value::<Fault>(value).unwrap_err().to_string();
        let list = message.split_once("expected ").map_or("", |(_, list)| list);
        list.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect()
    }

    #[test]
    fn the_registry_is_the_enum() {
        assert_eq!(expected(json!({ "kind": "?" })), names());
        assert!(names().is_sorted());
        for kind in KINDS {
            let fields: Vec<&str> = kind.fields.iter().map(|field| field.trim_end_matches('?')).collect();
            assert_eq!(expected(json!({ "kind": kind.name, "?": 1 })), fields, "{}", kind.name);
            assert!(!kind.does.ends_with('.'), "{}", kind.name);
        }
    }
}
