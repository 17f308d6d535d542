//! Sessions and accounts that end on another node.

use super::{
    TransportHarness,
    nodes::{Nodes, direct, ok, put_person, user},
};
use crate::identity::stage::{PHC, Stage};
use chatlink_core::{identity::Grant, protocol::ErrorCode, rights::Words};

/// By the transport alone: the store of this node does not know it.
pub async fn a_session_ended_elsewhere_ends_here_at_once(harness: &impl TransportHarness) {
    let nodes = Nodes::apart(harness).await;
    let stage = Stage::on(nodes.one.store.clone());
    let person = stage.person("ana").await;
    put_person(&nodes.two.store, person).await;
    let session = stage.session(person, Grant::Token);
    assert!(stage.win(person, PHC, session.clone()).await.is_some());
    let (ends, stays) =
        (nodes.two.connect_as(person, Some(session.session_id)).await, nodes.two.connect_as(user(1), None).await);
    assert_eq!(ok(nodes.one.chat.identity().end_sessions_of(person).await), 1);
    assert_eq!(ends.closed().await, ErrorCode::Unauthenticated);
    assert!(nodes.two.chat.identity().is_ended(session.session_id), "and its calls are refused");
    drop(stays);
}

/// Also one that has no session: a host's.
pub async fn a_deleted_account_is_cut_on_all_nodes(harness: &impl TransportHarness) {
    let nodes = Nodes::apart(harness).await;
    let mut stays = nodes.two.connect(1).await;
    let ends = nodes.two.connect(3).await;
    let external = user(3).as_uuid().simple().to_string();
    nodes.one.chat.rights().delete_external(&external, Words::Stay).await.unwrap();
    assert_eq!(ends.closed().await, ErrorCode::Unauthenticated);
    nodes.one.say(1, direct(2), "hello").await;
    stays.seqs_to(direct(2), 1).await;
}
