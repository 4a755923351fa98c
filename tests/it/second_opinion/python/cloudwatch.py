"""CloudWatch: alarms, their history, metrics; in each of the protocols that AWS's clients speak."""

from datetime import timedelta

from account import by, time

#: What boto3 itself chooses, what older ones chose, and the oldest, which the `aws` command spoke for long.
PROTOCOLS = ("smithy-rpc-v2-cbor", "json", "query")


def check(account, region):
    account.same(
        "boto3's own protocol",
        account.client("cloudwatch", region).meta.service_model.metadata["protocol"],
        PROTOCOLS[0],
    )
    for protocol in PROTOCOLS:
        client = account.client("cloudwatch", region, protocol)
        account.rest()
        truth = account.region(region)
        check_alarms(account, client, truth, protocol)
        check_history(account, client, truth, protocol)
        check_metrics(account, client, truth, protocol)
        check_refusals(account, client)


def check_alarms(account, client, truth, protocol):
    pages = client.get_paginator("describe_alarms").paginate(
        AlarmTypes=["MetricAlarm", "CompositeAlarm"], PaginationConfig={"PageSize": 7}
    )
    pages = list(pages)
    sizes = [len(page["MetricAlarms"]) + len(page["CompositeAlarms"]) for page in pages]
    account.same(f"{protocol}: pages of alarms {sizes}", all(size == 7 for size in sizes[:-1]), True)
    metric = by("AlarmName", [alarm for page in pages for alarm in page["MetricAlarms"]])
    composite = by("AlarmName", [alarm for page in pages for alarm in page["CompositeAlarms"]])
    true_metric = [alarm for alarm in truth["alarms"] if alarm["rule"]["type"] == "metric"]
    true_composite = [alarm for alarm in truth["alarms"] if alarm["rule"]["type"] != "metric"]
    account.same_by_id(
        f"{protocol}: metric alarm",
        {name: (shared(alarm), rule(alarm)) for name, alarm in metric.items()},
        {alarm["name"]: (true_shared(alarm), true_rule(alarm["rule"])) for alarm in true_metric},
    )
    account.same_by_id(
        f"{protocol}: composite alarm",
        {
            name: (shared(alarm), alarm["AlarmRule"], alarm.get("ActionsSuppressor"))
            for name, alarm in composite.items()
        },
        {
            alarm["name"]: (true_shared(alarm), alarm["rule"]["expression"], alarm["rule"]["suppressor"])
            for alarm in true_composite
        },
    )
    # Without types asked for, metric alarms alone are answered.
    listed = client.describe_alarms(StateValue="ALARM")
    account.same(
        f"{protocol}: firing",
        (sorted(alarm["AlarmName"] for alarm in listed["MetricAlarms"]), listed["CompositeAlarms"]),
        (sorted(alarm["name"] for alarm in true_metric if alarm["state"] == "ALARM"), []),
    )


def shared(alarm):
    return (
        alarm["AlarmArn"],
        alarm["StateValue"],
        alarm["StateReason"],
        alarm["ActionsEnabled"],
        (alarm["AlarmActions"], alarm["OKActions"], alarm["InsufficientDataActions"]),
        time(alarm["StateUpdatedTimestamp"]),
        time(alarm["StateTransitionedTimestamp"]),
        time(alarm["AlarmConfigurationUpdatedTimestamp"]),
    )


def true_shared(alarm):
    return (
        alarm["arn"],
        alarm["state"],
        alarm["reason"],
        alarm["actions_enabled"],
        (alarm["alarm_actions"], alarm["ok_actions"], alarm["insufficient_data_actions"]),
        alarm["updated_at"],
        alarm["transitioned_at"],
        alarm["configured_at"],
    )


def rule(alarm):
    return (
        (alarm["Namespace"], alarm["MetricName"]),
        [(one["Name"], one["Value"]) for one in alarm["Dimensions"]],
        alarm.get("ExtendedStatistic") or alarm.get("Statistic"),
        (alarm["Period"], alarm["EvaluationPeriods"], alarm.get("DatapointsToAlarm")),
        (alarm["ComparisonOperator"], alarm["Threshold"], alarm.get("TreatMissingData")),
    )


def true_rule(rule):
    return (
        (rule["namespace"], rule["metric"]),
        [tuple(one) for one in rule["dimensions"]],
        rule["extended_statistic"] or rule["statistic"],
        (rule["period_s"], rule["evaluation_periods"], rule["datapoints_to_alarm"]),
        (rule["comparison"], rule["threshold"], rule["missing_data"]),
    )


def check_history(account, client, truth, protocol):
    listed = account.pages(
        client, "describe_alarm_history", "AlarmHistoryItems", 50, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    account.same(
        f"{protocol}: history",
        sorted(
            (
                time(item["Timestamp"]),
                item["AlarmName"],
                item["HistoryItemType"],
                item["HistorySummary"],
                item["HistoryData"],
            )
            for item in listed
        ),
        sorted(
            (item["at"], alarm["name"], item["kind"], item["summary"], item["data"])
            for alarm in truth["alarms"]
            for item in alarm["history"]
        ),
    )


def check_metrics(account, client, truth, protocol):
    """What the account publishes: that it is listed, that both ways of reading it agree, and that it is true."""
    listed = [metric for page in client.get_paginator("list_metrics").paginate() for metric in page["Metrics"]]
    known = {(one["Namespace"], one["MetricName"], dimensions(one["Dimensions"])) for one in listed}
    for alarm in truth["alarms"]:
        own = alarm["rule"]
        if own["type"] == "metric" and alarm["state"] != "INSUFFICIENT_DATA" and "5XX" not in own["metric"]:
            # Errors that do not happen are not counted: their metric may not be there.
            key = (own["namespace"], own["metric"], tuple(sorted(map(tuple, own["dimensions"]))))
            account.same(f"{protocol}: the metric of {alarm['name']} is listed", key in known, True)
    for group in [group for group in truth["groups"] if "GroupInServiceInstances" in group["metrics"]][:3]:
        check_series(account, client, group, protocol)


def dimensions(listed):
    return tuple(sorted((one["Name"], one["Value"]) for one in listed))


def check_series(account, client, group, protocol):
    metric = {
        "Namespace": "AWS/AutoScaling",
        "MetricName": "GroupInServiceInstances",
        "Dimensions": [{"Name": "AutoScalingGroupName", "Value": group["name"]}],
    }
    span = {"StartTime": account.now - timedelta(minutes=30), "EndTime": account.now}
    queries = [
        {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}},
        {"Id": "twice", "Expression": "m1 * 2"},
    ]
    pages = client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, PaginationConfig={"PageSize": 11}, **span
    )
    series = {"m1": [], "twice": []}
    for page in pages:
        for result in page["MetricDataResults"]:
            series[result["Id"]] += list(zip(map(time, result["Timestamps"]), result["Values"], strict=True))
    what = f"{protocol}: members in service of {group['name']}"
    account.same(f"{what} now", series["m1"][0][1], group["in_service"])
    account.same(f"{what}, doubled", series["twice"], [(at, value * 2) for at, value in series["m1"]])
    points = client.get_metric_statistics(Period=60, Statistics=["Average"], **metric, **span)["Datapoints"]
    points = sorted(((time(point["Timestamp"]), point["Average"]) for point in points), reverse=True)
    account.same(f"{what}, as statistics", points, series["m1"])


def check_refusals(account, client):
    # The newer protocols name the error's shape; boto3 gives the same code for all of them.
    account.rest()
    account.refused("ValidationError", 400, client.describe_alarms, AlarmNames=["x"], AlarmNamePrefix="x")
    account.refused("InvalidNextToken", 400, client.describe_alarms, NextToken="nonsense")
    account.refused("ResourceNotFound", 404, client.describe_alarms, ChildrenOfAlarmName="nowhere")
