//! The stories.

use crate::{
    codes::{self, Seen},
    edge::{Edge, Form, Person, Refused, Registering},
    world::World,
};
use chatlink_protocol::RoomId;
use std::{collections::BTreeSet, time::Duration};

pub(crate) const PASSWORD: &str = "violet-harbour-91-lantern";

pub(crate) fn form(name: &str, native: &'static str, learns: &'static str) -> Form {
    Form { username: name.to_owned(), password: PASSWORD.to_owned(), native, learns }
}

pub(crate) fn contact(name: &str) -> String {
    format!("{name}@people.example")
}

/// The refusal; a panic where there was none.
#[track_caller]
pub(crate) fn refused<T>(answer: Result<T, Refused>) -> Refused {
    match answer {
        Ok(_) => panic!("it was not refused"),
        Err(refusal) => refusal,
    }
}

#[track_caller]
pub(crate) fn granted<T>(answer: Result<T, Refused>) -> T {
    answer.unwrap_or_else(|refusal| panic!("it was refused: {refusal:?}"))
}

/// A registration whose contact is proved.
pub(crate) async fn proved(world: &World, edge: &dyn Edge, name: &str) -> Box<dyn Registering> {
    let mut registering = granted(edge.register(&contact(name)).await);
    granted(registering.verify(&world.code_for(&contact(name))).await);
    registering
}

async fn join(world: &World, edge: &dyn Edge, form: &Form) -> Box<dyn Person> {
    granted(proved(world, edge, &form.username).await.complete(form).await)
}

/// Anna, who speaks English and learns Spanish; Berta, the other way round; their room.
pub(crate) async fn two_friends(world: &World, edge: &dyn Edge) -> (Box<dyn Person>, Box<dyn Person>, RoomId) {
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
    let mut heard = BTreeSet::new();
    // From the third one on there is a wait between two tries.
    for wait in [0, 0, 0, 60, 120] {
        if wait > 0 {
            heard.insert(refused(registering.verify(&code).await).code);
        }
        world.clock.advance(Duration::from_secs(wait));
        let refusal = refused(registering.verify(wrong).await);
        assert_eq!(refusal.code, "code_wrong");
        heard.insert(refusal.code);
        tries.extend(refusal.tries_left);
    }
    assert_eq!(tries, [4, 3, 2, 1, 0]);
    heard.insert(refused(registering.verify(&code).await).code);
    assert!(heard.contains("attempt_gone"), "the right one comes too late: {heard:?}");
    assert_eq!(heard, codes::all(Seen::WrongCodes));
}
