//! Schemas that handlers share.

pub(crate) use chatlink_protocol::room::words::one_of;
