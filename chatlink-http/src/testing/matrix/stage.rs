//! People and things for the matrix: Ann calls, Bob is her friend, Cal and Dan are strangers, Fay blocks
//! her.

use super::{
    super::{PAGE, Person, World, password_of, with_json},
    Answer,
    operation::{Entry, Operation, Payload},
};
use crate::{Options, Origins};
use async_trait::async_trait;
use axum::{
    body::Body,
    http::{Method, Request, header, request::Builder},
};
use chatlink_core::{
    ChatLink,
    clock::{Clock as _, ManualClock},
    identity::{Caller, Grant, Granted, Held, HostUser, Verifier, VerifierError},
    people::ExternalPerson,
    settings::TalkLimits,
};
use data_encoding::BASE32_NOPAD;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tower::ServiceExt as _;
use uuid::Uuid;

/// What a call shows to say who sent it.
pub(super) enum Login<'a> {
    Nothing,
    Bearer(&'a str),
    Cookie { person: &'a Person, csrf: &'a str, page: &'a str },
}

impl<'a> Login<'a> {
    /// As a browser on our own page shows it.
    pub(super) fn browser(person: &'a Person) -> Self {
        Self::Cookie { person, csrf: &person.csrf, page: PAGE }
    }
}

pub(super) struct Stage {
    world: World,
    pub(super) clock: Arc<ManualClock>,
    pub(super) ann: Person,
    pub(super) bob: Person,
    cal: Person,
    /// Ann by a token that expired and a cookie that was not used for too long.
    pub(super) expired: Person,
    /// Ann by sessions that she ended.
    pub(super) revoked: Person,
    values: BTreeMap<&'static str, String>,
}

impl Stage {
    pub(super) async fn set() -> Self {
        let clock = Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
        let options = Options { origins: Origins::exact([PAGE]), ..Options::default() };
        // Rates are another table's: unhappy.
        let talk = TalkLimits { enforced: false, ..TalkLimits::default() };
        let world = World::of(ChatLink::builder().clock(clock.clone()), options, talk).await;
        let mut expired = world.person("ann").await;
        clock.advance(Duration::from_secs(31 * 24 * 3600));
        expired.bearer = tokens(world.log_in("ann", Grant::Token).await).0;
        clock.advance(Duration::from_secs(600));
        let (revoked, revoked_session) = revoked(&world, &expired).await;
        let ann = again(&world, &expired).await;
        let (bob, cal, dan, fay) = (
            world.person("bob").await,
            world.person("cal").await,
            world.person("dan").await,
            world.person("fay").await,
        );
        let mut stage = Self { world, clock, ann, bob, cal, expired, revoked, values: BTreeMap::new() };
        stage.put("$revoked_session", revoked_session);
        stage.put("$password", password_of("ann"));
        stage.put("$absent", Uuid::from_u128(0x0189_0000_0000_7000_8000_0000_0000_0009).to_string());
        for (place, person) in [("$bob", &stage.bob.id), ("$stranger", &dan.id), ("$blocker", &fay.id)] {
            stage.values.insert(place, person.to_string());
        }
        stage.put("$soon", stage.clock.now().plus(Duration::from_secs(3600)).to_string());
        stage.rooms(&dan).await;
        stage.waiting().await;
        stage.doors().await;
        stage.people(&fay).await;
        stage.attempts().await;
        stage.passkeys().await;
        let phone = stage.world.log_in("ann", Grant::Token).await;
        stage.put("$session", phone.session_id.to_string());
        stage.put("$refresh", tokens(phone).1);
        let foreign = stage.world.log_in("cal", Grant::Token).await;
        stage.put("$foreign_session", foreign.session_id.to_string());
        stage
    }

    fn put(&mut self, place: &'static str, value: impl Into<String>) {
        self.values.insert(place, value.into());
    }

    /// A message of Ann's that waits for its time, and one of Cal's.
    async fn waiting(&mut self) {
        let put = async |person: &Person, room: &str| {
            let name = self.world.chat.fresh_client_id().to_string();
            let body = json!({ "room_id": self.values[room], "text": "later", "send_at": self.values["$soon"] });
            self.world.call(person, Method::PUT, &format!("/me/scheduled/{name}"), body).await.good(204);
            name
        };
        let (mine, foreign) = (put(&self.ann, "$room").await, put(&self.cal, "$foreign_room").await);
        self.values.extend([("$waiting", mine), ("$foreign_waiting", foreign)]);
    }

    async fn rooms(&mut self, dan: &Person) {
        let (world, ann, bob, cal) = (&self.world, &self.ann, &self.bob, &self.cal);
        let room = direct(world, ann, bob).await;
        let message = say(world, ann, &room).await;
        world.post(bob, &format!("/requests/{room}/accept"), Value::Null).await.good(204);
        let bobs_message = say(world, bob, &room).await;
        let (team, bobs_team) = (group(world, ann, bob).await, group(world, bob, ann).await);
        let (foreign, left) = (group(world, cal, dan).await, group(world, bob, ann).await);
        world.post(ann, &format!("/rooms/{left}/leave"), Value::Null).await.good(204);
        let (poll, bobs_poll) = (ask(world, ann, &room).await, ask(world, bob, &room).await);
        let foreign_message = say(world, cal, &foreign).await;
        let correction = correct(world, bob, &room, &message).await;
        let anns_correction = correct(world, ann, &room, &bobs_message).await;
        let (request, foreign_request) = (direct(world, cal, ann).await, direct(world, dan, bob).await);
        let _ = (say(world, cal, &request).await, say(world, dan, &foreign_request).await);
        self.values.extend([
            ("$room", room),
            ("$message", message),
            ("$bobs_message", bobs_message),
            ("$poll", poll),
            ("$bobs_poll", bobs_poll),
            ("$correction", correction),
            ("$anns_correction", anns_correction),
            ("$team", team),
            ("$bobs_team", bobs_team),
            ("$foreign_room", foreign),
            ("$foreign_message", foreign_message),
            ("$left_room", left),
            ("$request", request),
            ("$foreign_request", foreign_request),
        ]);
    }

    /// Cal asks to be let into Ann's team; Bob invites into a team of his, where Ann is not; another one of his
    /// stands open.
    async fn doors(&mut self) {
        let (world, ann, bob, cal) = (&self.world, &self.ann, &self.bob, &self.cal);
        let team = format!("/rooms/{}", self.values["$team"]);
        let by_request = json!({ "visibility": "public", "join": "request" });
        world.call(ann, Method::PATCH, &team, by_request).await.good(200);
        world.post(cal, &format!("{team}/join"), Value::Null).await.good(200);
        let invite = world.post(ann, &format!("{team}/invites"), json!({})).await.good(201);
        let (private, public) = (group(world, bob, cal).await, group(world, bob, cal).await);
        let open = json!({ "visibility": "public", "join": "open" });
        world.call(bob, Method::PATCH, &format!("/rooms/{public}"), open).await.good(200);
        let invites = format!("/rooms/{private}/invites");
        let (good, revoked) = (
            world.post(bob, &invites, json!({})).await.good(201),
            world.post(bob, &invites, json!({})).await.good(201),
        );
        world.call(bob, Method::DELETE, &format!("{invites}/{}", id(&revoked)), Value::Null).await.good(204);
        let version = self.picture_of(&self.values["$team"], ann).await;
        let _ = self.picture_of(&private, bob).await;
        let token = |invite: &Value| invite["token"].as_str().unwrap().to_owned();
        self.values.extend([
            ("$asker", cal.id.to_string()),
            ("$invite", id(&invite)),
            ("$team_version", version),
            ("$public_room", public),
            ("$token", token(&good)),
            ("$revoked_token", token(&revoked)),
        ]);
    }

    async fn people(&mut self, fay: &Person) {
        let blocks = format!("/blocks/{}", self.ann.id);
        self.world.call(fay, Method::PUT, &blocks, Value::Null).await.good(204);
        let request = Request::put("/v1/me/avatar").header(header::CONTENT_TYPE, "image/png");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.bob.bearer));
        let me = self.world.send(request.body(Body::from("picture")).unwrap()).await.good(200);
        self.put("$version", me["avatar"]["version"].as_str().unwrap());
    }

    /// Gives a group a picture; its version.
    async fn picture_of(&self, room: &str, owner: &Person) -> String {
        let request = Request::put(format!("/v1/rooms/{room}/avatar")).header(header::CONTENT_TYPE, "image/png");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", owner.bearer));
        let room = self.world.send(request.body(Body::from("picture")).unwrap()).await.good(200);
        room["avatar"]["version"].as_str().unwrap().to_owned()
    }

    async fn attempts(&mut self) {
        let registration = self.start("/registrations", json!({ "contact": "hal@example.org" })).await;
        let proved = self.start("/registrations", json!({ "contact": "eve@example.org" })).await;
        let code = self.world.mailbox.code_for("eve@example.org").unwrap();
        let verify = Request::post(format!("/v1/registrations/{proved}/verify"));
        let proof = self.world.send(with_json(verify, json!({ "code": code }))).await.good(200);
        let reset = self.start("/password-resets", json!({ "login": "cal" })).await;
        let add = |name: &str| json!({ "contact": format!("{name}2@example.org"), "password": password_of(name) });
        let mine = self.world.post(&self.ann, "/me/contacts", add("ann")).await.good(202);
        let foreign = self.world.post(&self.cal, "/me/contacts", add("cal")).await.good(202);
        self.values.extend([
            ("$registration", registration),
            ("$proved", proved),
            ("$proof", proof["proof"].as_str().unwrap().to_owned()),
            ("$reset", reset),
            ("$attempt", id(&mine)),
            ("$foreign_attempt", id(&foreign)),
        ]);
    }

    /// A passkey of Ann's and one of Cal's, and ceremonies that wait.
    async fn passkeys(&mut self) {
        for (name, passkey, ceremony) in
            [("ann", "$passkey", "$ceremony"), ("cal", "$foreign_passkey", "$foreign_ceremony")]
        {
            let person = if name == "ann" { &self.ann } else { &self.cal };
            let begin = async || {
                let proof = json!({ "password": password_of(name) });
                id(&self.world.post(person, "/me/passkeys/begin", proof).await.good(201))
            };
            let credential = json!({ "id": format!("{name}s"), "is_right": true });
            let add = json!({ "ceremony_id": begin().await, "name": "phone", "credential": credential });
            let kept = id(&self.world.post(person, "/me/passkeys", add).await.good(201));
            let waiting = begin().await;
            self.values.extend([(passkey, kept), (ceremony, waiting)]);
        }
        let begin = with_json(Request::post("/v1/sessions/passkey/begin"), Value::Null);
        let login = id(&self.world.send(begin).await.good(201));
        let ann = self.ann.id.to_string();
        self.values.extend([("$login_ceremony", login), ("$ann", ann)]);
    }

    async fn start(&self, path: &str, body: Value) -> String {
        id(&self.world.send(with_json(Request::post(format!("/v1{path}")), body)).await.good(202))
    }

    /// A call of the entry's, with other values in some places.
    pub(super) async fn call(
        &self,
        operation: &Operation,
        entry: &Entry,
        login: &Login<'_>,
        instead: &[(&str, &str)],
    ) -> Answer {
        let fill = |text: &str| {
            let text = instead.iter().fold(text.to_owned(), |text, (place, other)| text.replace(place, other));
            self.fill(&text)
        };
        let request = match login {
            Login::Nothing => Request::builder(),
            Login::Bearer(token) => Request::builder().header(header::AUTHORIZATION, format!("Bearer {token}")),
            Login::Cookie { person, csrf, page } => {
                let request = person.by_cookie(Method::GET, "").header(header::ORIGIN, *page);
                if csrf.is_empty() { request } else { request.header("x-csrf-token", *csrf) }
            }
        };
        send(&self.world, operation, entry, request, &fill).await
    }

    fn fill(&self, text: &str) -> String {
        // Longer names first: `$bob` is a part of `$bobs_message`.
        let mut names: Vec<_> = self.values.keys().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let text = names.into_iter().fold(text.to_owned(), |text, name| text.replace(name, &self.values[name]));
        text.replace("$fresh", &self.world.chat.fresh_client_id().to_string())
    }

    /// Switches Ann's second factor on.
    pub(super) async fn second_factor(&self) {
        let by_cookie = |path: &str| {
            let request = self.ann.by_cookie(Method::POST, path).header(header::ORIGIN, PAGE);
            request.header("x-csrf-token", &self.ann.csrf)
        };
        let offer = with_json(by_cookie("/me/totp"), json!({ "password": password_of("ann") }));
        let offer = self.world.send(offer).await.good(201);
        let seed = BASE32_NOPAD.decode(offer["secret"].as_str().unwrap().as_bytes()).unwrap();
        let totp = totp_rs::Builder::new().with_secret(seed).build().unwrap();
        let code = totp.generate(self.clock.now().as_secs().unsigned_abs()).to_string();
        let confirm = with_json(by_cookie("/me/totp/confirm"), json!({ "code": code }));
        self.world.send(confirm).await.good(200);
    }

    /// What Ann sees of her own account.
    pub(super) async fn account(&self) -> Value {
        let request = self.ann.by_cookie(Method::GET, "/me").body(Body::empty()).unwrap();
        let mut me = self.world.send(request).await.good(200);
        me.as_object_mut().unwrap().remove("active_at");
        me
    }

    /// All that Ann, Bob and Cal can see, and all mails: two digests are equal when nothing changed.
    pub(super) async fn digest(&self) -> Value {
        let mut seen = vec![json!(self.world.mailbox.letters().len())];
        for person in [&self.ann, &self.bob, &self.cal] {
            for part in [
                "me",
                "me/settings",
                "me/log?after=0",
                "me/security-log",
                "sessions",
                "blocks",
                "contacts",
                "requests",
                "me/passkeys",
                "me/corrections",
            ] {
                seen.push(self.world.get(person, &format!("/{part}")).await.good(200));
            }
            let rooms = self.world.get(person, "/rooms").await.good(200);
            for room in rooms["items"].as_array().unwrap() {
                let room = format!("/rooms/{}", id(room));
                for part in ["", "/timeline", "/members", "/receipts"] {
                    seen.push(self.world.get(person, &format!("{room}{part}")).await.good(200));
                }
                // Those who lead it alone see these.
                for part in ["/invites", "/asking"] {
                    seen.push(self.world.get(person, &format!("{room}{part}")).await.body["items"].clone());
                }
            }
            seen.push(rooms);
        }
        Value::Array(seen)
    }
}

/// An engine whose people are a host's.
pub(super) struct HostStage(World);

struct Host;

#[async_trait]
impl Verifier for Host {
    async fn verify(&self, token: &str) -> Result<Option<HostUser>, VerifierError> {
        let person =
            || HostUser { person: ExternalPerson::new(token), expires_at: "2100-01-01T00:00:00Z".parse().ok() };
        Ok(token.starts_with("host-").then(person))
    }
}

impl HostStage {
    pub(super) async fn set() -> Self {
        let builder = ChatLink::builder().verifier(Arc::new(Host));
        Self(World::of(builder, Options::default(), TalkLimits { enforced: false, ..TalkLimits::default() }).await)
    }

    /// A call about things that are not there.
    pub(super) async fn call(&self, operation: &Operation, entry: &Entry, credential: &str) -> Answer {
        let request = Request::builder();
        let request = if credential.is_empty() { request } else { request.header(header::AUTHORIZATION, credential) };
        send(&self.0, operation, entry, request, &str::to_owned).await
    }
}

async fn send(
    world: &World,
    operation: &Operation,
    entry: &Entry,
    request: Builder,
    fill: &dyn Fn(&str) -> String,
) -> Answer {
    let params = entry.params.iter();
    let path = params.fold(operation.path.clone(), |path, (name, place)| path.replace(&format!("{{{name}}}"), place));
    assert!(!path.contains('{'), "{}: the entry fills not all of {path}", entry.id);
    let request = request.method(operation.method.clone()).uri(fill(&path));
    let request = match &entry.payload {
        Payload::Nothing => with_json(request, Value::Null),
        Payload::Json(body) => with_json(request, serde_json::from_str(&fill(&body.to_string())).unwrap()),
        Payload::Picture => request.header(header::CONTENT_TYPE, "image/png").body(Body::from("picture")).unwrap(),
    };
    let (head, body) = world.app.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

fn tokens(granted: Granted) -> (String, String) {
    let Held::Tokens { access_token, refresh_token, .. } = granted.held else { panic!("tokens were asked for") };
    (access_token, refresh_token)
}

/// The person by two new sessions.
async fn again(world: &World, person: &Person) -> Person {
    let (bearer, _) = tokens(world.log_in("ann", Grant::Token).await);
    let Held::Cookie { token: cookie, csrf_token: csrf, .. } = world.log_in("ann", Grant::Cookie).await.held else {
        panic!("a cookie was asked for")
    };
    Person { id: person.id, bearer, cookie, csrf }
}

/// The person by two sessions that are ended, and the id of one.
async fn revoked(world: &World, person: &Person) -> (Person, String) {
    let (person, identity) = (again(world, person).await, world.chat.identity());
    let by_token = identity.authenticate_bearer(&person.bearer).await.unwrap();
    let by_cookie = identity.authenticate_cookie(&person.cookie).await.unwrap();
    for session in [by_token.session_id, by_cookie.session_id].into_iter().flatten() {
        identity.revoke_session(&Caller::default(), &by_token, session).await.unwrap();
    }
    (person, by_token.session_id.unwrap().to_string())
}

async fn direct(world: &World, one: &Person, other: &Person) -> String {
    id(&world.post(one, "/rooms", json!({ "kind": "direct", "user_id": other.id })).await.good(201))
}

async fn group(world: &World, owner: &Person, member: &Person) -> String {
    world.befriend(owner, member).await;
    let name = world.chat.fresh_client_id();
    let body = json!({ "kind": "group", "client_id": name, "title": "Trio", "members": [member.id] });
    id(&world.post(owner, "/rooms", body).await.good(201))
}

async fn ask(world: &World, person: &Person, room: &str) -> String {
    let poll = json!({ "options": ["yes", "no"] });
    let body = json!({ "client_id": world.chat.fresh_client_id(), "text": "tea?", "poll": poll });
    id(&world.post(person, &format!("/rooms/{room}/messages"), body).await.good(201))
}

async fn say(world: &World, person: &Person, room: &str) -> String {
    let body = json!({ "client_id": world.chat.fresh_client_id(), "text": "hello" });
    id(&world.post(person, &format!("/rooms/{room}/messages"), body).await.good(201))
}

async fn correct(world: &World, person: &Person, room: &str, message: &str) -> String {
    let body = json!({ "client_id": world.chat.fresh_client_id(), "text": "hello!" });
    id(&world.post(person, &format!("/rooms/{room}/messages/{message}/corrections"), body).await.good(201))
}
