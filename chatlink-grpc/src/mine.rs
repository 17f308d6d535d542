//! What people keep for themselves: settings of rooms, stars, hidden messages, drafts, messages of later, their own log.

use crate::{
    edge::Edge,
    ids::{Named as _, client_id},
    refusal::OrRefuse as _,
    time::{at, needed, time},
    timeline::sending,
    v1::{
        CancelScheduledRequest, ChangeList, Done, Draft, DraftList, HideMessageRequest, ListChangesRequest,
        ListDraftsRequest, ListScheduledRequest, ListStarsRequest, RoomPrefs, ScheduleMessageRequest, ScheduledList,
        ScheduledMessage, SendMessageRequest, SetDraftRequest, StarPage, StarRequest, StarredMessage, UnstarRequest,
        UpdateRoomPrefsRequest, mine_server::Mine, update_room_prefs_request::Mute,
    },
};
use chatlink_core::{
    Invalid,
    people::Notify,
    rooms::{Prefs, PrefsChange},
    timeline::{
        mine::{self, DraftRow, StarRow},
        scheduled::{ScheduledRow, ScheduledWords},
    },
};
use chatlink_protocol::{EventId, RoomId, UserSeq};
use tonic::{Request, Response, Status};

/// Stars of a page, where the caller does not say.
const PAGE: u32 = 50;

#[tonic::async_trait]
impl Mine for Edge {
    async fn update_room_prefs(&self, request: Request<UpdateRoomPrefsRequest>) -> Result<Response<RoomPrefs>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.into_inner());
        let (room, change) = (RoomId::named(&asked.room_id), prefs(asked).or_refuse()?);
        Ok(Response::new(self.chat.rooms().set_prefs(me.user_id, room, change).await.or_refuse()?.into()))
    }

    async fn star(&self, request: Request<StarRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        self.chat.mine().star(me.user_id, room, message).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn unstar(&self, request: Request<UnstarRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        self.chat.mine().unstar(me.user_id, room, message).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn list_stars(&self, request: Request<ListStarsRequest>) -> Result<Response<StarPage>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let page = self.chat.mine().stars(me.user_id, asked.cursor.as_deref(), asked.limit.unwrap_or(PAGE));
        let mine::StarPage { items, next_cursor } = page.await.or_refuse()?;
        Ok(Response::new(StarPage { items: items.into_iter().map(Into::into).collect(), next_cursor }))
    }

    async fn hide_message(&self, request: Request<HideMessageRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        self.chat.mine().hide(me.user_id, room, message).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn set_draft(&self, request: Request<SetDraftRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let reply_to = asked.reply_to.as_deref().map(EventId::named);
        let draft = mine::Draft::parse(&asked.text, reply_to).or_refuse()?;
        self.chat.mine().set_draft(me.user_id, RoomId::named(&asked.room_id), draft).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn list_drafts(&self, request: Request<ListDraftsRequest>) -> Result<Response<DraftList>, Status> {
        let me = self.auth(&request).await?;
        let drafts = self.chat.mine().drafts(me.user_id).await.or_refuse()?;
        Ok(Response::new(DraftList { items: drafts.into_iter().map(Into::into).collect() }))
    }

    async fn schedule_message(&self, request: Request<ScheduleMessageRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.into_inner());
        let (room, message) = sending(asked.message.unwrap_or_default()).or_refuse()?;
        let send_at = needed(asked.send_at, "send_at").or_refuse()?;
        self.chat.schedule().put(me.user_id, room, message, send_at).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn list_scheduled(&self, request: Request<ListScheduledRequest>) -> Result<Response<ScheduledList>, Status> {
        let me = self.auth(&request).await?;
        let rows = self.chat.schedule().list(me.user_id).await.or_refuse()?;
        Ok(Response::new(ScheduledList { items: rows.into_iter().map(Into::into).collect() }))
    }

    async fn cancel_scheduled(&self, request: Request<CancelScheduledRequest>) -> Result<Response<Done>, Status> {
        let (me, client_id) = (self.auth(&request).await?, client_id(&request.get_ref().client_id).or_refuse()?);
        self.chat.schedule().cancel(me.user_id, client_id).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn list_changes(&self, request: Request<ListChangesRequest>) -> Result<Response<ChangeList>, Status> {
        let (me, after) = (self.auth(&request).await?, UserSeq(request.get_ref().after));
        let (items, user_seq) = self.chat.timeline().log(me.user_id, after).await.or_refuse()?;
        Ok(Response::new(ChangeList { items: items.into_iter().map(Into::into).collect(), user_seq: user_seq.0 }))
    }
}

fn prefs(asked: UpdateRoomPrefsRequest) -> Result<PrefsChange, Invalid> {
    let notify = asked.notify.map(|text| if text.is_empty() { Ok(None) } else { text.parse().map(Some) });
    Ok(PrefsChange {
        archived: asked.archived,
        pinned: asked.pinned,
        muted_until: match asked.mute {
            None | Some(Mute::Unmuted(false)) => None,
            Some(Mute::Unmuted(true)) => Some(None),
            Some(Mute::MutedUntil(until)) => Some(Some(time(until))),
        },
        marked_unread: asked.marked_unread,
        notify: notify.transpose()?,
    })
}

impl From<Prefs> for RoomPrefs {
    fn from(prefs: Prefs) -> Self {
        Self {
            archived: prefs.archived,
            pinned: prefs.pinned,
            muted_until: prefs.muted_until.map(at),
            marked_unread: prefs.marked_unread,
            notify: prefs.notify.map(Notify::as_str).map(str::to_owned),
        }
    }
}

impl From<StarRow> for StarredMessage {
    fn from(row: StarRow) -> Self {
        Self { room_id: row.room_id.to_string(), item: Some(row.item.into()), starred_at: Some(at(row.starred_at)) }
    }
}

impl From<DraftRow> for Draft {
    fn from(row: DraftRow) -> Self {
        let mine::DraftBody { text, reply_to, updated_at } = row.body;
        Self {
            room_id: row.room_id.to_string(),
            text: text.unwrap_or_default(),
            reply_to: reply_to.map(|id| id.to_string()),
            updated_at: updated_at.map(at),
        }
    }
}

impl From<ScheduledRow> for ScheduledMessage {
    fn from(row: ScheduledRow) -> Self {
        let ScheduledRow { client_id, room_id, words, send_at, failed, .. } = row;
        let ScheduledWords { text, reply_to, mentions, mentions_all, expires_in, poll, thread } = words;
        let message = SendMessageRequest {
            room_id: room_id.to_string(),
            client_id: client_id.to_string(),
            text: Some(text),
            reply_to: reply_to.map(|id| id.to_string()),
            expires_in,
            forward: None,
            mentions: mentions.iter().map(ToString::to_string).collect(),
            mentions_all,
            poll: poll.map(Into::into),
            thread: thread.map(|id| id.to_string()),
        };
        Self { message: Some(message), send_at: Some(at(send_at)), failed }
    }
}
