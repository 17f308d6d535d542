//! The stories.

use crate::{
    edge::{Edge, Form, Person, Refused, Registering},
    world::World,
};
use chatlink_protocol::{RoomId, UserId};
use std::time::Duration;
use uuid::Uuid;

const PASSWORD: &str = "violet-harbour-91-lantern";

fn form(name: &str, native: &'static str, learns: &'static str) -> Form {
    Form { username: name.to_owned(), password: PASSWORD.to_owned(), native, learns }
}

fn contact(name: &str) -> String {
    format!("{name}@people.example")
}

/// The refusal; a panic where there was none.
#[track_caller]
fn refused<T>(answer: Result<T, Refused>) -> Refused {
    match answer {
        Ok(_) => panic!("it was not refused"),
        Err(refusal) => refusal,
    }
}

#[track_caller]
fn granted<T>(answer: Result<T, Refused>) -> T {
    answer.unwrap_or_else(|refusal| panic!("it was refused: {refusal:?}"))
}

/// A registration whose contact is proved.
async fn proved(world: &World, edge: &dyn Edge, name: &str) -> Box<dyn Registering> {
    let mut registering = granted(edge.register(&contact(name)).await);
    granted(registering.verify(&world.code_for(&contact(name))).await);
    registering
}

async fn join(world: &World, edge: &dyn Edge, form: &Form) -> Box<dyn Person> {
    granted(proved(world, edge, &form.username).await.complete(form).await)
}

/// Anna, who speaks English and learns Spanish; Berta, the other way round; their room.
async fn two_friends(world: &World, edge: &dyn Edge) -> (Box<dyn Person>, Box<dyn Person>, RoomId) {
    let mut anna = join(world, edge, &form("anna", "en", "es")).await;
    let berta = join(world, edge, &form("berta", "es", "en")).await;
    assert!(granted(anna.finds().await).contains(&berta.id()), "anna finds berta");
    let room = granted(anna.open(berta.id()).await);
    (anna, berta, room)
}

pub(crate) async fn two_people_register_match_and_talk(world: &World, edge: &dyn Edge) {
    let (mut anna, mut berta, room) = two_friends(world, edge).await;
    granted(anna.say(room, "¡Hola! ¿Hablamos?").await);
    assert_eq!(berta.hears(room, 1).await, ["¡Hola! ¿Hablamos?"]);
    granted(berta.say(room, "Gladly!").await);
    for person in [&mut anna, &mut berta] {
        assert_eq!(person.hears(room, 2).await, ["¡Hola! ¿Hablamos?", "Gladly!"]);
    }
    granted(anna.log_out().await);
    let mut again = granted(edge.log_in("anna", PASSWORD).await);
    assert_eq!(again.id(), anna.id());
    granted(again.say(room, "Here I am again.").await);
    assert_eq!(berta.hears(room, 3).await[2], "Here I am again.");
}

pub(crate) async fn who_drops_out_misses_nothing(world: &World, edge: &dyn Edge) {
    let (mut anna, mut berta, room) = two_friends(world, edge).await;
    granted(anna.say(room, "one").await);
    granted(berta.say(room, "two").await);
    assert_eq!(berta.hears(room, 2).await, ["one", "two"]);
    berta.fall().await;
    for text in ["three", "four", "five"] {
        granted(anna.say(room, text).await);
    }
    berta.rise().await;
    assert_eq!(berta.hears(room, 5).await, ["one", "two", "three", "four", "five"]);
    granted(anna.say(room, "six").await);
    assert_eq!(berta.hears(room, 6).await.last().map(String::as_str), Some("six"), "and once each");
    assert_eq!(berta.hears(room, 6).await.len(), 6);
}

pub(crate) async fn wrong_codes_lock(world: &World, edge: &dyn Edge) {
    let mut registering = granted(edge.register(&contact("carla")).await);
    let code = world.code_for(&contact("carla"));
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let mut tries = Vec::new();
    // From the third one on there is a wait between two tries.
    for wait in [0, 0, 0, 60, 120] {
        world.clock.advance(Duration::from_secs(wait));
        let refusal = refused(registering.verify(wrong).await);
        assert_eq!(refusal.code, "code_wrong");
        tries.extend(refusal.tries_left);
    }
    assert_eq!(tries, [4, 3, 2, 1, 0]);
    assert_eq!(refused(registering.verify(&code).await).code, "attempt_gone", "the right one comes too late");
}

pub(crate) async fn each_refusal_arrives_as_itself(world: &World, edge: &dyn Edge) {
    let (mut anna, mut berta, room) = two_friends(world, edge).await;
    let of = |code: &str, fields: &[&str]| Refused {
        code: code.to_owned(),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        tries_left: None,
    };
    assert_eq!(refused(edge.register("no contact").await), of("invalid", &["contact"]));
    assert_eq!(refused(edge.log_in("anna", "not her password").await), of("login_wrong", &[]));
    let mut registering = proved(world, edge, "carla").await;
    let short = Form { username: "c".to_owned(), password: "short".to_owned(), ..form("c", "en", "es") };
    assert_eq!(refused(registering.complete(&short).await), of("invalid", &["username", "password"]), "all at once");
    assert_eq!(refused(registering.complete(&form("anna", "en", "es")).await).code, "username_taken");
    granted(registering.complete(&form("carla", "en", "es")).await);

    let nobody = UserId::from_uuid(Uuid::from_u128(7));
    assert_eq!(refused(anna.open(nobody).await), of("user_not_found", &[]));
    let nowhere = RoomId::from_uuid(Uuid::from_u128(7));
    assert_eq!(refused(anna.say(nowhere, "Is there anybody?").await), of("room_not_found", &[]));
    assert_eq!(refused(anna.say(room, &"x".repeat(70_000)).await).code, "invalid");
    // A few messages may stand before the answer, and no more.
    let mut told = 0;
    let full = loop {
        match anna.say(room, "Are you there?").await {
            Ok(()) => told += 1,
            Err(refusal) => break refusal,
        }
        assert!(told < 20, "they may go on for ever");
    };
    assert_eq!(full, of("request_pending", &[]));
    assert_eq!(berta.hears(room, told).await.len(), told);

    granted(anna.log_out().await);
    assert_eq!(refused(anna.finds().await), of("unauthenticated", &[]));
}
