"""Auto Scaling: groups, members, activities, refreshes, hooks, policies."""

from account import by, tags, time


def check(account, region):
    client, truth = account.client("autoscaling", region), account.region(region)
    zones = {zone["name"]: zone["id"] for zone in truth["zones"]}
    check_groups(account, client, truth, zones)
    check_members(account, client, truth, zones)
    check_policies(account, client, truth)
    account.rest()
    truth = account.region(region)
    check_activities(account, client, truth)
    for group in truth["groups"]:
        check_of_group(account, client, truth, group)
    check_refusals(account, client)


def template(ref):
    return ref and (ref["LaunchTemplateId"], ref["LaunchTemplateName"], ref["Version"])


def true_template(ref):
    return ref and (ref["id"], ref["name"], ref["version"])


def check_groups(account, client, truth, zones):
    listed = by("AutoScalingGroupName", account.pages(client, "describe_auto_scaling_groups", "AutoScalingGroups", 3))
    account.same_by_id(
        "group",
        {
            name: {
                "arn": group["AutoScalingGroupARN"],
                "size": (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]),
                "zones": group["AvailabilityZones"],
                "zone ids": group["AvailabilityZoneIds"],
                "subnets": group["VPCZoneIdentifier"].split(","),
                "template": template(group.get("LaunchTemplate")),
                "checks": group["HealthCheckType"].split(","),
                "seconds": (
                    group["HealthCheckGracePeriod"],
                    group["DefaultCooldown"],
                    group.get("DefaultInstanceWarmup"),
                ),
                "targets": (group["TargetGroupARNs"], group["LoadBalancerNames"]),
                "suspended": sorted(process["ProcessName"] for process in group["SuspendedProcesses"]),
                "created": time(group["CreatedTime"]),
                "tags": tags(group["Tags"]),
                "status": group.get("Status"),
                "policies": group["TerminationPolicies"],
                "metrics": [metric["Metric"] for metric in group["EnabledMetrics"]],
                "maintenance": maintenance(group.get("InstanceMaintenancePolicy")),
                "zonal shift": impairment(group["AvailabilityZoneImpairmentPolicy"]),
                "distribution": group["AvailabilityZoneDistribution"]["CapacityDistributionStrategy"],
            }
            for name, group in listed.items()
        },
        {
            group["name"]: {
                "arn": group["arn"],
                "size": (group["min"], group["desired"], group["max"]),
                "zones": group["zones"],
                "zone ids": [zones[zone] for zone in group["zones"]],
                "subnets": group["subnets"],
                "template": true_template(group["template"]),
                "checks": group["health_checks"],
                "seconds": (group["grace_s"], group["cooldown_s"], group["warmup_s"]),
                "targets": (group["target_groups"], group["classic_balancers"]),
                "suspended": sorted(suspension["process"] for suspension in group["suspended"]),
                "created": group["created_at"],
                "tags": group["tags"],
                "status": group["status"],
                "policies": group["termination_policies"],
                "metrics": group["metrics"],
                "maintenance": group["maintenance_policy"] and tuple(group["maintenance_policy"].values()),
                "zonal shift": (group["zonal_shift_enabled"], group["impaired_zone_behavior"]),
                "distribution": group["distribution"],
            }
            for group in truth["groups"]
        },
    )
    for group in truth["groups"]:
        account.same_by_id(
            f"members of {group['name']}",
            {member["InstanceId"]: seen(member) for member in listed[group["name"]]["Instances"]},
            {member["instance"]: true_member(member, zones, truth) for member in group["members"]},
        )


def maintenance(policy):
    return policy and (policy["MinHealthyPercentage"], policy["MaxHealthyPercentage"])


def impairment(policy):
    return policy["ZonalShiftEnabled"], policy.get("ImpairedZoneHealthCheckBehavior")


def seen(member):
    return (
        member["AvailabilityZone"],
        member["AvailabilityZoneId"],
        member["InstanceType"],
        member["LifecycleState"],
        member["HealthStatus"],
        member["ProtectedFromScaleIn"],
        template(member.get("LaunchTemplate")),
        member.get("ImageId"),
    )


def true_member(member, zones, truth):
    image = next((one["image"] for one in truth["instances"] if one["id"] == member["instance"]), None)
    return (
        member["zone"],
        zones[member["zone"]],
        member["instance_type"],
        member["state"],
        member["health"],
        member["protected"],
        true_template(member["template"]),
        image,
    )


def check_members(account, client, truth, zones):
    listed = account.pages(client, "describe_auto_scaling_instances", "AutoScalingInstances", 20)
    account.same_by_id(
        "member",
        # Upper case here, capitalised in the groups' listing.
        {
            one["InstanceId"]: (
                one["AutoScalingGroupName"],
                seen({**one, "HealthStatus": one["HealthStatus"].capitalize()}),
            )
            for one in listed
        },
        {
            one["instance"]: (group["name"], true_member(one, zones, truth))
            for group in truth["groups"]
            for one in group["members"]
        },
    )


def check_policies(account, client, truth):
    listed = account.pages(client, "describe_policies", "ScalingPolicies", 2)
    account.same_by_id(
        "policy",
        {
            policy["PolicyARN"]: (
                policy["AutoScalingGroupName"],
                policy["PolicyName"],
                policy["PolicyType"],
                policy.get("TargetTrackingConfiguration", {}).get("TargetValue"),
                policy["Enabled"],
                [(alarm["AlarmName"], alarm["AlarmARN"]) for alarm in policy["Alarms"]],
            )
            for policy in listed
        },
        {
            policy["arn"]: (
                group["name"],
                policy["name"],
                policy["kind"],
                policy["target_value"],
                policy["enabled"],
                [tuple(alarm) for alarm in policy["alarms"]],
            )
            for group in truth["groups"]
            for policy in group["policies"]
        },
    )
    scheduled = account.pages(client, "describe_scheduled_actions", "ScheduledUpdateGroupActions", 1)
    account.same_by_id(
        "scheduled action",
        {
            one["ScheduledActionName"]: (
                one["AutoScalingGroupName"],
                time(one["StartTime"]),
                one["Recurrence"],
                one.get("MinSize"),
                one.get("MaxSize"),
                one.get("DesiredCapacity"),
            )
            for one in scheduled
        },
        {
            one["name"]: (group["name"], one["starts_at"], one["recurrence"], one["min"], one["max"], one["desired"])
            for group in truth["groups"]
            for one in group["scheduled_actions"]
        },
    )


def check_activities(account, client, truth):
    listed = account.pages(client, "describe_scaling_activities", "Activities", 40)
    account.same_by_id(
        "activity",
        {
            one["ActivityId"]: (
                one["AutoScalingGroupName"],
                one["StatusCode"],
                one.get("StatusMessage"),
                one["Description"],
                one["Cause"],
                time(one["StartTime"]),
                time(one.get("EndTime")),
                one["Progress"],
            )
            for one in listed
        },
        {
            one["id"]: (
                group["name"],
                one["status"],
                one["message"],
                one["description"],
                one["cause"],
                one["started_at"],
                one["ended_at"],
                one["progress"],
            )
            for group in truth["groups"]
            for one in group["activities"]
        },
    )


def check_of_group(account, client, truth, group):
    name = group["name"]
    account.rest("10s")
    account.same_by_id(
        f"refresh of {name}",
        {
            one["InstanceRefreshId"]: (
                one["Status"],
                time(one["StartTime"]),
                time(one.get("EndTime")),
                one["PercentageComplete"],
                one["InstancesToUpdate"],
                template(one.get("DesiredConfiguration", {}).get("LaunchTemplate")),
            )
            for one in account.pages(
                client, "describe_instance_refreshes", "InstanceRefreshes", 1, AutoScalingGroupName=name
            )
        },
        {
            one["id"]: (
                one["status"],
                one["started_at"],
                one["ended_at"],
                one["percentage"],
                one["remaining"],
                true_template(one["desired"]),
            )
            for one in group["refreshes"]
        },
    )
    account.same_by_id(
        f"hook of {name}",
        {
            one["LifecycleHookName"]: (
                one["LifecycleTransition"],
                one["HeartbeatTimeout"],
                one["GlobalTimeout"],
                one["DefaultResult"],
            )
            for one in client.describe_lifecycle_hooks(AutoScalingGroupName=name)["LifecycleHooks"]
        },
        {
            one["name"]: (one["transition"], one["heartbeat_s"], one["global_s"], one["default_result"])
            for one in group["hooks"]
        },
    )
    sources = client.describe_traffic_sources(AutoScalingGroupName=name)["TrafficSources"]
    account.same(
        f"traffic sources of {name}",
        sorted((source["Identifier"], source["Type"]) for source in sources),
        sorted(
            [(arn, "elbv2") for arn in group["target_groups"]] + [(own, "elb") for own in group["classic_balancers"]]
        ),
    )
    account.same(f"warm pool of {name}", client.describe_warm_pool(AutoScalingGroupName=name)["Instances"], [])


def check_refusals(account, client):
    account.same("launch configurations", client.describe_launch_configurations()["LaunchConfigurations"], [])
    account.same(
        "a group that is not there",
        client.describe_auto_scaling_groups(AutoScalingGroupNames=["nowhere"])["AutoScalingGroups"],
        [],
    )
    account.refused("ValidationError", 400, client.describe_lifecycle_hooks, AutoScalingGroupName="nowhere")
    account.refused("ValidationError", 400, client.describe_auto_scaling_groups, MaxRecords=101)
    account.refused("InvalidNextToken", 400, client.describe_auto_scaling_groups, NextToken="nonsense")
