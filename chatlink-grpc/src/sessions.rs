//! Sessions.

use crate::{
    edge::Edge,
    ids::Named as _,
    refusal::OrRefuse as _,
    time::at,
    v1::{
        Done, ListSessionsRequest, LogInRequest, LogOutRequest, LoggedIn, RefreshSessionRequest,
        RevokeOtherSessionsRequest, RevokeSessionRequest, Session, SessionItem, SessionList, sessions_server::Sessions,
    },
};
use chatlink_core::identity::{self, Grant, Granted, Held, LoginForm, SessionView};
use chatlink_protocol::SessionId;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl Sessions for Edge {
    async fn log_in(&self, request: Request<LogInRequest>) -> Result<Response<LoggedIn>, Status> {
        let (caller, asked) = (self.caller(&request)?, request.into_inner());
        let LogInRequest { login, password, second_factor } = asked;
        let form = LoginForm { login, password, second_factor, grant: Grant::Token };
        Ok(Response::new(self.chat.identity().login(&caller, form).await.or_refuse()?.into()))
    }

    async fn refresh_session(&self, request: Request<RefreshSessionRequest>) -> Result<Response<Session>, Status> {
        self.caller(&request)?;
        let granted = self.chat.identity().refresh(&request.get_ref().refresh_token).await.or_refuse()?;
        Ok(Response::new(granted.into()))
    }

    async fn list_sessions(&self, request: Request<ListSessionsRequest>) -> Result<Response<SessionList>, Status> {
        self.caller(&request)?;
        let me = self.login(&request).await?;
        let sessions = self.chat.identity().list_sessions(&me).await.or_refuse()?;
        Ok(Response::new(SessionList { items: sessions.into_iter().map(Into::into).collect() }))
    }

    async fn revoke_session(&self, request: Request<RevokeSessionRequest>) -> Result<Response<Done>, Status> {
        let (caller, me) = (self.caller(&request)?, self.login(&request).await?);
        let session = SessionId::named(&request.get_ref().session_id);
        self.chat.identity().revoke_session(&caller, &me, session).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn revoke_other_sessions(
        &self,
        request: Request<RevokeOtherSessionsRequest>,
    ) -> Result<Response<Done>, Status> {
        let (caller, me) = (self.caller(&request)?, self.login(&request).await?);
        self.chat.identity().revoke_others(&caller, &me).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn log_out(&self, request: Request<LogOutRequest>) -> Result<Response<Done>, Status> {
        self.caller(&request)?;
        let me = self.login(&request).await?;
        self.chat.identity().logout(&me).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }
}

impl From<identity::LoggedIn> for LoggedIn {
    fn from(login: identity::LoggedIn) -> Self {
        Self { user_id: login.user_id.to_string(), username: login.username, session: Some(login.session.into()) }
    }
}

impl From<Granted> for Session {
    fn from(granted: Granted) -> Self {
        let bare = Self { session_id: granted.session_id.to_string(), ..Self::default() };
        match granted.held {
            Held::Tokens { access_token, access_expires_at, refresh_token } => {
                Self { access_token, access_expires_at: Some(at(access_expires_at)), refresh_token, ..bare }
            }
            // Nobody asks for one here.
            Held::Cookie { .. } => bare,
        }
    }
}

impl From<SessionView> for SessionItem {
    fn from(view: SessionView) -> Self {
        Self {
            session_id: view.session_id.to_string(),
            created_at: Some(at(view.created_at)),
            last_used_at: Some(at(view.last_used_at)),
            current: view.current,
            device: view.device,
            grant: view.grant.as_str().to_owned(),
        }
    }
}
