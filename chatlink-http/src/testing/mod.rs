//! Tests of the edge, on the in-memory store: what a caller sees, call by call.

mod access;
mod cors;
mod document;
mod framework;
mod matrix;
mod names;
mod passkeys;
mod people;
mod pictures;
mod rates;
mod rights;
mod room_pictures;
mod sockets;
mod talk;
mod time;

use crate::{Cookie, Options, Origins, router_with};
use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{Method, Request, Response, header},
};
use chatlink_core::{
    ChatLink, ChatLinkBuilder, Keys, Settings,
    identity::{Caller, Grant, Granted, Held, LoginForm, RegistrationForm},
    memory::{Mailbox, MemoryStore},
    previews::{Preview, PreviewFetcher, WebAddress},
    settings::{CodeLimits, PasswordCost, TalkLimits},
};
use chatlink_protocol::UserId;
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt as _;

/// The page that may use the cookie.
const PAGE: &str = "https://chat.example.org";

/// A host's page of another origin, which has tokens.
const HOST_PAGE: &str = "https://app.example.com";

/// An engine, its edge, and the mailbox of its people.
struct World {
    chat: ChatLink,
    app: Router,
    mailbox: Mailbox,
}

/// The web of a world: every page is silent.
struct NoPages;

#[async_trait]
impl PreviewFetcher for NoPages {
    async fn fetch(&self, _: &WebAddress) -> Option<Preview> {
        None
    }
}

/// A person with a session of each kind.
struct Person {
    id: UserId,
    bearer: String,
    cookie: String,
    csrf: String,
}

/// An answer, read to its end.
struct Answer {
    status: u16,
    head: Response<()>,
    body: Value,
}

impl World {
    async fn new() -> Self {
        Self::with(Options { origins: Origins::exact([PAGE]), ..Options::default() }).await
    }

    async fn with(options: Options) -> Self {
        Self::under(options, TalkLimits::default()).await
    }

    async fn under(options: Options, talk: TalkLimits) -> Self {
        Self::of(ChatLink::builder(), options, talk).await
    }

    /// An engine that has besides what the builder was given: a clock, a host's verifier.
    async fn of(builder: ChatLinkBuilder, options: Options, talk: TalkLimits) -> Self {
        Self::on(Arc::default(), builder, options, talk).await
    }

    /// One node of those on a store.
    async fn on(store: Arc<MemoryStore>, builder: ChatLinkBuilder, options: Options, talk: TalkLimits) -> Self {
        let mailbox = Mailbox::default();
        // Where rates are another table's, many people may join.
        let mut codes = CodeLimits::default();
        if !talk.enforced {
            codes.starts_an_hour = 10_000;
        }
        let settings = Settings { codes, password_cost: PasswordCost::for_tests(), talk, ..Settings::default() };
        let chat = builder
            .store(store)
            .keys(Keys::new(vec![vec![1; 32]]).unwrap())
            .sender(Arc::new(mailbox.clone()))
            .pictures(Arc::new(pictures::FakePictures))
            .passkeys(Arc::new(passkeys::FakePasskeys))
            .previews(Arc::new(NoPages))
            .settings(settings)
            .build()
            .await
            .unwrap();
        Self { app: router_with(chat.clone(), options), chat, mailbox }
    }

    /// Registers a grown-up and logs in by token and by cookie.
    async fn person(&self, name: &str) -> Person {
        let (caller, contact) = (Caller::default(), format!("{name}@example.org"));
        let identity = self.chat.identity();
        let started = identity.start_registration(&caller, &contact).await.unwrap();
        let id = chatlink_protocol::RegistrationId::from_uuid(started.id);
        let code = self.mailbox.code_for(&contact).unwrap();
        let proof = identity.verify(&caller, id, &code).await.unwrap().proof;
        let form = RegistrationForm {
            proof,
            grant: Grant::Token,
            username: name.to_owned(),
            password: password_of(name),
            display_name: name.to_owned(),
            birth_date: "1990-01-31".to_owned(),
            country: "DE".to_owned(),
            time_zone: None,
            native_languages: vec!["en".to_owned()],
            learning_languages: vec![("es".to_owned(), "B1".to_owned())],
        };
        let joined = identity.complete(&caller, id, form).await.unwrap();
        let Held::Tokens { access_token: bearer, .. } = joined.session.held else { panic!("tokens were asked for") };
        let Held::Cookie { token: cookie, csrf_token: csrf, .. } = self.log_in(name, Grant::Cookie).await.held else {
            panic!("a cookie was asked for")
        };
        Person { id: joined.user_id, bearer, cookie, csrf }
    }

    /// Lets the two know each other: one may bring the other into a group at once.
    async fn befriend(&self, one: &Person, other: &Person) {
        let room = self.chat.rooms().open_direct(one.id, other.id).await.unwrap().room.room_id;
        self.chat.rooms().accept(other.id, room).await.unwrap();
    }

    /// Another session of a person.
    async fn log_in(&self, name: &str, grant: Grant) -> Granted {
        let form = LoginForm { login: name.to_owned(), password: password_of(name), grant, ..LoginForm::default() };
        self.chat.identity().login(&Caller::default(), form).await.unwrap().session
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let (head, body) = self.app.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: head.status.as_u16(), head: Response::from_parts(head, ()), body }
    }

    /// A call by bearer token; `null` is no body.
    async fn call(&self, person: &Person, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder().method(method).uri(format!("/v1{path}"));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", person.bearer));
        self.send(with_json(request, body)).await
    }

    async fn get(&self, person: &Person, path: &str) -> Answer {
        self.call(person, Method::GET, path, Value::Null).await
    }

    async fn post(&self, person: &Person, path: &str, body: Value) -> Answer {
        self.call(person, Method::POST, path, body).await
    }
}

impl Answer {
    /// Asserts a problem of that status and code.
    #[track_caller]
    fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.head.headers()[header::CONTENT_TYPE], "application/problem+json");
        self
    }

    /// Asserts a good answer of that status.
    #[track_caller]
    fn good(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.head.headers()[header::CACHE_CONTROL], "no-store");
        self.body
    }
}

impl Person {
    /// A request with the cookie, as a browser sends it.
    fn by_cookie(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let name = Cookie::default().set(&self.cookie, std::time::Duration::ZERO);
        let pair = name.to_str().unwrap().split(';').next().unwrap().to_owned();
        Request::builder().method(method).uri(format!("/v1{path}")).header(header::COOKIE, pair)
    }
}

/// The password that a person of this name chose.
fn password_of(name: &str) -> String {
    format!("a long way to {name} 7")
}

#[allow(clippy::needless_pass_by_value, reason = "reads better where it is called")]
fn with_json(request: axum::http::request::Builder, body: Value) -> Request<Body> {
    if body.is_null() {
        return request.body(Body::empty()).unwrap();
    }
    request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
}
