//! Rooms, members and first contacts.

use crate::{
    edge::Edge,
    ids::{Named as _, client_id},
    refusal::OrRefuse as _,
    v1::{
        AcceptRequestRequest, AddMembersRequest, AddedMembers, CreateGroupRequest, DeclineRequestRequest, Done,
        FindRoomRequest, LeaveRoomRequest, ListMembersRequest, ListRequestsRequest, ListRoomsRequest, Member,
        MemberPage, OpenDirectRequest, OpenedRoom, RemoveMemberRequest, RequestPage, Room, RoomPage,
        rooms_server::Rooms,
    },
};
use chatlink_core::{
    Invalid,
    rooms::{self, GroupRequest, History, Inbox, MEMBERS_LIMIT, Opened},
};
use chatlink_protocol::{RoomId, UserId};
use tonic::{Request, Response, Status};

/// Rooms of a page, where the caller does not say.
const ROOMS: u32 = 50;
/// Members of a page, where the caller does not say.
const MEMBERS: u32 = 100;

#[tonic::async_trait]
impl Rooms for Edge {
    async fn open_direct(&self, request: Request<OpenDirectRequest>) -> Result<Response<OpenedRoom>, Status> {
        let (me, peer) = (self.auth(&request).await?, UserId::named(&request.get_ref().user_id));
        let opened = self.chat.rooms().open_direct(me.user_id, peer).await.or_refuse()?;
        self.opened(me.user_id, opened).await
    }

    async fn create_group(&self, request: Request<CreateGroupRequest>) -> Result<Response<OpenedRoom>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.into_inner());
        let opened = self.chat.rooms().create_group(me.user_id, group(&asked)?).await.or_refuse()?;
        self.opened(me.user_id, opened).await
    }

    async fn list_rooms(&self, request: Request<ListRoomsRequest>) -> Result<Response<RoomPage>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let inbox = if asked.archived { Inbox::Archived } else { Inbox::Rooms };
        let page = self.chat.rooms().page(me.user_id, inbox, asked.cursor.as_deref(), asked.limit.unwrap_or(ROOMS));
        Ok(Response::new(page.await.or_refuse()?.into()))
    }

    async fn find_room(&self, request: Request<FindRoomRequest>) -> Result<Response<Room>, Status> {
        let (me, room) = (self.auth(&request).await?, RoomId::named(&request.get_ref().room_id));
        let row = self.chat.rooms().find(me.user_id, room).await.or_refuse()?;
        Ok(Response::new(self.chat.rooms().view(me.user_id, row).await.or_refuse()?.into()))
    }

    async fn list_members(&self, request: Request<ListMembersRequest>) -> Result<Response<MemberPage>, Status> {
        let (me, asked) = (self.auth(&request).await?.user_id, request.get_ref());
        let (room, after) = (RoomId::named(&asked.room_id), asked.after_user_id.as_deref().map(UserId::named));
        let limit = asked.limit.unwrap_or(MEMBERS).clamp(1, MEMBERS_LIMIT);
        let rooms::MemberPage { rows, severed } =
            self.chat.rooms().members(me, room, after, limit).await.or_refuse()?;
        // Of a severed room the other person is as one who is gone.
        let named = rows.iter().map(|row| row.user_id).filter(|user| !severed || *user == me);
        let briefs = self.chat.people().briefs(&named.collect::<Vec<_>>()).await.or_refuse()?;
        let has_more = rows.len() >= limit as usize;
        let items = rows.iter().map(|row| Member::of(row, &briefs)).collect();
        Ok(Response::new(MemberPage { items, has_more }))
    }

    async fn add_members(&self, request: Request<AddMembersRequest>) -> Result<Response<AddedMembers>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let users: Vec<UserId> = asked.user_ids.iter().map(|id| UserId::named(id)).collect();
        let invited = self.chat.rooms().add_members(me.user_id, RoomId::named(&asked.room_id), &users);
        let invited = invited.await.or_refuse()?.iter().map(ToString::to_string).collect();
        Ok(Response::new(AddedMembers { invited }))
    }

    async fn remove_member(&self, request: Request<RemoveMemberRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, user) = (RoomId::named(&asked.room_id), UserId::named(&asked.user_id));
        self.chat.rooms().remove_member(me.user_id, room, user).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn leave_room(&self, request: Request<LeaveRoomRequest>) -> Result<Response<Done>, Status> {
        let (me, room) = (self.auth(&request).await?, RoomId::named(&request.get_ref().room_id));
        self.chat.rooms().leave(me.user_id, room).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn list_requests(&self, request: Request<ListRequestsRequest>) -> Result<Response<RequestPage>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let page = self.chat.rooms().requests(me.user_id, asked.cursor.as_deref(), asked.limit.unwrap_or(ROOMS));
        Ok(Response::new(page.await.or_refuse()?.into()))
    }

    async fn accept_request(&self, request: Request<AcceptRequestRequest>) -> Result<Response<Done>, Status> {
        let (me, room) = (self.auth(&request).await?, RoomId::named(&request.get_ref().room_id));
        self.chat.rooms().accept(me.user_id, room).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn decline_request(&self, request: Request<DeclineRequestRequest>) -> Result<Response<Done>, Status> {
        let (me, room) = (self.auth(&request).await?, RoomId::named(&request.get_ref().room_id));
        self.chat.rooms().decline(me.user_id, room).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }
}

impl Edge {
    async fn opened(&self, me: UserId, opened: Opened) -> Result<Response<OpenedRoom>, Status> {
        let Opened { room, created } = opened;
        let room = self.chat.rooms().view(me, room).await.or_refuse()?;
        Ok(Response::new(OpenedRoom { room: Some(room.into()), created }))
    }
}

/// Checks all members at once.
fn group(asked: &CreateGroupRequest) -> Result<GroupRequest, Status> {
    let client_id = client_id(&asked.client_id).or_refuse()?;
    let mut invalid = Invalid::default();
    let title = invalid.take(asked.title.parse());
    let history = invalid.take(asked.history.as_deref().map_or(Ok(History::default()), str::parse));
    let members = asked.members.iter().map(|id| UserId::named(id)).collect();
    match (title, history) {
        (Some(title), Some(history)) => Ok(GroupRequest { client_id, title, members, history }),
        _ => Err(invalid).or_refuse(),
    }
}
