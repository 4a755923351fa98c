//! Requests that are only tried: AWS says whether the caller may, and does nothing (`aws-domain.md` A.11).
//!
//! Owns: the hook that holds them to it. Depends on: the SDK's hooks. Must stay true: of a session that only tries, no byte of a request
//! leaves that does not say `DryRun=true`.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// A request that would have been made, and not only tried.
#[derive(Debug, thiserror::Error)]
#[error("a request that does not say DryRun=true is not sent from here")]
pub struct NotDry;

/// The SDK hook that refuses it, where `0` says that a session only tries.
#[derive(Debug)]
pub struct DryAlone(pub bool);

impl Intercept for DryAlone {
    fn name(&self) -> &'static str {
        "DryAlone"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match !self.0 || context.request().body().bytes().is_some_and(is_dry) {
            true => Ok(()),
            false => Err(NotDry.into()),
        }
    }
}

/// Whether a form says that it is only tried.
fn is_dry(body: &[u8]) -> bool {
    body.split(|byte| *byte == b'&').any(|field| field == b"DryRun=true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_so_itself_is_dry() {
        assert!(is_dry(b"Action=StopInstances&Version=2016-11-15&DryRun=true&InstanceId.1=i-1"));
        for body in ["Action=StopInstances", "DryRun=false", "Tag.1.Value=DryRun=true", "XDryRun=true", ""] {
            assert!(!is_dry(body.as_bytes()), "{body}");
        }
    }
}
