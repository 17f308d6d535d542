//! The story of refusals: what an engine that means it says no to, heard over an edge.

use crate::{
    codes::{self, Seen},
    edge::{Edge, Form, Person, Refused},
    told::{PASSWORD, contact, form, granted, proved, refused, two_friends},
    world::{UNSAID, World},
};
use chatlink_core::{
    identity::Caller,
    rooms::{GroupRequest, History, Posting, RoomSettingsChange},
    timeline::Window,
};
use chatlink_protocol::{EventBody, EventId, RoomId, UserId};
use chatlink_tests::Authenticator;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The codes that were heard.
#[derive(Default)]
struct Heard(BTreeSet<String>);

impl Heard {
    /// The answer is a refusal with this code and these fields, and nothing else.
    #[track_caller]
    fn no<T>(&mut self, answer: Result<T, Refused>, code: &str, fields: &[&str]) {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        assert_eq!(refused(answer), Refused { code: code.to_owned(), fields, tries_left: None });
        self.0.insert(code.to_owned());
    }
}

pub(crate) async fn each_refusal_arrives_as_itself(world: &World, edge: &dyn Edge) {
    let mut heard = Heard::default();
    let (mut anna, mut berta, room) = two_friends(world, edge).await;
    at_the_door(world, edge, &mut heard).await;

    let nobody = UserId::from_uuid(Uuid::from_u128(7));
    heard.no(anna.open(nobody).await, "user_not_found", &[]);
    let nowhere = RoomId::from_uuid(Uuid::from_u128(7));
    heard.no(anna.say(nowhere, "Is there anybody?").await, "room_not_found", &[]);
    heard.no(anna.say(room, &"x".repeat(70_000)).await, "invalid", &["text"]);
    heard.no(anna.say(room, UNSAID).await, "refused_by_host", &[]);
    let told = as_long_as_one_may(&mut *anna, room, &mut heard).await;
    assert_eq!(berta.hears(room, told).await.len(), told);
    world.chat.rooms().accept(berta.id(), room).await.expect("a request");
    of_messages(world, &mut *anna, &mut *berta, room, &mut heard).await;
    in_a_group(world, &*anna, &mut *berta, &mut heard).await;
    world.chat.people().block(berta.id(), anna.id()).await.expect("a block");
    heard.no(anna.say(room, "Why?").await, "recipient_unavailable", &[]);

    second_factor(world, edge, &mut heard).await;
    granted(anna.log_out().await);
    heard.no(anna.finds().await, "unauthenticated", &[]);
    assert_eq!(heard.0, codes::all(Seen::Refusals));
}

/// Registering and logging in.
async fn at_the_door(world: &World, edge: &dyn Edge, heard: &mut Heard) {
    heard.no(edge.register("no contact").await, "invalid", &["contact"]);
    heard.no(edge.log_in("anna", "not her password").await, "login_wrong", &[]);
    let mut registering = proved(world, edge, "carla").await;
    let short = Form { username: "c".to_owned(), password: "short".to_owned(), ..form("c", "en", "es") };
    // All at once.
    heard.no(registering.complete(&short).await, "invalid", &["username", "password"]);
    let taken = refused(registering.complete(&form("anna", "en", "es")).await);
    assert_eq!(taken.code, "username_taken");
    heard.0.insert(taken.code);
    granted(registering.complete(&form("carla", "en", "es")).await);
    assert_ne!(contact("carla"), contact("anna"));
}

/// A few messages may stand before the answer, and no more. How many there were.
async fn as_long_as_one_may(anna: &mut dyn Person, room: RoomId, heard: &mut Heard) -> usize {
    for told in 0..20 {
        if let Err(refusal) = anna.say(room, "Are you there?").await {
            heard.no::<()>(Err(refusal), "request_pending", &[]);
            return told;
        }
    }
    panic!("they may go on for ever")
}

/// Messages that are nobody's, somebody else's, and gone.
async fn of_messages(world: &World, anna: &mut dyn Person, berta: &mut dyn Person, room: RoomId, heard: &mut Heard) {
    let none = EventId::from_uuid(Uuid::from_u128(7));
    heard.no(anna.edit(room, none, "Other words").await, "message_not_found", &[]);
    let page = world.chat.timeline().page(anna.id(), room, Window::Newest, 50).await.expect("a page");
    let message = page.items.iter().find(|item| matches!(item.body, EventBody::Message(_))).expect("a message").id;
    heard.no(berta.edit(room, message, "Other words").await, "forbidden", &[]);
    world.chat.timeline().redact(anna.id(), room, message).await.expect("taken back");
    heard.no(anna.edit(room, message, "Other words").await, "message_gone", &[]);
}

/// A group in which those alone write who lead it.
async fn in_a_group(world: &World, anna: &dyn Person, berta: &mut dyn Person, heard: &mut Heard) {
    let (client_id, title) = (world.chat.fresh_client_id(), "Tandem".parse().expect("a title"));
    let group = GroupRequest { client_id, title, members: vec![berta.id()], history: History::default() };
    let room = world.chat.rooms().create_group(anna.id(), group).await.expect("a group").room.room_id;
    let change = RoomSettingsChange { posting: Some(Posting::Admins), ..RoomSettingsChange::default() };
    world.chat.rooms().change_settings(anna.id(), room, &change).await.expect("a change");
    heard.no(berta.say(room, "May I?").await, "forbidden", &[]);
}

/// Carla's password alone is not enough from now on.
async fn second_factor(world: &World, edge: &dyn Edge, heard: &mut Heard) {
    let (identity, carla) = (world.chat.identity(), world.principal("carla", PASSWORD).await);
    let caller = Caller::default();
    let offer = identity.offer_second_factor(&caller, &carla, PASSWORD).await.expect("an offer");
    let mut app = Authenticator::of(&json!({ "secret": offer.secret }));
    identity.confirm_second_factor(&caller, &carla, &app.code().await).await.expect("it is on");
    heard.no(edge.log_in("carla", PASSWORD).await, "second_factor_required", &[]);
}
