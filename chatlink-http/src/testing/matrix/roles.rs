//! Who leads a group, and whom: each role to each, and to what each of them said.

use super::{
    super::{Person, World},
    relations::soon,
};
use axum::http::Method;
use chatlink_core::{rooms::Role, settings::TalkLimits};
use serde_json::{Value, json};

const ROLES: [Role; 4] = [Role::Member, Role::Moderator, Role::Admin, Role::Owner];

/// What is done to a member: the lowest role that does it, the call, its body.
const MEASURES: [(&str, Role, Method, &str, &str); 4] = [
    ("remove", Role::Admin, Method::DELETE, "/members/$user", ""),
    ("role", Role::Admin, Method::PATCH, "/members/$user", r#"{ "role": "member" }"#),
    ("mute", Role::Moderator, Method::PUT, "/mutes/$user", r#"{ "muted_until": "$soon" }"#),
    ("ban", Role::Admin, Method::PUT, "/bans/$user", ""),
];

struct Group {
    world: World,
    owner: Person,
    /// Everybody else in it, by role; the second owner is made one by the first.
    others: Vec<Person>,
}

impl Group {
    async fn set() -> Self {
        let talk = TalkLimits { enforced: false, ..TalkLimits::default() };
        let world = World::under(crate::Options::default(), talk).await;
        let owner = world.person("bob").await;
        let mut others = Vec::new();
        for name in ["ann", "cal"] {
            let person = world.person(name).await;
            world.befriend(&owner, &person).await;
            others.push(person);
        }
        Self { world, owner, others }
    }

    /// A fresh group in which Ann has one role, Cal the other.
    async fn with(&self, roles: [Role; 2]) -> String {
        let members: Vec<_> = self.others.iter().map(|person| person.id).collect();
        let name = self.world.chat.fresh_client_id();
        let body = json!({ "kind": "group", "client_id": name, "title": "Trio", "members": members });
        let room = self.world.post(&self.owner, "/rooms", body).await.good(201)["id"].as_str().unwrap().to_owned();
        for (person, role) in self.others.iter().zip(roles) {
            let path = format!("/rooms/{room}/members/{}", person.id);
            let role = json!({ "role": serde_json::to_value(role).unwrap() });
            self.world.call(&self.owner, Method::PATCH, &path, role).await.good(204);
        }
        room
    }

    async fn say(&self, person: &Person, room: &str, poll: Value) -> String {
        let body = json!({ "client_id": self.world.chat.fresh_client_id(), "text": "hello", "poll": poll });
        let said = self.world.post(person, &format!("/rooms/{room}/messages"), body).await.good(201);
        said["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn nobody_reaches_his_equals_or_above() {
    let group = Group::set().await;
    let [ann, cal] = &group.others[..] else { panic!("two") };
    let mut wrong = Vec::new();
    for mine in ROLES {
        for theirs in ROLES {
            for (measure, least, method, path, body) in &MEASURES {
                let room = group.with([mine, theirs]).await;
                let path = format!("/rooms/{room}{}", path.replace("$user", &cal.id.to_string()));
                let body = serde_json::from_str(&body.replace("$soon", &soon())).unwrap_or(Value::Null);
                let answer = group.world.call(ann, method.clone(), &path, body).await;
                let expected = if mine >= *least && mine > theirs { 204 } else { 403 };
                if answer.status != expected {
                    wrong.push(format!("{mine:?} to {theirs:?}, {measure}: {} instead of {expected}", answer.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_others_said_is_taken_back_by_who_keeps_order_and_changed_by_nobody() {
    let group = Group::set().await;
    let [ann, cal] = &group.others[..] else { panic!("two") };
    for mine in ROLES {
        for theirs in ROLES {
            let room = group.with([mine, theirs]).await;
            let (message, poll) = (
                group.say(cal, &room, Value::Null).await,
                group.say(cal, &room, json!({ "options": ["yes", "no"] })).await,
            );
            let message = format!("/rooms/{room}/messages/{message}");
            let edited = group.world.call(ann, Method::PATCH, &message, json!({ "text": "other words" })).await;
            assert_eq!(edited.status, 403, "{mine:?} edits what {theirs:?} said");
            // Whose rank does not matter: it is the word that goes.
            let expected = if mine >= Role::Moderator { 204 } else { 403 };
            let close = format!("/rooms/{room}/messages/{poll}/close");
            let closed = group.world.post(ann, &close, Value::Null).await;
            assert_eq!(closed.status, expected, "{mine:?} closes the poll of {theirs:?}");
            let taken = group.world.call(ann, Method::DELETE, &message, Value::Null).await;
            assert_eq!(taken.status, expected, "{mine:?} takes back what {theirs:?} said");
        }
    }
}
