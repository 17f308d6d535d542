//! What the engine answers, in the words of this wire.

mod body;
mod item;
mod people;
mod room;

pub(crate) use body::places;
pub(crate) use people::{person, severed};
