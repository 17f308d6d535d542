//! Registration.

use crate::{
    edge::Edge,
    ids::Named as _,
    refusal::OrRefuse as _,
    time::at,
    v1::{
        Attempt, CompleteRegistrationRequest, LoggedIn, Proof, ResendRegistrationRequest, StartRegistrationRequest,
        VerifyRegistrationRequest, registration_server::Registration,
    },
};
use chatlink_core::identity::{Grant, RegistrationForm, Started, Verified};
use chatlink_protocol::RegistrationId;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl Registration for Edge {
    async fn start_registration(
        &self,
        request: Request<StartRegistrationRequest>,
    ) -> Result<Response<Attempt>, Status> {
        let caller = self.caller(&request)?;
        let started = self.chat.identity().start_registration(&caller, &request.get_ref().contact).await.or_refuse()?;
        Ok(Response::new(started.into()))
    }

    async fn resend_registration(
        &self,
        request: Request<ResendRegistrationRequest>,
    ) -> Result<Response<Attempt>, Status> {
        let (caller, asked) = (self.caller(&request)?, request.get_ref());
        let id = RegistrationId::named(&asked.registration_id);
        Ok(Response::new(self.chat.identity().resend(&caller, id).await.or_refuse()?.into()))
    }

    async fn verify_registration(
        &self,
        request: Request<VerifyRegistrationRequest>,
    ) -> Result<Response<Proof>, Status> {
        let (caller, asked) = (self.caller(&request)?, request.get_ref());
        let id = RegistrationId::named(&asked.registration_id);
        Ok(Response::new(self.chat.identity().verify(&caller, id, &asked.code).await.or_refuse()?.into()))
    }

    async fn complete_registration(
        &self,
        request: Request<CompleteRegistrationRequest>,
    ) -> Result<Response<LoggedIn>, Status> {
        let (caller, asked) = (self.caller(&request)?, request.into_inner());
        let id = RegistrationId::named(&asked.registration_id);
        let login = self.chat.identity().complete(&caller, id, asked.into()).await.or_refuse()?;
        Ok(Response::new(login.into()))
    }
}

impl From<CompleteRegistrationRequest> for RegistrationForm {
    fn from(asked: CompleteRegistrationRequest) -> Self {
        Self {
            proof: asked.proof,
            grant: Grant::Token,
            username: asked.username,
            password: asked.password,
            display_name: asked.display_name,
            birth_date: asked.birth_date,
            country: asked.country,
            time_zone: asked.time_zone,
            native_languages: asked.native_languages,
            learning_languages: asked.learning_languages.into_iter().map(|it| (it.language, it.level)).collect(),
        }
    }
}

impl From<Started> for Attempt {
    fn from(started: Started) -> Self {
        Self {
            registration_id: started.id.to_string(),
            resend_at: started.resend_at.map(at),
            expires_at: Some(at(started.expires_at)),
        }
    }
}

impl From<Verified> for Proof {
    fn from(verified: Verified) -> Self {
        Self { proof: verified.proof, complete_by: Some(at(verified.complete_by)) }
    }
}
