//! Whether a message in a room is told to one of its members, and whether the room asks for attention. One rule for
//! every way in which a person can be told; the web client's twin is held to it by `vectors/notifies.json`.

use super::{Prefs, RoomKind};
use crate::people::{Alerts, Notify};
use chatlink_protocol::Timestamp;

/// Whether one who set this is told of a message at `now`. `mentioned`: it names him, or all.
#[must_use]
pub fn notifies(alerts: &Alerts, prefs: &Prefs, kind: RoomKind, mentioned: bool, now: Timestamp) -> bool {
    let told = match prefs.notify.unwrap_or(alerts.notify) {
        Notify::All => true,
        Notify::Mentions => mentioned || kind == RoomKind::Direct,
        Notify::None => false,
    };
    told && !prefs.is_put_by(now) && !alerts.is_quiet(now)
}

/// Whether the room counts in the badge: it has messages to read of which its member wants to be told, or is marked
/// unread; neither muted nor archived. Quiet hours change no count. `default` is [`Alerts::notify`].
#[must_use]
pub fn asks_for_attention(
    default: Notify,
    prefs: &Prefs,
    kind: RoomKind,
    (unread, unread_mentions): (u32, u32),
    now: Timestamp,
) -> bool {
    let count = match (prefs.notify.unwrap_or(default), kind) {
        (Notify::None, _) => return false,
        (Notify::Mentions, RoomKind::Group) => unread_mentions,
        (Notify::All, _) | (Notify::Mentions, RoomKind::Direct) => unread,
    };
    (prefs.marked_unread || count > 0) && !prefs.is_put_by(now)
}

impl Prefs {
    /// Archived, or muted for now.
    fn is_put_by(&self, now: Timestamp) -> bool {
        self.archived || self.muted_until.is_some_and(|until| until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{QuietHours, TimeOfDay};
    use serde_json::Value;

    fn alerts(value: &Value) -> Alerts {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let time = |value: &Value| text(value).parse::<TimeOfDay>().unwrap();
        let hours = &value["quiet_hours"];
        let quiet_hours = (!hours.is_null()).then(|| {
            let zone = text(&hours["time_zone"]).parse().unwrap();
            QuietHours::new(time(&hours["from"]), time(&hours["to"]), zone).unwrap()
        });
        Alerts { notify: text(&value["notify"]).parse().unwrap(), quiet_hours }
    }

    #[test]
    fn the_shared_vectors_hold() {
        let vectors: Vec<Value> = serde_json::from_str(include_str!("../../vectors/notifies.json")).unwrap();
        assert!(vectors.len() > 20);
        for vector in &vectors {
            let (alerts, now) = (alerts(&vector["settings"]), vector["now"].as_str().unwrap().parse().unwrap());
            let room = &vector["room"];
            let prefs: Prefs = serde_json::from_value(room.clone()).unwrap();
            let kind = room["kind"].as_str().unwrap().parse().unwrap();
            let count = |name: &str| u32::try_from(room[name].as_u64().unwrap()).unwrap();
            let told = notifies(&alerts, &prefs, kind, vector["mentioned"].as_bool().unwrap(), now);
            let counts = (count("unread"), count("unread_mentions"));
            let asks = asks_for_attention(alerts.notify, &prefs, kind, counts, now);
            let expected = (vector["notifies"].as_bool().unwrap(), vector["asks"].as_bool().unwrap());
            assert_eq!((told, asks), expected, "{}", vector["name"]);
        }
    }
}
