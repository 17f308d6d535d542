//! How groups are led, over real sockets: who is muted, kept out, raised; and who hears of it.

use crate::{items, keeps_the_contract, state};
use chatlink_protocol::{EventBody, MembershipChange, RoomId};
use chatlink_tests::{PATIENCE, Payload, Person, Server, Socket, befriend, fresh_id, group, send, within};
use reqwest::Method;
use serde_json::{Value, json};

async fn three(server: &Server) -> (Person, Person, Person) {
    tokio::join!(Person::join(server, "anna"), Person::join(server, "berta"), Person::join(server, "carl"))
}

fn path(room: RoomId, rest: &str) -> String {
    format!("/v1/rooms/{room}/{rest}")
}

/// Waits for the event that changed somebody's place in the room so; its seq.
async fn hears(socket: &mut Socket, room: RoomId, wanted: MembershipChange) -> u64 {
    let fits = |body: &EventBody| matches!(body, EventBody::Membership(change) if change.change == wanted);
    within(PATIENCE, &format!("{wanted:?}"), async {
        loop {
            let found =
                socket.log().room(room).events().iter().rfind(|event| fits(&event.body)).map(|event| event.seq.0);
            if let Some(seq) = found {
                return seq;
            }
            assert!(socket.read().await, "{wanted:?}: the socket ended first");
        }
    })
    .await
}

async fn mute(owner: &Person, room: RoomId, member: &Person, until: Value) {
    let _ = owner.api.put(&path(room, &format!("mutes/{}", member.id)), json!({ "muted_until": until })).await.is(204);
}

/// In an hour, by the server's own word: a message says when it goes.
async fn in_an_hour(person: &Person, room: RoomId) -> Value {
    let body = json!({ "client_id": fresh_id(), "text": "the time?", "expires_in": 3600 });
    let sent = person.api.post(&path(room, "messages"), body).await.is(201);
    let id = sent["id"].as_str().expect("an id").to_owned();
    person.api.get(&path(room, &format!("messages/{id}"))).await.is(200)["body"]["expires_at"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_muted_says_nothing_by_any_way_until_the_word_is_given_back() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[&berta, &carl], "all").await;
    let (mut owner, mut muted) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let said = muted.say(room, "before").await;
    let events = berta.api.get(&path(room, "events?after=0")).await.is(200);
    let message = events["events"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(said, 1);

    let until = in_an_hour(&anna, room).await;
    mute(&anna, room, &berta, until.clone()).await;
    let _ = hears(&mut muted, room, MembershipChange::Muted).await;
    let row = berta.api.get(&format!("/v1/rooms/{room}")).await.is(200);
    assert_eq!((&row["member_muted_until"], row.get("muted_until")), (&until, None));
    let members = carl.api.get(&path(room, "members")).await.is(200);
    assert_eq!(items(&members).iter().filter(|member| member["muted_until"] == until).count(), 1);
    let line = path(room, &format!("messages/{message}"));
    let body = json!({ "client_id": fresh_id(), "text": "hear me" });
    let refused = berta.api.post(&path(room, "messages"), body).await.refused(403, "muted");
    assert!(refused["retry_after"].as_u64().is_some_and(|wait| (3_000..=3_600).contains(&wait)), "{refused}");
    let _ = berta.api.patch(&line, json!({ "text": "otherwise" })).await.refused(403, "muted");
    let reaction = format!("{line}/reactions/ok");
    let _ = berta.api.call(Method::PUT, &reaction, Payload::Empty).await.refused(403, "muted");
    for command in [
        send(room, &fresh_id(), "hear me"),
        json!({ "type": "edit", "room_id": room, "message_id": message, "text": "otherwise" }),
        json!({ "type": "react", "room_id": room, "message_id": message, "key": "ok" }),
    ] {
        let problem = muted.ask(command.clone()).await.expect_err("she is muted");
        assert_eq!(problem.code.name(), "muted", "{command}");
        assert!(problem.retry_after.is_some());
    }
    // Going and coming back gives no word.
    let _ = berta.api.post_empty(&path(room, "leave")).await.is(204);
    let _ = anna.api.post(&path(room, "members"), json!({ "user_ids": [berta.id] })).await.is(200);
    let body = json!({ "client_id": fresh_id(), "text": "hear me" });
    let _ = berta.api.post(&path(room, "messages"), body).await.refused(403, "muted");
    let _ = anna.api.delete(&path(room, &format!("mutes/{}", berta.id))).await.is(204);
    let heard = muted.say(room, "at last").await;
    owner.until_seq(room, heard).await;
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_banned_is_out_at_once_and_stays_out() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[&berta, &carl], "all").await;
    let (mut owner, mut stays, mut goes) =
        (Socket::connect(&anna).await, Socket::connect(&carl).await, Socket::connect(&berta).await);
    owner.say(room, "before").await;
    let ban = path(room, &format!("bans/{}", berta.id));
    let _ = anna.api.call(Method::PUT, &ban, Payload::Empty).await.is(204);
    goes.until("the note that she is out", state(room, "left")).await;
    let seq = hears(&mut stays, room, MembershipChange::Banned).await;
    let last = owner.say(room, "she is out").await;
    stays.until_seq(room, last).await;
    assert!(goes.log().room(room).arrivals().iter().all(|arrived| *arrived < seq), "nothing from the ban on");
    let _ = berta.api.get(&format!("/v1/rooms/{room}")).await.refused(404, "room_not_found");

    let add = json!({ "user_ids": [carl.id, berta.id] });
    let refused = anna.api.post(&path(room, "members"), add.clone()).await.refused(422, "invalid");
    assert_eq!(
        (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
        (&json!("user_ids[1]"), &json!("banned"))
    );
    let bans = anna.api.get(&path(room, "bans")).await.is(200);
    assert_eq!((&items(&bans)[0]["user"]["username"], items(&bans).len()), (&json!("berta"), 1));
    assert_eq!(items(&bans)[0]["banned_by"]["username"], "anna");
    let _ = carl.api.get(&path(room, "bans")).await.refused(403, "forbidden");
    let _ = anna.api.delete(&ban).await.is(204);
    let _ = anna.api.post(&path(room, "members"), add).await.is(200);
    goes.until("she is in again", state(room, "joined")).await;
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_is_handed_over_and_announces() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[&berta, &carl], "all").await;
    let mut listens = Socket::connect(&carl).await;
    let own = path(room, &format!("members/{}", anna.id));
    let _ = anna.api.patch(&own, json!({ "role": "member" })).await.refused(409, "last_owner");
    let row = anna.api.post(&path(room, "owner"), json!({ "user_id": berta.id })).await.is(200);
    assert_eq!(row["role"], "admin");
    let _ = hears(&mut listens, room, MembershipChange::HandedOver).await;
    let _ = anna.api.post(&path(room, "owner"), json!({ "user_id": anna.id })).await.refused(403, "forbidden");
    let raise = path(room, &format!("members/{}", carl.id));
    let _ = anna.api.patch(&raise, json!({ "role": "owner" })).await.refused(403, "forbidden");
    let _ = anna.api.patch(&raise, json!({ "role": "king" })).await.refused(422, "invalid");
    let _ = anna.api.patch(&own, json!({ "role": "member" })).await.is(204);
    let _ = anna.api.patch(&own, json!({ "role": "admin" })).await.refused(403, "forbidden");

    let change = json!({ "topic": " Verbs ", "posting": "admins" });
    let row = berta.api.patch(&format!("/v1/rooms/{room}"), change).await.is(200);
    assert_eq!((&row["topic"], &row["posting"]), (&json!("Verbs"), &json!("admins")));
    let problem = listens.ask(send(room, &fresh_id(), "may I?")).await.expect_err("announcements alone");
    assert_eq!(problem.code.name(), "forbidden");
    let mut owner = Socket::connect(&berta).await;
    let seq = owner.say(room, "an announcement").await;
    listens.until_seq(room, seq).await;
    let long = json!({ "topic": "x".repeat(501), "title": "", "posting": "nobody" });
    let refused = berta.api.patch(&format!("/v1/rooms/{room}"), long).await.refused(422, "invalid");
    assert_eq!(refused["errors"].as_array().map(Vec::len), Some(3), "{refused}");
    keeps_the_contract(&server).await;
}

/// Those of one call are added together: an event each, in the order of the call; nobody twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_added_together() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[], "all").await;
    befriend(&anna, &berta).await;
    befriend(&anna, &carl).await;
    let mut owner = Socket::connect(&anna).await;
    let twice = json!({ "user_ids": [berta.id, carl.id, berta.id] });
    let page = anna.api.post(&path(room, "members"), twice.clone()).await.is(200);
    assert_eq!(items(&page).len(), 3);
    owner.until_seq(room, 2).await;
    let _ = anna.api.post(&path(room, "members"), twice).await.is(200);
    let events = anna.api.get(&path(room, "events?after=0")).await.is(200);
    let added: Vec<_> =
        events["events"].as_array().expect("events").iter().map(|event| &event["body"]["user_id"]).collect();
    assert_eq!(added, [&json!(berta.id), &json!(carl.id)]);
    keeps_the_contract(&server).await;
}
