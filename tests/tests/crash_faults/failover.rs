//! A standby that takes over, and lacks what was written last: what was acknowledged is lost with the server that had it, and
//! rooms go back. No node may go on with what it knew.

use crate::{
    cluster::{Cluster, ready},
    postgres,
    reader::events,
};
use chatlink_protocol::{EventBody, RoomId, frame::Push};
use chatlink_tests::{Person, Socket, befriend, eventually};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_end_when_a_standby_takes_over_and_clients_begin_anew() {
    let mut cluster = Cluster::replicated().await;
    let (anna, berta) = tokio::join!(Person::join(&cluster.nodes[0], "anna"), Person::join(&cluster.nodes[1], "berta"));
    let room = befriend(&anna, &berta).await;
    let (mut from, mut to) = tokio::join!(Socket::connect(&anna), Socket::connect(&berta));
    for text in ["one", "two"] {
        from.say(room, text).await;
    }
    cluster.at_database(postgres::Server::back_up).await;
    let kept = texts(&berta, room).await;
    let mut last = 0;
    for text in ["lost", "lost, too", "and this"] {
        last = from.say(room, text).await;
    }
    to.until_seq(room, last).await;
    let (epoch, user_seq) = (to.hello().epoch.clone(), to.hello().user_seq.0);

    // While it is a standby, nodes connect to it and wait; some of these connections outlive its change.
    cluster.at_database(postgres::Server::give_way).await;
    for node in &cluster.nodes {
        ready(node, "unavailable").await;
    }
    connected(&cluster.database.url()).await;
    cluster.at_database(postgres::Server::promote).await;
    for node in &mut cluster.nodes {
        let status = node.ended().await;
        assert!(!status.success(), "whoever watches it starts it again: {status}");
        node.says("the store's history is another one than at the start").await;
    }

    for node in &mut cluster.nodes {
        node.restart().await;
    }
    cluster.ready().await;
    assert_eq!(texts(&berta, room).await, kept, "what the standby had");
    let (mut from, mut to) = tokio::join!(Socket::connect(&anna), Socket::connect(&berta));
    assert_ne!(to.hello().epoch, epoch, "another history");
    let resume = json!({ "type": "resume", "epoch": epoch, "user_seq": user_seq, "rooms": { room.to_string(): last } });
    to.ask(resume).await.expect("it is no error");
    to.until("reset", |push| matches!(push, Push::Reset { .. }).then_some(())).await;
    // What is said now comes under seqs that she knew by other words, and it comes.
    let mut wanted = kept;
    for text in ["three", "four"] {
        let seq = from.say(room, text).await;
        assert!(seq <= last);
        to.until_seq(room, seq).await;
        wanted.push(text.to_owned());
    }
    assert_eq!(texts(&berta, room).await, wanted);
    assert_eq!(texts(&anna, room).await, wanted);
}

fn said(body: &EventBody) -> Option<String> {
    match body {
        EventBody::Message(message) => message.text.clone(),
        _ => None,
    }
}

/// What a client that begins anew reads of a room.
async fn texts(person: &Person, room: RoomId) -> Vec<String> {
    let page = person.api.get(&format!("/v1/rooms/{room}/events?after=0&limit=200")).await.is(200);
    events(&page).iter().filter_map(|event| said(&event.body)).collect()
}

/// Waits until nodes are connected to the server.
async fn connected(url: &str) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'chatlink'";
    eventually("nodes at the standby", || async {
        let mut by_hand = PgConnection::connect(url).await.ok()?;
        let there: i64 = sqlx::query_scalar(sql).fetch_one(&mut by_hand).await.ok()?;
        (there > 0).then_some(())
    })
    .await;
}
