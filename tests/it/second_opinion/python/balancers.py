"""Load balancers of both generations, and the health of what is behind them."""

from account import by, tags, time


def check(account, region):
    truth = account.region(region)
    client = account.client("elbv2", region)
    check_balancers(account, client, truth)
    check_target_groups(account, client, truth)
    for balancer in truth["load_balancers"]:
        account.rest("10s")
        check_listeners(account, client, balancer)
    for group in truth["target_groups"]:
        check_targets(account, client, group)
    account.rest()
    truth = account.region(region)
    check_classic(account, account.client("elb", region), truth)
    account.rest()
    check_refusals(account, client, account.client("elb", region))


def check_balancers(account, client, truth):
    addresses = {address["id"]: address["public_ip"] for address in truth["addresses"]}
    listed = by("LoadBalancerArn", account.pages(client, "describe_load_balancers", "LoadBalancers", 2))
    account.same_by_id(
        "load balancer",
        {
            arn: (
                one["LoadBalancerName"],
                one["Type"],
                one["Scheme"],
                one["State"]["Code"],
                one["DNSName"],
                one["CanonicalHostedZoneId"],
                one["VpcId"],
                time(one["CreatedTime"]),
                [
                    (zone["ZoneName"], zone["SubnetId"], [own["IpAddress"] for own in zone["LoadBalancerAddresses"]])
                    for zone in one["AvailabilityZones"]
                ],
                one.get("SecurityGroups", []),
            )
            for arn, one in listed.items()
        },
        {
            one["arn"]: (
                one["name"],
                one["kind"],
                one["scheme"],
                one["state"],
                one["dns_name"],
                one["dns_zone"],
                one["vpc"],
                one["created_at"],
                [
                    (zone["zone"], zone["subnet"], [addresses[zone["allocation"]]] if zone["allocation"] else [])
                    for zone in one["zones"]
                ],
                one["security_groups"],
            )
            for one in truth["load_balancers"]
        },
    )
    check_tags(account, client, truth["load_balancers"])


def check_tags(account, client, things):
    arns = [thing["arn"] for thing in things]
    described = client.describe_tags(ResourceArns=arns[:20])["TagDescriptions"] if arns else []
    account.same_by_id(
        "tags",
        {one["ResourceArn"]: tags(one["Tags"]) for one in described},
        {thing["arn"]: thing["tags"] for thing in things[:20]},
    )


def attributes(described):
    return {one["Key"]: one["Value"] for one in described["Attributes"]}


def check_listeners(account, client, balancer):
    arn = balancer["arn"]
    described = client.describe_load_balancer_attributes(LoadBalancerArn=arn)
    account.same(f"attributes of {arn}", attributes(described), balancer["attributes"])
    listed = by("ListenerArn", account.pages(client, "describe_listeners", "Listeners", 1, LoadBalancerArn=arn))
    account.same_by_id(
        "listener",
        {
            key: (one["Port"], one["Protocol"], one.get("SslPolicy"), actions(one["DefaultActions"]))
            for key, one in listed.items()
        },
        {
            one["arn"]: (one["port"], one["protocol"], one["ssl_policy"], true_actions(one["default_actions"]))
            for one in balancer["listeners"]
        },
    )
    for listener in balancer["listeners"]:
        rules = account.pages(client, "describe_rules", "Rules", 1, ListenerArn=listener["arn"])
        account.same(
            f"rules of {listener['arn']}",
            [
                (rule["Priority"], conditions(rule["Conditions"]), actions(rule["Actions"]), rule["IsDefault"])
                for rule in rules
            ],
            [
                (
                    str(rule["priority"]),
                    [(one["field"], one["values"]) for one in rule["conditions"]],
                    true_actions(rule["actions"]),
                    False,
                )
                for rule in sorted(listener["rules"], key=lambda rule: rule["priority"])
            ]
            + [("default", [], true_actions(listener["default_actions"]), True)],
        )


def conditions(listed):
    return [(one["Field"], one["Values"]) for one in listed]


def actions(listed):
    words = []
    for action in sorted(listed, key=lambda action: action["Order"]):
        forward = action.get("ForwardConfig", {}).get("TargetGroups", [])
        words.append((action["Type"], [(group["TargetGroupArn"], group["Weight"]) for group in forward]))
    return words


def true_actions(listed):
    words = []
    for action in listed:
        if isinstance(action, dict) and "Forward" in action:
            words.append(("forward", [(group["target_group"], group["weight"]) for group in action["Forward"]]))
        elif isinstance(action, dict):
            words.append(("fixed-response", []))
        else:
            words.append(("redirect", []))
    return words


def check_target_groups(account, client, truth):
    listed = by("TargetGroupArn", account.pages(client, "describe_target_groups", "TargetGroups", 4))
    account.same_by_id(
        "target group",
        {
            arn: (
                one["TargetGroupName"],
                one["Protocol"],
                one["Port"],
                one["TargetType"],
                one["LoadBalancerArns"],
                (
                    one["HealthCheckProtocol"],
                    one["HealthCheckPort"],
                    one.get("HealthCheckPath"),
                    one.get("Matcher", {}).get("HttpCode"),
                ),
                (one["HealthCheckIntervalSeconds"], one["HealthCheckTimeoutSeconds"]),
                (one["HealthyThresholdCount"], one["UnhealthyThresholdCount"]),
            )
            for arn, one in listed.items()
        },
        {
            one["arn"]: (
                one["name"],
                one["protocol"],
                one["port"],
                one["target_type"],
                one["balancers"],
                tuple(one["health_check"][key] for key in ("protocol", "port", "path", "matcher")),
                (one["health_check"]["interval_s"], one["health_check"]["timeout_s"]),
                (one["health_check"]["healthy_threshold"], one["health_check"]["unhealthy_threshold"]),
            )
            for one in truth["target_groups"]
        },
    )
    check_tags(account, client, truth["target_groups"])


def check_targets(account, client, group):
    arn = group["arn"]
    account.rest("3s")
    group = by("arn", [one for region in account.state["regions"] for one in region["target_groups"]])[arn]
    described = client.describe_target_group_attributes(TargetGroupArn=arn)
    account.same(f"attributes of {arn}", attributes(described), group["attributes"])
    account.same_by_id(
        f"targets of {group['name']}",
        {
            f"{one['Target']['Id']}:{one['Target']['Port']}": (
                one["TargetHealth"]["State"],
                one["TargetHealth"].get("Reason"),
                one["TargetHealth"].get("Description"),
                one["AdministrativeOverride"]["State"],
            )
            for one in client.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        },
        {
            f"{one['id']}:{one['port']}": (
                one["state"],
                one["reason"],
                one["description"],
                one["administrative_override"],
            )
            for one in group["targets"]
        },
    )


def check_classic(account, client, truth):
    listed = by("LoadBalancerName", account.pages(client, "describe_load_balancers", "LoadBalancerDescriptions", 1))
    account.same_by_id(
        "classic load balancer",
        {
            name: (
                one["DNSName"],
                one["CanonicalHostedZoneNameID"],
                time(one["CreatedTime"]),
                one["Scheme"],
                one["AvailabilityZones"],
                one["Subnets"],
                sorted(instance["InstanceId"] for instance in one["Instances"]),
                [
                    (own["Listener"]["LoadBalancerPort"], own["Listener"]["InstancePort"])
                    for own in one["ListenerDescriptions"]
                ],
                tuple(
                    one["HealthCheck"][key]
                    for key in ("Target", "Interval", "Timeout", "HealthyThreshold", "UnhealthyThreshold")
                ),
            )
            for name, one in listed.items()
        },
        {
            one["name"]: (
                one["dns_name"],
                one["dns_zone"],
                one["created_at"],
                one["scheme"],
                one["zones"],
                one["subnets"],
                sorted(member["instance"] for member in one["members"]),
                [(own["port"], own["instance_port"]) for own in one["listeners"]],
                tuple(
                    one["health_check"][key]
                    for key in ("target", "interval_s", "timeout_s", "healthy_threshold", "unhealthy_threshold")
                ),
            )
            for one in truth["classic_load_balancers"]
        },
    )
    for one in truth["classic_load_balancers"]:
        name = one["name"]
        states = client.describe_instance_health(LoadBalancerName=name)["InstanceStates"]
        account.same_by_id(
            f"instances of {name}",
            {own["InstanceId"]: (own["State"], own["ReasonCode"], own["Description"]) for own in states},
            {own["instance"]: (own["state"], own["reason"], own["description"]) for own in one["members"]},
        )
        described = client.describe_load_balancer_attributes(LoadBalancerName=name)["LoadBalancerAttributes"]
        account.same(f"attributes of {name}", described["CrossZoneLoadBalancing"]["Enabled"], one["cross_zone"])
        described = client.describe_tags(LoadBalancerNames=[name])["TagDescriptions"]
        account.same(f"tags of {name}", [tags(own["Tags"]) for own in described], [one["tags"]])


def check_refusals(account, client, classic):
    region = client.meta.region_name
    arn = f"arn:aws:elasticloadbalancing:{region}:1:targetgroup/nowhere/0123456789abcdef"
    account.refused("TargetGroupNotFound", 400, client.describe_target_health, TargetGroupArn=arn)
    account.refused("LoadBalancerNotFound", 400, client.describe_load_balancers, Names=["nowhere"])
    account.refused("LoadBalancerNotFound", 400, classic.describe_instance_health, LoadBalancerName="nowhere")
    account.refused("ValidationError", 400, client.describe_load_balancers, PageSize=401)
