//! The account's support plan.

use super::words::words;

words! {
    /// A support plan of AWS.
    pub enum SupportPlan {
        /// Without AWS Health's API (`aws-domain.md` A.7).
        Basic = "basic",
        /// The least with it.
        Business = "business",
        /// More.
        Enterprise = "enterprise",
    }
}
