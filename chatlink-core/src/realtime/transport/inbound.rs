//! What other nodes tell, taken in by this one.

use super::{Notice, Outbound, Signal, Transport, Wire};
use crate::{
    context::Context,
    identity::Identity,
    people::Privacy,
    realtime::{Hub, elsewhere::LEASE, veil::Veil},
};
use chatlink_protocol::{RoomId, UserId, frame::Push};
use std::sync::{Arc, atomic::Ordering};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

/// Listens for as long as the engine runs, and renews the node's own lease.
pub(crate) async fn listen(
    transport: Arc<dyn Transport>,
    wire: Arc<Wire>,
    outbound: Outbound,
    hub: Arc<Hub>,
    identity: Arc<Identity>,
    context: Arc<Context>,
) {
    let mut subscription = transport.subscribe();
    let listener = Listener { name: transport.name(), wire, outbound, hub, identity, context };
    let mut leases = interval(LEASE);
    leases.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let notice = tokio::select! {
            notice = subscription.next() => notice,
            _ = leases.tick() => {
                listener.hub.presences.lease();
                continue;
            }
            () = listener.context.stop.cancelled() => return,
        };
        match notice {
            Some(notice) => listener.take(notice),
            None => {
                tracing::error!(transport = listener.name, "the transport ended: other nodes are not heard any more");
                listener.outbound.counts.connected.store(false, Ordering::Relaxed);
                return;
            }
        }
    }
}

struct Listener {
    name: &'static str,
    wire: Arc<Wire>,
    outbound: Outbound,
    hub: Arc<Hub>,
    identity: Arc<Identity>,
    context: Arc<Context>,
}

impl Listener {
    fn take(&self, notice: Notice) {
        let counts = &self.outbound.counts;
        match notice {
            Notice::Connected => {
                counts.connected.store(true, Ordering::Relaxed);
                tracing::info!(transport = self.name, "other nodes are heard");
                // What was told in the meantime is in the store.
                self.hub.reconcile_now();
                self.hub.presences.lease();
            }
            Notice::Lost => {
                counts.connected.store(false, Ordering::Relaxed);
                tracing::warn!(transport = self.name, "other nodes are not heard; the store is asked once a second");
            }
            Notice::Packet(text) => match self.wire.open(&text) {
                // One's own words come back.
                Some(heard) if heard.node == self.wire.node() => {}
                Some(heard) => {
                    counts.heard.fetch_add(1, Ordering::Relaxed);
                    heard.signals.into_iter().for_each(|signal| self.hear(heard.node, signal));
                }
                None => drop(counts.unreadable.fetch_add(1, Ordering::Relaxed)),
            },
        }
    }

    fn hear(&self, node: Uuid, signal: Signal) {
        let (hub, now) = (&self.hub, self.context.now());
        match signal {
            // Who may not read its words, or hear of it, is asked of the store.
            Signal::Room { room_id, seq, event: Some(event) } if !Veil::is_needless(&event) => {
                hub.ask_for_room(room_id, seq);
            }
            Signal::Room { event: Some(event), .. } => hub.deliver_of_others(&event, Veil::default()),
            Signal::Room { room_id, seq, event: None } => hub.ask_for_room(room_id, seq),
            Signal::Logs { heads } => heads.into_iter().for_each(|(user, seq)| hub.ask_for_log(user, seq)),
            Signal::Receipts { room_id, rev, items } => {
                hub.note_rev(room_id, rev);
                let push = Push::Receipts { room_id, rev, items };
                hub.broadcast(room_id, &push, |user| hub.shows(user, |privacy| privacy.read_receipts));
            }
            Signal::Typing { who } => who.into_iter().for_each(|(room, user)| self.type_in(room, user)),
            Signal::Ended { sessions } => self.identity.hear_ends(&sessions),
            Signal::Gone { user_id } => hub.end_user_here(user_id),
            Signal::Lease { changes } => self.ask_if(hub.presences.renew(node, changes, now), node),
            Signal::Presence { number, change } => {
                self.ask_if(hub.presences.change(node, number, change, now), node);
            }
            Signal::Ask { node } if node == self.wire.node() => hub.presences.tell_roster(),
            Signal::Ask { .. } | Signal::Unknown => {}
            Signal::Roster { changes, part, parts, people } => {
                hub.presences.roster(node, changes, (part, parts), people, now);
            }
            Signal::Parted { one, other } => hub.part_here(one, other),
            Signal::Bye => hub.presences.bye(node),
        }
    }

    /// Whoever typed shows it: his own node asked.
    fn type_in(&self, room_id: RoomId, user_id: UserId) {
        let hub = &self.hub;
        let to = |user| user != user_id && hub.shows(user, |privacy: Privacy| privacy.typing);
        hub.broadcast(room_id, &Push::Typing { room_id, user_id }, to);
    }

    fn ask_if(&self, must: bool, node: Uuid) {
        if must {
            self.outbound.send(|| Signal::Ask { node });
        }
    }
}
