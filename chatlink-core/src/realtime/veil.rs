//! From whom an event's words are kept: it says again those of a message from before his time in the room.

use crate::{
    context::Context,
    error::StoreError,
    rooms::{Authz, AuthzCache},
};
use chatlink_protocol::{Event, Seq, UserId};
use std::sync::Arc;

/// The members of a room and the seq of the message whose words an event repeats; nothing where everybody may read them.
#[derive(Clone, Default)]
pub(crate) struct Veil(Option<(Arc<Authz>, Seq)>);

impl Veil {
    /// The veil over an event. Asks the store only about an edit or a correction in a room that somebody reads from
    /// later than its beginning.
    pub(super) async fn of(context: &Context, cache: &AuthzCache, event: &Event) -> Result<Self, StoreError> {
        let Some(target) = event.repeats_words_of() else { return Ok(Self::default()) };
        let Some(authz) = cache.load(context, event.room_id).await? else { return Ok(Self::default()) };
        if authz.members.values().all(|member| member.from_seq <= Seq(1)) {
            return Ok(Self::default());
        }
        let found = context.observe(context.store.find_message(event.room_id, target, context.now()).await)?;
        // One that is not there at all stands before everybody's time.
        Ok(Self(Some((authz, found.map_or(Seq(0), |facts| facts.seq)))))
    }

    pub(super) const fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Whether this person reads from later than the message on. Whoever is not known as a member yet may.
    pub(super) fn hides_from(&self, user: UserId) -> bool {
        self.0.as_ref().is_some_and(|(authz, seq)| authz.members.get(&user).is_none_or(|member| member.from_seq > *seq))
    }
}
