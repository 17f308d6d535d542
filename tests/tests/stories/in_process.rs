//! The engine itself, as a Rust app that embeds it has it.

use crate::{
    edge::{BORN, COUNTRY, Edge, Form, LEVEL, Person, Refused, Registering},
    world::{PATIENCE, World},
};
use async_trait::async_trait;
use chatlink_core::{
    ChatLink, Coded,
    identity::{Caller, Grant, Held, LoggedIn, LoginForm, Principal, RegistrationForm},
    people::FindMatches,
    realtime::{Connection, Outgoing},
    timeline::NewMessage,
};
use chatlink_protocol::{
    EventBody, EventId, RegistrationId, RoomId, Seq, UserId,
    frame::{ClientFrame, Command, Push},
};
use std::collections::BTreeMap;
use tokio::time::timeout;

/// Calls the engine.
pub(crate) struct InProcess(ChatLink);

struct Attempt {
    chat: ChatLink,
    id: RegistrationId,
    proof: String,
}

struct Member {
    chat: ChatLink,
    id: UserId,
    token: String,
    line: Option<Connection>,
    epoch: String,
    heard: BTreeMap<RoomId, BTreeMap<Seq, String>>,
    heads: BTreeMap<RoomId, Seq>,
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
pub(crate) fn refused(error: impl Coded) -> Refused {
    error.problem().into()
}

impl InProcess {
    #[allow(clippy::unused_async, reason = "every edge is made in the same way")]
    pub(crate) async fn of(world: &World) -> Self {
        Self(world.chat.clone())
    }
}

#[async_trait]
impl Edge for InProcess {
    async fn register(&self, contact: &str) -> Result<Box<dyn Registering>, Refused> {
        let started = self.0.identity().start_registration(&Caller::default(), contact).await.map_err(refused)?;
        Ok(Box::new(Attempt { chat: self.0.clone(), id: RegistrationId::from_uuid(started.id), proof: String::new() }))
    }

    async fn log_in(&self, login: &str, password: &str) -> Result<Box<dyn Person>, Refused> {
        let form = LoginForm {
            login: login.to_owned(),
            password: password.to_owned(),
            second_factor: None,
            grant: Grant::Token,
        };
        let login = self.0.identity().login(&Caller::default(), form).await.map_err(refused)?;
        Ok(Box::new(Member::of(self.0.clone(), login).await))
    }
}

#[async_trait]
impl Registering for Attempt {
    async fn verify(&mut self, code: &str) -> Result<(), Refused> {
        let verified = self.chat.identity().verify(&Caller::default(), self.id, code).await.map_err(refused)?;
        self.proof = verified.proof;
        Ok(())
    }

    async fn complete(&mut self, form: &Form) -> Result<Box<dyn Person>, Refused> {
        let form = RegistrationForm {
            proof: self.proof.clone(),
            grant: Grant::Token,
            username: form.username.clone(),
            password: form.password.clone(),
            display_name: form.username.clone(),
            birth_date: BORN.to_owned(),
            country: COUNTRY.to_owned(),
            time_zone: None,
            native_languages: vec![form.native.to_owned()],
            learning_languages: vec![(form.learns.to_owned(), LEVEL.to_owned())],
        };
        let joined = self.chat.identity().complete(&Caller::default(), self.id, form).await.map_err(refused)?;
        Ok(Box::new(Member::of(self.chat.clone(), joined).await))
    }
}

impl Member {
    async fn of(chat: ChatLink, login: LoggedIn) -> Self {
        let Held::Tokens { access_token: token, .. } = login.session.held else { panic!("no tokens") };
        let (heard, heads, epoch) = (BTreeMap::new(), BTreeMap::new(), chat.epoch().to_owned());
        let mut member = Self { chat, id: login.user_id, token, line: None, epoch, heard, heads };
        member.rise().await;
        member
    }

    /// As an edge asks before each call.
    async fn me(&self) -> Result<Principal, Refused> {
        self.chat.identity().authenticate_bearer(&self.token).await.map_err(refused)
    }

    fn take(&mut self, frame: &[u8]) {
        if let Ok(Push::Event { event }) = serde_json::from_slice(frame) {
            let head = self.heads.entry(event.room_id).or_default();
            *head = event.seq.max(*head);
            if let EventBody::Message(message) = event.body {
                let texts = self.heard.entry(event.room_id).or_default();
                assert!(texts.insert(event.seq, message.text.unwrap_or_default()).is_none(), "twice: {}", event.seq.0);
            }
        }
    }

    fn texts(&self, room: RoomId) -> Vec<String> {
        self.heard.get(&room).map(|texts| texts.values().cloned().collect()).unwrap_or_default()
    }
}

#[async_trait]
impl Person for Member {
    fn id(&self) -> UserId {
        self.id
    }

    async fn finds(&mut self) -> Result<Vec<UserId>, Refused> {
        let me = self.me().await?;
        let page = self.chat.people().matches(me.user_id, FindMatches::default()).await.map_err(refused)?;
        Ok(page.items.into_iter().map(|found| found.user.user_id).collect())
    }

    async fn open(&mut self, other: UserId) -> Result<RoomId, Refused> {
        let me = self.me().await?;
        Ok(self.chat.rooms().open_direct(me.user_id, other).await.map_err(refused)?.room.room_id)
    }

    async fn say(&mut self, room: RoomId, text: &str) -> Result<(), Refused> {
        let me = self.me().await?;
        let message = NewMessage::parse(self.chat.fresh_client_id(), text, None, None).map_err(refused)?;
        self.chat.timeline().send(me.user_id, room, message).await.map(|_| ()).map_err(refused)
    }

    async fn edit(&mut self, room: RoomId, message: EventId, text: &str) -> Result<(), Refused> {
        let me = self.me().await?;
        let text = text.parse().map_err(|error: chatlink_core::Invalid| refused(error))?;
        self.chat.timeline().edit(me.user_id, room, message, text).await.map(|_| ()).map_err(refused)
    }

    async fn hears(&mut self, room: RoomId, count: usize) -> Vec<String> {
        while self.texts(room).len() < count {
            let line = self.line.as_ref().expect("a line");
            match timeout(PATIENCE, line.outgoing()).await.expect("a frame in time") {
                Outgoing::Frames(frames) => frames.iter().for_each(|frame| self.take(frame)),
                Outgoing::Close(code) => panic!("closed: {code:?}"),
            }
        }
        self.texts(room)
    }

    async fn fall(&mut self) {
        self.line = None;
    }

    async fn rise(&mut self) {
        let me = self.me().await.expect("a session");
        let line = self.chat.connect(me.user_id, me.session_id, me.expires_at, 0).await.expect("a line");
        let command =
            Command::Resume { epoch: self.epoch.clone(), user_seq: Default::default(), rooms: self.heads.clone() };
        line.handle(ClientFrame { id: None, command }).await;
        self.line = Some(line);
    }

    async fn log_out(&mut self) -> Result<(), Refused> {
        self.chat.identity().logout(&self.me().await?).await.map_err(refused)
    }
}
