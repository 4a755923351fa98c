"""Reads every answer of `fournines sim --listen URL` with boto3 and holds it against `/_sim/state`.

    simulated.py URL

Ends with 0 when everything agrees, else lists the differences.
"""

import sys

import autoscaling
import balancers
import cloudwatch
import ec2
import elsewhere
import rds
import told
from account import Account


def main(url):
    account = Account(url)
    regions = [region["region"] for region in account.state["regions"]]
    for region in regions:
        check(account, region, (ec2, autoscaling, balancers, rds, cloudwatch, told))
        account.rest()
        elsewhere.check_region(account, region)
    account.rest()
    elsewhere.check_account(account)
    break_hosts(account, regions[0])
    check(account, regions[0], (ec2, autoscaling, balancers, cloudwatch))
    told.check_health(account)
    account.report()


def check(account, region, parts):
    for part in parts:
        account.rest()
        part.check(account, region)


def break_hosts(account, region):
    """Breaks the host of one instance of each group and classic load balancer, for answers that are not all well."""
    truth = account.region(region)
    members = [group["members"][0]["instance"] for group in truth["groups"] if group["members"]]
    members += [balancer["members"][0]["instance"] for balancer in truth["classic_load_balancers"]]
    for instance in members:
        account.control("POST", "/_sim/fault", {"kind": "host", "instance": instance})
    account.rest("4m")
    truth = account.region(region)
    impaired = [one["id"] for one in truth["instances"] if one["checks"]["system"]["state"] == "impaired"]
    unhealthy = [
        one["id"] for group in truth["target_groups"] for one in group["targets"] if one["state"] == "unhealthy"
    ]
    account.same("broken hosts show", (bool(impaired), bool(unhealthy)), (True, True))


if __name__ == "__main__":
    main(sys.argv[1])
