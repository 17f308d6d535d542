//! After a deletion no row of any table names the person, but for those that are listed here with their
//! reason. A new table is missing in the list, and this says so: whoever adds one decides what becomes of
//! it, and fills it here so that the look at it means something.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so when something is not as it must be")]

use bytes::Bytes;
use chatlink_core::{
    ChatLink, Keys, Settings, Store,
    clock::{Clock as _, SystemClock},
    identity::{Caller, Grant, Held, LoginForm, Principal, Reauth, RegistrationForm},
    memory::Mailbox,
    people::{Avatar, ExternalPerson, MakeReport, Patch, UpdateMe, UpdateSettings},
    protocol::{AskedPoll, ContactAttemptId, RegistrationId, RoomId, UserId},
    rights::Words,
    rooms::{GroupRequest, History, InviteRequest, Join, PrefsChange, RoomSettingsChange, Visibility},
    services::{ActsAs, TokenForm},
    settings::PasswordCost,
    timeline::{Choices, NewCorrection, NewMessage, ReactionKey, Sending, intents::Intent, mine::Draft},
};
use chatlink_store_sqlite::SqliteOptions;
use data_encoding::BASE32_NOPAD;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};
use uuid::Uuid;

/// What becomes of a table's rows when a person goes.
#[derive(Clone, Copy)]
enum Fate {
    /// They name the person before, and nobody afterwards.
    Erased,
    /// These columns may go on naming the person.
    Stays(&'static [&'static str], &'static str),
    /// They never name anybody.
    Nobodys(&'static str),
}
use Fate::{Erased, Nobodys, Stays};

/// Every table there is.
const TABLES: [(&str, Fate); 66] = [
    ("accounts", Stays(&["user_id"], "a row without names, that events and rooms point at")),
    ("arrival", Nobodys("of the schema")),
    ("asking", Erased),
    ("attempts", Erased),
    ("avatars", Erased),
    ("bans", Erased),
    ("chatlink_inbox", Erased),
    ("blocks", Stays(&["blocked"], "of those who blocked: their list, and to miss one would tell that it is gone")),
    ("contact_list", Erased),
    ("contacts", Erased),
    ("corrections", Stays(&["sender_id"], "part of what others see of their messages")),
    ("departures", Nobodys("keyed hashes")),
    ("direct_rooms", Stays(&["low", "high"], "the other person's room")),
    ("ended_sessions", Nobodys("ids of sessions, for two hours")),
    ("events", Stays(&["sender_id", "body"], "what was said stays under a deleted account; who joined and left")),
    ("group_keys", Erased),
    ("hides", Erased),
    ("host_words", Erased),
    ("installation", Nobodys("one row")),
    ("invitations", Erased),
    ("invites", Erased),
    ("jobs", Stays(&["key", "payload"], "what is left to do of the deletion, until it is done")),
    ("login_failures", Nobodys("keyed hashes, for a day")),
    ("match_keys", Erased),
    ("members", Stays(&["user_id"], "the two people of a direct room; of groups until they are left")),
    ("mentions", Erased),
    ("mutes", Erased),
    ("passkey_ceremonies", Erased),
    ("passkeys", Erased),
    ("passwords", Erased),
    ("pins", Nobodys("places of messages")),
    ("polls", Nobodys("places of messages")),
    ("profiles", Erased),
    ("reactions", Stays(&["user_id"], "part of what others see of their messages")),
    ("recovery_codes", Erased),
    ("refusals", Nobodys("keyed hashes, for a day")),
    ("reports", Stays(&["user_id"], "moderators need whom a report is about; who made one is forgotten")),
    ("reserved_usernames", Stays(&["username_key", "user_id"], "nobody gets the name for 30 days")),
    ("room_avatars", Nobodys("of groups")),
    ("rooms", Stays(&["pending_opener", "asked_user"], "the other person's request looks as it did")),
    ("search_blocks", Nobodys("hashes of pairs of characters; a block's are thrown away with each message")),
    ("search_swaths", Nobodys("hashes of two and three characters; a block's go when it is indexed anew")),
    ("search_due", Nobodys("numbers of blocks")),
    ("second_factors", Erased),
    ("secret_fingerprints", Nobodys("of the installation")),
    ("security_log", Erased),
    ("scheduled", Erased),
    ("sent_invitations", Erased),
    ("service_tokens", Erased),
    ("sessions", Erased),
    ("spendings", Nobodys("keyed hashes and networks, for a day")),
    ("standings", Erased),
    ("stars", Erased),
    ("store_clock", Nobodys("one row")),
    ("text_breakers", Nobodys("routes")),
    ("texts", Nobodys("routes")),
    ("thread_marks", Erased),
    ("user_log", Stays(&["subject"], "of those who blocked or kept the person: their own log of it")),
    ("user_log_heads", Erased),
    ("user_settings", Erased),
    ("votes", Stays(&["user_id"], "part of what others see of their polls")),
    ("webhook_due", Nobodys("rooms")),
    ("webhook_rooms", Nobodys("places in rooms")),
    ("webhooks", Nobodys("of the installation")),
    ("_sqlx_migrations", Nobodys("of the schema")),
    ("sqlite_sequence", Nobodys("of SQLite")),
];

const PASSWORD: &str = "quiet harbour 41 lanterns";
const WORDS: [&str; 5] = ["telltale@example.org", "+34612345678", "tell_tale", "Tell Tale", "I like telltale trains"];

/// Where a person is named: by id or by words, in a table and column.
async fn named(connection: &mut SqliteConnection, needles: &[Vec<u8>]) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let tables = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'").fetch_all(&mut *connection);
    for table in tables.await.unwrap() {
        let table: String = table.get(0);
        found.entry(table.clone()).or_default();
        let columns = sqlx::query("SELECT name FROM pragma_table_info(?)").bind(&table);
        for column in columns.fetch_all(&mut *connection).await.unwrap() {
            let column: String = column.get(0);
            let values = format!("SELECT CAST(\"{column}\" AS BLOB) FROM \"{table}\"");
            for value in sqlx::query(AssertSqlSafe(values)).fetch_all(&mut *connection).await.unwrap() {
                let value: Option<Vec<u8>> = value.get(0);
                let holds = |needle: &Vec<u8>| value.iter().any(|it| it.windows(needle.len()).any(|w| w == needle));
                if needles.iter().any(holds) {
                    found.entry(table.clone()).or_default().insert(column.clone());
                }
            }
        }
    }
    found
}

fn needles(user: UserId) -> Vec<Vec<u8>> {
    let id = user.as_uuid();
    let mut needles = vec![id.as_bytes().to_vec(), id.to_string().into_bytes(), id.simple().to_string().into_bytes()];
    needles.extend(WORDS.map(|word| word.as_bytes().to_vec()));
    needles
}

struct World {
    chat: ChatLink,
    store: Arc<dyn Store>,
    mailbox: Mailbox,
}

impl World {
    async fn on(folder: &Path) -> Self {
        let store: Arc<dyn Store> = Arc::new(SqliteOptions::new(folder.join("chat.db")).open().await.unwrap());
        let mailbox = Mailbox::default();
        let settings = Settings { password_cost: PasswordCost::for_tests(), ..Settings::default() };
        let builder = ChatLink::builder().store(store.clone()).keys(Keys::new(vec![vec![5; 32]]).unwrap());
        let chat = builder.settings(settings).sender(Arc::new(mailbox.clone())).build().await.unwrap();
        Self { chat, store, mailbox }
    }

    async fn person(&self, contact: &str, username: &str, display_name: &str) -> Principal {
        let (identity, caller) = (self.chat.identity(), Caller::default());
        let started = identity.start_registration(&caller, contact).await.unwrap();
        let id = RegistrationId::from_uuid(started.id);
        let code = self.mailbox.code_for(contact).unwrap();
        let form = RegistrationForm {
            proof: identity.verify(&caller, id, &code).await.unwrap().proof,
            username: username.to_owned(),
            password: PASSWORD.to_owned(),
            display_name: display_name.to_owned(),
            birth_date: "1990-05-01".to_owned(),
            country: "ES".to_owned(),
            native_languages: vec!["es".to_owned()],
            learning_languages: vec![("en".to_owned(), "B1".to_owned())],
            ..RegistrationForm::default()
        };
        identity.complete(&caller, id, form).await.unwrap();
        let login = LoginForm {
            login: username.to_owned(),
            password: PASSWORD.to_owned(),
            grant: Grant::Cookie,
            ..LoginForm::default()
        };
        let Held::Cookie { token, .. } = identity.login(&caller, login).await.unwrap().session.held else {
            panic!("not held by a cookie")
        };
        identity.authenticate_cookie(&token).await.unwrap()
    }

    /// Lets the person be muted and kept out by the other, and keep somebody out.
    async fn is_led(&self, mine: UserId, other: UserId) {
        let rooms = self.chat.rooms();
        for (owner, member) in [(other, mine), (mine, other)] {
            let group = |members| GroupRequest {
                client_id: self.chat.fresh_client_id(),
                title: "Led".parse().unwrap(),
                members,
                history: History::All,
            };
            let led = rooms.create_group(owner, group(vec![member])).await.unwrap().room.room_id;
            let until = SystemClock.now().plus(std::time::Duration::from_secs(3600));
            rooms.mute(owner, led, member, until).await.unwrap();
            let closed = rooms.create_group(owner, group(vec![member])).await.unwrap().room.room_id;
            rooms.ban(owner, closed, member).await.unwrap();
        }
    }

    /// Lets the person invite into a group, and ask for one of the other's.
    async fn wants_in(&self, mine: UserId, other: UserId) {
        let rooms = self.chat.rooms();
        let group = || GroupRequest {
            client_id: self.chat.fresh_client_id(),
            title: "Doors".parse().unwrap(),
            members: Vec::new(),
            history: History::All,
        };
        let led = rooms.create_group(mine, group()).await.unwrap().room.room_id;
        rooms.create_invite(mine, led, InviteRequest::default()).await.unwrap();
        let public = rooms.create_group(other, group()).await.unwrap().room.room_id;
        let by_request = RoomSettingsChange {
            visibility: Some(Visibility::Public),
            join: Some(Join::Request),
            ..RoomSettingsChange::default()
        };
        rooms.change_settings(other, public, &by_request).await.unwrap();
        rooms.join(mine, public).await.unwrap();
        // A stranger's invitation waits.
        let stranger = self.person("third@example.org", "third", "A third one").await.user_id;
        let invites = GroupRequest { members: vec![mine], ..group() };
        rooms.create_group(stranger, invites).await.unwrap();
    }

    fn message(&self, text: &str) -> NewMessage {
        NewMessage::parse(self.chat.fresh_client_id(), text, None, None).unwrap()
    }

    /// Lets the person leave a trace in every table that can hold one. Answers a recovery code.
    async fn live(&self, me: &Principal, other: &Principal) -> String {
        let (chat, caller, mine) = (&self.chat, Caller::default(), me.user_id);
        let about = UpdateMe { about: Patch::Set(WORDS[4].to_owned()), ..UpdateMe::default() };
        chat.people().update_me(mine, about).await.unwrap();
        let dark = UpdateSettings { theme: Patch::Set("dark".to_owned()), ..UpdateSettings::default() };
        chat.people().update_settings(mine, dark).await.unwrap();
        let picture = Avatar { small: Bytes::from_static(b"small"), large: Bytes::from_static(b"large") };
        self.store.set_avatar(mine, Some(picture), SystemClock.now()).await.unwrap().unwrap();
        self.store.count_shown(&[(mine, 1)], SystemClock.now()).await.unwrap();
        let bot = TokenForm {
            name: "bot".to_owned(),
            scopes: vec!["timeline:write".to_owned()],
            acts_as: ActsAs::User(mine),
            expires_in: None,
        };
        chat.services().create(&bot).await.unwrap();
        let direct = chat.rooms().open_direct(mine, other.user_id).await.unwrap().room.room_id;
        chat.timeline().send(mine, direct, self.message("hello")).await.unwrap();
        chat.rooms().accept(other.user_id, direct).await.unwrap();
        let said = chat.timeline().send(other.user_id, direct, self.message("hello, too")).await.unwrap();
        let heart = "❤️".parse::<ReactionKey>().unwrap();
        chat.timeline().react(mine, direct, said.ack.id.unwrap(), heart).await.unwrap();
        let poll = AskedPoll { options: vec!["tea".into(), "coffee".into()], multiple: false, closes_in: None };
        let poll = Sending { poll: Some(poll), ..Sending::words(chat.fresh_client_id(), "what do we drink?") };
        let asked = chat.timeline().send(other.user_id, direct, poll.parse().unwrap()).await.unwrap();
        let tea = Choices::parse(&[0]).unwrap();
        chat.timeline().vote(mine, direct, asked.ack.id.unwrap(), tea).await.unwrap();
        let better = |text| NewCorrection::parse(chat.fresh_client_id(), text, None, None, None).unwrap();
        chat.timeline().correct(mine, direct, said.ack.id.unwrap(), better("hello to you")).await.unwrap();
        let naming = Sending::words(chat.fresh_client_id(), "hello, Tell");
        let naming = Sending { mentions: vec![mine], ..naming }.parse().unwrap();
        chat.timeline().send(other.user_id, direct, naming).await.unwrap();
        let beneath = Sending { thread: said.ack.id, ..Sending::words(chat.fresh_client_id(), "beneath it") };
        chat.timeline().send(mine, direct, beneath.parse().unwrap()).await.unwrap();
        let later = Sending::words(chat.fresh_client_id(), "I will be there");
        chat.schedule()
            .put(mine, direct, later, SystemClock.now().plus(std::time::Duration::from_secs(3600)))
            .await
            .unwrap();
        // Of a room that is not there: it is refused, and stays.
        let nowhere = RoomId::from_uuid(*chat.fresh_client_id().as_uuid());
        let intent = Intent::words(chat.fresh_client_id(), nowhere, Some(mine), "from the host");
        chat.intents().post(intent).await.unwrap();
        let own = chat.timeline().send(mine, direct, self.message("helo")).await.unwrap().ack.id.unwrap();
        chat.timeline().correct(other.user_id, direct, own, better("hello")).await.unwrap();
        let hidden = chat.timeline().send(other.user_id, direct, self.message("something ugly")).await.unwrap();
        chat.mine().hide(mine, direct, hidden.ack.id.unwrap()).await.unwrap();
        chat.mine().star(mine, direct, said.ack.id.unwrap()).await.unwrap();
        chat.mine().set_draft(mine, direct, Draft::parse(WORDS[4], None).unwrap()).await.unwrap();
        let pin = PrefsChange { pinned: Some(true), ..PrefsChange::default() };
        chat.rooms().set_prefs(mine, direct, pin).await.unwrap();
        let group = GroupRequest {
            client_id: chat.fresh_client_id(),
            title: "Two".parse().unwrap(),
            members: vec![other.user_id],
            history: History::All,
        };
        chat.rooms().create_group(mine, group).await.unwrap();
        self.is_led(mine, other.user_id).await;
        self.wants_in(mine, other.user_id).await;
        for (owner, kept) in [(mine, other.user_id), (other.user_id, mine)] {
            chat.people().keep(owner, kept, "met at the film club").await.unwrap();
        }
        for (from, to) in [(mine, other.user_id), (other.user_id, mine)] {
            let report = MakeReport { user_id: to.to_string(), reason: "spam".to_owned(), ..MakeReport::default() };
            chat.people().report(from, report).await.unwrap();
            chat.people().block(from, to).await.unwrap();
        }
        let proof = Reauth { password: PASSWORD.to_owned(), second_factor: None };
        let mobile = chat.identity().start_contact(&caller, me, WORDS[1], &proof).await.unwrap();
        let code = self.mailbox.code_for(WORDS[1]).unwrap();
        chat.identity().verify_contact(&caller, me, ContactAttemptId::from_uuid(mobile.id), &code).await.unwrap();
        let offer = chat.identity().offer_second_factor(&caller, me, PASSWORD).await.unwrap();
        let seed = BASE32_NOPAD.decode(offer.secret.as_bytes()).unwrap();
        let code = totp_rs::Builder::new().with_secret(seed).build().unwrap();
        let code = code.generate(SystemClock.now().as_secs().unsigned_abs()).to_string();
        let codes = chat.identity().confirm_second_factor(&caller, me, &code).await.unwrap();
        chat.identity().start_reset(&caller, WORDS[0]).await.unwrap();
        codes[0].clone()
    }
}

fn judge(before: &BTreeMap<String, BTreeSet<String>>, after: &BTreeMap<String, BTreeSet<String>>, elsewhere: &[&str]) {
    let listed: BTreeSet<_> = TABLES.iter().map(|(table, _)| (*table).to_owned()).collect();
    let there: BTreeSet<_> = after.keys().cloned().collect();
    assert_eq!(there, listed, "a table without a decision on what a deletion does to it");
    for (table, fate) in TABLES {
        let (named, left) = (&before[table], &after[table]);
        let allowed: &[&str] = match fate {
            Erased => {
                assert!(!named.is_empty() || elsewhere.contains(&table), "{table} is not filled: this proves nothing");
                &[]
            }
            Stays(columns, reason) => {
                assert!(!columns.is_empty() && !reason.is_empty(), "{table} stays for no reason");
                columns
            }
            Nobodys(reason) => {
                assert!(named.is_empty(), "{table} names somebody and should not: {reason}");
                &[]
            }
        };
        let more: Vec<_> = left.iter().filter(|column| !allowed.contains(&column.as_str())).collect();
        assert!(more.is_empty(), "{table} still names the person in {more:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_table_names_a_deleted_person_but_for_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::on(folder.path()).await;
    let other = world.person("other@example.org", "other", "Somebody else").await;
    let me = world.person(WORDS[0], WORDS[2], WORDS[3]).await;
    let recovery = world.live(&me, &other).await;
    let options = SqliteConnectOptions::new().filename(folder.path().join("chat.db"));
    let mut connection = options.connect().await.unwrap();
    // No device is here that could make a passkey.
    for statement in [
        "INSERT INTO passkeys (passkey_id, user_id, credential_id, credential, counter, name, created_at)
         VALUES (randomblob(16), ?1, x'01', x'02', 0, 'phone', 0)",
        "INSERT INTO passkey_ceremonies (ceremony_id, purpose, user_id, state, ends_at)
         VALUES (randomblob(16), 'new', ?1, x'03', 9000000000000000)",
    ] {
        sqlx::query(statement).bind(*me.user_id.as_uuid()).execute(&mut connection).await.unwrap();
    }
    let needles = needles(me.user_id);
    let before = named(&mut connection, &needles).await;
    let proof = Reauth { password: PASSWORD.to_owned(), second_factor: Some(recovery) };
    world.chat.rights().delete_account(&Caller::default(), &me, &proof, Words::Stay).await.unwrap();
    let after = named(&mut connection, &needles).await;
    judge(&before, &after, &["host_words"]);
    world.chat.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_table_names_a_deleted_person_of_a_host() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::on(folder.path()).await;
    let person = ExternalPerson::new(WORDS[0]).with_name(WORDS[3]).with_locale("es");
    let user = world.chat.people().upsert_external(person).await.unwrap();
    let options = SqliteConnectOptions::new().filename(folder.path().join("chat.db")).read_only(true);
    let mut connection = options.connect().await.unwrap();
    let needles = needles(user);
    let before = named(&mut connection, &needles).await;
    assert!(!before["host_words"].is_empty() && before["accounts"].contains("external_id"));
    world.chat.rights().delete_external(WORDS[0], Words::Stay).await.unwrap();
    let after = named(&mut connection, &needles).await;
    let elsewhere: Vec<_> = TABLES.iter().map(|(table, _)| *table).collect();
    judge(&before, &after, &elsewhere);
    assert_ne!(user.as_uuid(), &Uuid::nil());
    world.chat.shutdown().await;
}
