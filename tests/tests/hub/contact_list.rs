//! People whom one keeps at hand: by name, for oneself alone, and never somebody who is absent.

use crate::{items, keeps_the_contract};
use chatlink_protocol::frame::Push;
use chatlink_tests::{Payload, Person, Server, Socket};
use reqwest::Method;
use serde_json::{Value, json};

async fn names(person: &Person, query: &str) -> Vec<String> {
    let page = person.api.get(&format!("/v1/contacts{query}")).await.is(200);
    items(&page).iter().map(|item| item["user"]["username"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_kept_by_name_and_nobody_is_told() {
    let server = Server::start().await;
    let join = |name| Person::join(&server, name);
    let (anna, berta, carl) = tokio::join!(join("anna"), join("berta"), join("carl"));
    let (mut other, mut kept) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let path = |person: &Person| format!("/v1/contacts/{}", person.id);
    for person in [&carl, &berta] {
        let _ = anna.api.put(&path(person), json!({})).await.is(204);
    }
    let _ = anna.api.put(&path(&berta), json!({ "note": "  film club " })).await.is(204);
    assert_eq!(names(&anna, "").await, ["berta", "carl"]);
    assert_eq!(names(&anna, "?q=BÉR").await, ["berta"]);
    assert_eq!(names(&anna, "?q=erta").await, [""; 0]);
    assert_eq!(names(&anna, &format!("?user_id={}", carl.id)).await, ["carl"]);
    let page = anna.api.get("/v1/contacts?q=berta").await.is(200);
    assert_eq!(items(&page)[0]["note"], "film club");
    let subject = berta.id.to_string();
    let told = move |push: &Push| match push {
        Push::UserEvent(event) if event.kind == "contact_list" && event.subject == subject => Some(event.body.clone()),
        _ => None,
    };
    assert_eq!(other.until("one's other device", told).await, json!({ "kept": true }));

    let _ = anna.api.put(&path(&anna), json!({})).await.refused(422, "invalid");
    let long = json!({ "note": "x".repeat(201) });
    let wrong = anna.api.put(&path(&berta), long).await.refused(422, "invalid");
    assert_eq!(wrong["errors"][0]["field"], "note");
    let _ = anna.api.get(&format!("/v1/contacts?q={}", "x".repeat(51))).await.refused(422, "invalid");
    let _ = anna.api.delete(&path(&carl)).await.is(204);
    let head = async || anna.api.get("/v1/me/log?after=0").await.is(200)["user_seq"].as_u64().expect("a seq");
    let before = head().await;
    let _ = anna.api.delete(&path(&carl)).await.is(204);
    let again = head().await;
    assert_eq!(again, before + 1, "told though he was off: silence would tell who blocks from who is gone");
    let _ = anna.api.delete(&format!("/v1/contacts/{}", chatlink_tests::fresh_id())).await.is(204);
    assert_eq!(head().await, again, "of made-up people the log keeps nothing");
    assert_eq!(names(&anna, "").await, ["berta"]);

    // Berta learns nothing of it, and who blocks is as if absent.
    let _ = berta.api.put(&path(&carl), json!({})).await.is(204);
    let first = |push: &Push| match push {
        Push::UserEvent(event) => Some(event.subject.clone()),
        _ => None,
    };
    assert_eq!(kept.until("her own", first).await, carl.id.to_string());
    let _ = berta.api.call(Method::PUT, &format!("/v1/blocks/{}", anna.id), Payload::Empty).await.is(204);
    assert_eq!(names(&anna, "").await, [""; 0]);
    assert_eq!(names(&anna, &format!("?user_id={}", berta.id)).await, [""; 0]);
    let absent = |mut problem: Value| {
        for member in ["instance", "request_id"] {
            problem.as_object_mut().expect("a problem").remove(member);
        }
        problem
    };
    let blocked = anna.api.put(&path(&berta), json!({})).await.refused(404, "user_not_found");
    let nobody = format!("/v1/contacts/{}", chatlink_tests::fresh_id());
    let nobody = anna.api.put(&nobody, json!({})).await.refused(404, "user_not_found");
    assert_eq!(absent(blocked), absent(nobody));
    keeps_the_contract(&server).await;
}
