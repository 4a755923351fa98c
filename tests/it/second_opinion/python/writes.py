"""The simulated account's writes as boto3 makes them: the answer is botocore's to parse, the effect is seen by a read that
follows, and refusals carry AWS's codes.
"""

import json
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "us-east-1"


class Account:
    """The account behind an endpoint of `fournines sim`; time stands still but for `rest`."""

    def __init__(self, url):
        self.url, self.checks, self._clients = url, 0, {}

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, method=method, data=data)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def rest(self, by="1m"):
        self.control("POST", "/_sim/advance", {"by": by})

    def client(self, service):
        if service not in self._clients:
            config = Config(retries={"max_attempts": 1, "mode": "standard"}, read_timeout=30)
            keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
            self._clients[service] = boto3.client(
                service, region_name=REGION, endpoint_url=self.url, config=config, **keys
            )
        return self._clients[service]

    def same(self, what, got, wanted):
        self.checks += 1
        if got != wanted:
            raise SystemExit(f"{what}: {got!r}, not {wanted!r}")

    def refused(self, code, call, **parameters):
        try:
            call(**parameters)
        except ClientError as error:
            self.same(f"code of {call.__name__} {parameters}", error.response["Error"]["Code"], code)
        else:
            raise SystemExit(f"{call.__name__} {parameters} is not refused with {code}")

    # -- reads

    def group(self, name):
        groups = self.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        return groups["AutoScalingGroups"][0]

    def states(self, name):
        return {one["InstanceId"]: one["LifecycleState"] for one in self.group(name)["Instances"]}

    def instance(self, id):
        found = self.client("ec2").describe_instances(InstanceIds=[id])
        return found["Reservations"][0]["Instances"][0]

    def state(self, id):
        return self.instance(id)["State"]["Name"]


def check_size(account, name):
    client, before = account.client("autoscaling"), account.group(name)
    desired, most = before["DesiredCapacity"], before["MaxSize"]
    account.refused(
        "ValidationError", client.set_desired_capacity, AutoScalingGroupName=name, DesiredCapacity=most + 1
    )
    account.refused("ValidationError", client.set_desired_capacity, AutoScalingGroupName="none", DesiredCapacity=1)
    client.update_auto_scaling_group(AutoScalingGroupName=name, MaxSize=most + 5)
    client.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=desired + 1, HonorCooldown=False)
    after = account.group(name)
    account.same("sizes", (after["MaxSize"], after["DesiredCapacity"]), (most + 5, desired + 1))
    account.rest("3m")
    account.same("in service", len(account.states(name)), desired + 1)
    account.refused("ValidationError", client.update_auto_scaling_group, AutoScalingGroupName=name, MinSize=99)


def check_processes(account, name):
    client = account.client("autoscaling")
    client.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=["AZRebalance", "AlarmNotification"])
    named = [one["ProcessName"] for one in account.group(name)["SuspendedProcesses"]]
    account.same("suspended", sorted(named), ["AZRebalance", "AlarmNotification"])
    client.suspend_processes(AutoScalingGroupName=name)
    account.same("all suspended", len(account.group(name)["SuspendedProcesses"]), 9)
    client.resume_processes(AutoScalingGroupName=name)
    account.same("none suspended", account.group(name)["SuspendedProcesses"], [])
    account.refused(
        "ValidationError", client.suspend_processes, AutoScalingGroupName=name, ScalingProcesses=["Sleep"]
    )


def check_members(account, name):
    client = account.client("autoscaling")
    first, second, third = sorted(account.states(name))[:3]
    desired = account.group(name)["DesiredCapacity"]

    client.set_instance_protection(AutoScalingGroupName=name, InstanceIds=[first], ProtectedFromScaleIn=True)
    protected = [one["InstanceId"] for one in account.group(name)["Instances"] if one["ProtectedFromScaleIn"]]
    account.same("protected", protected, [first])
    client.set_instance_protection(AutoScalingGroupName=name, InstanceIds=[first], ProtectedFromScaleIn=False)

    answer = client.enter_standby(
        AutoScalingGroupName=name, InstanceIds=[first], ShouldDecrementDesiredCapacity=True
    )
    account.same("one activity", len(answer["Activities"]), 1)
    account.rest("15m")
    account.same("stands by", account.states(name)[first], "Standby")
    account.same("one less", account.group(name)["DesiredCapacity"], desired - 1)
    answer = client.exit_standby(AutoScalingGroupName=name, InstanceIds=[first])
    account.same("back", answer["Activities"][0]["StatusCode"], "PreInService")
    account.rest("2m")
    account.same("serves", account.states(name)[first], "InService")

    client.detach_instances(AutoScalingGroupName=name, InstanceIds=[second], ShouldDecrementDesiredCapacity=True)
    account.rest("15m")
    account.same("detached", second in account.states(name), False)
    account.same("runs on", account.state(second), "running")
    client.attach_instances(AutoScalingGroupName=name, InstanceIds=[second])
    account.rest("2m")
    account.same("attached", account.states(name)[second], "InService")
    account.refused("ValidationError", client.attach_instances, AutoScalingGroupName=name, InstanceIds=[second])

    client.set_instance_health(InstanceId=third, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False)
    account.rest("20m")
    account.same("replaced", third in account.states(name), False)

    answer = client.terminate_instance_in_auto_scaling_group(
        InstanceId=second, ShouldDecrementDesiredCapacity=False
    )
    account.same("its activity", answer["Activity"]["AutoScalingGroupName"], name)
    account.rest("20m")
    account.same("its successor", (second in account.states(name), len(account.states(name))), (False, desired))
    account.refused(
        "ValidationError",
        client.terminate_instance_in_auto_scaling_group,
        InstanceId="i-0123456789abcdef0",
        ShouldDecrementDesiredCapacity=False,
    )


def check_launch(account, name):
    client, group = account.client("autoscaling"), account.group(name)
    wanted = {
        "AutoScalingGroupName": name,
        "RequestedCapacity": 1,
        "ClientToken": "operation-1",
        "AvailabilityZones": [group["AvailabilityZones"][0]],
        "RetryStrategy": "none",
    }
    first, again = client.launch_instances(**wanted), client.launch_instances(**wanted)
    account.same("by its token once", first["Instances"], again["Instances"])
    account.same("desired", account.group(name)["DesiredCapacity"], group["DesiredCapacity"] + 1)
    account.refused("IdempotentParameterMismatch", client.launch_instances, **{**wanted, "RequestedCapacity": 2})
    account.rest("3m")
    launched = first["Instances"][0]["InstanceIds"][0]
    account.same("launched", account.states(name)[launched], "InService")


def check_schedule(account, name):
    client = account.client("autoscaling")
    client.put_scheduled_update_group_action(
        AutoScalingGroupName=name, ScheduledActionName="grow", Recurrence="30 5 * * *", MinSize=1
    )
    actions = client.describe_scheduled_actions(AutoScalingGroupName=name)["ScheduledUpdateGroupActions"]
    account.same("scheduled", [one["Recurrence"] for one in actions if one["ScheduledActionName"] == "grow"], ["30 5 * * *"])
    client.delete_scheduled_action(AutoScalingGroupName=name, ScheduledActionName="grow")


def check_hook(account):
    client = account.client("autoscaling")
    hooked = [
        group["AutoScalingGroupName"]
        for group in client.describe_auto_scaling_groups()["AutoScalingGroups"]
        if any(
            hook["LifecycleTransition"].endswith("TERMINATING")
            for hook in client.describe_lifecycle_hooks(AutoScalingGroupName=group["AutoScalingGroupName"])[
                "LifecycleHooks"
            ]
        )
    ]
    name = hooked[0]
    hooks = client.describe_lifecycle_hooks(AutoScalingGroupName=name)["LifecycleHooks"]
    hook = next(one["LifecycleHookName"] for one in hooks if one["LifecycleTransition"].endswith("TERMINATING"))
    member = sorted(account.states(name))[0]
    named = {"AutoScalingGroupName": name, "LifecycleHookName": hook, "InstanceId": member}
    account.refused(
        "ValidationError", client.complete_lifecycle_action, **named, LifecycleActionResult="CONTINUE"
    )
    client.terminate_instance_in_auto_scaling_group(InstanceId=member, ShouldDecrementDesiredCapacity=False)
    for _ in range(900):
        account.rest("1s")
        if account.states(name).get(member) == "Terminating:Wait":
            break
    client.record_lifecycle_action_heartbeat(**named)
    client.complete_lifecycle_action(**named, LifecycleActionResult="CONTINUE")
    account.rest("2m")
    account.same("after its hook", account.states(name).get(member), None)


def check_power(account, box):
    client = account.client("ec2")
    account.refused("DryRunOperation", client.stop_instances, InstanceIds=[box], DryRun=True)
    account.same("a dry run changes nothing", account.state(box), "running")
    client.reboot_instances(InstanceIds=[box])
    address = account.instance(box).get("PublicIpAddress")
    turn = client.stop_instances(InstanceIds=[box])["StoppingInstances"][0]
    account.same("turn", (turn["PreviousState"]["Name"], turn["CurrentState"]["Name"]), ("running", "stopping"))
    account.refused("IncorrectInstanceState", client.start_instances, InstanceIds=[box])
    account.refused("IncorrectInstanceState", client.reboot_instances, InstanceIds=[box])
    account.rest("2m")
    account.same("stopped", account.state(box), "stopped")
    client.modify_instance_attribute(InstanceId=box, InstanceType={"Value": "m6i.large"})
    kind = client.describe_instance_attribute(InstanceId=box, Attribute="instanceType")["InstanceType"]["Value"]
    account.same("its type", kind, "m6i.large")
    zone = account.instance(box)["Placement"]["AvailabilityZone"]
    full = {"kind": "no-capacity", "zone": zone}
    account.control("POST", "/_sim/fault", full)
    account.refused("InsufficientInstanceCapacity", client.start_instances, InstanceIds=[box])
    account.control("POST", "/_sim/heal", full)
    client.start_instances(InstanceIds=[box])
    account.rest("5m")
    account.same("runs", account.state(box), "running")
    account.same("its elastic address", account.instance(box).get("PublicIpAddress"), address)
    account.refused(
        "IncorrectInstanceState", client.modify_instance_attribute, InstanceId=box, InstanceType={"Value": "m5.large"}
    )
    account.refused("InvalidInstanceID.NotFound", client.stop_instances, InstanceIds=["i-0123456789abcdef0"])


def check_run(account, box):
    client, model = account.client("ec2"), account.instance(box)
    wanted = {
        "ImageId": model["ImageId"],
        "InstanceType": model["InstanceType"],
        "SubnetId": model["SubnetId"],
        "MinCount": 1,
        "MaxCount": 1,
        "ClientToken": "operation-2",
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "restored"}]}],
    }
    made = client.run_instances(**wanted)["Instances"][0]["InstanceId"]
    account.same("by its token once", client.run_instances(**wanted)["Instances"][0]["InstanceId"], made)
    account.refused("IdempotentParameterMismatch", client.run_instances, **{**wanted, "MaxCount": 2})
    account.refused("InvalidAMIID.NotFound", client.run_instances, **{**wanted, "ImageId": "ami-0123456789abcdef0", "ClientToken": "3"})
    account.rest("5m")
    account.same("runs", account.state(made), "running")
    client.create_tags(Resources=[made], Tags=[{"Key": "Operation", "Value": "1"}])
    tags = {one["Key"]: one["Value"] for one in account.instance(made)["Tags"]}
    account.same("tags", (tags["Name"], tags["Operation"]), ("restored", "1"))
    client.delete_tags(Resources=[made], Tags=[{"Key": "Operation"}])
    account.same("untagged", "Operation" in {one["Key"] for one in account.instance(made)["Tags"]}, False)
    account.refused("InvalidParameterValue", client.create_tags, Resources=[made], Tags=[{"Key": "aws:x", "Value": ""}])
    client.modify_instance_attribute(InstanceId=made, DisableApiTermination={"Value": True})
    account.refused("OperationNotPermitted", client.terminate_instances, InstanceIds=[made])
    client.modify_instance_attribute(InstanceId=made, DisableApiTermination={"Value": False})
    return made


def check_volumes(account, box, made):
    client = account.client("ec2")
    zone = account.instance(made)["Placement"]["AvailabilityZone"]
    volume = client.create_volume(AvailabilityZone=zone, Size=8, VolumeType="gp3", ClientToken="v-1")["VolumeId"]
    client.attach_volume(VolumeId=volume, InstanceId=made, Device="/dev/sdf")
    found = client.describe_volumes(VolumeIds=[volume])["Volumes"][0]
    account.same("attached", found["Attachments"][0]["InstanceId"], made)
    account.refused("VolumeInUse", client.attach_volume, VolumeId=volume, InstanceId=box, Device="/dev/sdz")
    snapshot = client.create_snapshot(VolumeId=volume, Description="before")["SnapshotId"]
    account.rest("5m")
    account.same("snapshot", client.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["State"], "completed")
    client.detach_volume(VolumeId=volume)
    account.same("free", client.describe_volumes(VolumeIds=[volume])["Volumes"][0]["State"], "available")
    account.refused("IncorrectState", client.detach_volume, VolumeId=volume)
    root = lambda: account.instance(made)["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    old = root()
    task = client.create_replace_root_volume_task(InstanceId=made, ClientToken="root-1")["ReplaceRootVolumeTask"]
    account.same("its task", (task["InstanceId"], task["TaskState"]), (made, "pending"))
    account.rest("5m")
    account.same("a new root", root() != old, True)
    account.same("the old one is kept", client.describe_volumes(VolumeIds=[old])["Volumes"][0]["State"], "available")


def check_group_tags(account):
    client = account.client("autoscaling")
    group = client.describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupName"]
    tag = {"ResourceId": group, "ResourceType": "auto-scaling-group", "Key": "held-by", "Value": "ada", "PropagateAtLaunch": False}
    value = lambda: {
        each["Key"]: each["Value"]
        for each in client.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"][0]["Tags"]
    }.get("held-by")
    client.create_or_update_tags(Tags=[tag])
    account.rest("1m")
    account.same("tagged", value(), "ada")
    client.delete_tags(Tags=[tag])
    account.rest("1m")
    account.same("no longer", value(), None)


def check_address(account, box, made):
    client = account.client("ec2")
    found = client.describe_addresses()["Addresses"]
    address = next(one for one in found if one.get("InstanceId") == box)
    named = {"AllocationId": address["AllocationId"], "InstanceId": made}
    account.refused("Resource.AlreadyAssociated", client.associate_address, **named, AllowReassociation=False)
    association = client.associate_address(**named, AllowReassociation=True)["AssociationId"]
    account.same("moved", account.instance(made)["PublicIpAddress"], address["PublicIp"])
    client.disassociate_address(AssociationId=association)
    client.associate_address(AllocationId=address["AllocationId"], InstanceId=box)
    account.same("and back", account.instance(box)["PublicIpAddress"], address["PublicIp"])


def check_events(account, box):
    client = account.client("ec2")
    account.control("POST", "/_sim/fault", {"kind": "retirement", "instance": box})
    account.rest()
    events = client.describe_instance_status(InstanceIds=[box])["InstanceStatuses"][0]["Events"]
    event = next(one for one in events if "NotBeforeDeadline" in one)
    later = event["NotBeforeDeadline"]
    moved = client.modify_instance_event_start_time(
        InstanceId=box, InstanceEventId=event["InstanceEventId"], NotBefore=later
    )
    account.same("moved", moved["Event"]["NotBefore"], later)


def check_targets(account, made):
    client = account.client("elbv2")
    group = client.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    targets = [{"Id": made}]
    client.register_targets(TargetGroupArn=group, Targets=targets)
    client.register_targets(TargetGroupArn=group, Targets=targets)
    account.rest("10s")
    health = client.describe_target_health(TargetGroupArn=group, Targets=targets)["TargetHealthDescriptions"][0]
    account.same("registered", health["TargetHealth"].get("Reason") != "Target.NotRegistered", True)
    client.deregister_targets(TargetGroupArn=group, Targets=targets)
    account.rest("10m")
    health = client.describe_target_health(TargetGroupArn=group, Targets=targets)["TargetHealthDescriptions"][0]
    account.same("gone", health["TargetHealth"]["Reason"], "Target.NotRegistered")
    nobody = [{"Id": "i-0123456789abcdef0"}]
    account.refused("InvalidTarget", client.register_targets, TargetGroupArn=group, Targets=nobody)

    classic = account.client("elb")
    name = classic.describe_load_balancers()["LoadBalancerDescriptions"][0]["LoadBalancerName"]
    instances = [{"InstanceId": made}]
    after = classic.register_instances_with_load_balancer(LoadBalancerName=name, Instances=instances)["Instances"]
    account.same("in the classic one", instances[0] in after, True)
    after = classic.deregister_instances_from_load_balancer(LoadBalancerName=name, Instances=instances)["Instances"]
    account.same("out of it", instances[0] in after, False)
    nobody = [{"InstanceId": "i-0123456789abcdef0"}]
    account.refused(
        "InvalidInstance", classic.register_instances_with_load_balancer, LoadBalancerName=name, Instances=nobody
    )


def check_shifts(account):
    client = account.client("arc-zonal-shift")
    resource = next(one for one in client.list_managed_resources()["items"] if not one["zonalShifts"])
    zone, other = sorted(resource["appliedWeights"])[:2]
    wanted = {"resourceIdentifier": resource["arn"], "awayFrom": zone, "expiresIn": "3h", "comment": "operation 1"}
    started = client.start_zonal_shift(**wanted)
    account.same("status", started["status"], "ACTIVE")
    weights = client.get_managed_resource(resourceIdentifier=resource["arn"])["appliedWeights"]
    account.same("away", (weights[zone], weights[other]), (0.0, 1.0))
    for away, reason in ((zone, "ZonalShiftAlreadyExists"), (other, "SimultaneousZonalShiftsConflict")):
        try:
            client.start_zonal_shift(**{**wanted, "awayFrom": away})
        except client.exceptions.ConflictException as error:
            account.same("reason", error.response["reason"], reason)
            account.same("whose", error.response["zonalShiftId"], started["zonalShiftId"])
        else:
            raise SystemExit(f"a second shift away from {away} is not refused")
    account.refused("ValidationException", client.start_zonal_shift, **{**wanted, "awayFrom": "us-east-1a"})
    account.refused("ValidationException", client.start_zonal_shift, **{**wanted, "expiresIn": "73h"})
    updated = client.update_zonal_shift(zonalShiftId=started["zonalShiftId"], expiresIn="5h")
    account.same("two hours more", (updated["expiryTime"] - started["expiryTime"]).total_seconds(), 7200.0)
    cancelled = client.cancel_zonal_shift(zonalShiftId=started["zonalShiftId"])
    account.same("status", cancelled["status"], "CANCELED")
    weights = client.get_managed_resource(resourceIdentifier=resource["arn"])["appliedWeights"]
    account.same("back", weights[zone], 1.0)
    account.refused("ConflictException", client.cancel_zonal_shift, zonalShiftId=started["zonalShiftId"])


def check_subnets(account):
    client = account.client("elbv2")
    balancers = client.describe_load_balancers()["LoadBalancers"]
    balancer = next(one for one in balancers if one["Type"] == "application" and len(one["AvailabilityZones"]) == 3)
    arn, subnets = balancer["LoadBalancerArn"], [one["SubnetId"] for one in balancer["AvailabilityZones"]]
    after = client.set_subnets(LoadBalancerArn=arn, Subnets=subnets[:2])["AvailabilityZones"]
    account.same("two zones", [one["SubnetId"] for one in after], subnets[:2])
    account.refused("ValidationError", client.set_subnets, LoadBalancerArn=arn, Subnets=subnets[:1])
    account.refused("SubnetNotFound", client.set_subnets, LoadBalancerArn=arn, Subnets=["subnet-0", "subnet-1"])
    client.set_subnets(LoadBalancerArn=arn, Subnets=subnets)

    classic = account.client("elb")
    described = classic.describe_load_balancers()["LoadBalancerDescriptions"]
    found = next(one for one in described if len(one["Subnets"]) > 1)
    named = {"LoadBalancerName": found["LoadBalancerName"], "Subnets": found["Subnets"][:1]}
    after = classic.detach_load_balancer_from_subnets(**named)["Subnets"]
    account.same("left", after, found["Subnets"][1:])
    after = classic.attach_load_balancer_to_subnets(**named)["Subnets"]
    account.same("back", sorted(after), sorted(found["Subnets"]))

    ec2 = account.client("ec2")
    tables = ec2.describe_route_tables()["RouteTables"]
    routes = [(table["RouteTableId"], route) for table in tables for route in table["Routes"] if "NatGatewayId" in route]
    table, route = routes[0]
    others = {route["NatGatewayId"] for _, route in routes}
    way = {"RouteTableId": table, "DestinationCidrBlock": route["DestinationCidrBlock"]}
    ec2.replace_route(**way, NatGatewayId=max(others))
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    account.same("its way", [one["NatGatewayId"] for one in routes if "NatGatewayId" in one], [max(others)])
    account.refused("InvalidNatGatewayID.NotFound", ec2.replace_route, **way, NatGatewayId="nat-0123456789abcdef0")


def check_databases(account):
    client = account.client("rds")
    instances = client.describe_db_instances()["DBInstances"]
    ready = [one for one in instances if one["DBInstanceStatus"] == "available" and "DBClusterIdentifier" not in one]
    double = next(one for one in ready if one["MultiAZ"])
    single = next(one for one in ready if not one["MultiAZ"])
    name, before = double["DBInstanceIdentifier"], double["AvailabilityZone"]
    answer = client.reboot_db_instance(DBInstanceIdentifier=name, ForceFailover=True)["DBInstance"]
    account.same("stale status", answer["DBInstanceStatus"], "available")
    account.refused(
        "InvalidParameterCombination",
        client.reboot_db_instance,
        DBInstanceIdentifier=single["DBInstanceIdentifier"],
        ForceFailover=True,
    )
    account.refused("DBInstanceNotFound", client.reboot_db_instance, DBInstanceIdentifier="nobody")
    account.rest("20m")
    after = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    account.same("moved", after["AvailabilityZone"] != before, True)

    clusters = client.describe_db_clusters()["DBClusters"]
    cluster = next(one for one in clusters if len(one["DBClusterMembers"]) > 1)
    name = cluster["DBClusterIdentifier"]
    reader = next(one["DBInstanceIdentifier"] for one in cluster["DBClusterMembers"] if not one["IsClusterWriter"])
    client.failover_db_cluster(DBClusterIdentifier=name, TargetDBInstanceIdentifier=reader)
    account.refused("InvalidDBClusterStateFault", client.failover_db_cluster, DBClusterIdentifier=name)
    account.rest("5m")
    members = client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]["DBClusterMembers"]
    writers = [one["DBInstanceIdentifier"] for one in members if one["IsClusterWriter"]]
    account.same("writes", writers, [reader])


def check_denied(account, box):
    client = account.client("ec2")
    denied = {"kind": "deny", "action": "ec2:StopInstances"}
    account.control("POST", "/_sim/fault", denied)
    account.refused("UnauthorizedOperation", client.stop_instances, InstanceIds=[box])
    account.refused("UnauthorizedOperation", client.stop_instances, InstanceIds=[box], DryRun=True)
    account.control("POST", "/_sim/heal", denied)
    account.same("still runs", account.state(box), "running")


def main(url):
    account = Account(url)
    account.rest()
    name, box = "checkout-asg", standalone(account)
    check_size(account, name)
    check_processes(account, name)
    check_members(account, name)
    check_launch(account, name)
    check_schedule(account, name)
    check_hook(account)
    check_power(account, box)
    made = check_run(account, box)
    check_volumes(account, box, made)
    check_group_tags(account)
    check_address(account, box, made)
    check_events(account, box)
    check_targets(account, made)
    check_shifts(account)
    check_subnets(account)
    check_databases(account)
    check_denied(account, box)
    account.client("ec2").terminate_instances(InstanceIds=[made])
    account.rest("5m")
    account.same("ended", account.state(made), "terminated")
    print(f"{account.checks} effects agree")


def standalone(account):
    """A running instance outside of groups that has an elastic address."""
    state = account.control("GET", "/_sim/state")
    region = next(one for one in state["regions"] if one["region"] == REGION)
    held = {one["instance"] for one in region["addresses"] if one["instance"]}
    alone = [one["id"] for one in region["instances"] if one["group"] is None and one["state"] == "running"]
    return next(one for one in sorted(alone) if one in held)


if __name__ == "__main__":
    main(sys.argv[1])
