//! What AWS itself calls a thing: its ARN, the `aws` command that describes it, its page in AWS's own console.
//!
//! Owns: these words. Depends on: subjects, the estate for ARNs that AWS told. Must stay true: a command works as it is pasted,
//! with its region and with names quoted for the shell; what has no ARN is never given one.

use crate::judge::Picture;

use super::{Subject, SubjectKind, find};

impl Subject {
    /// Its ARN: AWS's own word where it was read, else put together from the account.
    ///
    /// # Errors
    /// Says why there is none.
    pub fn arn(&self, picture: &Picture) -> Result<String, String> {
        if self.id.starts_with("arn:") {
            return Ok(self.id.clone());
        }
        if let Some(arn) = self.told_arn(picture) {
            return Ok(arn);
        }
        let (service, resource) = match self.kind {
            SubjectKind::Instance => ("ec2", format!("instance/{}", self.id)),
            // An image's ARN names no account: `arn:aws:ec2:us-east-1::image/ami-…`.
            SubjectKind::Image => return Ok(format!("{}image/{}", self.beginning("ec2", "", picture), self.id)),
            SubjectKind::Template => ("ec2", format!("launch-template/{}", self.id)),
            SubjectKind::ClassicBalancer => ("elasticloadbalancing", format!("loadbalancer/{}", self.id)),
            SubjectKind::Database => ("rds", format!("db:{}", self.id)),
            SubjectKind::Cluster => ("rds", format!("cluster:{}", self.id)),
            SubjectKind::Alarm => ("cloudwatch", format!("alarm:{}", self.id)),
            // A group's holds a number that only AWS knows, and a global cluster's no region.
            SubjectKind::Group | SubjectKind::GlobalCluster => {
                return Err(format!("AWS did not tell the ARN of {}", self.id));
            }
            SubjectKind::TargetGroup | SubjectKind::LoadBalancer => return Err(format!("{} is no ARN", self.id)),
            SubjectKind::Zone | SubjectKind::Shift => return Err(format!("a {} has no ARN", self.kind.as_str())),
        };
        let identity = picture.estate.identity().ok_or("the account's id is not known yet, so no ARN can be told")?;
        Ok(format!("{}{resource}", self.beginning(service, identity.account.as_str(), picture)))
    }

    /// The ARN that AWS told with the thing itself.
    fn told_arn(&self, picture: &Picture) -> Option<String> {
        let (estate, region, id) = (&picture.estate, &self.region, self.id.as_str());
        let arn = match self.kind {
            SubjectKind::Group => find::group(estate, region, id)?.0.arn.as_ref(),
            SubjectKind::Database => find::database(estate, region, id)?.0.arn.as_ref(),
            SubjectKind::Cluster => find::cluster(estate, region, id)?.0.arn.as_ref(),
            SubjectKind::GlobalCluster => find::global_cluster(estate, region, id)?.0.arn.as_ref(),
            SubjectKind::Alarm => find::alarm(estate, region, id)?.0.arn.as_ref(),
            _ => None,
        };
        arn.map(|arn| arn.as_str().to_owned())
    }

    /// An ARN up to its resource. The caller's own ARN knows the partition.
    fn beginning(&self, service: &str, account: &str, picture: &Picture) -> String {
        let identity = picture.estate.identity();
        let partition = identity.and_then(|identity| identity.caller.as_str().split(':').nth(1));
        format!("arn:{}:{service}:{}:{account}:", partition.unwrap_or("aws"), self.region)
    }

    /// The `aws` command that describes it; of a target group, its targets' health, which is what one asks of it.
    pub fn describe_command(&self) -> String {
        let id = quoted(&self.id);
        let words = match self.kind {
            SubjectKind::Instance => format!("ec2 describe-instances --instance-ids {id}"),
            SubjectKind::Group => format!("autoscaling describe-auto-scaling-groups --auto-scaling-group-names {id}"),
            SubjectKind::TargetGroup => format!("elbv2 describe-target-health --target-group-arn {id}"),
            SubjectKind::LoadBalancer => format!("elbv2 describe-load-balancers --load-balancer-arns {id}"),
            SubjectKind::ClassicBalancer => format!("elb describe-load-balancers --load-balancer-names {id}"),
            SubjectKind::Database => format!("rds describe-db-instances --db-instance-identifier {id}"),
            SubjectKind::Cluster => format!("rds describe-db-clusters --db-cluster-identifier {id}"),
            SubjectKind::GlobalCluster => format!("rds describe-global-clusters --global-cluster-identifier {id}"),
            // Without the types, CloudWatch answers with metric alarms alone.
            SubjectKind::Alarm => {
                format!("cloudwatch describe-alarms --alarm-types MetricAlarm CompositeAlarm --alarm-names {id}")
            }
            SubjectKind::Image => format!("ec2 describe-images --image-ids {id}"),
            SubjectKind::Template => format!("ec2 describe-launch-template-versions --launch-template-id {id}"),
            SubjectKind::Zone => format!("ec2 describe-availability-zones --zone-names {id}"),
            // Neither has a describe of its own: both are found in what is listed.
            SubjectKind::Shift if self.id.starts_with("autoshift/") => "arc-zonal-shift list-autoshifts".to_owned(),
            SubjectKind::Shift => "arc-zonal-shift list-zonal-shifts".to_owned(),
        };
        format!("aws {words} --region {}", quoted(self.region.as_str()))
    }

    /// Its page in AWS's own console.
    pub fn console_url(&self) -> String {
        let region = self.region.as_str();
        let id = encoded(&self.id);
        let (service, fragment) = match self.kind {
            SubjectKind::Instance => ("ec2", format!("InstanceDetails:instanceId={id}")),
            SubjectKind::Group => ("ec2", format!("AutoScalingGroupDetails:id={id};view=details")),
            SubjectKind::TargetGroup => ("ec2", format!("TargetGroup:targetGroupArn={id}")),
            SubjectKind::LoadBalancer => ("ec2", format!("LoadBalancer:loadBalancerArn={id}")),
            SubjectKind::ClassicBalancer => ("ec2", format!("LoadBalancers:search={id}")),
            SubjectKind::Database => ("rds", format!("database:id={id};is-cluster=false")),
            SubjectKind::Cluster => ("rds", format!("database:id={id};is-cluster=true")),
            SubjectKind::GlobalCluster => ("rds", "databases:".to_owned()),
            SubjectKind::Alarm => ("cloudwatch", format!("alarmsV2:alarm/{id}")),
            SubjectKind::Image => ("ec2", format!("ImageDetails:imageId={id}")),
            SubjectKind::Template => ("ec2", format!("LaunchTemplateDetails:launchTemplateId={id}")),
            SubjectKind::Zone => ("ec2", "Home:".to_owned()),
            SubjectKind::Shift => {
                return format!("https://console.{}/route53recovery/home#/zonal-shift/dashboard", domain(region));
            }
        };
        format!("https://{region}.console.{}/{service}/home?region={region}#{fragment}", domain(region))
    }
}

/// Where AWS's console is, by the region's partition.
fn domain(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "amazonaws.cn",
        region if region.starts_with("us-gov-") => "amazonaws-us-gov.com",
        _ => "aws.amazon.com",
    }
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A word as it stands in a URL.
fn encoded(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    for byte in word.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::id::Region;
    use crate::listing::fixture::{CHECKOUT, Shop};

    fn subject(kind: SubjectKind, id: &str) -> Subject {
        Subject::new(kind, &Region::from("us-east-1"), id)
    }

    #[test]
    fn arns_are_told_or_refused_never_made_up() {
        let picture = Shop::calm().picture();
        let arn = |kind, id: &str| subject(kind, id).arn(&picture);
        assert_eq!(arn(SubjectKind::Instance, "i-0a1").unwrap(), "arn:aws:ec2:us-east-1:123456789012:instance/i-0a1");
        assert_eq!(arn(SubjectKind::Image, "ami-01").unwrap(), "arn:aws:ec2:us-east-1::image/ami-01");
        assert_eq!(arn(SubjectKind::TargetGroup, CHECKOUT).unwrap(), CHECKOUT);
        assert_eq!(arn(SubjectKind::Group, "web").unwrap_err(), "AWS did not tell the ARN of web");
        assert_eq!(arn(SubjectKind::Zone, "us-east-1a").unwrap_err(), "a zone has no ARN");
    }

    #[test]
    fn commands_can_be_pasted() {
        let command = |kind, id: &str| subject(kind, id).describe_command();
        assert_eq!(
            command(SubjectKind::Instance, "i-0a1"),
            "aws ec2 describe-instances --instance-ids i-0a1 --region us-east-1"
        );
        let alarm = command(SubjectKind::Alarm, "5xx; it's bad");
        assert!(alarm.ends_with(r"--alarm-names '5xx; it'\''s bad' --region us-east-1"), "{alarm}");
    }

    #[test]
    fn pages_are_of_the_partition() {
        let group = subject(SubjectKind::Group, "a b");
        assert_eq!(
            group.console_url(),
            "https://us-east-1.console.aws.amazon.com/ec2/home?region=us-east-1#AutoScalingGroupDetails:id=a%20b;view=details"
        );
        let china = Subject { region: Region::from("cn-north-1"), ..group };
        assert!(china.console_url().starts_with("https://cn-north-1.console.amazonaws.cn/"));
    }
}
