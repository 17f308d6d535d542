//! What people keep for themselves.

use crate::world::{World, refused};
use chatlink_grpc::v1::{self, update_room_prefs_request::Mute, update_settings_request::Quiet};
use tonic::Code;

/// In the year 3000.
const LATE: prost_types::Timestamp = prost_types::Timestamp { seconds: 32_503_680_000, nanos: 0 };

#[tokio::test]
async fn rooms_are_put_away_muted_and_marked() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let room_id = world.befriend(&ann, &bob).await;
    let bare = v1::UpdateRoomPrefsRequest { room_id: room_id.clone(), ..Default::default() };
    let update = async |change: v1::UpdateRoomPrefsRequest| {
        world.mine().update_room_prefs(ann.asks(change)).await.unwrap().into_inner()
    };
    let all = v1::UpdateRoomPrefsRequest {
        archived: Some(true),
        pinned: Some(true),
        marked_unread: Some(true),
        notify: Some("mentions".to_owned()),
        mute: Some(Mute::MutedUntil(LATE)),
        ..bare.clone()
    };
    let prefs = update(all).await;
    assert_eq!((prefs.archived, prefs.pinned, prefs.marked_unread, prefs.muted_until), (true, true, true, Some(LATE)));
    assert_eq!(prefs.notify.as_deref(), Some("mentions"));
    assert_eq!(update(bare.clone()).await, prefs, "what is absent stays");
    let back = v1::UpdateRoomPrefsRequest {
        archived: Some(false),
        notify: Some(String::new()),
        mute: Some(Mute::Unmuted(true)),
        ..bare.clone()
    };
    let prefs = update(back).await;
    assert_eq!((prefs.archived, prefs.notify, prefs.muted_until), (false, None, None));
    let wrong = v1::UpdateRoomPrefsRequest { notify: Some("now and then".to_owned()), ..bare };
    let told = world.mine().update_room_prefs(ann.asks(wrong)).await;
    assert_eq!(refused(told, Code::InvalidArgument, "invalid").errors[0].field, "notify");
    let asked = v1::ListChangesRequest { after: 0 };
    let log = world.mine().list_changes(ann.asks(asked)).await.unwrap().into_inner();
    assert!(log.items.iter().any(|change| change.kind == "prefs"), "{log:?}");
}

#[tokio::test]
async fn messages_are_starred_and_hidden() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let room_id = world.befriend(&ann, &bob).await;
    let (message_id, _) = world.say(&bob, &room_id, "Hello").await;
    let star = v1::StarRequest { room_id: room_id.clone(), message_id: message_id.clone() };
    world.mine().star(ann.asks(star)).await.unwrap();
    let stars = async || {
        let asked = v1::ListStarsRequest::default();
        world.mine().list_stars(ann.asks(asked)).await.unwrap().into_inner().items
    };
    assert_eq!(stars().await[0].item.as_ref().unwrap().id, message_id);
    let unstar = v1::UnstarRequest { room_id: room_id.clone(), message_id: message_id.clone() };
    world.mine().unstar(ann.asks(unstar)).await.unwrap();
    assert!(stars().await.is_empty());
    let hide = v1::HideMessageRequest { room_id: room_id.clone(), message_id: message_id.clone() };
    world.mine().hide_message(ann.asks(hide)).await.unwrap();
    let shown = async |person| format!("{:?}", world.item(person, &room_id, &message_id).await);
    assert!(!shown(&ann).await.contains("Hello") && shown(&bob).await.contains("Hello"));
}

#[tokio::test]
async fn drafts_and_messages_of_later_are_kept() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let room_id = world.befriend(&ann, &bob).await;
    let draft = v1::SetDraftRequest { room_id: room_id.clone(), text: "Dear Bob".to_owned(), reply_to: None };
    world.mine().set_draft(ann.asks(draft)).await.unwrap();
    let drafts = world.mine().list_drafts(ann.asks(v1::ListDraftsRequest {})).await.unwrap().into_inner().items;
    assert_eq!((drafts[0].room_id.as_str(), drafts[0].text.as_str()), (room_id.as_str(), "Dear Bob"));
    let message = v1::SendMessageRequest { text: Some("Good morning".to_owned()), ..world.message(&room_id) };
    let at = |send_at| v1::ScheduleMessageRequest { message: Some(message.clone()), send_at };
    let none = world.mine().schedule_message(ann.asks(at(None))).await;
    assert_eq!(refused(none, Code::InvalidArgument, "invalid").errors[0].field, "send_at");
    let late = world.mine().schedule_message(ann.asks(at(Some(LATE)))).await;
    assert_eq!(refused(late, Code::InvalidArgument, "invalid").errors[0].field, "send_at");
    let tomorrow = prost_types::Timestamp { seconds: drafts[0].updated_at.unwrap().seconds + 86_400, nanos: 0 };
    world.mine().schedule_message(ann.asks(at(Some(tomorrow)))).await.unwrap();
    let listed =
        async || world.mine().list_scheduled(ann.asks(v1::ListScheduledRequest {})).await.unwrap().into_inner().items;
    let waits = &listed().await[0];
    assert_eq!((waits.message.as_ref(), waits.send_at), (Some(&message), Some(tomorrow)));
    let cancel = v1::CancelScheduledRequest { client_id: message.client_id.clone() };
    world.mine().cancel_scheduled(ann.asks(cancel)).await.unwrap();
    assert!(listed().await.is_empty());
}

#[tokio::test]
async fn settings_are_changed_one_by_one() {
    let world = World::new().await;
    let ann = world.person("ann", "en", "es").await;
    let find =
        async || world.settings().find_settings(ann.asks(v1::FindSettingsRequest {})).await.unwrap().into_inner();
    let before = find().await;
    assert!(before.read_receipts && before.quiet_hours.is_none());
    let (from, to, time_zone) = ("22:00".to_owned(), "07:00".to_owned(), "Europe/Madrid".to_owned());
    let change = v1::UpdateSettingsRequest {
        theme: Some("dark".to_owned()),
        read_receipts: Some(false),
        write_first: Some("shared_language".to_owned()),
        notify: Some("mentions".to_owned()),
        quiet: Some(Quiet::QuietHours(v1::QuietHours { from, to, time_zone })),
        ..Default::default()
    };
    let now = world.settings().update_settings(ann.asks(change)).await.unwrap().into_inner();
    assert_eq!(now, find().await);
    assert_eq!((now.theme.as_str(), now.read_receipts, now.online), ("dark", false, before.online));
    assert_eq!(now.quiet_hours.unwrap().from, "22:00");
    let back = v1::UpdateSettingsRequest {
        theme: Some(String::new()),
        quiet: Some(Quiet::NoQuietHours(true)),
        ..Default::default()
    };
    let now = world.settings().update_settings(ann.asks(back)).await.unwrap().into_inner();
    assert_eq!((now.theme, now.quiet_hours), (before.theme, None));
    let wrong = v1::UpdateSettingsRequest { find_me: Some("friends".to_owned()), ..Default::default() };
    let told = world.settings().update_settings(ann.asks(wrong)).await;
    assert_eq!(refused(told, Code::InvalidArgument, "invalid").errors[0].field, "find_me");
}

#[tokio::test]
async fn people_are_kept_and_reported() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let keep = v1::KeepRequest { user_id: bob.id.clone(), note: "speaks slowly".to_owned() };
    world.contacts().keep(ann.asks(keep)).await.unwrap();
    let kept = async || {
        let asked = v1::ListKeptRequest { q: Some("bo".to_owned()), ..Default::default() };
        world.contacts().list_kept(ann.asks(asked)).await.unwrap().into_inner().items
    };
    let person = &kept().await[0];
    assert_eq!((person.user.as_ref().unwrap().username.as_str(), person.note.as_str()), ("bob", "speaks slowly"));
    world.contacts().let_go(ann.asks(v1::LetGoRequest { user_id: bob.id.clone() })).await.unwrap();
    assert!(kept().await.is_empty());
    let room_id = world.befriend(&ann, &bob).await;
    let (message_id, _) = world.say(&bob, &room_id, "Buy this!").await;
    let report = v1::ReportRequest {
        user_id: bob.id.clone(),
        reason: "spam".to_owned(),
        note: None,
        room_id: Some(room_id),
        event_ids: vec![message_id],
    };
    let kept = world.people().report(ann.asks(report.clone())).await.unwrap().into_inner();
    assert!(!kept.id.is_empty());
    let wrong = v1::ReportRequest { reason: "dull".to_owned(), ..report };
    refused(world.people().report(ann.asks(wrong)).await, Code::InvalidArgument, "invalid");
}
