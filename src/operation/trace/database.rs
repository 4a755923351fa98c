//! Traces in databases: in which zone they are, who writes, what RDS says of a moment after the call (`aws-domain.md` A.9).

use jiff::Timestamp;

use super::Trace;
use super::place::Place;
use crate::estate::database::{Cluster, Database, DatabaseEvent, FailoverNews};
use crate::id::Text;
use crate::operation::call::{FailoverCluster, RebootDatabase};

/// Without the moment before it, nothing of this tells whether a call happened.
const NO_BEFORE: &str = "nobody knows what was so before";

impl Place<'_> {
    pub(super) fn restarted(&self, reboot: &RebootDatabase) -> Result<Trace, String> {
        let id = &reboot.db_instance_identifier;
        let databases = self.rows::<Database>()?;
        let database = databases.into_iter().find(|database| database.id.text() == id);
        let database = database.ok_or_else(|| format!("there is no database {id} any more"))?;
        let before = self.before.at.ok_or(NO_BEFORE)?;
        let was = self.before.databases.get(id).filter(|_| reboot.force_failover);
        if let (Some(was), Some(is)) = (was, database.zone.as_ref().filter(|is| Some(*is) != was)) {
            return Ok(Trace::There(format!("{id} moved from {was} to {is}")));
        }
        let is_news = |event: &DatabaseEvent| match reboot.force_failover {
            true => event.failover().is_some_and(|news| news != FailoverNews::Started),
            false => event.message.contains("restarted"),
        };
        if let Some(event) = self.latest(id, before, is_news)? {
            let refused = event.failover() == Some(FailoverNews::Refused);
            let detail = format!("{id}: {}", event.message);
            return Ok(if refused { Trace::Absent(detail) } else { Trace::There(detail) });
        }
        let begun = self.latest(id, before, |event| event.failover() == Some(FailoverNews::Started))?;
        let detail = format!("{id} is {}", database.status);
        let underway = begun.is_some() || &*database.status == "rebooting";
        Ok(if underway { Trace::Underway(detail) } else { Trace::Absent(detail) })
    }

    pub(super) fn failed_over(&self, failover: &FailoverCluster) -> Result<Trace, String> {
        let id = &failover.db_cluster_identifier;
        let clusters = self.rows::<Cluster>()?;
        let cluster = clusters.into_iter().find(|cluster| cluster.id.text() == id);
        let cluster = cluster.ok_or_else(|| format!("there is no cluster {id} any more"))?;
        let writer = cluster.members.iter().find(|member| member.writer).map(|member| member.database.text());
        let detail = match writer {
            Some(writer) => format!("{writer} writes for {id}"),
            None => format!("nobody writes for {id}"),
        };
        let is_moved = match &failover.target_db_instance_identifier {
            Some(target) => writer == Some(target),
            None => {
                let was = self.before.writers.get(id).ok_or(NO_BEFORE)?;
                writer.is_some_and(|writer| writer != was)
            }
        };
        if is_moved {
            return Ok(Trace::There(detail));
        }
        let begun = match self.before.at {
            Some(before) => self.latest(id, before, |event| event.failover() == Some(FailoverNews::Started))?,
            None => None,
        };
        let underway = begun.is_some() || &*cluster.status == "failing-over";
        Ok(if underway { Trace::Underway(detail) } else { Trace::Absent(detail) })
    }

    fn latest(
        &self,
        id: &Text,
        after: Timestamp,
        is: impl Fn(&DatabaseEvent) -> bool,
    ) -> Result<Option<&DatabaseEvent>, String> {
        let events = self.rows::<DatabaseEvent>()?;
        let own = events.into_iter().filter(|event| event.source == *id && event.at > after && is(event));
        Ok(own.max_by_key(|event| event.at))
    }
}
