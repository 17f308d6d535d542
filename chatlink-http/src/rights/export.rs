//! The export: one JSON file, written while it is read.

use super::{
    document::{
        ExportFile, ExportedCorrection, ExportedMessage, ExportedReport, ExportedRoom, ExportedStar, FORMAT, session,
    },
    doors::{ExportedAsking, ExportedInvitation, ExportedInvite, ExportedSentInvitation},
};
use crate::{
    Auth, Problem,
    identity::{PasskeyItem, SecurityLogItem},
    people::{Block, KeptPerson, Me, Settings},
    timeline::{Draft, ScheduledMessage},
};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use chatlink_core::{
    Chain, ChatLink,
    protocol::SessionId,
    rights::{Export, OwnAccount, Part},
};
use futures_util::stream;
use serde::Serialize;

/// Why a body was broken off. Whoever reads it sees a connection that was cut, and no end of the file.
type Broken = axum::BoxError;

/// Everything that is kept of the caller, as a file: the account with its contacts, profile and languages,
/// settings, sessions, security log, blocks, contact list, reports, rooms, and the caller's own messages and corrections of all rooms. What
/// others wrote is not in it, nor is anything secret; the picture is a link. Two an hour.
#[utoipa::path(get, path = "/me/export", tag = "account",
    responses((status = 200, description = "The file, `chatlink-export.json`. One that fails under way is cut off: it \
        is no valid JSON then.", body = ExportFile)))]
pub(super) async fn export_me(State(chat): State<ChatLink>, Auth(me): Auth) -> Result<Response, Problem> {
    let export = chat.rights().export(&me).await?;
    let writer = Writer { session: me.session_id, logins: chat.identity().has_logins(), open: None, is_first: true };
    let pieces = stream::try_unfold(Some((export, writer)), |state| async move {
        match state {
            Some((export, writer)) => piece(export, writer).await,
            None => Ok(None),
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"chatlink-export.json\""),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

type Next = (Bytes, Option<(Export, Writer)>);

async fn piece(mut export: Export, mut writer: Writer) -> Result<Option<Next>, Broken> {
    let written = match export.next().await {
        Ok(Some(part)) => writer.part(part),
        Ok(None) => return Ok(Some((writer.end(), None))),
        Err(error) => Err(error.into()),
    };
    match written {
        Ok(bytes) => Ok(Some((bytes, Some((export, writer))))),
        Err(error) => {
            tracing::error!(error = %Chain(&*error), "an export was cut off");
            Err(error)
        }
    }
}

/// Writes the file part by part. Lists are opened when their first part comes.
pub(super) struct Writer {
    /// The session that asks.
    session: Option<SessionId>,
    /// Whether people log in here.
    logins: bool,
    /// The list that is open.
    open: Option<&'static str>,
    /// Whether nothing stands in it yet.
    is_first: bool,
}

impl Writer {
    fn part(&mut self, part: Part) -> Result<Bytes, Broken> {
        let mut out = Vec::new();
        match part {
            Part::Account(account) => self.account(&mut out, *account)?,
            Part::Sessions(rows) => {
                let current = self.session;
                self.items(&mut out, "sessions", rows.into_iter().map(|row| session(row, current)))?;
            }
            Part::SecurityLog(events) => {
                self.items(&mut out, "security_log", events.into_iter().map(SecurityLogItem::from))?;
            }
            Part::Blocks(rows) => self.items(&mut out, "blocks", rows.into_iter().map(Block::from))?,
            Part::ContactList(rows) => self.items(&mut out, "contact_list", rows.into_iter().map(KeptPerson::from))?,
            Part::Reports(rows) => self.items(&mut out, "reports", rows.into_iter().map(ExportedReport::from))?,
            Part::Rooms(rows, briefs) => {
                self.items(&mut out, "rooms", rows.into_iter().map(|row| ExportedRoom::of(row, &briefs)))?;
            }
            Part::Corrections(rows) => {
                self.items(&mut out, "corrections", rows.into_iter().map(ExportedCorrection::from))?;
            }
            Part::Messages(rows) => self.items(&mut out, "messages", rows.into_iter().map(ExportedMessage::from))?,
            Part::Stars(rows) => self.items(&mut out, "stars", rows.into_iter().map(ExportedStar::from))?,
            Part::Scheduled(rows) => self.items(&mut out, "scheduled", rows.into_iter().map(ScheduledMessage::from))?,
            Part::Invites(rows) => self.items(&mut out, "invites", rows.into_iter().map(ExportedInvite::from))?,
            Part::Asking(rows) => self.items(&mut out, "asking", rows.into_iter().map(ExportedAsking::from))?,
            Part::Invitations(rows) => {
                self.items(&mut out, "invitations", rows.into_iter().map(ExportedInvitation::from))?;
            }
            Part::SentInvitations(rows) => {
                self.items(&mut out, "sent_invitations", rows.into_iter().map(ExportedSentInvitation::from))?;
            }
            Part::Drafts(rows) => self.items(&mut out, "drafts", rows.into_iter().map(Draft::from))?,
        }
        Ok(out.into())
    }

    fn account(&self, out: &mut Vec<u8>, account: OwnAccount) -> Result<(), Broken> {
        let OwnAccount { exported_at, me, contacts, settings, second_factor, passkeys, external_id } = account;
        out.push(b'{');
        member(out, "format", &FORMAT)?;
        out.push(b',');
        member(out, "exported_at", &exported_at)?;
        out.push(b',');
        member(out, "account", &Me::of(me, contacts, self.logins.then_some(second_factor)))?;
        if self.logins {
            let passkeys: Vec<_> = passkeys.into_iter().map(PasskeyItem::from).collect();
            out.push(b',');
            member(out, "passkeys", &passkeys)?;
        }
        if let Some(external_id) = external_id {
            out.push(b',');
            member(out, "external_id", &external_id)?;
        }
        out.push(b',');
        member(out, "settings", &Settings::from(settings))
    }

    fn items<T: Serialize>(
        &mut self,
        out: &mut Vec<u8>,
        name: &'static str,
        items: impl Iterator<Item = T>,
    ) -> Result<(), Broken> {
        if self.open != Some(name) {
            if self.open.is_some() {
                out.push(b']');
            }
            out.push(b',');
            serde_json::to_writer(&mut *out, name)?;
            out.extend(b":[");
            (self.open, self.is_first) = (Some(name), true);
        }
        for item in items {
            if !std::mem::take(&mut self.is_first) {
                out.push(b',');
            }
            serde_json::to_writer(&mut *out, &item)?;
        }
        Ok(())
    }

    /// The end that only a whole file has.
    fn end(&self) -> Bytes {
        Bytes::from_static(if self.open.is_some() { b"]}" } else { b"}" })
    }
}

fn member(out: &mut Vec<u8>, name: &str, value: &impl Serialize) -> Result<(), Broken> {
    serde_json::to_writer(&mut *out, name)?;
    out.push(b':');
    Ok(serde_json::to_writer(out, value)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chatlink_core::{Keys, identity::Principal, memory::MemoryStore, people::ExternalPerson};
    use chatlink_protocol::Timestamp;
    use std::sync::Arc;

    #[tokio::test]
    async fn what_is_cut_off_is_no_json() {
        let keys = Keys::new(vec![vec![1; 32]]).unwrap();
        let chat = ChatLink::builder().store(Arc::new(MemoryStore::new())).keys(keys).build().await.unwrap();
        let user_id = chat.people().upsert_external(ExternalPerson::new("7").with_name("Ana")).await.unwrap();
        let via = chatlink_core::identity::Via::Host;
        let me = Principal { user_id, session_id: None, expires_at: Timestamp::from_micros(0), via };
        let mut export = chat.rights().export(&me).await.unwrap();
        let mut writer = Writer { session: None, logins: true, open: None, is_first: true };
        let (mut file, mut parts) = (Vec::new(), 0);
        while let Some(part) = export.next().await.unwrap() {
            file.extend(writer.part(part).unwrap());
            parts += 1;
            assert!(serde_json::from_slice::<serde_json::Value>(&file).is_err(), "after {parts} parts");
        }
        file.extend(writer.end());
        let whole: serde_json::Value = serde_json::from_slice(&file).unwrap();
        assert_eq!((&whole["external_id"], &whole["account"]["display_name"]), (&"7".into(), &"Ana".into()));
        let lists = [
            "sessions",
            "security_log",
            "blocks",
            "contact_list",
            "reports",
            "rooms",
            "messages",
            "corrections",
            "stars",
            "drafts",
            "scheduled",
            "invites",
            "asking",
            "invitations",
            "sent_invitations",
        ];
        for list in lists {
            assert_eq!(whole[list], serde_json::json!([]), "{list}");
        }
        assert_eq!(parts, 18, "what is archived, and requests, are parts of their own");
    }
}
