//! Why a session cannot be opened, in words that say how to mend it.

/// A session could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The profile named is not in AWS's files.
    #[error("profile {name} is in neither ~/.aws/config nor ~/.aws/credentials; there {}", known_words(.known))]
    UnknownProfile {
        /// The name.
        name: String,
        /// The profiles there are.
        known: Vec<String>,
    },
    /// AWS's files cannot be read.
    #[error("AWS's configuration files: {0}")]
    BadFiles(String),
    /// The endpoint is no URL.
    #[error("--endpoint-url {0} is not an http or https URL, such as http://127.0.0.1:5100")]
    BadEndpoint(String),
    /// The profile asks for a code at every sign-on, which this program cannot ask for.
    #[error(
        "profile {0} has mfa_serial, which needs a code typed at each sign-on; use a profile with credential_process \
         (for instance `aws-vault exec`, or `aws configure export-credentials`), or SSO"
    )]
    NeedsMfa(String),
}

fn known_words(known: &[String]) -> String {
    if known.is_empty() { "are none".to_owned() } else { format!("are {}", known.join(", ")) }
}
