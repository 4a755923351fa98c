"""What boto3 and the `aws` command meet while faults are in force in `fournines sim --listen URL`, and after.

    disturbed.py URL COMMAND

COMMAND is the `aws` to ask with. Ends with 0 when every fault shows as AWS shows it and leaves nothing behind, else lists the differences.
"""

import json
import os
import subprocess
import sys

from botocore.exceptions import ConnectionClosedError, IncompleteReadError, ReadTimeoutError

from account import Account

REGION = "us-east-1"
#: The `aws` command retries by itself, and would wait for a pager.
ALONE = {"AWS_MAX_ATTEMPTS": "1", "AWS_PAGER": "", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}


def main(url, command):
    account = Account(url)
    check_dark_zone(account, command)
    check_refusals(account)
    check_broken_answers(account)
    account.rest()
    account.same_by_id("after all of it, instance", seen(account), true(account))
    account.report()


class Fault:
    """A fault, in force within its `with` block."""

    def __init__(self, account, **fault):
        self.account, self.fault = account, fault

    def __enter__(self):
        self.account.control("POST", "/_sim/fault", self.fault)

    def __exit__(self, *_):
        self.account.control("POST", "/_sim/heal", self.fault)
        self.account.rest("10s")


def seen(account):
    """Zone, type and state of all instances by id, as boto3 lists them."""
    pages = account.client("ec2", REGION).get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 50})
    listed = [one for page in pages for own in page["Reservations"] for one in own["Instances"]]
    return {
        one["InstanceId"]: (one["Placement"]["AvailabilityZone"], one["InstanceType"], one["State"]["Name"])
        for one in listed
    }


def true(account):
    """The same as it is."""
    return {
        one["id"]: (one["zone"], one["instance_type"], one["state"]) for one in account.region(REGION)["instances"]
    }


def check_dark_zone(account, command):
    """aws-domain.md A.1: DescribeInstances fails without ids and with any id of the dark zone, and answers for the others."""
    client, truth = account.client("ec2", REGION), account.region(REGION)
    dark = truth["zones"][0]["name"]
    ids = {True: [], False: []}
    for one in truth["instances"]:
        ids[one["zone"] == dark].append(one["id"])
    lit = [{"Name": "availability-zone", "Values": [truth["zones"][1]["name"]]}]
    # No time passes within: the account's own reactions are not what is looked at here.
    with Fault(account, kind="zone-power-loss", zone=dark):
        account.refused("InternalError", 500, client.describe_instances)
        account.refused("InternalError", 500, client.describe_instances, MaxResults=5)
        account.refused("InternalError", 500, client.describe_instances, Filters=lit)
        account.refused("InternalError", 500, client.describe_instances, InstanceIds=[ids[False][0], ids[True][0]])
        answer = client.describe_instances(InstanceIds=ids[False])
        got = [one["InstanceId"] for own in answer["Reservations"] for one in own["Instances"]]
        account.same("ids outside the dark zone", sorted(got), sorted(ids[False]))
        stale = "i-0123456789abcdef0"
        account.refused(
            "InvalidInstanceID.NotFound", 400, client.describe_instances, InstanceIds=[ids[False][0], stale]
        )
        account.refused("InvalidInstanceID.Malformed", 400, client.describe_instances, InstanceIds=["i-stale"])
        listed = client.describe_instance_status(IncludeAllInstances=True)["InstanceStatuses"]
        account.same("statuses go on", len(listed) > 0, True)
        check_command(account, command, ids, dark)
    account.same("the listing is back", len(client.describe_instances()["Reservations"]) > 0, True)


def check_command(account, command, ids, dark):
    """The same with the `aws` command."""

    def run(*arguments):
        environment = {**os.environ, **ALONE}
        whole = [command, "ec2", *arguments, "--region", REGION, "--endpoint-url", account.url, "--output", "json"]
        return subprocess.run(whole, env=environment, capture_output=True, text=True, timeout=120)

    failed = run("describe-instances")
    account.same("aws describe-instances fails", failed.returncode not in (0, 127), True)
    account.same(f"aws says so: {failed.stderr}", "(InternalError) when calling the DescribeInstances" in failed.stderr, True)
    answered = run("describe-instances", "--instance-ids", *ids[False])
    account.same(f"aws by ids: {answered.stderr}", answered.returncode, 0)
    if answered.returncode == 0:
        instances = [one for own in json.loads(answered.stdout)["Reservations"] for one in own["Instances"]]
        zones = {one["Placement"]["AvailabilityZone"] for one in instances}
        account.same("aws by ids: zones", (len(instances), dark in zones), (len(ids[False]), False))


def check_refusals(account):
    """Codes and statuses that botocore's retries and credential chain go by."""
    ec2, groups = account.client("ec2", REGION), account.client("autoscaling", REGION)
    sts, shifts = account.client("sts", REGION), account.client("arc-zonal-shift", REGION)
    metrics = account.client("cloudwatch", REGION)
    with Fault(account, kind="expire-credentials"):
        account.refused("RequestExpired", 400, ec2.describe_regions)
        account.refused("ExpiredToken", 403, sts.get_caller_identity)
        account.refused("ExpiredToken", 403, groups.describe_auto_scaling_groups)
        account.refused("ExpiredTokenException", 403, shifts.list_managed_resources)
        account.refused("ExpiredToken", 403, metrics.describe_alarms)
    with Fault(account, kind="throttle", service="ec2", rate=0):
        account.refused("RequestLimitExceeded", 503, ec2.describe_regions)
        account.same("another service", "AutoScalingGroups" in groups.describe_auto_scaling_groups(), True)
    with Fault(account, kind="throttle", service="autoscaling", rate=0):
        account.refused("Throttling", 400, groups.describe_auto_scaling_groups)
    with Fault(account, kind="throttle", service="arc-zonal-shift", rate=0):
        account.refused("ThrottlingException", 429, shifts.list_managed_resources)
    with Fault(account, kind="reads-down", service="ec2"):
        account.refused("Unavailable", 503, ec2.describe_regions)
    with Fault(account, kind="reads-down", service="rds"):
        account.refused("ServiceUnavailable", 503, account.client("rds", REGION).describe_db_instances)
    with Fault(account, kind="error", service="cloudwatch", code="InternalServiceFault", share=1.0):
        account.refused("InternalServiceFault", 500, metrics.describe_alarms)
    with Fault(account, kind="deny", action="ec2:DescribeRegions"):
        account.refused("UnauthorizedOperation", 403, ec2.describe_regions)


def check_broken_answers(account):
    """Answers that are no answers."""
    client = account.client("ec2", REGION)
    with Fault(account, kind="cut", service="ec2"):
        breaks(account, "cut", client.describe_instances, (ConnectionClosedError, IncompleteReadError))
    with Fault(account, kind="dead"):
        breaks(account, "dead", client.describe_instances, (ConnectionClosedError,))
    impatient = account.impatient("ec2", REGION)
    with Fault(account, kind="region-outage", region=REGION):
        breaks(account, "region outage", impatient.describe_regions, (ReadTimeoutError,))
        breaks(account, "its IAM", account.impatient("iam", REGION).list_account_aliases, (ReadTimeoutError,))
        elsewhere = account.impatient("ec2", "us-west-2").describe_regions()["Regions"]
        account.same("another region answers", len(elsewhere) > 1, True)
    with Fault(account, kind="slow", service="ec2", s=30):
        breaks(account, "slow", impatient.describe_regions, (ReadTimeoutError,))


def breaks(account, what, call, kinds):
    """Notes that a call does not end in one of these errors."""
    try:
        call()
    except kinds:
        account.same(what, True, True)
    except Exception as error:  # pylint: disable=broad-except
        account.same(what, repr(error), [kind.__name__ for kind in kinds])
    else:
        account.same(what, "an answer", [kind.__name__ for kind in kinds])


if __name__ == "__main__":
    main(*sys.argv[1:])
