//! What an ARN says of the thing it names.

use super::{SubjectKind, Wanted};

/// Reads an ARN of any thing that has a screen here.
pub(super) fn read(text: &str) -> Result<Wanted<'_>, String> {
    let mut parts = text.splitn(6, ':').skip(2);
    let (Some(service), Some(region), Some(_account), Some(resource)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(format!("`{text}` is not a whole ARN: arn:partition:service:region:account:resource"));
    };
    let region = Some(region).filter(|region| !region.is_empty());
    let after = |start: &str| resource.strip_prefix(start);
    let is = |kind: SubjectKind, name| Ok(Wanted { kind: Some(kind), region, name });
    match service {
        "ec2" => {
            if let Some(id) = after("instance/") {
                return is(SubjectKind::Instance, id);
            }
            if let Some(id) = after("image/") {
                return is(SubjectKind::Image, id);
            }
            if let Some(id) = after("launch-template/") {
                return is(SubjectKind::Template, id);
            }
        }
        "autoscaling" => {
            if let Some((_, name)) = resource.split_once("autoScalingGroupName/") {
                return is(SubjectKind::Group, name);
            }
        }
        "elasticloadbalancing" => return balancer(text, resource, region),
        "rds" => {
            let kinds = [
                ("db:", SubjectKind::Database),
                ("cluster:", SubjectKind::Cluster),
                ("global-cluster:", SubjectKind::GlobalCluster),
            ];
            if let Some((kind, id)) = kinds.into_iter().find_map(|(start, kind)| Some((kind, after(start)?))) {
                return is(kind, id);
            }
        }
        "cloudwatch" => {
            if let Some(name) = after("alarm:") {
                return is(SubjectKind::Alarm, name);
            }
        }
        _ => {}
    }
    let kind = resource.split([':', '/']).next().unwrap_or_default();
    Err(format!("fournines shows no {service} {kind}"))
}

/// Load balancers and target groups are known by their ARN, classic ones by their name; a listener is shown as its balancer.
fn balancer<'a>(text: &'a str, resource: &'a str, region: Option<&'a str>) -> Result<Wanted<'a>, String> {
    if resource.starts_with("targetgroup/") {
        return Ok(Wanted { kind: Some(SubjectKind::TargetGroup), region, name: text });
    }
    if let Some(rest) = resource.strip_prefix("loadbalancer/") {
        let is_classic = !["app/", "net/", "gwy/"].iter().any(|start| rest.starts_with(start));
        let (kind, name) =
            if is_classic { (SubjectKind::ClassicBalancer, rest) } else { (SubjectKind::LoadBalancer, text) };
        return Ok(Wanted { kind: Some(kind), region, name });
    }
    // listener/app/NAME/BALANCER/LISTENER: the name is the second part after the type.
    let mut parts = resource.split('/');
    if matches!(parts.next(), Some("listener" | "listener-rule"))
        && let Some(name) = parts.nth(1)
    {
        return Ok(Wanted { kind: Some(SubjectKind::LoadBalancer), region, name });
    }
    Err(format!("fournines shows no {}", resource.split('/').next().unwrap_or(resource)))
}
