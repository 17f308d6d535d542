//! The contact list: people whom one keeps at hand.

use crate::{
    edge::Edge,
    ids::Named as _,
    refusal::OrRefuse as _,
    time::at,
    v1::{Done, KeepRequest, KeptPage, KeptPerson, LetGoRequest, ListKeptRequest, Person, contacts_server::Contacts},
};
use chatlink_core::people::{KeptRow, ListKept};
use chatlink_protocol::UserId;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl Contacts for Edge {
    async fn list_kept(&self, request: Request<ListKeptRequest>) -> Result<Response<KeptPage>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.into_inner());
        let only = asked.user_id.as_deref().map(UserId::named);
        let list = ListKept { q: asked.q, only, cursor: asked.cursor };
        let page = self.chat.people().contact_list(me.user_id, list).await.or_refuse()?;
        let items = page.items.into_iter().map(Into::into).collect();
        Ok(Response::new(KeptPage { items, next_cursor: page.next_cursor }))
    }

    async fn keep(&self, request: Request<KeepRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        self.chat.people().keep(me.user_id, UserId::named(&asked.user_id), &asked.note).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn let_go(&self, request: Request<LetGoRequest>) -> Result<Response<Done>, Status> {
        let (me, user) = (self.auth(&request).await?, UserId::named(&request.get_ref().user_id));
        self.chat.people().let_go(me.user_id, user).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }
}

impl From<KeptRow> for KeptPerson {
    fn from(KeptRow { brief, note, kept_at }: KeptRow) -> Self {
        let user = Person {
            id: brief.user_id.to_string(),
            deleted: false,
            username: brief.username,
            display_name: brief.display_name,
            avatar: brief.avatar.map(|version| version.addresses(brief.user_id).into()),
        };
        Self { user: Some(user), note, kept_at: Some(at(kept_at)) }
    }
}
