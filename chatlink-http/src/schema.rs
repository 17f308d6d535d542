//! Schemas that handlers share.

use utoipa::openapi::schema::{ObjectBuilder, Type};

/// A text that is one of these words.
pub(crate) fn one_of(words: &[&'static str]) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied()))
}
