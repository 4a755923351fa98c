//! Attributes of load balancers and target groups: AWS's defaults, and what a document changes about them.

use std::collections::BTreeMap;

use super::super::document::WorldError;
use super::super::nearest;

/// What AWS returns for a target group whose attributes nobody touched.
pub(super) const GROUP: &[(&str, &str)] = &[
    ("deregistration_delay.timeout_seconds", "300"),
    ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
    ("stickiness.enabled", "false"),
    ("target_group_health.dns_failover.minimum_healthy_targets.count", "1"),
    ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
];
pub(super) const HTTP_GROUP: &[(&str, &str)] = &[
    ("load_balancing.algorithm.anomaly_mitigation", "off"),
    ("load_balancing.algorithm.type", "round_robin"),
    ("slow_start.duration_seconds", "0"),
    ("stickiness.app_cookie.cookie_name", ""),
    ("stickiness.app_cookie.duration_seconds", "86400"),
    ("stickiness.lb_cookie.duration_seconds", "86400"),
    ("stickiness.type", "lb_cookie"),
];
pub(super) const TCP_GROUP: &[(&str, &str)] = &[
    ("deregistration_delay.connection_termination.enabled", "false"),
    ("preserve_client_ip.enabled", "true"),
    ("proxy_protocol_v2.enabled", "false"),
    ("stickiness.type", "source_ip"),
    ("target_health_state.unhealthy.connection_termination.enabled", "true"),
    ("target_health_state.unhealthy.draining_interval_seconds", "0"),
];
/// What AWS returns for a load balancer whose attributes nobody touched.
pub(super) const BALANCER: &[(&str, &str)] = &[
    ("access_logs.s3.bucket", ""),
    ("access_logs.s3.enabled", "false"),
    ("access_logs.s3.prefix", ""),
    ("deletion_protection.enabled", "false"),
];
pub(super) const APPLICATION: &[(&str, &str)] = &[
    ("client_keep_alive.seconds", "3600"),
    ("connection_logs.s3.bucket", ""),
    ("connection_logs.s3.enabled", "false"),
    ("connection_logs.s3.prefix", ""),
    ("idle_timeout.timeout_seconds", "60"),
    ("load_balancing.cross_zone.enabled", "true"),
    ("routing.http.desync_mitigation_mode", "defensive"),
    ("routing.http.drop_invalid_header_fields.enabled", "false"),
    ("routing.http.preserve_host_header.enabled", "false"),
    ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"),
    ("routing.http.xff_client_port.enabled", "false"),
    ("routing.http.xff_header_processing.mode", "append"),
    ("routing.http2.enabled", "true"),
    ("waf.fail_open.enabled", "false"),
];
pub(super) const NETWORK: &[(&str, &str)] =
    &[("dns_record.client_routing_policy", "any_availability_zone"), ("load_balancing.cross_zone.enabled", "false")];

/// AWS's defaults with what the document changes; a key that AWS does not know for the kind is refused.
pub(super) fn attributes(
    path: &str,
    defaults: &[&[(&str, &str)]],
    changed: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, WorldError> {
    let mut attributes: BTreeMap<String, String> =
        defaults.iter().copied().flatten().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    for (key, value) in changed {
        let Some(known) = attributes.get_mut(key) else {
            let hint = nearest(key, attributes.keys().map(String::as_str));
            let hint = hint.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            return Err(WorldError::invalid(format!("{path}.attributes"), format!("no attribute \"{key}\"{hint}")));
        };
        known.clone_from(value);
    }
    Ok(attributes)
}
