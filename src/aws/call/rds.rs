//! RDS's calls (botocore's model of `rds`).

use super::One;
use crate::operation::call::{CallError, FailoverCluster, RebootDatabase, Receipt};

pub(super) async fn reboot(one: &One, reboot: &RebootDatabase) -> Result<Receipt, CallError> {
    let request = one.clients.rds.reboot_db_instance().db_instance_identifier(&*reboot.db_instance_identifier);
    one.done(request.force_failover(reboot.force_failover).send()).await
}

pub(super) async fn fail_over(one: &One, failover: &FailoverCluster) -> Result<Receipt, CallError> {
    let target = failover.target_db_instance_identifier.as_deref().map(str::to_owned);
    let request = one.clients.rds.failover_db_cluster().db_cluster_identifier(&*failover.db_cluster_identifier);
    one.done(request.set_target_db_instance_identifier(target).send()).await
}
