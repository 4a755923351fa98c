"""EC2: every listing field by field, then its filters, pages and refusals.

Listings are read as a whole and in pages; filters are held against what the listing without any shows.
"""

import ec2_shapes as shapes
from account import by

#: A page of each listing that has any; tags are many.
PAGED = {
    "describe_instance_status": ("InstanceStatuses", 7),
    "describe_subnets": ("Subnets", 5),
    "describe_vpcs": ("Vpcs", 5),
    "describe_images": ("Images", 7),
    "describe_snapshots": ("Snapshots", 7),
    "describe_launch_templates": ("LaunchTemplates", 5),
    "describe_volumes": ("Volumes", 20),
    "describe_volume_status": ("VolumeStatuses", 20),
    "describe_tags": ("Tags", 100),
    "describe_nat_gateways": ("NatGateways", 5),
    "describe_route_tables": ("RouteTables", 5),
}

#: Kinds whose tags EC2 lists.
TAGGED = (
    "instances",
    "volumes",
    "images",
    "snapshots",
    "launch_templates",
    "subnets",
    "vpcs",
    "addresses",
    "nat_gateways",
    "route_tables",
)


def check(account, region):
    client, truth = account.client("ec2", region), account.region(region)
    check_places(account, client, truth)
    check_instances(account, client, truth)
    check_listings(account, client, truth)
    account.rest()
    check_templates(account, client, account.region(region))
    account.rest()
    check_filters(account, client)
    check_pages(account, client)
    account.rest()
    check_refusals(account, client)


def check_places(account, client, truth):
    regions = [region["region"] for region in account.state["regions"]]
    account.same("regions", sorted(one["RegionName"] for one in client.describe_regions()["Regions"]), sorted(regions))
    account.same_by_id(
        "zone",
        {
            one["ZoneName"]: (one["ZoneId"], one["State"], one["GroupName"], one["RegionName"], one["ZoneType"])
            for one in client.describe_availability_zones()["AvailabilityZones"]
        },
        {
            one["name"]: (one["id"], one["state"], one["group_name"], truth["region"], "availability-zone")
            for one in truth["zones"]
        },
    )


def check_instances(account, client, truth):
    reservations = account.pages_of_instances(client, 9)
    instances = [instance for one in reservations for instance in one["Instances"]]
    owners = {instance["InstanceId"]: one for one in reservations for instance in one["Instances"]}
    account.same_by_id(
        "instance",
        {one["InstanceId"]: shapes.instance(one, owners[one["InstanceId"]]) for one in instances},
        {one["id"]: shapes.true_instance(one, account.state["account"]) for one in truth["instances"]},
    )
    statuses = client.describe_instance_status(IncludeAllInstances=True)["InstanceStatuses"]
    account.same_by_id(
        "status",
        {one["InstanceId"]: shapes.status(one) for one in statuses},
        {one["id"]: shapes.true_status(one) for one in truth["instances"]},
    )
    some = truth["instances"][0]
    protected = client.describe_instance_attribute(InstanceId=some["id"], Attribute="disableApiTermination")
    account.same("protection", protected["DisableApiTermination"]["Value"], some["termination_protection"])
    # Without asking for all, AWS tells of running instances alone.
    running = client.describe_instance_status()["InstanceStatuses"]
    account.same(
        "status of running instances",
        sorted(one["InstanceId"] for one in running),
        sorted(one["id"] for one in truth["instances"] if one["state"] == "running"),
    )


def check_listings(account, client, truth):
    zone_ids = {zone["name"]: zone["id"] for zone in truth["zones"]}
    answers = {
        "subnets": by("SubnetId", client.describe_subnets()["Subnets"]),
        "vpcs": by("VpcId", client.describe_vpcs()["Vpcs"]),
        "images": by("ImageId", client.describe_images(Owners=["self"], IncludeDisabled=True)["Images"]),
        "snapshots": by("SnapshotId", client.describe_snapshots(OwnerIds=["self"])["Snapshots"]),
        "addresses": by("AllocationId", client.describe_addresses()["Addresses"]),
        "volumes": by("VolumeId", client.describe_volumes()["Volumes"]),
        "nat_gateways": by("NatGatewayId", client.describe_nat_gateways()["NatGateways"]),
        "route_tables": by("RouteTableId", client.describe_route_tables()["RouteTables"]),
        "launch_templates": by("LaunchTemplateId", client.describe_launch_templates()["LaunchTemplates"]),
    }
    for kind, answer in answers.items():
        seen, true = shapes.LISTED[kind]
        account.same_by_id(
            kind,
            {key: seen(one) for key, one in answer.items()},
            {one["id"]: true(one, truth, zone_ids) for one in truth[kind]},
        )
    causes = {zone["name"]: zone["causes"] for zone in truth["zones"]}
    account.same_by_id(
        "volume status",
        {
            one["VolumeId"]: (one["AvailabilityZone"], one["VolumeStatus"]["Status"])
            for one in client.describe_volume_status()["VolumeStatuses"]
        },
        {
            one["id"]: (one["zone"], volume_status(causes[one["zone"]]))
            for one in truth["volumes"]
            if one["state"] != "creating"
        },
    )
    account.same_by_id(
        "tag",
        {f"{one['ResourceId']} {one['Key']}": one["Value"] for one in client.describe_tags()["Tags"]},
        {f"{one['id']} {key}": value for kind in TAGGED for one in truth[kind] for key, value in one["tags"].items()},
    )


def volume_status(causes):
    """What EC2 says of a volume in a zone with these causes, once it has looked."""
    if causes["dark"]:
        return "insufficient-data"
    return "impaired" if causes["ebs_stalled"] else "ok"


def check_templates(account, client, truth):
    for template in truth["launch_templates"]:
        pages = client.get_paginator("describe_launch_template_versions").paginate(
            LaunchTemplateId=template["id"], PaginationConfig={"PageSize": 1}
        )
        listed = [version for page in pages for version in page["LaunchTemplateVersions"]]
        account.same_by_id(
            f"version of {template['name']}",
            {str(one["VersionNumber"]): shapes.version(one) for one in listed},
            {str(one["number"]): shapes.true_version(one, template) for one in template["versions"]},
        )
        newest = client.describe_launch_template_versions(
            LaunchTemplateName=template["name"], Versions=["$Latest", "$Default"]
        )["LaunchTemplateVersions"]
        account.same(
            f"latest and default of {template['name']}",
            {one["VersionNumber"] for one in newest},
            {template["versions"][-1]["number"], template["default_version"]},
        )


def tag(instance, key):
    return next((one["Value"] for one in instance.get("Tags", []) if one["Key"] == key), None)


FILTERS = {
    "availability-zone": lambda one: one["Placement"]["AvailabilityZone"],
    "availability-zone-id": lambda one: one["Placement"]["AvailabilityZoneId"],
    "image-id": lambda one: one["ImageId"],
    "instance-state-code": lambda one: str(one["State"]["Code"]),
    "instance-state-name": lambda one: one["State"]["Name"],
    "instance-type": lambda one: one["InstanceType"],
    "private-ip-address": lambda one: one.get("PrivateIpAddress"),
    "subnet-id": lambda one: one.get("SubnetId"),
    "tag:Service": lambda one: tag(one, "Service"),
    "tag:aws:autoscaling:groupName": lambda one: tag(one, "aws:autoscaling:groupName"),
    "vpc-id": lambda one: one.get("VpcId"),
}


def listed(client, **arguments):
    answer = client.describe_instances(**arguments)
    return [one for reservation in answer["Reservations"] for one in reservation["Instances"]]


def check_filters(account, client):
    instances = listed(client)

    def found(name, *values):
        return {one["InstanceId"] for one in listed(client, Filters=[{"Name": name, "Values": list(values)}])}

    for name, value_of in FILTERS.items():
        for value in sorted({value_of(one) for one in instances if value_of(one)})[:3]:
            wanted = {one["InstanceId"] for one in instances if value_of(one) == value}
            account.same(f"instances with {name}={value}", found(name, value), wanted)
    everything = {one["InstanceId"] for one in instances}
    account.same(
        "instances with a tag",
        found("tag-key", "Service"),
        {one["InstanceId"] for one in instances if tag(one, "Service")},
    )
    account.same("instances by a wildcard", found("availability-zone", client.meta.region_name + "*"), everything)
    some = sorted(everything)[:3]
    account.same("instances by id", sorted(one["InstanceId"] for one in listed(client, InstanceIds=some)), some)


def check_pages(account, client):
    for operation, (key, size) in PAGED.items():
        account.rest("10s")
        whole = getattr(client, operation)()[key]
        paged = account.pages(client, operation, key, size)
        account.same(f"{operation}: in pages as well as at once", sorted(map(repr, paged)), sorted(map(repr, whole)))


def check_refusals(account, client):
    nowhere = "0123456789abcdef0"
    one = listed(client)[0]["InstanceId"]
    refused = account.refused
    refused("InvalidParameterCombination", 400, client.describe_instances, InstanceIds=[one], MaxResults=5)
    refused("InvalidInstanceID.NotFound", 400, client.describe_instances, InstanceIds=[one, f"i-{nowhere}"])
    refused("InvalidInstanceID.Malformed", 400, client.describe_instances, InstanceIds=["i-12"])
    refused("InvalidParameterValue", 400, client.describe_instances, MaxResults=4)
    refused("InvalidParameterValue", 400, client.describe_instances, MaxResults=1001)
    refused("InvalidParameterValue", 400, client.describe_instances, NextToken="nonsense")
    refused("InvalidParameterValue", 400, client.describe_instances, Filters=[{"Name": "nonsense", "Values": ["x"]}])
    refused("DryRunOperation", 412, client.describe_instances, DryRun=True)
    refused("InvalidVolume.NotFound", 400, client.describe_volumes, VolumeIds=[f"vol-{nowhere}"])
    refused("InvalidAMIID.NotFound", 400, client.describe_images, ImageIds=[f"ami-{nowhere}"])
    refused("NatGatewayNotFound", 400, client.describe_nat_gateways, NatGatewayIds=[f"nat-{nowhere}"])
    refused("InvalidRouteTableID.NotFound", 400, client.describe_route_tables, RouteTableIds=[f"rtb-{nowhere}"])
    refused("InvalidSubnetID.NotFound", 400, client.describe_subnets, SubnetIds=[f"subnet-{nowhere}"])
    refused(
        "InvalidLaunchTemplateId.NotFound",
        400,
        client.describe_launch_template_versions,
        LaunchTemplateId=f"lt-{nowhere}",
    )
    refused("InvalidParameterValue", 400, client.describe_availability_zones, ZoneNames=["mars-1a"])
