//! HTTP and WebSocket, by the client SDK.

use crate::{
    edge::{BORN, COUNTRY, Edge, Form, LEVEL, Person, Refused, Registering},
    world::{PATIENCE, World},
};
use async_trait::async_trait;
use chatlink_client::{
    Chat, Client, ClientError, JobState, Proven, Registration, Target, Watched,
    api::{Completion, LearningLanguage, Login, MatchFilter},
};
use chatlink_protocol::{ClientId, EventBody, EventId, Item, RoomId, UserId};
use std::collections::HashMap;
use tokio::time::timeout;

/// Calls the HTTP edge.
pub(crate) struct OverClient(Client);

struct Attempt {
    registration: Registration,
    proven: Option<Proven>,
}

struct Member {
    chat: Chat,
    rooms: HashMap<RoomId, Watched<Item>>,
}

fn refused(error: ClientError) -> Refused {
    match error {
        ClientError::Refused(problem) => (*problem).into(),
        // It knows by itself.
        ClientError::LoggedOut => Refused { code: "unauthenticated".to_owned(), ..Refused::default() },
        other => panic!("not refused, but {other:?}"),
    }
}

impl OverClient {
    #[allow(clippy::unused_async, reason = "every edge is made in the same way")]
    pub(crate) async fn of(world: &World) -> Self {
        Self(Client::new(&format!("http://{}", world.http)).expect("an address"))
    }
}

#[async_trait]
impl Edge for OverClient {
    async fn register(&self, contact: &str) -> Result<Box<dyn Registering>, Refused> {
        let registration = self.0.register(contact).await.map_err(refused)?;
        Ok(Box::new(Attempt { registration, proven: None }))
    }

    async fn log_in(&self, login: &str, password: &str) -> Result<Box<dyn Person>, Refused> {
        let login = Login { login: login.to_owned(), password: password.into(), second_factor: None };
        Ok(Member::of(self.0.login(&login).await.map_err(refused)?))
    }
}

#[async_trait]
impl Registering for Attempt {
    async fn verify(&mut self, code: &str) -> Result<(), Refused> {
        self.proven = Some(self.registration.verify(&code.into()).await.map_err(refused)?);
        Ok(())
    }

    async fn complete(&mut self, form: &Form) -> Result<Box<dyn Person>, Refused> {
        let learning = LearningLanguage { language: form.learns.to_owned(), level: LEVEL.to_owned() };
        let form = Completion {
            username: form.username.clone(),
            password: form.password.as_str().into(),
            display_name: form.username.clone(),
            birth_date: BORN.to_owned(),
            country: COUNTRY.to_owned(),
            time_zone: None,
            native_languages: vec![form.native.to_owned()],
            learning_languages: vec![learning],
        };
        let proven = self.proven.as_ref().expect("a proof");
        Ok(Member::of(proven.complete(&form).await.map_err(refused)?))
    }
}

impl Member {
    fn of(chat: Chat) -> Box<dyn Person> {
        Box::new(Self { chat, rooms: HashMap::new() })
    }

    /// Waits until what was taken over is acknowledged or refused.
    async fn settled(&self, id: ClientId) -> Result<(), Refused> {
        let mut waiting = self.chat.outgoing();
        loop {
            // It is in the list from when it was taken, until it was acknowledged or refused.
            match waiting.snapshot().iter().find(|job| job.id == id).map(|job| job.state.clone()) {
                Some(JobState::Failed(problem)) => {
                    self.chat.cancel(id).await.map_err(refused)?;
                    return Err(problem.map(|problem| (*problem).into()).unwrap_or_default());
                }
                Some(_) => {}
                None if self.chat.outgoing().snapshot().iter().all(|job| job.id != id) => return Ok(()),
                None => {}
            }
            timeout(PATIENCE, waiting.next()).await.expect("an end in time").expect("a client that runs");
        }
    }
}

fn texts(items: &[Item]) -> Vec<String> {
    let text = |item: &Item| match &item.body {
        EventBody::Message(message) => message.text.clone(),
        _ => None,
    };
    items.iter().filter_map(text).collect()
}

#[async_trait]
impl Person for Member {
    fn id(&self) -> UserId {
        self.chat.identity().user_id
    }

    async fn finds(&mut self) -> Result<Vec<UserId>, Refused> {
        let page = self.chat.matches(&MatchFilter::default(), None).await.map_err(refused)?;
        Ok(page.items.into_iter().map(|found| found.user.id).collect())
    }

    async fn open(&mut self, other: UserId) -> Result<RoomId, Refused> {
        Ok(self.chat.open_direct(other).await.map_err(refused)?.id)
    }

    async fn say(&mut self, room: RoomId, text: &str) -> Result<(), Refused> {
        let id = self.chat.send(room, text).await.map_err(refused)?;
        self.settled(id).await
    }

    async fn edit(&mut self, room: RoomId, message: EventId, text: &str) -> Result<(), Refused> {
        let id = self.chat.edit(room, Target::Sent(message), text).await.map_err(refused)?;
        self.settled(id).await
    }

    async fn hears(&mut self, room: RoomId, count: usize) -> Vec<String> {
        if !self.rooms.contains_key(&room) {
            self.rooms.insert(room, self.chat.timeline(room).await.expect("a timeline"));
        }
        let timeline = self.rooms.get_mut(&room).expect("it was opened");
        while texts(timeline.snapshot()).len() < count {
            timeout(PATIENCE, timeline.next()).await.expect("a change in time").expect("a timeline that goes on");
        }
        texts(timeline.snapshot())
    }

    async fn fall(&mut self) {
        self.chat.background().await;
    }

    async fn rise(&mut self) {
        self.chat.foreground().await;
    }

    async fn log_out(&mut self) -> Result<(), Refused> {
        self.chat.logout().await.map_err(refused)
    }
}
