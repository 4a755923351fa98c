"""What AWS tells of deeds and troubles: CloudTrail's events, AWS Health, and what the role may do."""

import json
from datetime import timedelta

from account import parsed, time

#: CloudTrail takes so many lookups a second.
LOOKUPS = 2
#: Deeds that are older than this can be looked up for certain.
LATEST = timedelta(minutes=15)


def check(account, region):
    check_trail(account, region)
    check_permissions(account)


def check_trail(account, region):
    client = account.client("cloudtrail", region)
    account.rest()
    seen = {one["EventId"]: event(one) for one in lookups(account, client)}
    true = {one["id"]: true_event(one, region, account.state["account"]) for one in account.region(region)["trail"]}
    certain = {one["id"] for one in account.region(region)["trail"] if account.now - parsed(one["at"]) > LATEST}
    account.same(f"{region}: events are told", sorted(certain - set(seen)), [])
    account.same_by_id("event", seen, {key: true[key] for key in true if key in seen})
    for key, value_of in (("Username", lambda one: one[2]), ("EventName", lambda one: one[0])):
        value = value_of(next(iter(seen.values())))
        account.rest("2s")
        found = lookups(account, client, LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])
        account.same(
            f"events with {key} {value}",
            sorted(one["EventId"] for one in found),
            sorted(own for own, one in seen.items() if value_of(one) == value),
        )
    account.rest()
    refused = account.refused
    nowhere = [{"AttributeKey": "EventName", "AttributeValue": "x"}] * 2
    refused("InvalidLookupAttributesException", 400, client.lookup_events, LookupAttributes=nowhere)
    refused("InvalidNextTokenException", 400, client.lookup_events, NextToken="nonsense")
    refused("ThrottlingException", 400, client.lookup_events)


def lookups(account, client, **arguments):
    """All events, slowly."""
    found, token = [], {}
    while True:
        answer = client.lookup_events(MaxResults=20, **arguments, **token)
        found += answer["Events"]
        if "NextToken" not in answer:
            return found
        token = {"NextToken": answer["NextToken"]}
        account.rest("2s")


def event(one):
    told = json.loads(one["CloudTrailEvent"])
    return (
        one["EventName"],
        one["EventSource"],
        one["Username"],
        time(one["EventTime"]),
        [(own["ResourceType"], own["ResourceName"]) for own in one["Resources"]],
        (told["awsRegion"], told["userIdentity"]["arn"], told["requestParameters"]),
    )


def true_event(one, region, account):
    who = one["who"]
    return (
        one["name"],
        one["source"],
        who["session"],
        one["at"],
        [tuple(own) for own in one["resources"]],
        (region, f"arn:aws:sts::{account}:assumed-role/{who['role']}/{who['session']}", one["parameters"]),
    )


def check_permissions(account):
    client, state = account.client("iam"), account.state
    role = state["caller_arn"].split("/")[1]
    arn = f"arn:aws:iam::{state['account']}:role/{role}"
    actions = ["autoscaling:SetDesiredCapacity", "ec2:StopInstances", "rds:FailoverDBCluster"]
    account.control("POST", "/_sim/fault", {"kind": "deny", "action": actions[1]})
    pages = client.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=arn, ActionNames=actions, PaginationConfig={"PageSize": 2}
    )
    results = [one for page in pages for one in page["EvaluationResults"]]
    account.same(
        "permissions",
        [(one["EvalActionName"], one["EvalDecision"]) for one in results],
        list(zip(actions, ("allowed", "implicitDeny", "allowed"))),
    )
    account.control("POST", "/_sim/heal", {"kind": "deny", "action": actions[1]})
    simulate = client.simulate_principal_policy
    account.refused("InvalidInput", 400, simulate, PolicySourceArn=state["caller_arn"], ActionNames=actions)
    account.refused("NoSuchEntity", 404, simulate, PolicySourceArn=arn + "-of-another", ActionNames=actions)


def check_health(account):
    """An outage of a region is told late and closes after its end."""
    client = account.client("health")
    region = account.state["regions"][-1]["region"]
    outage = {"kind": "region-outage", "region": region}

    def of_region(**more):
        answer = client.describe_events(filter={"regions": [region], **more})
        return [(one["statusCode"], one["eventTypeCategory"], one.get("availabilityZone")) for one in answer["events"]]

    account.same("health before", of_region(), [])
    account.control("POST", "/_sim/fault", outage)
    account.control("POST", "/_sim/advance", {"by": "31m"})
    account.same("health of an outage", of_region(), [("open", "issue", None)])
    account.control("POST", "/_sim/heal", outage)
    account.control("POST", "/_sim/advance", {"by": "6m"})
    account.same("health after", of_region(eventStatusCodes=["closed"]), [("closed", "issue", None)])
    account.refused("InvalidPaginationToken", 400, client.describe_events, nextToken="nonsense")
