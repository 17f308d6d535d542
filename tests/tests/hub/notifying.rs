//! Of what one wants to be told: kept, told to one's other devices, and felt by the badge.

use crate::{keeps_the_contract, told};
use chatlink_protocol::frame::Push;
use chatlink_tests::{Person, Server, Socket, befriend, fresh_id, group};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_wants_to_be_told_is_known_to_ones_devices_and_to_the_badge() {
    let server = Server::start().await;
    let (anna, berta) = tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"));
    let direct = befriend(&anna, &berta).await;
    let room = group(&anna, &[&berta], "all").await;
    let mut other = Socket::connect(&berta).await;
    let badge = async || berta.api.get("/v1/rooms").await.is(200)["badge"].as_u64();
    let prefs = format!("/v1/rooms/{room}/prefs");
    for room in [direct, room] {
        let body = json!({ "client_id": fresh_id(), "text": "hello" });
        let _ = anna.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
    }
    assert_eq!(badge().await, Some(2));

    let _ = berta.api.put(&prefs, json!({ "notify": "mentions" })).await.is(200);
    other.until("the room's choice", told("prefs", room, |body| body["notify"] == "mentions")).await;
    assert_eq!(badge().await, Some(1), "nobody was named in the group");
    let named = json!({ "client_id": fresh_id(), "text": "you", "mentions": [berta.id] });
    let _ = anna.api.post(&format!("/v1/rooms/{room}/messages"), named).await.is(201);
    assert_eq!(badge().await, Some(2));

    let night = json!({ "from": "22:00", "to": "07:00", "time_zone": "Europe/Madrid" });
    let quiet = json!({ "notify": "none", "quiet_hours": night });
    let settings = berta.api.patch("/v1/me/settings", quiet).await.is(200);
    assert_eq!((&settings["notify"], &settings["quiet_hours"]), (&json!("none"), &night));
    let heard = |push: &Push| match push {
        Push::UserEvent(event) if event.kind == "settings" => Some(event.body.clone()),
        _ => None,
    };
    let body = other.until("the settings", heard).await;
    assert_eq!((&body["notify"], &body["quiet_hours"]), (&json!("none"), &night));
    assert_eq!(badge().await, Some(1), "the group says something else itself");
    let _ = berta.api.put(&prefs, json!({ "notify": null })).await.is(200);
    assert_eq!(badge().await, Some(0));
    keeps_the_contract(&server).await;
}
