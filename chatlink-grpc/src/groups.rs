//! How groups are led: settings, roles, mutes, bans, and whose they are.

use crate::{
    cursor,
    edge::Edge,
    ids::Named as _,
    refusal::OrRefuse as _,
    time::{at, needed},
    v1::{
        BanItem, BanPage, BanRequest, Done, HandOverRequest, ListBansRequest, MuteMemberRequest, Room, SetRoleRequest,
        UnbanRequest, UnmuteMemberRequest, UpdateRoomRequest, groups_server::Groups,
    },
    wire::person,
};
use chatlink_core::{
    Invalid,
    rooms::{self, BANS_LIMIT, RoomRow, RoomSettingsChange},
    timeline::Life,
};
use chatlink_protocol::{RoomId, UserId};
use std::str::FromStr;
use tonic::{Request, Response, Status};

/// Bans of a page, where the caller does not say.
const BANS: u32 = 100;

#[tonic::async_trait]
impl Groups for Edge {
    async fn update_room(&self, request: Request<UpdateRoomRequest>) -> Result<Response<Room>, Status> {
        let (me, asked) = (self.auth(&request).await?.user_id, request.get_ref());
        let (room, change) = (RoomId::named(&asked.room_id), settings(asked).or_refuse()?);
        let row = match change == RoomSettingsChange::default() {
            true => self.chat.rooms().find(me, room).await.or_refuse()?,
            false => self.chat.rooms().change_settings(me, room, &change).await.or_refuse()?,
        };
        self.room(me, row).await
    }

    async fn set_role(&self, request: Request<SetRoleRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, user) = (RoomId::named(&asked.room_id), UserId::named(&asked.user_id));
        self.chat.rooms().set_role(me.user_id, room, user, asked.role.parse().or_refuse()?).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn hand_over(&self, request: Request<HandOverRequest>) -> Result<Response<Room>, Status> {
        let (me, asked) = (self.auth(&request).await?.user_id, request.get_ref());
        let (room, user) = (RoomId::named(&asked.room_id), UserId::named(&asked.user_id));
        let row = self.chat.rooms().hand_over(me, room, user).await.or_refuse()?;
        self.room(me, row).await
    }

    async fn mute_member(&self, request: Request<MuteMemberRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, user) = (RoomId::named(&asked.room_id), UserId::named(&asked.user_id));
        let until = needed(asked.muted_until, "muted_until").or_refuse()?;
        self.chat.rooms().mute(me.user_id, room, user, until).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn unmute_member(&self, request: Request<UnmuteMemberRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, user) = (RoomId::named(&asked.room_id), UserId::named(&asked.user_id));
        self.chat.rooms().unmute(me.user_id, room, user).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn list_bans(&self, request: Request<ListBansRequest>) -> Result<Response<BanPage>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let after = asked.cursor.as_deref().map(cursor::open).transpose().or_refuse()?;
        let limit = asked.limit.unwrap_or(BANS).clamp(1, BANS_LIMIT);
        let bans = self.chat.rooms().bans(me.user_id, RoomId::named(&asked.room_id), after, limit);
        let rooms::BanPage { rows, briefs } = bans.await.or_refuse()?;
        let last = rows.last().filter(|_| rows.len() >= limit as usize);
        let next_cursor = last.map(|row| cursor::seal((row.banned_at, row.user_id)));
        let items = rows.iter().map(|row| BanItem {
            user: Some(person(row.user_id, &briefs)),
            banned_by: row.banned_by.map(|by| person(by, &briefs)),
            banned_at: Some(at(row.banned_at)),
        });
        Ok(Response::new(BanPage { items: items.collect(), next_cursor }))
    }

    async fn ban(&self, request: Request<BanRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, user) = (RoomId::named(&asked.room_id), UserId::named(&asked.user_id));
        self.chat.rooms().ban(me.user_id, room, user).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn unban(&self, request: Request<UnbanRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, user) = (RoomId::named(&asked.room_id), UserId::named(&asked.user_id));
        self.chat.rooms().unban(me.user_id, room, user).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }
}

impl Edge {
    /// The room as the caller sees it.
    pub(crate) async fn room(&self, me: UserId, row: RoomRow) -> Result<Response<Room>, Status> {
        Ok(Response::new(self.chat.rooms().view(me, row).await.or_refuse()?.into()))
    }
}

/// Checks all members at once.
fn settings(asked: &UpdateRoomRequest) -> Result<RoomSettingsChange, Invalid> {
    let mut invalid = Invalid::default();
    let life = asked.expires_in.map(|seconds| match seconds {
        0 => Ok(None),
        seconds => Life::from_secs(seconds).map(Some),
    });
    let change = RoomSettingsChange {
        title: given(&mut invalid, asked.title.as_ref()),
        topic: given(&mut invalid, asked.topic.as_ref()),
        posting: given(&mut invalid, asked.posting.as_ref()),
        visibility: given(&mut invalid, asked.visibility.as_ref()),
        join: given(&mut invalid, asked.join.as_ref()),
        language: cleared(&mut invalid, asked.language.as_ref()),
        level: cleared(&mut invalid, asked.level.as_ref()),
        expires_in: life.and_then(|life| invalid.take(life)),
        // A file: of the HTTP API.
        avatar: None,
    };
    invalid.check().map(|()| change)
}

fn given<T: FromStr<Err = Invalid>>(invalid: &mut Invalid, text: Option<&String>) -> Option<T> {
    text.and_then(|text| invalid.take(text.parse()))
}

/// Empty clears.
fn cleared<T: FromStr<Err = Invalid>>(invalid: &mut Invalid, text: Option<&String>) -> Option<Option<T>> {
    text.and_then(|text| if text.is_empty() { Some(None) } else { invalid.take(text.parse()).map(Some) })
}
