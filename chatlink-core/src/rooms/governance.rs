//! What those who lead a group do: settings, members, roles, mutes and bans.

use super::{
    Authz, BanRow, MEMBERS_LIMIT, Right, Role, RoomRow, RoomSettingsChange, Rooms, invitations::Sorted,
    service::check_count,
};
use crate::{
    error::Invalid,
    limiter::Cost,
    people::Brief,
    timeline::{Deed, Outcome, TalkError, decide, govern},
};
use chatlink_protocol::{RoomId, Timestamp, UserId};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

/// Bans of one page at most.
pub const BANS_LIMIT: u32 = MEMBERS_LIMIT;
/// The longest time for which a member is muted at once.
pub const MAX_MUTE: Duration = Duration::from_secs(366 * 24 * 3600);
/// How often adding goes on without a single person being settled.
const TRIES: usize = 8;

/// A page of those whom a room keeps out.
#[derive(Clone, Debug, PartialEq)]
pub struct BanPage {
    /// The newest first.
    pub rows: Vec<BanRow>,
    /// Names of those in it whom the reader may see.
    pub briefs: HashMap<UserId, Brief>,
}

impl Rooms {
    /// Brings people into a group, together: who knows `me` is in at once, the others are invited, and are answered.
    /// Who is in it already stays; idempotent.
    ///
    /// # Errors
    /// No right, somebody who is no such person for the caller or is kept out (each named; nobody is added
    /// then), too many, too fast, or the store.
    pub async fn add_members(&self, me: UserId, room: RoomId, users: &[UserId]) -> Result<Vec<UserId>, TalkError> {
        let authz = self.timeline.allowed(me, room, Right::Add).await?;
        check_count("user_ids", users)?;
        let Sorted { settled, asked, unheard } = self.sort(me, "user_ids", users).await?;
        let count = u32::try_from(users.len()).unwrap_or(u32::MAX);
        self.context.limiter.spend(me, Cost::Send, count.max(1), self.context.now())?;
        let banned = self.context.store.find_banned(room, users).await;
        name(users, &self.context.observe(banned)?, "banned")?;
        let strangers = |users: Vec<UserId>| {
            let mut users: Vec<UserId> = users.into_iter().filter(|user| !authz.members.contains_key(user)).collect();
            users.sort_unstable();
            users.dedup();
            users
        };
        let (asked, unheard) = (strangers(asked), strangers(unheard));
        // First, as this is what may be refused as a whole.
        if !asked.is_empty() {
            self.invite(me, room, &asked).await?;
        }
        let mut invited = [asked, unheard].concat();
        invited.sort_unstable();
        self.remember_invited(me, room, &invited).await?;
        let refused = self.add_together(me, room, &settled).await?;
        // Between the looks and the write somebody was banned, or deleted the account: the others are in.
        for (outcome, code) in [(Outcome::Banned, "banned"), (Outcome::NoTarget, "user_not_found")] {
            let these = refused.iter().filter(|(_, other)| **other == outcome).map(|(user, _)| *user).collect();
            name(users, &these, code)?;
        }
        Ok(invited)
    }

    /// Adds these, and answers who was refused.
    pub(super) async fn add_together(
        &self,
        me: UserId,
        room: RoomId,
        users: &[UserId],
    ) -> Result<HashMap<UserId, Outcome>, TalkError> {
        let (mut rest, mut refused, mut tries) = (users.to_vec(), HashMap::new(), 0);
        while tries < TRIES {
            let decide = |authz: &Authz| govern::add(authz, me, &rest, self.context.now());
            let outcomes = self.timeline.try_all(me, room, decide).await?;
            let mut stale = Vec::new();
            for (deed, outcome) in outcomes {
                let Deed::Add { user_id } = deed else { continue };
                match outcome {
                    Outcome::Stale => stale.push(user_id),
                    Outcome::NoRoom => return Err(TalkError::NoRoom),
                    Outcome::Banned | Outcome::NoTarget => drop(refused.insert(user_id, outcome)),
                    _ => {}
                }
            }
            if stale.is_empty() {
                return Ok(refused);
            }
            tries = if stale.len() < rest.len() { 0 } else { tries + 1 };
            rest = stale;
        }
        Err(TalkError::Busy)
    }

    /// Takes a member out, or leaves when it is oneself. Idempotent.
    ///
    /// # Errors
    /// No right, or the store.
    pub async fn remove_member(&self, me: UserId, room: RoomId, user: UserId) -> Result<(), TalkError> {
        if user == me {
            return self.leave(me, room).await;
        }
        let now = || self.context.now();
        self.timeline.act_or_skip(me, room, |authz| govern::remove(authz, me, user, now())).await?;
        Ok(())
    }

    /// Leaves a group; the last owner leaves an heir.
    ///
    /// # Errors
    /// Not a member, a direct room, or the store.
    pub async fn leave(&self, me: UserId, room: RoomId) -> Result<(), TalkError> {
        let decide = |authz: &Authz| decide::leave(authz, me, self.context.now()).map(Some);
        self.timeline.act_or_skip(me, room, decide).await?;
        Ok(())
    }

    /// Changes what a group's admins set: title, topic, who may write. Idempotent.
    ///
    /// # Errors
    /// No right, or the store.
    pub async fn change_settings(
        &self,
        me: UserId,
        room: RoomId,
        change: &RoomSettingsChange,
    ) -> Result<RoomRow, TalkError> {
        let now = || self.context.now();
        self.timeline.act_or_skip(me, room, |authz| govern::change(authz, me, change, now())).await?;
        self.row(me, room).await
    }

    /// Gives a member another role, or lowers one's own. Idempotent.
    ///
    /// # Errors
    /// No right, no such member, the last owner, or the store.
    pub async fn set_role(&self, me: UserId, room: RoomId, user: UserId, role: Role) -> Result<(), TalkError> {
        let now = || self.context.now();
        self.timeline.act_or_skip(me, room, |authz| govern::set_role(authz, me, user, role, now())).await?;
        Ok(())
    }

    /// Makes a member the owner in one's own place.
    ///
    /// # Errors
    /// Not the owner, no such member, or the store.
    pub async fn hand_over(&self, me: UserId, room: RoomId, user: UserId) -> Result<RoomRow, TalkError> {
        let now = || self.context.now();
        self.timeline.act_or_skip(me, room, |authz| govern::hand_over(authz, me, user, now())).await?;
        self.row(me, room).await
    }

    /// Takes the word from a member until then. Idempotent.
    ///
    /// # Errors
    /// No right, no such member, a time that is over or too far away, or the store.
    pub async fn mute(&self, me: UserId, room: RoomId, user: UserId, until: Timestamp) -> Result<(), TalkError> {
        let now = self.context.now();
        if until <= now || until.since(now) > MAX_MUTE {
            return Err(Invalid::field("muted_until", "out_of_range", "from now on, 366 days at most").into());
        }
        self.set_mute(me, room, user, Some(until)).await
    }

    /// Gives somebody the word back. Idempotent.
    ///
    /// # Errors
    /// No right, or the store.
    pub async fn unmute(&self, me: UserId, room: RoomId, user: UserId) -> Result<(), TalkError> {
        self.set_mute(me, room, user, None).await
    }

    async fn set_mute(
        &self,
        me: UserId,
        room: RoomId,
        user: UserId,
        until: Option<Timestamp>,
    ) -> Result<(), TalkError> {
        let now = || self.context.now();
        self.timeline.act_or_skip(me, room, |authz| govern::mute(authz, me, user, until, now())).await?;
        Ok(())
    }

    /// Takes somebody out of a group and keeps him out. Who is no member must be somebody whom the caller may
    /// meet. Idempotent.
    ///
    /// # Errors
    /// No right, no such person, or the store.
    pub async fn ban(&self, me: UserId, room: RoomId, user: UserId) -> Result<(), TalkError> {
        self.timeline.allowed(me, room, Right::Ban).await?;
        let knows = self.people.may_meet(me, user).await?;
        let decide = |authz: &Authz| govern::ban(authz, me, user, knows, self.context.now());
        self.timeline.act(me, room, None, decide).await?;
        Ok(())
    }

    /// Lets somebody in again whom a group kept out; he does not come back by that. Idempotent.
    ///
    /// # Errors
    /// No right, or the store.
    pub async fn unban(&self, me: UserId, room: RoomId, user: UserId) -> Result<(), TalkError> {
        let decide = |authz: &Authz| govern::unban(authz, me, user, self.context.now());
        self.timeline.act(me, room, None, decide).await?;
        Ok(())
    }

    /// Whom the room keeps out, the newest first, after that place. Who may not be met by the reader is there
    /// without a name: one who blocks looks like one who is gone.
    ///
    /// # Errors
    /// No right, too fast, or the store.
    pub async fn bans(
        &self,
        me: UserId,
        room: RoomId,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<BanPage, TalkError> {
        self.spend(me, Cost::Read)?;
        self.timeline.allowed(me, room, Right::Ban).await?;
        let rows = self.context.store.list_bans(room, after, limit.clamp(1, BANS_LIMIT)).await;
        let rows = self.context.observe(rows)?;
        let people: Vec<UserId> = rows.iter().flat_map(|row| [Some(row.user_id), row.banned_by]).flatten().collect();
        let seen: Vec<UserId> = self.people.may_meet_all(me, &people).await?.into_iter().chain([me]).collect();
        Ok(BanPage { rows, briefs: self.people.briefs(&seen).await? })
    }
}

/// Names those of `users` who are among `these`.
fn name(users: &[UserId], these: &HashSet<UserId>, code: &str) -> Result<(), Invalid> {
    let mut invalid = Invalid::default();
    for (index, user) in users.iter().enumerate().filter(|(_, user)| these.contains(user)) {
        invalid.push(format!("user_ids[{index}]"), code, format!("{user} cannot be added"));
    }
    invalid.check()
}
