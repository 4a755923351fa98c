//! A request that is not carried out, as AWS says it.

/// Why AWS does not do what it was asked, in its own code and words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {words}")]
pub struct Refused {
    /// AWS's code.
    pub code: &'static str,
    /// AWS's sentence.
    pub words: String,
    /// The HTTP status that goes with the code.
    pub status: u16,
}

impl Refused {
    /// A refusal with status 400.
    #[must_use]
    pub fn new(code: &'static str, words: impl Into<String>) -> Self {
        Self { code, words: words.into(), status: 400 }
    }

    /// A refusal of Auto Scaling, which calls nearly all that it does not like by this name.
    #[must_use]
    pub fn validation(words: impl Into<String>) -> Self {
        Self::new("ValidationError", words)
    }

    /// The same with another status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}
