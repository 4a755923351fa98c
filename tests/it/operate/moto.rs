//! The same operations on moto, which somebody else wrote: what they did is read by botocore.

use serde_json::Value;

use crate::support::process::{self, PATIENCE};
use crate::support::program::Fournines;
use crate::support::python::Python;

struct Moto {
    aws: String,
    url: String,
}

impl Moto {
    /// What the `aws` command answers.
    fn aws(&self, words: &[&str]) -> Value {
        let mut command = std::process::Command::new(&self.aws);
        command.args(words).args(["--output", "json", "--region", "us-east-1"]).env("AWS_ENDPOINT_URL", &self.url);
        command.env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x").env("AWS_PAGER", "");
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        let answer = process::run(command, PATIENCE);
        assert_eq!(answer.code, Some(0), "{words:?}: {answer:?}");
        serde_json::from_str(&answer.out).unwrap_or_default()
    }

    /// A group of two, and what it is launched from.
    fn group_of_two(&self) {
        let images = self.aws(&["ec2", "describe-images", "--max-items", "1"]);
        let image = images["Images"][0]["ImageId"].as_str().unwrap();
        let data = format!("{{\"ImageId\":\"{image}\",\"InstanceType\":\"t3.micro\"}}");
        let template = ["--launch-template-name", "front", "--launch-template-data", &data];
        self.aws(&[&["ec2", "create-launch-template"][..], &template].concat());
        let subnets = self.aws(&["ec2", "describe-subnets"]);
        let ids: Vec<&str> =
            subnets["Subnets"].as_array().unwrap().iter().take(2).map(|it| it["SubnetId"].as_str().unwrap()).collect();
        let (name, subnets) = (["--auto-scaling-group-name", "front"], ids.join(","));
        let sizes = ["--min-size", "1", "--max-size", "4", "--desired-capacity", "2"];
        let place = ["--vpc-zone-identifier", &subnets, "--launch-template", "LaunchTemplateName=front"];
        self.aws(&[&["autoscaling", "create-auto-scaling-group"][..], &name, &sizes, &place].concat());
    }

    /// Desired, and the members in service.
    fn group(&self) -> (i64, Vec<String>) {
        let groups = self.aws(&["autoscaling", "describe-auto-scaling-groups"]);
        let group = &groups["AutoScalingGroups"][0];
        let members = group["Instances"].as_array().unwrap().iter().filter(|it| it["LifecycleState"] == "InService");
        let ids = members.map(|it| it["InstanceId"].as_str().unwrap().to_owned()).collect();
        (group["DesiredCapacity"].as_i64().unwrap(), ids)
    }
}

#[test]
fn on_moto_scale_and_replace_do_what_they_say() {
    let python = Python::ready();
    let (_server, url) = python.moto();
    let moto = Moto { aws: Python::aws_command(), url: url.clone() };
    moto.group_of_two();
    let fournines = Fournines::at(&url);
    let (scaled, _) = fournines.timed("apply scale front --set desired=3 --region us-east-1 --yes", PATIENCE * 2);
    assert_eq!(scaled.code, Some(0), "{scaled:?}");
    let (desired, members) = moto.group();
    assert_eq!((desired, members.len()), (3, 3));
    let old = members.first().unwrap();
    let (replaced, _) = fournines.timed(&format!("apply replace {old} --region us-east-1 --yes"), PATIENCE * 2);
    assert_eq!(replaced.code, Some(0), "{replaced:?}");
    let (desired, now) = moto.group();
    assert_eq!((desired, now.len()), (3, 3));
    assert!(!now.contains(old), "{old} is gone from {now:?}");
    assert_eq!(now.iter().filter(|id| !members.contains(id)).count(), 1, "one is new");
}
