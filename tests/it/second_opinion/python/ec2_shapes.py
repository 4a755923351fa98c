"""What is compared of each of EC2's things: on the left as boto3 gives it, on the right as the state has it."""

from account import tags, time


def instance(one, reservation):
    reason = one.get("StateReason")
    return {
        "reservation": (reservation["ReservationId"], reservation["OwnerId"]),
        "image": (one["ImageId"], one["InstanceType"], one["Architecture"]),
        "state": (one["State"]["Name"], one["State"]["Code"]),
        "reason": (reason and (reason["Code"], reason["Message"]), one.get("StateTransitionReason", "")),
        "launched": time(one["LaunchTime"]),
        "zone": (one["Placement"]["AvailabilityZone"], one["Placement"]["AvailabilityZoneId"]),
        "network": (one.get("VpcId"), one.get("SubnetId"), one.get("PrivateIpAddress"), one.get("PublicIpAddress")),
        "interfaces": [own["NetworkInterfaceId"] for own in one["NetworkInterfaces"]],
        "security groups": [(own["GroupId"], own["GroupName"]) for own in one["SecurityGroups"]],
        "key": one.get("KeyName"),
        "profile": one.get("IamInstanceProfile", {}).get("Arn"),
        "root": one["RootDeviceName"],
        "devices": [
            (
                own["DeviceName"],
                own["Ebs"]["VolumeId"],
                time(own["Ebs"]["AttachTime"]),
                own["Ebs"]["DeleteOnTermination"],
            )
            for own in one["BlockDeviceMappings"]
        ],
        "market": one.get("InstanceLifecycle"),
        "monitoring": one["Monitoring"]["State"],
        "recovery": one["MaintenanceOptions"]["AutoRecovery"],
        "tags": tags(one.get("Tags", [])),
    }


def true_instance(one, account):
    reason = one["state_reason"]
    return {
        "reservation": (one["reservation"], account),
        "image": (one["image"], one["instance_type"], one["architecture"]),
        "state": (one["state"], one["state_code"]),
        "reason": (reason and (reason["code"], reason["message"]), one["transition_reason"]),
        "launched": one["launched_at"],
        "zone": (one["zone"], one["zone_id"]),
        "network": (one["vpc"], one["subnet"], one["private_ip"], one["public_ip"]),
        "interfaces": [] if one["state"] == "terminated" else [one["interface"]],
        "security groups": [(own["id"], own["name"]) for own in one["security_groups"]],
        "key": one["key_name"],
        "profile": one["instance_profile"],
        "root": one["root_device"],
        "devices": [
            (own["device"], own["volume"], own["attached_at"], own["delete_on_termination"])
            for own in one["block_devices"]
        ],
        "market": "spot" if one["market"] == "spot" else None,
        "monitoring": "enabled" if one["detailed_monitoring"] else "disabled",
        "recovery": one["auto_recovery"],
        "tags": one["tags"],
    }


def status(one):
    checks = (one["SystemStatus"], one["InstanceStatus"], one["AttachedEbsStatus"])
    return (
        (one["AvailabilityZone"], one["AvailabilityZoneId"], one["InstanceState"]["Name"]),
        [(check["Status"], [time(detail.get("ImpairedSince")) for detail in check["Details"]]) for check in checks],
        [
            (
                event["InstanceEventId"],
                event["Code"],
                event["Description"],
                time(event["NotBefore"]),
                time(event.get("NotAfter")),
                time(event.get("NotBeforeDeadline")),
            )
            for event in one.get("Events", [])
        ],
    )


def true_status(one):
    # What does not apply has no details.
    checks = [one["checks"][name] for name in ("system", "instance", "ebs")]
    return (
        (one["zone"], one["zone_id"], one["state"]),
        [(check["state"], [] if check["state"] == "not-applicable" else [check["impaired_since"]]) for check in checks],
        [
            (
                own["id"],
                own["code"],
                own["description"],
                own["not_before"],
                own["not_after"],
                own["not_before_deadline"],
            )
            for own in one["events"]
        ],
    )


def version(one):
    data = one["LaunchTemplateData"]
    return (
        (one.get("VersionDescription", ""), time(one["CreateTime"]), one["CreatedBy"], one["DefaultVersion"]),
        (data["ImageId"], data["InstanceType"], data.get("KeyName")),
        data.get("SecurityGroupIds", []),
        data["Monitoring"]["Enabled"],
        data.get("IamInstanceProfile", {}).get("Arn"),
        data.get("InstanceMarketOptions", {}).get("MarketType"),
    )


def true_version(one, template):
    return (
        (one["description"], one["created_at"], one["created_by"], one["number"] == template["default_version"]),
        (one["image"], one["instance_type"], one["key_name"]),
        [group["id"] for group in one["security_groups"]],
        one["detailed_monitoring"],
        one["instance_profile"],
        "spot" if one["market"] == "spot" else None,
    )


def subnet(one):
    return (
        (one["SubnetArn"], one["VpcId"], one["AvailabilityZone"], one["AvailabilityZoneId"]),
        (one["CidrBlock"], one["AvailableIpAddressCount"], one["MapPublicIpOnLaunch"]),
        tags(one["Tags"]),
    )


def true_subnet(one, _, zone_ids):
    return (
        (one["arn"], one["vpc"], one["zone"], zone_ids[one["zone"]]),
        (f"{one['network']}/{one['prefix']}", one["free_addresses"], one["public"]),
        one["tags"],
    )


def vpc(one):
    return one["CidrBlock"], one["IsDefault"], tags(one["Tags"])


def true_vpc(one, *_):
    return one["cidr"], one["is_default"], one["tags"]


def image(one):
    disk = one["BlockDeviceMappings"][0]["Ebs"]
    return (
        (one["Name"], one["Description"], one["State"], one["Public"], one["Architecture"]),
        # EC2 gives an image's times as text.
        (one["CreationDate"], one.get("DeprecationTime"), one.get("LastLaunchedTime")),
        (one["RootDeviceName"], disk["SnapshotId"], disk["VolumeSize"]),
        tags(one["Tags"]),
    )


def true_image(one, *_):
    return (
        (one["name"], one["description"], one["state"], one["public"], one["architecture"]),
        (one["created_at"], one["deprecated_at"], one["last_launched_at"]),
        (one["root_device"], one["snapshot"], one["size_gib"]),
        one["tags"],
    )


def snapshot(one):
    return (
        (one["VolumeId"], one["VolumeSize"], one["Encrypted"], one["Description"]),
        (time(one["StartTime"]), one["State"], one["Progress"]),
        tags(one["Tags"]),
    )


def true_snapshot(one, *_):
    return (
        (one["volume"], one["size_gib"], one["encrypted"], one["description"]),
        (one["started_at"], one["state"], one["progress"]),
        one["tags"],
    )


def address(one):
    return (
        (one["PublicIp"], one.get("PrivateIpAddress")),
        (one.get("AssociationId"), one.get("InstanceId"), one.get("NetworkInterfaceId")),
        tags(one["Tags"]),
    )


def true_address(one, *_):
    return (
        (one["public_ip"], one["private_ip"]),
        (one["association"], one["instance"], one["interface"]),
        one["tags"],
    )


def nat_gateway(one):
    address = one["NatGatewayAddresses"][0]
    return (
        (one["SubnetId"], one["VpcId"], one["State"], time(one["CreateTime"])),
        (address["AllocationId"], address["PublicIp"], address["PrivateIp"]),
        tags(one["Tags"]),
    )


def true_nat_gateway(one, truth, _):
    address = next(own for own in truth["addresses"] if own["id"] == one["allocation"])
    return (
        (one["subnet"], one["vpc"], one["state"], one["created_at"]),
        (one["allocation"], address["public_ip"], address["private_ip"]),
        one["tags"],
    )


def route_table(one):
    routes = [(own["DestinationCidrBlock"], own.get("NatGatewayId") or own["GatewayId"]) for own in one["Routes"]]
    associations = one["Associations"]
    return (
        one["VpcId"],
        [own for own in routes if own[1] != "local"],
        any(own["Main"] for own in associations),
        [own["SubnetId"] for own in associations if not own["Main"]],
        tags(one["Tags"]),
    )


def true_route_table(one, *_):
    routes = [(own["destination"], own["via"]) for own in one["routes"]]
    return one["vpc"], routes, one["main"], one["subnets"], one["tags"]


def volume(one):
    return (
        (one["AvailabilityZone"], one["AvailabilityZoneId"]),
        (one["Size"], one["VolumeType"], one["Iops"], one["Encrypted"], one["SnapshotId"] or None),
        (time(one["CreateTime"]), one["State"]),
        [(own["InstanceId"], own["Device"]) for own in one["Attachments"]],
        tags(one.get("Tags", [])),
    )


def true_volume(one, truth, zone_ids):
    attached = [
        (instance["id"], own["device"])
        for instance in truth["instances"]
        for own in instance["block_devices"]
        if own["volume"] == one["id"]
    ]
    return (
        (one["zone"], zone_ids[one["zone"]]),
        (one["size_gib"], one["volume_type"], one["iops"], one["encrypted"], one["snapshot"]),
        (one["created_at"], one["state"]),
        attached,
        one["tags"],
    )


def template(one):
    return (
        (one["LaunchTemplateName"], time(one["CreateTime"]), one["CreatedBy"]),
        (one["DefaultVersionNumber"], one["LatestVersionNumber"]),
        tags(one["Tags"]),
    )


def true_template(one, *_):
    return (
        (one["name"], one["created_at"], one["created_by"]),
        (one["default_version"], one["versions"][-1]["number"]),
        one["tags"],
    )


#: By the state's name of the kind.
LISTED = {
    "subnets": (subnet, true_subnet),
    "vpcs": (vpc, true_vpc),
    "images": (image, true_image),
    "snapshots": (snapshot, true_snapshot),
    "addresses": (address, true_address),
    "nat_gateways": (nat_gateway, true_nat_gateway),
    "route_tables": (route_table, true_route_table),
    "volumes": (volume, true_volume),
    "launch_templates": (template, true_template),
}
