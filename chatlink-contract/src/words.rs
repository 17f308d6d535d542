//! What people write is the same to every store: what one takes all take, and it comes back as it was.

use crate::Harness;
use chatlink_core::{
    ChatLink, Coded, Keys, Settings,
    clock::{Clock as _, SystemClock},
    identity::{Caller, LoginForm, PasskeyName},
    people::{ExternalPerson, FindMatches, ListKept, MakeReport, Patch, UpdateMe, UpdateSettings},
    protocol::{AskedPoll, ErrorCode, EventId, RoomId, UserId},
    rights::{DeleteExternalError, Words},
    rooms::{Title, Topic},
    settings::PasswordCost,
    timeline::{
        NewCorrection, NewMessage, ReactionKey, Sending, Text, Window, intents::Intent, mine::Draft, search::SearchForm,
    },
};
use std::{fmt::Debug, time::Duration};
use tokio::time::timeout;

/// The cases of this module.
#[macro_export]
macro_rules! word_cases {
    ($harness:path) => {
        $crate::cases!($harness, words: [
            a_nul_is_refused_by_its_field,
            a_name_with_a_nul_is_nobodys,
            an_intent_with_a_nul_is_rejected_and_holds_nobody_up,
            every_other_sign_comes_back_as_it_was,
        ]);
    };
}

/// What PostgreSQL keeps in no text.
const NUL: &str = "a\0b";
/// Whatever else makes trouble elsewhere: the first signs and the last ones, marks, quotes, and what is no letter.
const ODD: &str = "\u{1}\u{8}\u{1b}\u{7f}\u{85}' \" \\ \\u0000 \\x00 %_ \u{200b}\u{202e}\u{d7ff}\u{e000}\u{fdd0}\u{feff}\u{fffd}\u{ffff}\u{10000}\u{10ffff}";

/// Two who talk, and their room.
struct Talk {
    chat: ChatLink,
    ana: UserId,
    ben: UserId,
    room: RoomId,
}

impl Talk {
    async fn on(harness: &impl Harness) -> Self {
        let settings = Settings { password_cost: PasswordCost::for_tests(), ..Settings::default() };
        let builder = ChatLink::builder().store(harness.store()).keys(Keys::new(vec![vec![7; 32]]).unwrap());
        let chat = builder.settings(settings).build().await.unwrap();
        let [ana, ben] = [person(&chat, "ana").await, person(&chat, "ben").await];
        let room = chat.rooms().open_direct(ana, ben).await.unwrap().room.room_id;
        chat.rooms().accept(ben, room).await.unwrap();
        Self { chat, ana, ben, room }
    }

    async fn say(&self, text: &str) -> EventId {
        let message = NewMessage::parse(self.chat.fresh_client_id(), text, None, None).unwrap();
        self.chat.timeline().send(self.ana, self.room, message).await.unwrap().ack.id.unwrap()
    }
}

async fn person(chat: &ChatLink, name: &str) -> UserId {
    chat.people().upsert_external(ExternalPerson::new(name).with_name(name)).await.unwrap()
}

/// The fields that an answer names; that they are refused for anything but the fields is a failure.
fn refused<T: Debug, E: Coded>(answer: Result<T, E>) -> Vec<String> {
    let error = answer.expect_err("it was taken");
    assert_eq!(error.code(), ErrorCode::Invalid, "{error}");
    error.problem().errors.into_iter().map(|error| error.field).collect()
}

fn some() -> Option<String> {
    Some(NUL.to_owned())
}

/// Everything that somebody from outside can say, with a NUL in it.
pub async fn a_nul_is_refused_by_its_field(harness: &impl Harness) {
    let talk = Talk::on(harness).await;
    let Talk { chat, ana, ben, room } = &talk;
    let (ana, ben, room) = (*ana, *ben, *room);
    let (people, message) = (chat.people(), talk.say("hello").await);

    let host = ExternalPerson::new(NUL).with_name(NUL).with_locale(NUL);
    assert_eq!(refused(people.upsert_external(host).await), ["external_id", "display_name", "locale"]);
    let set = || Patch::Set(NUL.to_owned());
    let update = UpdateMe {
        display_name: set(),
        about: set(),
        status: set(),
        interests: Patch::Set(vec![NUL.to_owned()]),
        country: set(),
        time_zone: set(),
    };
    let mut fields = refused(people.update_me(ana, update).await);
    fields.sort_unstable();
    assert_eq!(fields, ["about", "country", "display_name", "interests[0]", "status", "time_zone"]);
    let settings = UpdateSettings { locale: set(), ..UpdateSettings::default() };
    assert_eq!(refused(people.update_settings(ana, settings).await), ["locale"]);
    assert_eq!(refused(people.keep(ana, ben, NUL).await), ["note"]);
    let list = ListKept { q: some(), cursor: None, only: None };
    assert_eq!(refused(people.contact_list(ana, list).await), ["q"]);
    let report = MakeReport {
        user_id: ben.to_string(),
        reason: "spam".to_owned(),
        note: some(),
        room_id: Some(room.to_string()),
        event_ids: vec![message.to_string()],
    };
    assert_eq!(refused(people.report(ana, report.clone()).await), ["note"]);
    let ids = MakeReport { user_id: NUL.to_owned(), reason: NUL.to_owned(), room_id: some(), ..report };
    assert_eq!(refused(people.report(ana, ids).await), ["user_id", "reason", "room_id", "note"]);
    assert_eq!(people.list_reports(None, 9).await.unwrap(), [], "nothing of it was kept");
    let learning = FindMatches { learning: some(), ..FindMatches::default() };
    assert_eq!(refused(people.matches(ana, learning).await).len(), 1);
    let cursor = FindMatches { cursor: some(), ..FindMatches::default() };
    assert_eq!(refused(people.matches(ana, cursor).await), ["cursor"]);

    assert_eq!(refused(NUL.parse::<Title>()), ["title"]);
    assert_eq!(refused(NUL.parse::<Topic>()), ["topic"]);
    assert_eq!(refused(NUL.parse::<PasskeyName>()), ["name"]);

    assert_eq!(refused(NUL.parse::<Text>()), ["text"]);
    assert_eq!(refused(NUL.parse::<ReactionKey>()), ["key"]);
    assert_eq!(refused(Draft::parse(NUL, None)), ["text"]);
    let client_id = chat.fresh_client_id();
    let correction = NewCorrection::parse(client_id, NUL, Some(NUL), Some(NUL), None);
    assert_eq!(refused(correction), ["text", "note", "kind"]);
    let asked = AskedPoll { options: vec!["tea".to_owned(), NUL.to_owned()], multiple: false, closes_in: None };
    let poll = Sending { poll: Some(asked), ..Sending::words(client_id, NUL) };
    assert_eq!(refused(poll.clone().parse()), ["text", "poll.options[1]"]);
    let later = chat.fresh_client_id();
    let at = SystemClock.now().plus(Duration::from_secs(3600));
    let waiting = Sending { client_id: later, ..poll };
    assert_eq!(refused(chat.schedule().put(ana, room, waiting, at).await), ["text", "poll.options[1]"]);
    for (q, cursor, field) in [(NUL, None, "q"), ("hello", some(), "cursor")] {
        let form = SearchForm { q: q.to_owned(), cursor, ..SearchForm::default() };
        assert_eq!(refused(chat.search().find(ana, form).await), [field]);
    }
    let page = chat.timeline().page(ben, room, Window::Newest, 9).await.unwrap();
    assert_eq!(page.items.len(), 1, "nothing but the one that is right");
    chat.shutdown().await;
}

/// Who looks for a person, or logs in, by a name that nobody can have is answered as by any wrong one.
pub async fn a_name_with_a_nul_is_nobodys(harness: &impl Harness) {
    let Talk { chat, .. } = Talk::on(harness).await;
    let caller = Caller { device: NUL.to_owned(), ..Caller::default() };
    for login in [NUL, "a\0@example.org", "+34 612 345 67\0", "nobody"] {
        let form = LoginForm { login: login.to_owned(), password: NUL.to_owned(), ..LoginForm::default() };
        let answer = chat.identity().login(&caller, form).await.expect_err("nobody");
        assert_eq!(answer.code(), ErrorCode::LoginWrong, "{login:?}: {answer}");
    }
    let gone = chat.rights().delete_external(NUL, Words::Stay).await;
    assert!(matches!(gone, Err(DeleteExternalError::NoUser)), "{gone:?}");
    assert_eq!(refused(chat.identity().start_registration(&caller, NUL).await), ["contact"]);
    chat.shutdown().await;
}

/// What a host posts is looked at when it is sent.
pub async fn an_intent_with_a_nul_is_rejected_and_holds_nobody_up(harness: &impl Harness) {
    let Talk { chat, ana, ben, room } = Talk::on(harness).await;
    let post = async |text| {
        chat.intents().post(Intent::words(chat.fresh_client_id(), room, Some(ana), text)).await.unwrap();
    };
    post(NUL).await;
    post("behind it").await;
    // It is noted after those behind it are said.
    let noted = async {
        loop {
            match chat.intents().rejected(0).await.unwrap() {
                rows if rows.is_empty() => tokio::time::sleep(Duration::from_millis(20)).await,
                rows => return rows.into_iter().map(|row| row.code).collect::<Vec<_>>(),
            }
        }
    };
    let codes = timeout(Duration::from_secs(20), noted).await.expect("it is never rejected");
    assert_eq!(codes, ["invalid"]);
    let said = async {
        while chat.timeline().page(ben, room, Window::Newest, 9).await.unwrap().items.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(20), said).await.expect("it holds up what is behind it");
    chat.shutdown().await;
}

/// All that is no NUL is somebody's words.
pub async fn every_other_sign_comes_back_as_it_was(harness: &impl Harness) {
    let talk = Talk::on(harness).await;
    let message = talk.say(ODD).await;
    let Talk { chat, ana, ben, room } = talk;
    let item = chat.timeline().message(ben, room, message).await.unwrap();
    assert_eq!(item.body.to_json().unwrap()["text"], ODD);
    let correction = NewCorrection::parse(chat.fresh_client_id(), &format!("{ODD}!"), Some(ODD), None, None).unwrap();
    chat.timeline().correct(ben, room, message, correction).await.unwrap();
    chat.mine().set_draft(ana, room, Draft::parse(ODD, None).unwrap()).await.unwrap();
    assert_eq!(chat.mine().drafts(ana).await.unwrap()[0].body.text.as_deref(), Some(ODD));
    let note = ODD.trim().to_owned();
    let report = MakeReport {
        user_id: ana.to_string(),
        reason: "other".to_owned(),
        note: Some(note.clone()),
        room_id: Some(room.to_string()),
        event_ids: vec![message.to_string()],
    };
    chat.people().report(ben, report).await.unwrap();
    let row = chat.people().list_reports(None, 9).await.unwrap().remove(0);
    assert_eq!((row.report.note, row.messages[0].text.as_deref()), (note, Some(ODD)));
    let ana = ExternalPerson::new(ODD);
    let user = chat.people().upsert_external(ana.clone()).await.unwrap();
    assert_eq!(chat.people().external_ids(&[user]).await.unwrap()[&user], ODD);
    assert_eq!(chat.people().upsert_external(ana).await.unwrap(), user);
    chat.shutdown().await;
}
