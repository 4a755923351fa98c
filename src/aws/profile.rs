//! Checks of the profile before it is used, so that a wrong name is said at once and by name.

use super::session_error::SessionError;
use aws_config::profile::load;
use aws_types::os_shim_internal::{Env, Fs};

/// Checks that the profile asked for exists and can be used without a person typing a code.
///
/// # Errors
/// Where it is unknown, the files cannot be parsed, or it needs a code.
pub(super) async fn check(profile: Option<&str>) -> Result<(), SessionError> {
    let asked =
        profile.map(str::to_owned).or_else(|| std::env::var("AWS_PROFILE").ok()).filter(|name| !name.is_empty());
    let named = asked.is_some();
    let name = asked.unwrap_or_else(|| "default".to_owned());
    let profiles = load(&Fs::real(), &Env::real(), &Default::default(), None)
        .await
        .map_err(|error| SessionError::BadFiles(error.to_string()))?;
    let Some(found) = profiles.get_profile(&name) else {
        if !named {
            return Ok(());
        }
        let mut known: Vec<String> = profiles.profiles().map(str::to_owned).collect();
        known.sort();
        return Err(SessionError::UnknownProfile { name, known });
    };
    if found.get("mfa_serial").is_some() && found.get("role_arn").is_some() {
        return Err(SessionError::NeedsMfa(name));
    }
    Ok(())
}
