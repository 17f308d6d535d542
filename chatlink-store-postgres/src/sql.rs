//! Every statement prepared on the real schema.

use crate::rows::Many;

/// What a module gives to be looked at.
#[derive(Clone, Copy)]
pub(crate) struct Statements {
    pub(crate) many: &'static [&'static Many],
    pub(crate) single: &'static [&'static str],
}
