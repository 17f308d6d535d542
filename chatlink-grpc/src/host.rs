//! A host's backend about its own users.

use crate::{
    edge::Edge,
    ids::Named as _,
    refusal::OrRefuse as _,
    v1::{FindUsersRequest, HostUser, HostUserList, UpsertUserRequest, host_server::Host},
};
use chatlink_core::{
    Invalid,
    people::{AgeBand, ExternalPerson},
};
use chatlink_protocol::UserId;
use std::collections::BTreeMap;
use tonic::{Request, Response, Status};

/// People of one question.
const MOST: usize = 100;

#[tonic::async_trait]
impl Host for Edge {
    async fn upsert_user(&self, request: Request<UpsertUserRequest>) -> Result<Response<HostUser>, Status> {
        self.service(&request).await?;
        let asked = request.into_inner();
        let external_id = asked.external_id.clone();
        let user = self.chat.people().upsert_external(person(asked).or_refuse()?).await.or_refuse()?;
        Ok(Response::new(HostUser { external_id, user_id: user.to_string() }))
    }

    async fn find_users(&self, request: Request<FindUsersRequest>) -> Result<Response<HostUserList>, Status> {
        self.service(&request).await?;
        let FindUsersRequest { external_ids, user_ids } = request.into_inner();
        bounded(&external_ids, &user_ids).or_refuse()?;
        let users: Vec<UserId> = user_ids.iter().map(|id| UserId::named(id)).collect();
        let mut found: BTreeMap<UserId, String> =
            self.chat.people().external_ids(&users).await.or_refuse()?.into_iter().collect();
        let by_name = self.chat.people().external_users(&external_ids).await.or_refuse()?;
        found.extend(by_name.into_iter().map(|(external_id, user)| (user, external_id)));
        let item = |(user, external_id): (UserId, String)| HostUser { external_id, user_id: user.to_string() };
        Ok(Response::new(HostUserList { items: found.into_iter().map(item).collect() }))
    }
}

/// The age band is checked here, the rest by the use case.
fn person(asked: UpsertUserRequest) -> Result<ExternalPerson, Invalid> {
    let UpsertUserRequest { external_id, display_name, age_band, locale } = asked;
    let age_band = age_band.as_deref().map(str::parse::<AgeBand>).transpose()?;
    Ok(ExternalPerson { external_id, display_name, age_band, locale })
}

fn bounded(external_ids: &[String], user_ids: &[String]) -> Result<(), Invalid> {
    match external_ids.len() + user_ids.len() {
        ..=MOST => Ok(()),
        _ => Err(Invalid::field("external_ids", "too_many", format!("at most {MOST} with user_ids"))),
    }
}
