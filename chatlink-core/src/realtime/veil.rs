//! From whom an event is kept, or its words: whoever may not read the message whose words it says again, and the other
//! of two people between whom there is silence.

use crate::{
    context::Context,
    error::StoreError,
    rooms::{Authz, AuthzCache, History, RoomKind},
};
use chatlink_protocol::{Event, Seq, UserId};
use std::sync::Arc;

/// What of an event is kept from whom.
#[derive(Clone, Default)]
pub(crate) enum Veil {
    /// Nothing from nobody.
    #[default]
    None,
    /// Its words, from those members of the room who read from later on than the message of this seq, whose words it
    /// says again.
    Words(Arc<Authz>, Seq),
    /// All of it, from everybody but this person: the room is severed, and what is taken back there is not told to the
    /// other, as if the account were gone. That the words are gone he finds when he reads.
    Whole(UserId),
}

impl Veil {
    /// The veil over an event. Asks the store only about an edit or a correction in a room that somebody may read from
    /// later than its beginning; looks at the room also where words are taken back.
    pub(super) async fn of(context: &Context, cache: &AuthzCache, event: &Event) -> Result<Self, StoreError> {
        if event.takes_back() {
            let authz = cache.load(context, event.room_id).await?;
            let severed = authz.is_some_and(|authz| authz.severed);
            return Ok(if severed { Self::Whole(event.sender_id) } else { Self::None });
        }
        let Some(target) = event.repeats_words_of() else { return Ok(Self::None) };
        let Some(authz) = cache.load(context, event.room_id).await? else { return Ok(Self::None) };
        // Who read from later on may have left since: those who are members now do not say that nobody did.
        let joined_late = authz.members.values().any(|member| member.from_seq > Seq(1));
        if !joined_late && (authz.kind == RoomKind::Direct || authz.history == History::All) {
            return Ok(Self::None);
        }
        let found = context.observe(context.store.find_message(event.room_id, target, context.now()).await)?;
        // One that is not there at all stands before everybody's time.
        Ok(Self::Words(authz, found.map_or(Seq(0), |facts| facts.seq)))
    }

    /// Whether there can be none over this event, so that nothing needs to be asked.
    pub(super) const fn is_needless(event: &Event) -> bool {
        !event.takes_back() && event.repeats_words_of().is_none()
    }

    pub(super) const fn is_some(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Whether it hides the event, not its words alone.
    pub(super) const fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }

    /// Whether it hides something from this person. Whoever is not known as a member yet may read from later on.
    pub(super) fn hides_from(&self, user: UserId) -> bool {
        match self {
            Self::None => false,
            Self::Words(authz, seq) => authz.members.get(&user).is_none_or(|member| member.from_seq > *seq),
            Self::Whole(sender) => *sender != user,
        }
    }
}
