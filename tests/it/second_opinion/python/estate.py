"""Fills moto and ministack with an estate, and counts with boto3 what is in them.

    estate.py fill MOTO_URL MINISTACK_URL
    estate.py count MOTO_URL MINISTACK_URL      prints one JSON document

moto holds everything but the alarms, which are ministack's: the Rust SDK asks CloudWatch in a protocol that moto lacks.
"""

import json
import sys

import boto3
from botocore.config import Config

EAST, WEST = "us-east-1", "us-west-2"
PASSWORD = "not-a-secret"


class Emulators:
    """Clients for both emulators."""

    def __init__(self, moto, ministack):
        self.moto, self.ministack = moto, ministack

    def client(self, service, region):
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.ministack if service == "cloudwatch" else self.moto,
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"max_attempts": 0, "mode": "standard"}, read_timeout=60),
        )

    def pages(self, service, region, operation, key, **arguments):
        pages = self.client(service, region).get_paginator(operation).paginate(**arguments)
        return [item for page in pages for item in page.get(key, [])]


# -- filling


def fill(emulators):
    network = fill_network(emulators, EAST, ["a", "b", "c"], "10.1")
    instances = fill_instances(emulators, EAST, network, [4, 3, 3])
    fill_groups(emulators, EAST, network, instances)
    fill_balancers(emulators, EAST, network, instances)
    stop_some(emulators, EAST, instances)
    fill_databases(emulators)
    fill_alarms(emulators, EAST, instances)
    network = fill_network(emulators, WEST, ["a", "b"], "10.2")
    instances = fill_instances(emulators, WEST, network, [2, 2])
    stop_some(emulators, WEST, instances)
    fill_alarms(emulators, WEST, instances)


def fill_network(emulators, region, zones, prefix):
    """A VPC with a subnet in each zone."""
    ec2 = emulators.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock=f"{prefix}.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"{prefix}.{number}.0/24", AvailabilityZone=region + zone)["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate(zones)
    ]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    return {"vpc": vpc, "subnets": subnets, "image": image}


def fill_instances(emulators, region, network, counts):
    """So many in each subnet, and two images."""
    ec2 = emulators.client("ec2", region)
    made = []
    for subnet, count in zip(network["subnets"], counts, strict=True):
        answer = ec2.run_instances(
            ImageId=network["image"],
            InstanceType="m5.large",
            MinCount=count,
            MaxCount=count,
            SubnetId=subnet,
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "legacy"}]}],
        )
        made.append([one["InstanceId"] for one in answer["Instances"]])
    for week in ("02", "09"):
        ec2.create_image(InstanceId=made[0][0], Name=f"legacy-2026-11-{week}")
    return made


def stop_some(emulators, region, instances):
    """Stops two of the first zone's, of which load balancers have one, and terminates one of the second's."""
    ec2 = emulators.client("ec2", region)
    ec2.stop_instances(InstanceIds=instances[0][-2:])
    ec2.terminate_instances(InstanceIds=instances[1][-1:])


def fill_groups(emulators, region, network, instances):
    """Two groups. moto launches all members in the first subnet; instances of the other zones are attached to one."""
    emulators.client("ec2", region).create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData={"ImageId": network["image"], "InstanceType": "m5.large"}
    )
    client = emulators.client("autoscaling", region)
    for name, sizes in (("web", (2, 4, 12)), ("workers", (0, 2, 4))):
        client.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": "web", "Version": "$Latest"},
            MinSize=sizes[0],
            DesiredCapacity=sizes[1],
            MaxSize=sizes[2],
            VPCZoneIdentifier=",".join(network["subnets"]),
            Tags=[{"Key": "Service", "Value": name, "PropagateAtLaunch": True}],
        )
    client.attach_instances(AutoScalingGroupName="web", InstanceIds=[instances[1][1], instances[2][1]])
    client.suspend_processes(AutoScalingGroupName="workers", ScalingProcesses=["Launch", "AZRebalance"])


def fill_balancers(emulators, region, network, instances):
    """An ALB in front of the group and of single instances, a target group that nothing uses, and a classic one."""
    client = emulators.client("elbv2", region)
    balancer = client.create_load_balancer(Name="shop", Subnets=network["subnets"])["LoadBalancers"][0][
        "LoadBalancerArn"
    ]
    groups = {}
    for number, name in enumerate(("web", "api", "unused")):
        groups[name] = client.create_target_group(Name=name, Protocol="HTTP", Port=8080 + number, VpcId=network["vpc"])[
            "TargetGroups"
        ][0]["TargetGroupArn"]
    for port, name in ((80, "web"), (81, "api")):
        client.create_listener(
            LoadBalancerArn=balancer,
            Protocol="HTTP",
            Port=port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": groups[name]}],
        )
    # One of these is about to be stopped.
    members = [instances[0][0], instances[0][-1], instances[1][0], instances[2][0]]
    client.register_targets(TargetGroupArn=groups["api"], Targets=[{"Id": one} for one in members])
    emulators.client("autoscaling", region).attach_load_balancer_target_groups(
        AutoScalingGroupName="web", TargetGroupARNs=[groups["web"]]
    )
    classic = emulators.client("elb", region)
    classic.create_load_balancer(
        LoadBalancerName="legacy",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 80}],
        Subnets=network["subnets"][:2],
    )
    classic.register_instances_with_load_balancer(
        LoadBalancerName="legacy", Instances=[{"InstanceId": one} for one in members[:3]]
    )


def fill_databases(emulators):
    east, west = emulators.client("rds", EAST), emulators.client("rds", WEST)
    common = {"DBInstanceClass": "db.m5.large", "MasterUsername": "admin", "MasterUserPassword": PASSWORD}
    for name, multi in (("orders", True), ("reports", False)):
        east.create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            AllocatedStorage=100,
            MultiAZ=multi,
            AvailabilityZone=EAST + "b",
            BackupRetentionPeriod=7,
            **common,
        )
    source = east.describe_db_instances(DBInstanceIdentifier="orders")["DBInstances"][0]["DBInstanceArn"]
    west.create_db_instance_read_replica(
        DBInstanceIdentifier="orders-west", SourceDBInstanceIdentifier=source, DBInstanceClass="db.m5.large"
    )
    east.create_db_cluster(
        DBClusterIdentifier="catalog", Engine="aurora-postgresql", MasterUsername="root2", MasterUserPassword=PASSWORD
    )
    for number, zone in enumerate("abc"):
        east.create_db_instance(
            DBInstanceIdentifier=f"catalog-{number}",
            DBClusterIdentifier="catalog",
            DBInstanceClass="db.r5.large",
            Engine="aurora-postgresql",
            AvailabilityZone=EAST + zone,
        )


def fill_alarms(emulators, region, instances):
    client = emulators.client("cloudwatch", region)
    for number, state in enumerate(("OK", "ALARM", "INSUFFICIENT_DATA")):
        name = f"cpu-{number}"
        client.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/EC2",
            MetricName="CPUUtilization",
            Dimensions=[{"Name": "InstanceId", "Value": instances[0][0]}],
            Statistic="Average",
            Period=300,
            EvaluationPeriods=2,
            Threshold=80.0,
            ComparisonOperator="GreaterThanThreshold",
            ActionsEnabled=number != 2,
        )
        client.set_alarm_state(AlarmName=name, StateValue=state, StateReason=f"set to {state}")
    client.put_composite_alarm(AlarmName="any-cpu", AlarmRule="ALARM(cpu-0) OR ALARM(cpu-1)")


# -- counting


def count(emulators):
    return {region: count_region(emulators, region) for region in (EAST, WEST)}


def count_region(emulators, region):
    def pages(service, operation, key, **arguments):
        return emulators.pages(service, region, operation, key, **arguments)

    ec2 = emulators.client("ec2", region)
    reservations = pages("ec2", "describe_instances", "Reservations")
    instances = [one for reservation in reservations for one in reservation["Instances"]]
    return {
        "zones": {one["ZoneName"]: one["ZoneId"] for one in ec2.describe_availability_zones()["AvailabilityZones"]},
        "instances": {
            one["InstanceId"]: {
                "zone": one["Placement"]["AvailabilityZone"],
                "state": one["State"]["Name"],
                "type": one["InstanceType"],
            }
            for one in instances
        },
        "images": sorted(one["ImageId"] for one in ec2.describe_images(Owners=["self"])["Images"]),
        "groups": {
            one["AutoScalingGroupName"]: group(one)
            for one in pages("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups")
        },
        "target_groups": count_targets(emulators, region),
        "classic_balancers": count_classic(emulators, region),
        "databases": {
            one["DBInstanceIdentifier"]: database(one) for one in pages("rds", "describe_db_instances", "DBInstances")
        },
        "clusters": {
            one["DBClusterIdentifier"]: {
                own["DBInstanceIdentifier"]: own["IsClusterWriter"] for own in one["DBClusterMembers"]
            }
            for one in pages("rds", "describe_db_clusters", "DBClusters")
        },
        "alarms": count_alarms(emulators, region),
    }


def group(one):
    in_service = [own for own in one["Instances"] if own["LifecycleState"] == "InService"]
    zones = [own["AvailabilityZone"] for own in in_service]
    return {
        "min": one["MinSize"],
        "desired": one["DesiredCapacity"],
        "max": one["MaxSize"],
        "in_service": len(in_service),
        "zones": {zone: zones.count(zone) for zone in sorted(set(zones))},
        "suspended": sorted(own["ProcessName"] for own in one["SuspendedProcesses"]),
        "members": sorted(own["InstanceId"] for own in one["Instances"]),
    }


def count_targets(emulators, region):
    client = emulators.client("elbv2", region)
    counted = {}
    for one in emulators.pages("elbv2", region, "describe_target_groups", "TargetGroups"):
        targets = client.describe_target_health(TargetGroupArn=one["TargetGroupArn"])["TargetHealthDescriptions"]
        counted[one["TargetGroupArn"]] = {
            "name": one["TargetGroupName"],
            "load_balancers": one["LoadBalancerArns"],
            "targets": {own["Target"]["Id"]: own["TargetHealth"]["State"] for own in targets},
        }
    return counted


def count_classic(emulators, region):
    client = emulators.client("elb", region)
    counted = {}
    for one in emulators.pages("elb", region, "describe_load_balancers", "LoadBalancerDescriptions"):
        states = client.describe_instance_health(LoadBalancerName=one["LoadBalancerName"])["InstanceStates"]
        counted[one["LoadBalancerName"]] = {own["InstanceId"]: own["State"] for own in states}
    return counted


def database(one):
    return {
        "engine": one["Engine"],
        "status": one["DBInstanceStatus"],
        "zone": one.get("AvailabilityZone"),
        "multi_az": one["MultiAZ"],
        "cluster": one.get("DBClusterIdentifier"),
        "replica_of": one.get("ReadReplicaSourceDBInstanceIdentifier"),
    }


def count_alarms(emulators, region):
    pages = (
        emulators.client("cloudwatch", region)
        .get_paginator("describe_alarms")
        .paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    )
    pages = list(pages)
    return {
        one["AlarmName"]: {
            "type": kind,
            "state": one["StateValue"],
            "reason": one.get("StateReason"),
            "actions_enabled": one["ActionsEnabled"],
        }
        for key, kind in (("MetricAlarms", "metric"), ("CompositeAlarms", "composite"))
        for page in pages
        for one in page[key]
    }


def main(command, moto, ministack):
    emulators = Emulators(moto, ministack)
    if command == "fill":
        fill(emulators)
    else:
        print(json.dumps(count(emulators), indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
