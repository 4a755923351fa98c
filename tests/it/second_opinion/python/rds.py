"""RDS and Aurora: instances, clusters, global clusters, subnet groups, events."""

from datetime import timedelta

from account import tags, time


def check(account, region):
    client, truth = account.client("rds", region), account.region(region)
    check_instances(account, client, truth)
    check_clusters(account, client, truth)
    check_global(account, client)
    check_events(account, client, truth)
    check_refusals(account, client)


def check_instances(account, client, truth):
    listed = account.pages(client, "describe_db_instances", "DBInstances", 20)
    account.same_by_id(
        "database",
        {
            one["DBInstanceIdentifier"]: {
                "arn": one["DBInstanceArn"],
                "engine": (one["Engine"], one["EngineVersion"], one["DBInstanceClass"]),
                "status": one["DBInstanceStatus"],
                "place": (one["MultiAZ"], one["AvailabilityZone"], one.get("SecondaryAvailabilityZone")),
                "endpoint": tuple(one["Endpoint"][key] for key in ("Address", "Port", "HostedZoneId")),
                "cluster": (one.get("DBClusterIdentifier"), one.get("PromotionTier")),
                "source": one.get("ReadReplicaSourceDBInstanceIdentifier"),
                "replicas": one["ReadReplicaDBInstanceIdentifiers"],
                "replication": [(info["Normal"], info["Status"]) for info in one.get("StatusInfos", [])],
                "created": time(one["InstanceCreateTime"]),
                "backup": (
                    one["BackupRetentionPeriod"],
                    one["PreferredBackupWindow"],
                    time(one.get("LatestRestorableTime")),
                ),
                "storage": (one["AllocatedStorage"], one["StorageType"], one.get("Iops"), one["StorageEncrypted"]),
                "subnets": one["DBSubnetGroup"]["DBSubnetGroupName"],
                "protected": one["DeletionProtection"],
                "tags": tags(one["TagList"]),
            }
            for one in listed
        },
        {
            one["id"]: {
                "arn": one["arn"],
                "engine": (one["engine"], one["engine_version"], one["class"]),
                "status": one["status"],
                "place": (one["multi_az"], one["zone"], one["secondary_zone"]),
                "endpoint": tuple(one["endpoint"][key] for key in ("address", "port", "zone")),
                "cluster": (one["cluster"], one["promotion_tier"]),
                "source": next(iter((one["replica_source"] or {}).values()), None),
                "replicas": one["replicas"],
                "replication": (
                    [(one["replication"]["normal"], one["replication"]["state"])] if one["replication"] else []
                ),
                "created": one["created_at"],
                "backup": (one["backup_retention_days"], one["backup_window"], one["restorable_until"]),
                "storage": (one["storage_gib"], one["storage_type"], one["iops"], one["encrypted"]),
                "subnets": one["subnet_group"],
                "protected": one["deletion_protection"],
                "tags": one["tags"],
            }
            for one in truth["databases"]
        },
    )
    for one in truth["databases"][:3]:
        account.same(
            f"tags of {one['id']}", tags(client.list_tags_for_resource(ResourceName=one["arn"])["TagList"]), one["tags"]
        )
    groups = account.pages(client, "describe_db_subnet_groups", "DBSubnetGroups", 20)
    account.same_by_id(
        "subnet group",
        {
            one["DBSubnetGroupName"]: [
                (own["SubnetIdentifier"], own["SubnetAvailabilityZone"]["Name"]) for own in one["Subnets"]
            ]
            for one in groups
        },
        {one["name"]: [tuple(own) for own in one["subnets"]] for one in truth["subnet_groups"]},
    )


def check_clusters(account, client, truth):
    listed = account.pages(client, "describe_db_clusters", "DBClusters", 20)
    account.same_by_id(
        "cluster",
        {
            one["DBClusterIdentifier"]: (
                one["DBClusterArn"],
                one["Status"],
                (one["Engine"], one["EngineVersion"], one["EngineMode"]),
                (one["Endpoint"], one["ReaderEndpoint"], one["Port"]),
                one["AvailabilityZones"],
                one["MultiAZ"],
                [
                    (own["DBInstanceIdentifier"], own["IsClusterWriter"], own["PromotionTier"])
                    for own in one["DBClusterMembers"]
                ],
                one.get("GlobalClusterIdentifier"),
                time(one["ClusterCreateTime"]),
                time(one["LatestRestorableTime"]),
            )
            for one in listed
        },
        {
            one["id"]: (
                one["arn"],
                one["status"],
                (one["engine"], one["engine_version"], one["engine_mode"]),
                (one["endpoint"], one["reader_endpoint"], one["port"]),
                one["zones"],
                one["multi_az"],
                [(own["instance"], own["writer"], own["promotion_tier"]) for own in one["members"]],
                one["global"],
                one["created_at"],
                one["restorable_until"],
            )
            for one in truth["clusters"]
        },
    )


def check_global(account, client):
    listed = account.pages(client, "describe_global_clusters", "GlobalClusters", 20)
    account.same_by_id(
        "global cluster",
        {
            one["GlobalClusterIdentifier"]: (
                one["Status"],
                one["Engine"],
                [
                    (own["DBClusterArn"], own["IsWriter"], own["Readers"], own.get("SynchronizationStatus"))
                    for own in one["GlobalClusterMembers"]
                ],
            )
            for one in listed
        },
        {
            one["id"]: (
                one["status"],
                one["engine"],
                [(own["cluster"], own["writer"], own["readers"], own["synchronization"]) for own in one["members"]],
            )
            for one in account.state["global_clusters"]
        },
    )


def check_events(account, client, truth):
    account.rest()
    since = account.now - timedelta(days=7)
    listed = account.pages(client, "describe_events", "Events", 20, StartTime=since, EndTime=account.now)
    truth = account.region(truth["region"])
    account.same(
        "events",
        sorted(
            (
                time(one["Date"]),
                one["SourceType"],
                one["SourceIdentifier"],
                one["Message"],
                tuple(one["EventCategories"]),
            )
            for one in listed
        ),
        sorted(
            (one["at"], one["source_type"], one["source"], one["message"], tuple(one["categories"]))
            for one in truth["db_events"]
            if one["at"] >= time(since)
        ),
    )


def check_refusals(account, client):
    account.same("maintenance", client.describe_pending_maintenance_actions()["PendingMaintenanceActions"], [])
    account.refused("DBInstanceNotFound", 404, client.describe_db_instances, DBInstanceIdentifier="nowhere")
    account.refused("DBClusterNotFoundFault", 404, client.describe_db_clusters, DBClusterIdentifier="nowhere")
    account.refused(
        "GlobalClusterNotFoundFault", 404, client.describe_global_clusters, GlobalClusterIdentifier="nowhere"
    )
    account.refused("InvalidParameterValue", 400, client.describe_db_instances, MaxRecords=19)
