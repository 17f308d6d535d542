//! The first frame of a connection: what a client that knows nothing shows at once.

use chatlink_protocol::{frame::FRAME_BYTES, room::Room};
use chatlink_tests::{Open, Person, Server, Socket, befriend, group};
use serde_json::{Value, json};

async fn hello(person: &Person, rooms: Option<u32>) -> Value {
    let open = Open { rooms, ..Open::of(person) };
    let mut socket = Socket::open(person.api.address(), open).await.expect("a socket");
    socket.greeted().await;
    serde_json::to_value(socket.hello()).expect("as it came")
}

/// The first page is the list's own, and the list goes on where it ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hello_shows_the_first_rooms_as_the_list_does() {
    let server = Server::start().await;
    let (anna, berta) = tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"));
    let nobody = hello(&anna, None).await;
    assert_eq!(nobody["rooms"], json!({ "items": [], "badge": 0 }));
    befriend(&anna, &berta).await;
    let mut talker = Socket::connect(&berta).await;
    for n in 0..22 {
        let room = group(&anna, &[&berta], "all").await;
        talker.say(room, &format!("number {n}")).await;
    }
    let told = hello(&anna, None).await;
    let list = anna.api.get("/v1/rooms?limit=20").await.is(200);
    assert_eq!(told["rooms"], list, "the same page, word for word");
    assert_eq!((&list["badge"], list["items"].as_array().map(Vec::len)), (&json!(22), Some(20)));
    assert_eq!(told["rooms"]["items"][0]["last_item"]["body"]["text"], "number 21");
    let rest = anna.api.get(&format!("/v1/rooms?cursor={}", list["next_cursor"].as_str().expect("more"))).await.is(200);
    assert_eq!(
        (rest["items"].as_array().map(Vec::len), rest.get("next_cursor")),
        (Some(3), None),
        "two and berta's own"
    );
    assert_eq!(hello(&anna, Some(2)).await["rooms"]["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(hello(&anna, Some(900)).await["rooms"]["items"].as_array().map(Vec::len), Some(20));
    assert!(hello(&anna, Some(0)).await.get("rooms").is_none(), "nobody asked");
}

/// What is pinned stands first in it, however old, and what is archived takes no place of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hello_begins_with_what_is_pinned_and_leaves_out_what_is_archived() {
    let server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let mut talker = Socket::connect(&anna).await;
    let mut rooms = Vec::new();
    for n in 0..24 {
        rooms.push(group(&anna, &[], "all").await);
        talker.say(rooms[n], &format!("number {n}")).await;
    }
    let prefs =
        async |n: usize, prefs: Value| anna.api.put(&format!("/v1/rooms/{}/prefs", rooms[n]), prefs).await.is(200);
    prefs(0, json!({ "pinned": true })).await;
    for n in 10..23 {
        prefs(n, json!({ "archived": true })).await;
    }
    let told = hello(&anna, None).await;
    let items: Vec<Room> = serde_json::from_value(told["rooms"]["items"].clone()).expect("rooms");
    let shown: Vec<_> = items.iter().map(|room| room.id).collect();
    let expected: Vec<_> = [0, 23].into_iter().chain((1..10).rev()).map(|n| rooms[n]).collect();
    assert_eq!((shown, told["rooms"].get("next_cursor")), (expected, None));
    let first = hello(&anna, Some(3)).await;
    let cursor = first["rooms"]["next_cursor"].as_str().expect("more");
    let rest = anna.api.get(&format!("/v1/rooms?cursor={cursor}")).await.is(200);
    let rest: Vec<Room> = serde_json::from_value(rest["items"].clone()).expect("rooms");
    assert_eq!(
        rest.iter().map(|room| room.id).collect::<Vec<_>>(),
        items[3..].iter().map(|room| room.id).collect::<Vec<_>>()
    );
    let archived = anna.api.get("/v1/rooms?archived=true&limit=5").await.is(200);
    let cursor = archived["next_cursor"].as_str().expect("more");
    assert_eq!(archived["items"][0]["id"], json!(rooms[22]));
    let rest = anna.api.get(&format!("/v1/rooms?archived=true&cursor={cursor}")).await.is(200);
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(8));
    let _ = anna.api.get(&format!("/v1/rooms?cursor={cursor}")).await.refused(422, "invalid");
}

/// However long the last words of the rooms are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hello_fits_into_a_frame_and_says_where_the_list_goes_on() {
    let server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let mut talker = Socket::connect(&anna).await;
    for _ in 0..12 {
        let room = group(&anna, &[], "all").await;
        talker.say(room, &"x".repeat(16 * 1024)).await;
    }
    let told = hello(&anna, None).await;
    assert!(told.to_string().len() < FRAME_BYTES);
    let first: Vec<Room> = serde_json::from_value(told["rooms"]["items"].clone()).expect("rooms");
    assert!((1..12).contains(&first.len()), "{} rooms", first.len());
    let cursor = told["rooms"]["next_cursor"].as_str().expect("more");
    let rest = anna.api.get(&format!("/v1/rooms?cursor={cursor}")).await.is(200);
    let rest: Vec<Room> = serde_json::from_value(rest["items"].clone()).expect("rooms");
    assert_eq!(rest.len() + first.len(), 12);
    assert!(rest.iter().all(|room| first.iter().all(|other| other.id != room.id)));
}
