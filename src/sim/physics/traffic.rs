//! Traffic: what clients ask, what serves it, and what they get.

use super::Scene;

impl Scene<'_> {
    /// Traffic finds its way anew after something changed that it depends on.
    pub(super) fn feel_traffic(&mut self) {}
}
