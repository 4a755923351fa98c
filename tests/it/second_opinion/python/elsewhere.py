"""What is small or global: zonal shifts of a region; identity, DNS, unknown services, throttling of the account."""

from botocore.exceptions import ClientError

from account import by, time

#: EC2 takes so many requests at once that are neither filtered nor paged.
BURST = 50


def check_region(account, region):
    client, truth = account.client("arc-zonal-shift", region), account.region(region)
    listed = account.pages(client, "list_managed_resources", "items", 2)
    account.same_by_id(
        "managed resource",
        {
            one["arn"]: (one["name"], one["availabilityZones"], one["appliedWeights"], one["zonalAutoshiftStatus"])
            for one in listed
        },
        {
            one["arn"]: (
                one["name"],
                one["zones"],
                one["applied_weights"],
                "ENABLED" if one["autoshift_enabled"] else "DISABLED",
            )
            for one in truth["managed_resources"]
        },
    )
    for one in truth["managed_resources"][:3]:
        described = client.get_managed_resource(resourceIdentifier=one["arn"])
        active = [
            own["id"] for own in truth["zonal_shifts"] if own["resource"] == one["arn"] and own["status"] == "ACTIVE"
        ]
        account.same(
            f"managed resource {one['arn']}",
            (described["appliedWeights"], [own["zonalShiftId"] for own in described["zonalShifts"]]),
            (one["applied_weights"], active),
        )
    account.same_by_id(
        "zonal shift",
        {
            one["zonalShiftId"]: (
                one["resourceIdentifier"],
                one["awayFrom"],
                one["status"],
                one["comment"],
                one["shiftType"],
                time(one["startTime"]),
                time(one["expiryTime"]),
            )
            for one in account.pages(client, "list_zonal_shifts", "items", 1)
        },
        {
            one["id"]: (
                one["resource"],
                one["away_from"],
                one["status"],
                one["comment"],
                one["kind"],
                one["started_at"],
                one["expires_at"],
            )
            for one in truth["zonal_shifts"]
        },
    )
    account.same(
        "autoshifts",
        [
            (one["awayFrom"], one["status"], time(one["startTime"]), time(one.get("endTime")))
            for one in account.pages(client, "list_autoshifts", "items", 1)
        ],
        [(one["away_from"], one["status"], one["started_at"], one["ended_at"]) for one in truth["autoshifts"]],
    )
    account.same(
        "observer", client.get_autoshift_observer_notification_status()["status"] in ("ENABLED", "DISABLED"), True
    )
    account.refused(
        "ResourceNotFoundException",
        404,
        client.get_managed_resource,
        resourceIdentifier=f"arn:aws:elasticloadbalancing:{region}:1:loadbalancer/app/nowhere/0123456789abcdef",
    )


def check_account(account):
    check_identity(account)
    check_dns(account)
    check_strangers(account)
    check_throttling(account)


def check_identity(account):
    identity = account.client("sts").get_caller_identity()
    account.same(
        "identity", (identity["Account"], identity["Arn"]), (account.state["account"], account.state["caller_arn"])
    )
    aliases = account.client("iam").list_account_aliases()["AccountAliases"]
    account.same("alias", aliases, [account.state["alias"]] if account.state["alias"] else [])


def check_dns(account):
    client = account.client("route53")
    zones = by("Id", account.pages(client, "list_hosted_zones", "HostedZones", 1))
    account.same_by_id(
        "hosted zone",
        {
            key: (zone["Name"], zone["Config"]["PrivateZone"], zone["ResourceRecordSetCount"])
            for key, zone in zones.items()
        },
        {
            f"/hostedzone/{zone['id']}": (zone["name"], zone["private"], len(zone["records"]))
            for zone in account.state["hosted_zones"]
        },
    )
    for zone in account.state["hosted_zones"]:
        account.rest("10s")
        described = client.get_hosted_zone(Id=zone["id"])
        account.same(
            f"name servers of {zone['name']}",
            described.get("DelegationSet", {}).get("NameServers", []),
            [] if zone["private"] else zone["name_servers"],
        )
        records = account.pages(client, "list_resource_record_sets", "ResourceRecordSets", 4, HostedZoneId=zone["id"])
        account.same(
            f"records of {zone['name']}",
            sorted(map(record, records), key=str),
            sorted(map(true_record, zone["records"]), key=str),
        )
    account.rest("10s")
    account.same("health checks", client.list_health_checks()["HealthChecks"], [])
    account.refused(
        "NoSuchHealthCheck", 404, client.get_health_check_status, HealthCheckId="01234567-89ab-cdef-0123-456789abcdef"
    )
    account.refused("NoSuchHostedZone", 404, client.get_hosted_zone, Id="ZNOWHERE")


def record(one):
    alias = one.get("AliasTarget")
    return (
        one["Name"],
        one["Type"],
        one.get("TTL"),
        [value["Value"] for value in one.get("ResourceRecords", [])],
        alias and (alias["DNSName"], alias["HostedZoneId"], alias["EvaluateTargetHealth"]),
        (one.get("SetIdentifier"), one.get("Failover"), one.get("Weight")),
    )


def true_record(one):
    alias = one["alias"]
    return (
        one["name"],
        one["kind"],
        one["ttl"],
        one["values"],
        alias and (alias["dns_name"], alias["zone"], alias["evaluate_health"]),
        (one["set_identifier"], one["failover"], one["weight"]),
    )


def check_strangers(account):
    """Regions that the account has not enabled, services and calls that there are not: AWS's errors, never a crash."""
    account.refused("AuthFailure", 401, account.client("ec2", "eu-central-1").describe_instances)
    account.refused(
        "InvalidClientTokenId", 403, account.client("autoscaling", "eu-central-1").describe_auto_scaling_groups
    )
    account.refused("InvalidAction", 400, account.client("ec2").describe_spot_fleet_requests)
    for service, call in (
        ("s3", "list_buckets"),
        ("dynamodb", "list_tables"),
        ("lambda", "list_functions"),
        ("sqs", "list_queues"),
    ):
        try:
            getattr(account.client(service), call)()
        except ClientError as error:
            account.same(f"{service}: refused", 400 <= error.response["ResponseMetadata"]["HTTPStatusCode"] < 500, True)
        else:
            account.same(f"{service}: refused", False, True)


def check_throttling(account):
    """The bucket of EC2's unbounded listings holds what AWS's holds, and the refusal is EC2's."""
    account.rest()
    client, taken = account.client("ec2"), 0
    try:
        while taken <= BURST:
            client.describe_volumes()
            taken += 1
    except ClientError as error:
        answer = error.response
        account.same(
            "throttled",
            (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]),
            ("RequestLimitExceeded", 503),
        )
    account.same("requests taken before", taken, BURST)
