//! Profiles, suggested partners and blocks.

use crate::{
    edge::Edge,
    ids::Named as _,
    refusal::OrRefuse as _,
    time::at,
    v1::{
        BlockPage, BlockRequest, Done, FindMeRequest, FindUserRequest, ListBlocksRequest, ListMatchesRequest,
        MatchPage, Me, Profile, ReportKept, ReportRequest, UnblockRequest, UpdateLanguagesRequest, UpdateMeRequest,
        people_server::People,
    },
};
use chatlink_core::people::{self, Age, Brief, FindMatches, Languages, MakeReport, Patch, UpdateMe};
use chatlink_protocol::UserId;
use std::collections::HashMap;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl People for Edge {
    async fn find_me(&self, request: Request<FindMeRequest>) -> Result<Response<Me>, Status> {
        let caller = self.auth(&request).await?;
        let me = self.chat.people().me(caller.user_id).await.or_refuse()?;
        self.whole(me).await
    }

    async fn update_me(&self, request: Request<UpdateMeRequest>) -> Result<Response<Me>, Status> {
        let (caller, asked) = (self.auth(&request).await?, request.into_inner());
        let me = self.chat.people().update_me(caller.user_id, asked.into()).await.or_refuse()?;
        self.whole(me).await
    }

    async fn update_languages(&self, request: Request<UpdateLanguagesRequest>) -> Result<Response<Me>, Status> {
        let (caller, asked) = (self.auth(&request).await?, request.get_ref());
        let native = asked.native_languages.iter().map(String::as_str);
        let learning = asked.learning_languages.iter().map(|it| (it.language.as_str(), it.level.as_str()));
        let languages = Languages::parse(native, learning).or_refuse()?;
        let me = self.chat.people().update_languages(caller.user_id, languages).await.or_refuse()?;
        self.whole(me).await
    }

    async fn find_user(&self, request: Request<FindUserRequest>) -> Result<Response<Profile>, Status> {
        let (caller, user) = (self.auth(&request).await?, UserId::named(&request.get_ref().user_id));
        Ok(Response::new(self.chat.people().profile(caller.user_id, user).await.or_refuse()?.into()))
    }

    async fn list_matches(&self, request: Request<ListMatchesRequest>) -> Result<Response<MatchPage>, Status> {
        let (caller, asked) = (self.auth(&request).await?, request.into_inner());
        let ListMatchesRequest { learning, native, min_level, country, cursor, limit } = asked;
        let question = FindMatches { learning, native, min_level, country, cursor, limit };
        let page = self.chat.people().matches(caller.user_id, question).await.or_refuse()?;
        let items = page.items.into_iter().map(Into::into).collect();
        Ok(Response::new(MatchPage { items, next_cursor: page.next_cursor }))
    }

    async fn list_blocks(&self, request: Request<ListBlocksRequest>) -> Result<Response<BlockPage>, Status> {
        let (caller, cursor) = (self.auth(&request).await?, request.get_ref().cursor.as_deref());
        let page = self.chat.people().list_blocks(caller.user_id, cursor).await.or_refuse()?;
        let items = page.items.into_iter().map(Into::into).collect();
        Ok(Response::new(BlockPage { items, next_cursor: page.next_cursor }))
    }

    async fn block(&self, request: Request<BlockRequest>) -> Result<Response<Done>, Status> {
        let (caller, user) = (self.auth(&request).await?, UserId::named(&request.get_ref().user_id));
        self.chat.people().block(caller.user_id, user).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn unblock(&self, request: Request<UnblockRequest>) -> Result<Response<Done>, Status> {
        let (caller, user) = (self.auth(&request).await?, UserId::named(&request.get_ref().user_id));
        self.chat.people().unblock(caller.user_id, user).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn report(&self, request: Request<ReportRequest>) -> Result<Response<ReportKept>, Status> {
        let (caller, asked) = (self.auth(&request).await?, request.into_inner());
        let ReportRequest { user_id, reason, note, room_id, event_ids } = asked;
        let report = MakeReport { user_id, reason, note, room_id, event_ids };
        let id = self.chat.people().report(caller.user_id, report).await.or_refuse()?.to_string();
        Ok(Response::new(ReportKept { id }))
    }
}

impl Edge {
    /// The names of people, each asked for once.
    pub(crate) async fn briefs(&self, mut people: Vec<UserId>) -> Result<HashMap<UserId, Brief>, Status> {
        people.sort_unstable();
        people.dedup();
        self.chat.people().briefs(&people).await.or_refuse()
    }

    /// With the contacts and the second factor, which identity keeps.
    async fn whole(&self, me: people::Me) -> Result<Response<Me>, Status> {
        let (identity, user) = (self.chat.identity(), me.profile.user_id);
        let contacts = identity.find_contacts(user).await.or_refuse()?;
        let second_factor = match identity.has_logins() {
            true => Some(identity.second_factor(user).await.or_refuse()?.is_some()),
            false => None,
        };
        let birth_date = match me.age {
            Age::Born(date) => Some(date.to_string()),
            Age::Told(_) => None,
        };
        Ok(Response::new(Me {
            profile: Some(me.profile.into()),
            birth_date,
            contacts: contacts.into_iter().map(Into::into).collect(),
            second_factor,
            created_at: Some(at(me.created_at)),
        }))
    }
}

impl From<UpdateMeRequest> for UpdateMe {
    fn from(asked: UpdateMeRequest) -> Self {
        Self {
            display_name: patch(asked.display_name),
            about: patch(asked.about),
            status: patch(asked.status),
            interests: asked.interests.map_or(Patch::Keep, |interests| Patch::Set(interests.items)),
            country: patch(asked.country),
            time_zone: patch(asked.time_zone),
        }
    }
}

/// Absent keeps, empty clears.
pub(crate) fn patch(text: Option<String>) -> Patch<String> {
    match text {
        None => Patch::Keep,
        Some(text) if text.is_empty() => Patch::Clear,
        Some(text) => Patch::Set(text),
    }
}
