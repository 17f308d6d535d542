//! What one asked for, and whom one invited, taken back: gone at once for those who wait, and nothing told of a refusal.

use crate::{items, keeps_the_contract, state, told};
use chatlink_tests::{Person, Server, Socket, direct_room, fresh_id, group};
use serde_json::{Value, json};

async fn three(server: &Server) -> (Person, Person, Person) {
    tokio::join!(Person::join(server, "anna"), Person::join(server, "berta"), Person::join(server, "carl"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asked_takes_it_back() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[], "all").await;
    let path = |rest: &str| format!("/v1/rooms/{room}/{rest}");
    let _ = anna
        .api
        .patch(&format!("/v1/rooms/{room}"), json!({ "visibility": "public", "join": "request" }))
        .await
        .is(200);
    let mut leader = Socket::connect(&anna).await;
    let asked = async || carl.api.get("/v1/public-rooms").await.is(200)["items"][0]["asked"] == true;
    let waits = async || items(&anna.api.get(&path("asking")).await.is(200)).len();
    assert_eq!(carl.api.post_empty(&path("join")).await.is(200)["waits"], true);
    leader.until("that somebody asks", told("asking", room, |_| true)).await;
    assert_eq!((asked().await, waits().await), (true, 1));
    let _ = berta.api.delete(&path("join")).await.is(204);
    assert_eq!(waits().await, 1, "one's own alone");
    let _ = carl.api.delete(&path("join")).await.is(204);
    leader.until("that he asks no more", told("asking", room, |_| true)).await;
    assert_eq!((asked().await, waits().await), (false, 0));
    let nowhere = format!("/v1/rooms/{}/join", fresh_id());
    let _ = carl.api.delete(&nowhere).await.is(204);

    // Declined, he sees what he saw before, and is heard by nobody for a while.
    let _ = carl.api.post_empty(&path("join")).await.is(200);
    let _ = anna.api.post_empty(&path(&format!("asking/{}/decline", carl.id))).await.is(204);
    assert!(asked().await);
    let _ = carl.api.delete(&path("join")).await.is(204);
    assert!(!asked().await);
    assert_eq!(carl.api.post_empty(&path("join")).await.is(200)["waits"], true);
    assert_eq!((asked().await, waits().await), (true, 0));
    let export = carl.api.get("/v1/me/export").await.is(200);
    assert_eq!((export["asking"][0]["room_id"].clone(), items_of(&export, "asking")), (json!(room), 1));
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_invited_takes_it_back() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[&berta], "all").await;
    let path = |rest: &str| format!("/v1/rooms/{room}/{rest}");
    let mut guest = Socket::connect(&carl).await;
    let invite = async || anna.api.post(&path("members"), json!({ "user_ids": [carl.id] })).await.is(200);
    let sent = async || {
        let page = anna.api.get(&path("invitations")).await.is(200);
        items(&page)
            .iter()
            .map(|item| item["user"]["username"].as_str().expect("a name").to_owned())
            .collect::<Vec<_>>()
    };
    let waiting = async || items_of(&carl.api.get("/v1/requests").await.is(200), "invitations");
    let _ = invite().await;
    guest.until("the invitation", state(room, "invited")).await;
    assert!(sent().await.contains(&"carl".to_owned()));
    assert_eq!(waiting().await, 1);
    let export = anna.api.get("/v1/me/export").await.is(200);
    assert!(export["sent_invitations"].to_string().contains(&carl.id.to_string()), "{export}");
    let export = carl.api.get("/v1/me/export").await.is(200);
    assert_eq!(export["invitations"][0]["room_id"], json!(room));

    let taken = path(&format!("invitations/{}", carl.id));
    let _ = carl.api.delete(&taken).await.refused(404, "room_not_found");
    let _ = anna.api.delete(&taken).await.is(204);
    guest.until("that it is taken back", state(room, "uninvited")).await;
    assert_eq!((waiting().await, sent().await.contains(&"carl".to_owned())), (0, false));
    let _ = carl.api.post_empty(&format!("/v1/requests/{room}/accept")).await.refused(404, "room_not_found");
    let _ = anna.api.delete(&taken).await.is(204);

    let _ = invite().await;
    assert_eq!(waiting().await, 1);
    let _ = carl.api.post_empty(&format!("/v1/requests/{room}/decline")).await.is(204);
    assert!(sent().await.contains(&"carl".to_owned()), "anna does not learn of it");
    let _ = anna.api.delete(&taken).await.is(204);
    let _ = invite().await;
    assert_eq!((waiting().await, sent().await.contains(&"carl".to_owned())), (0, true));

    // Who declined to talk at all hears of no invitation, and Anna believes that she sent one.
    let dora = Person::join(&server, "dora").await;
    let direct = direct_room(&anna, &dora).await;
    let hello = json!({ "client_id": fresh_id(), "text": "hello" });
    let _ = anna.api.post(&format!("/v1/rooms/{direct}/messages"), hello).await.is(201);
    let _ = dora.api.post_empty(&format!("/v1/requests/{direct}/decline")).await.is(204);
    let _ = anna.api.post(&path("members"), json!({ "user_ids": [dora.id] })).await.is(200);
    assert!(sent().await.contains(&"dora".to_owned()));
    assert_eq!(items_of(&dora.api.get("/v1/requests").await.is(200), "invitations"), 0);
    let _ = anna.api.delete(&path(&format!("invitations/{}", dora.id))).await.is(204);
    assert!(!sent().await.contains(&"dora".to_owned()));
    keeps_the_contract(&server).await;
}

fn items_of(page: &Value, name: &str) -> usize {
    page[name].as_array().map_or(0, Vec::len)
}
