//! The use cases of corrections.

use super::{
    CorrectionFacts, CorrectionPlace, CorrectionRow, NewCorrection, StateFilter,
    decide::{self, Corrected},
};
use crate::{
    cursor,
    error::Invalid,
    keys::Purpose,
    limiter::Cost,
    rooms::Authz,
    timeline::{
        ActKey, Deed, TalkError,
        engine::{Actor, Sent, TRIES},
        send::Written,
        service::Timeline,
    },
};
use chatlink_protocol::{
    CorrectionState, CorrectionWords, EventBody, EventId, RoomId, UserId, correction::CORRECTION_BYTES, diff::diff,
    event,
};

/// Corrections of one page at most.
pub const CORRECTIONS_LIMIT: u32 = 100;
/// The list's name in its cursors.
const LIST: &str = "corrections";

/// A page of one's own list.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrectionPage {
    /// The newest first.
    pub rows: Vec<CorrectionRow>,
    /// Where the next one begins; `None`: nothing follows.
    pub next_cursor: Option<String>,
}

impl Timeline {
    /// Proposes an improved text of somebody else's message. Idempotent by `client_id`.
    ///
    /// # Errors
    /// Not a member, severed, pending, a request of somebody whom `me` may not meet, one's own or the host's message, no such message or a gone one, edited since
    /// the version named, too long to be corrected, nothing changed, as many as there may be, conflict, too fast,
    /// or the store.
    pub async fn correct(
        &self,
        me: UserId,
        room: RoomId,
        message: EventId,
        correction: NewCorrection,
    ) -> Result<Sent, TalkError> {
        self.admit(me, room).await?;
        let written = Written {
            text: correction.text.as_str(),
            note: correction.note.as_deref(),
            corrects: Some(message),
            ..Written::default()
        };
        let consent = self.ask_consent(me, room, written).await?;
        let key = self.correction_key(message, &correction);
        // The text and its version are part of the decision, so that they are read anew when the act was stale.
        for _ in 0..TRIES {
            let corrected = match self.corrected(me, room, message, &correction).await {
                Ok(corrected) => corrected,
                Err(error) => return self.recall(me, room, key, error).await,
            };
            let decide = |authz: &Authz| {
                let decided = decide::correct(authz, me, &corrected, self.context.now())?;
                consent.map(|()| decided)
            };
            match self.try_act(Actor::Member(me), room, Some(key), &decide).await? {
                Some(sent) => return Ok(sent),
                None => self.forget(room),
            }
        }
        Err(TalkError::Busy)
    }

    /// What would be proposed, of the message as it stands now.
    async fn corrected(
        &self,
        me: UserId,
        room: RoomId,
        message: EventId,
        correction: &NewCorrection,
    ) -> Result<Corrected, TalkError> {
        let item = self.item(me, room, message).await?;
        let EventBody::Message(event::Message { text: Some(original), poll, .. }) = item.body else {
            return Err(TalkError::MessageGone);
        };
        if item.sender_id == me || item.sender_id == UserId::SYSTEM {
            return Err(TalkError::NoRight);
        }
        if poll.is_some() {
            return Err(Invalid::field("text", "poll", "polls are not corrected").into());
        }
        if correction.version.is_some_and(|seen| seen != item.version) {
            return Err(TalkError::MessageChanged);
        }
        if original.len() > CORRECTION_BYTES {
            return Err(Invalid::field("text", "message_too_long", "messages up to 4 KiB are corrected").into());
        }
        let text = correction.text.as_str();
        if original == text {
            return Err(Invalid::field("text", "unchanged", "change something").into());
        }
        let spans = diff(&original, text);
        let NewCorrection { kind, note, .. } = correction.clone();
        let words = CorrectionWords { text: text.to_owned(), spans, kind, note, original };
        Ok(Corrected { message, version: item.version, words })
    }

    /// Accepts a correction of one's own message. Idempotent; a declined one may be accepted after all.
    ///
    /// # Errors
    /// Not a member, severed, not one's own message, no such correction or message, a gone one, too fast, or the
    /// store.
    pub async fn accept_correction(
        &self,
        me: UserId,
        room: RoomId,
        message: EventId,
        correction: EventId,
    ) -> Result<Sent, TalkError> {
        self.answer_correction(me, room, message, correction, CorrectionState::Accepted).await
    }

    /// Declines a correction of one's own message. Idempotent; an accepted one may be declined after all.
    ///
    /// # Errors
    /// As [`accept_correction`](Self::accept_correction).
    pub async fn decline_correction(
        &self,
        me: UserId,
        room: RoomId,
        message: EventId,
        correction: EventId,
    ) -> Result<Sent, TalkError> {
        self.answer_correction(me, room, message, correction, CorrectionState::Declined).await
    }

    async fn answer_correction(
        &self,
        me: UserId,
        room: RoomId,
        message: EventId,
        correction: EventId,
        state: CorrectionState,
    ) -> Result<Sent, TalkError> {
        self.spend(me)?;
        let facts = self.facts(room, message, me).await?;
        if facts.gone {
            return Err(TalkError::MessageGone);
        }
        self.correction_facts(room, message, correction).await?;
        if facts.sender_id != me {
            return Err(TalkError::NoRight);
        }
        let decide = |authz: &Authz| decide::answer(authz, me, message, correction, state, self.context.now());
        no_correction(self.settle(Actor::Member(me), room, None, decide).await)
    }

    /// Takes back a correction that one proposed, or as who keeps order in a group another's. Its words are erased.
    /// Idempotent.
    ///
    /// # Errors
    /// Not a member, neither one's own nor a moderator, no such correction or message, a gone one, too fast, or the
    /// store.
    pub async fn withdraw_correction(
        &self,
        me: UserId,
        room: RoomId,
        message: EventId,
        correction: EventId,
    ) -> Result<Sent, TalkError> {
        self.spend(me)?;
        if self.facts(room, message, me).await?.gone {
            return Err(TalkError::MessageGone);
        }
        let proposer = self.correction_facts(room, message, correction).await?.sender_id;
        let decide = |authz: &Authz| decide::withdraw(authz, me, message, correction, proposer, self.context.now());
        no_correction(self.settle(Actor::Member(me), room, None, decide).await)
    }

    /// Takes a deleted account's own correction back, as it asked when it went. Idempotent.
    pub(crate) async fn take_correction_back(
        &self,
        gone: UserId,
        room: RoomId,
        message: EventId,
        correction: EventId,
    ) -> Result<(), TalkError> {
        let deed = || Deed::DecideCorrection { target: message, correction, state: CorrectionState::Withdrawn };
        match self.settle(Actor::Departed(gone), room, None, |_| Ok(deed().into())).await {
            Ok(_) | Err(TalkError::NoRoom | TalkError::NoMessage | TalkError::MessageGone) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Corrections of one's own messages, the newest first.
    ///
    /// # Errors
    /// A cursor of another list, too fast, or the store.
    pub async fn corrections(
        &self,
        me: UserId,
        filter: StateFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<CorrectionPage, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let limit = limit.clamp(1, CORRECTIONS_LIMIT);
        let (keys, epoch) = (&self.context.keys, &self.context.installation.epoch);
        // A cursor is of one person's list with one filter.
        let list = format!("{LIST} {me} {}", filter.0.map_or("", CorrectionState::as_str));
        let after = cursor.map(|text| cursor::open(keys, epoch, &list, text)).transpose().map_err(Invalid::from)?;
        let rows = self.list_corrections(me, filter, after, limit).await?;
        let last = rows.last().filter(|_| rows.len() >= limit as usize).map(CorrectionRow::place);
        let next_cursor = last.and_then(|place| cursor::seal(keys, epoch, &list, &place).ok());
        Ok(CorrectionPage { rows, next_cursor })
    }

    /// All of them, a page after `after` at a time: what a file is made of. The first page is counted as ten reads.
    ///
    /// # Errors
    /// Too fast, or the store.
    pub async fn corrections_file(
        &self,
        me: UserId,
        filter: StateFilter,
        after: Option<CorrectionPlace>,
    ) -> Result<Vec<CorrectionRow>, TalkError> {
        if after.is_none() {
            self.context.limiter.spend(me, Cost::Read, 10, self.context.now())?;
        }
        self.list_corrections(me, filter, after, CORRECTIONS_LIMIT).await
    }

    async fn list_corrections(
        &self,
        me: UserId,
        filter: StateFilter,
        after: Option<CorrectionPlace>,
        limit: u32,
    ) -> Result<Vec<CorrectionRow>, TalkError> {
        let listed = self.context.store.list_corrections(me, filter.0, after, limit, self.context.now()).await;
        Ok(self.context.observe(listed)?)
    }

    async fn correction_facts(
        &self,
        room: RoomId,
        message: EventId,
        correction: EventId,
    ) -> Result<CorrectionFacts, TalkError> {
        let found = self.context.store.find_correction(room, message, correction, self.context.now()).await;
        self.context.observe(found)?.ok_or(TalkError::NoCorrection)
    }

    fn correction_key(&self, message: EventId, correction: &NewCorrection) -> ActKey {
        let NewCorrection { client_id, text, note, kind, version } = correction;
        let kind = kind.map_or("", chatlink_protocol::CorrectionKind::as_str);
        let parts: [&[u8]; 6] = [
            b"correction",
            message.as_uuid().as_bytes(),
            text.as_str().as_bytes(),
            note.as_deref().unwrap_or_default().as_bytes(),
            kind.as_bytes(),
            &version.unwrap_or_default().to_le_bytes(),
        ];
        ActKey { client_id: *client_id, request: self.context.keys.mac(Purpose::Request, &parts) }
    }
}

/// What the store could not find is the correction: the message was there.
fn no_correction(settled: Result<Sent, TalkError>) -> Result<Sent, TalkError> {
    settled.map_err(|error| match error {
        TalkError::NoMessage => TalkError::NoCorrection,
        error => error,
    })
}
