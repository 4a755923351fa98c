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
from account import Account


def main(url):
    account = Account(url)
    regions = [region["region"] for region in account.state["regions"]]
    for region in regions:
        for part in (ec2, autoscaling, balancers, rds, cloudwatch):
            account.rest()
            part.check(account, region)
        account.rest()
        elsewhere.check_region(account, region)
    account.rest()
    elsewhere.check_account(account)
    account.report()


if __name__ == "__main__":
    main(sys.argv[1])
