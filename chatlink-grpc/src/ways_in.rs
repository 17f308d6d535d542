//! The ways into a group: invites, public rooms, and asking to be let in.

use crate::{
    cursor,
    edge::Edge,
    ids::Named as _,
    refusal::OrRefuse as _,
    time::at,
    v1::{
        Asking, AskingPage, CreateInviteRequest, DeclineAskingRequest, Done, FreshInvite, Invite, InviteList,
        InvitePreview, JoinByInviteRequest, JoinRoomRequest, Joining, LetInRequest, ListAskingRequest,
        ListInvitesRequest, ListPublicRoomsRequest, ListSentInvitationsRequest, PreviewInviteRequest, PublicPage,
        PublicRoom, RevokeInviteRequest, Room, SentInvitation, SentInvitationList, TakeBackAskingRequest,
        TakeBackInvitationRequest, ways_in_server::WaysIn,
    },
    wire::person,
};
use chatlink_core::{
    Invalid,
    people::Brief,
    rooms::{Came, Entry, InviteRequest, InviteRow, MEMBERS_LIMIT, PUBLIC_LIMIT, Preview, PublicFilter, PublicRow},
};
use chatlink_protocol::{InviteId, RoomId, UserId};
use std::collections::HashMap;
use tonic::{Request, Response, Status};

/// Public rooms of a page, where the caller does not say.
const PUBLIC: u32 = 20;
/// People who ask, of a page, where the caller does not say.
const ASKING: u32 = 50;

#[tonic::async_trait]
impl WaysIn for Edge {
    async fn list_invites(&self, request: Request<ListInvitesRequest>) -> Result<Response<InviteList>, Status> {
        let (me, room) = (self.auth(&request).await?, RoomId::named(&request.get_ref().room_id));
        let page = self.chat.rooms().invites(me.user_id, room).await.or_refuse()?;
        let items = page.rows.iter().map(|row| invite(row, &page.briefs)).collect();
        Ok(Response::new(InviteList { items }))
    }

    async fn create_invite(&self, request: Request<CreateInviteRequest>) -> Result<Response<FreshInvite>, Status> {
        let (me, asked) = (self.auth(&request).await?.user_id, request.get_ref());
        let wanted = InviteRequest { max_uses: asked.max_uses, expires_in: asked.expires_in };
        let made = self.chat.rooms().create_invite(me, RoomId::named(&asked.room_id), wanted).await.or_refuse()?;
        let briefs = self.briefs(vec![me]).await?;
        Ok(Response::new(FreshInvite { invite: Some(invite(&made.row, &briefs)), token: made.token }))
    }

    async fn revoke_invite(&self, request: Request<RevokeInviteRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, invite) = (RoomId::named(&asked.room_id), InviteId::named(&asked.invite_id));
        self.chat.rooms().revoke_invite(me.user_id, room, invite).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn preview_invite(&self, request: Request<PreviewInviteRequest>) -> Result<Response<InvitePreview>, Status> {
        let me = self.auth(&request).await?;
        let preview = self.chat.rooms().preview_invite(me.user_id, &request.get_ref().token).await.or_refuse()?;
        Ok(Response::new(preview.into()))
    }

    async fn join_by_invite(&self, request: Request<JoinByInviteRequest>) -> Result<Response<Room>, Status> {
        let me = self.auth(&request).await?.user_id;
        let row = self.chat.rooms().join_by_invite(me, &request.get_ref().token).await.or_refuse()?;
        self.room(me, row).await
    }

    async fn list_sent_invitations(
        &self,
        request: Request<ListSentInvitationsRequest>,
    ) -> Result<Response<SentInvitationList>, Status> {
        let (me, room) = (self.auth(&request).await?, RoomId::named(&request.get_ref().room_id));
        let sent = self.chat.rooms().sent_invitations(me.user_id, room).await.or_refuse()?;
        let items = sent.rows.iter().map(|row| SentInvitation {
            user: Some(person(row.user_id, &sent.briefs)),
            invited_at: Some(at(row.invited_at)),
        });
        Ok(Response::new(SentInvitationList { items: items.collect() }))
    }

    async fn take_back_invitation(
        &self,
        request: Request<TakeBackInvitationRequest>,
    ) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, user) = (RoomId::named(&asked.room_id), UserId::named(&asked.user_id));
        self.chat.rooms().take_back_invitation(me.user_id, room, user).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn list_public_rooms(
        &self,
        request: Request<ListPublicRoomsRequest>,
    ) -> Result<Response<PublicPage>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let filter = filter(asked).or_refuse()?;
        let after = asked.cursor.as_deref().map(cursor::open).transpose().or_refuse()?;
        let limit = asked.limit.unwrap_or(PUBLIC).clamp(1, PUBLIC_LIMIT);
        let (rows, next) = self.chat.rooms().public_rooms(me.user_id, filter, after, limit).await.or_refuse()?;
        let items = rows.into_iter().map(Into::into).collect();
        Ok(Response::new(PublicPage { items, next_cursor: next.map(cursor::seal) }))
    }

    async fn join_room(&self, request: Request<JoinRoomRequest>) -> Result<Response<Joining>, Status> {
        let (me, room) = (self.auth(&request).await?.user_id, RoomId::named(&request.get_ref().room_id));
        Ok(Response::new(match self.chat.rooms().join(me, room).await.or_refuse()? {
            Came::In(row) => Joining { room: Some(self.room(me, *row).await?.into_inner()), waits: false },
            Came::Waits => Joining { room: None, waits: true },
        }))
    }

    async fn take_back_asking(&self, request: Request<TakeBackAskingRequest>) -> Result<Response<Done>, Status> {
        let (me, room) = (self.auth(&request).await?, RoomId::named(&request.get_ref().room_id));
        self.chat.rooms().take_back_asking(me.user_id, room).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn list_asking(&self, request: Request<ListAskingRequest>) -> Result<Response<AskingPage>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let after = asked.cursor.as_deref().map(cursor::open).transpose().or_refuse()?;
        let limit = asked.limit.unwrap_or(ASKING).clamp(1, MEMBERS_LIMIT);
        let page = self.chat.rooms().asking(me.user_id, RoomId::named(&asked.room_id), after, limit);
        let page = page.await.or_refuse()?;
        let items = page
            .rows
            .iter()
            .map(|row| Asking { user: Some(person(row.user_id, &page.briefs)), asked_at: Some(at(row.asked_at)) });
        Ok(Response::new(AskingPage { items: items.collect(), next_cursor: page.next.map(cursor::seal) }))
    }

    async fn let_in(&self, request: Request<LetInRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, user) = (RoomId::named(&asked.room_id), UserId::named(&asked.user_id));
        self.chat.rooms().let_in(me.user_id, room, user).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn decline_asking(&self, request: Request<DeclineAskingRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, user) = (RoomId::named(&asked.room_id), UserId::named(&asked.user_id));
        self.chat.rooms().decline_asking(me.user_id, room, user).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }
}

/// Checks both at once.
fn filter(asked: &ListPublicRoomsRequest) -> Result<PublicFilter, Invalid> {
    let mut invalid = Invalid::default();
    let filter = PublicFilter {
        language: asked.language.as_deref().and_then(|language| invalid.take(language.parse())),
        level: asked.level.as_deref().and_then(|level| invalid.take(level.parse())),
    };
    invalid.check().map(|()| filter)
}

fn invite(row: &InviteRow, briefs: &HashMap<UserId, Brief>) -> Invite {
    Invite {
        id: row.invite_id.to_string(),
        created_by: Some(person(row.created_by, briefs)),
        created_at: Some(at(row.created_at)),
        max_uses: row.max_uses,
        uses: row.uses,
        expires_at: row.expires_at.map(at),
    }
}

impl From<Preview> for InvitePreview {
    fn from(preview: Preview) -> Self {
        let state = match preview.entry {
            Entry::Inside => "inside",
            Entry::Full => "full",
            Entry::Opens | Entry::Shut => "open",
        };
        Self {
            title: preview.title,
            topic: preview.topic,
            has_avatar: preview.has_avatar,
            member_count: preview.member_count,
            language: preview.language.map(|language| language.to_string()),
            level: preview.level.map(|level| level.as_str().to_owned()),
            state: state.to_owned(),
        }
    }
}

impl From<PublicRow> for PublicRoom {
    fn from(row: PublicRow) -> Self {
        Self {
            id: row.room_id.to_string(),
            title: row.settings.title,
            topic: row.settings.topic,
            avatar: row.settings.avatar.map(|version| version.addresses_of_room(row.room_id).into()),
            member_count: row.member_count,
            language: row.settings.language.map(|language| language.to_string()),
            level: row.settings.level.map(|level| level.as_str().to_owned()),
            join: row.settings.join.as_str().to_owned(),
            asked: row.asked,
            updated_at: Some(at(row.updated_at)),
        }
    }
}
