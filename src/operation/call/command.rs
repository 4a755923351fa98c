//! A call as the `aws` command that does the same, to be read, copied and run.
//!
//! Must stay true: words are quoted for a POSIX shell; names are made as the `aws` command makes them (botocore's `xform_name`).

use serde_json::Value;

use super::Call;

impl Call {
    /// The command: `aws ec2 reboot-instances --region us-east-1 --instance-ids i-1`.
    ///
    /// # Errors
    /// Those of [`Call::parameters`].
    pub fn command(&self) -> Result<String, serde_json::Error> {
        let (service, name) = (self.action.service(), option(self.action.name()));
        let mut words = vec!["aws".to_owned(), service.to_owned(), name, "--region".to_owned()];
        words.push(quoted(self.region.as_str()));
        if let Value::Object(parameters) = self.parameters()? {
            for (name, value) in &parameters {
                match name.as_str() {
                    // The `aws` command has a word of its own for the two, and refuses theirs.
                    "MinCount" => words.extend(["--count".to_owned(), count(value, parameters.get("MaxCount"))]),
                    "MaxCount" => {}
                    name => words.extend(argument(name, value)?),
                }
            }
        }
        Ok(words.join(" "))
    }
}

/// `2`, or `1:2` where fewer than the most will do.
fn count(least: &Value, most: Option<&Value>) -> String {
    most.filter(|most| *most != least).map_or_else(|| least.to_string(), |most| format!("{least}:{most}"))
}

/// The words of one parameter.
fn argument(name: &str, value: &Value) -> Result<Vec<String>, serde_json::Error> {
    let name = option(name);
    Ok(match value {
        Value::Null => Vec::new(),
        Value::Bool(true) => vec![format!("--{name}")],
        Value::Bool(false) => vec![format!("--no-{name}")],
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            std::iter::once(format!("--{name}")).chain(items.iter().map(|item| quoted(&plain(item)))).collect()
        }
        Value::Array(_) | Value::Object(_) => vec![format!("--{name}"), quoted(&serde_json::to_string(value)?)],
        Value::Number(_) | Value::String(_) => vec![format!("--{name}"), quoted(&plain(value))],
    })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `TargetGroupARNs` gives `target-group-arns`, `VPCZoneIdentifier` gives `vpc-zone-identifier`.
fn option(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let is_upper = |at: usize| letters.get(at).is_some_and(char::is_ascii_uppercase);
    let is_lower = |at: usize| letters.get(at).is_some_and(char::is_ascii_lowercase);
    // A plural of capitals ends the name: `ARNs` is one word.
    let plural = (letters.last() == Some(&'s')).then(|| {
        let end = letters.len() - 1;
        let capitals = letters[..end].iter().rev().take_while(|letter| letter.is_ascii_uppercase()).count();
        end - capitals
    });
    let plural = plural.filter(|begin| letters.len() - begin > 2);
    let mut words = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let after_lower = at > 0 && (is_lower(at - 1) || letters[at - 1].is_ascii_digit());
        let before_lower = at > 0 && is_upper(at - 1) && is_lower(at + 1);
        let begins = match plural {
            Some(begin) if at >= begin => at == begin && at > 0,
            _ => is_upper(at) && (after_lower || before_lower),
        };
        if begins {
            words.push('-');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// A word as a POSIX shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@,+%".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Action, Removal, Resize, TargetSpec, Targets, TerminateMember, Whom};
    use super::*;
    use crate::id::Region;

    fn command(action: Action) -> String {
        Call::new(&Region::from("us-east-1"), action).command().unwrap()
    }

    #[test]
    fn options_are_named_as_the_aws_command_names_them() {
        for (name, expected) in [
            ("TargetGroupARNs", "target-group-arns"),
            ("VPCZoneIdentifier", "vpc-zone-identifier"),
            ("DBInstanceIdentifier", "db-instance-identifier"),
            ("TerminateInstanceInAutoScalingGroup", "terminate-instance-in-auto-scaling-group"),
            ("ShouldDecrementDesiredCapacity", "should-decrement-desired-capacity"),
            ("awayFrom", "away-from"),
            ("S3Bucket", "s3-bucket"),
            ("InstanceIds", "instance-ids"),
            ("EC2Ids", "ec2-ids"),
        ] {
            assert_eq!(option(name), expected);
        }
    }

    #[test]
    fn a_call_is_shown_as_the_command_that_does_the_same() {
        let end = TerminateMember { instance_id: Whom::Known("i-1".into()), should_decrement_desired_capacity: false };
        assert_eq!(
            command(Action::TerminateInstanceInAutoScalingGroup(end)),
            "aws autoscaling terminate-instance-in-auto-scaling-group --region us-east-1 --instance-id i-1 \
             --no-should-decrement-desired-capacity"
        );
        let standby = Removal {
            auto_scaling_group_name: "it's a group".into(),
            instance_ids: ["i-1", "i-2"].map(|id| Whom::Known(id.into())).to_vec(),
            should_decrement_desired_capacity: true,
        };
        assert_eq!(
            command(Action::EnterStandby(standby)),
            r"aws autoscaling enter-standby --region us-east-1 --auto-scaling-group-name 'it'\''s a group' --instance-ids i-1 i-2 --should-decrement-desired-capacity"
        );
        let web = crate::id::GroupName::from("web");
        let resize = Resize { max_size: Some(6), subnets: Some("subnet-a,subnet-b".into()), ..Resize::of(&web) };
        assert_eq!(
            command(Action::UpdateAutoScalingGroup(resize)),
            "aws autoscaling update-auto-scaling-group --region us-east-1 --auto-scaling-group-name web --max-size 6 \
             --vpc-zone-identifier subnet-a,subnet-b"
        );
        let targets = Targets {
            target_group_arn: "arn:x".into(),
            targets: vec![TargetSpec { id: "i-1".into(), port: Some(80) }],
        };
        assert_eq!(
            command(Action::DeregisterTargets(targets)),
            r#"aws elbv2 deregister-targets --region us-east-1 --target-group-arn arn:x --targets '[{"Id":"i-1","Port":80}]'"#
        );
    }
}
