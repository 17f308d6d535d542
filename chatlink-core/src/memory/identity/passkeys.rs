//! Passkeys and their ceremonies in memory.

use super::{Tables, attempts::forget};
use crate::{
    error::StoreError,
    identity::{
        Budget, CeremonyOf, KeptPasskey, NetworkPrefix, NewCeremony, NewPasskey, NewSession, Origin, Passkey,
        PasskeyAdded, PasskeyStore, PasskeyWon, SecurityKind, Settled, WonLogin, WonPasskey, counter_rises,
    },
    memory::MemoryStore,
    settings::{CodeLimits, SessionLimits},
};
use async_trait::async_trait;
use chatlink_protocol::{CeremonyId, PasskeyId, Timestamp, UserId};

pub(super) struct Ceremony {
    of: CeremonyOf,
    state: Vec<u8>,
    ends_at: Timestamp,
    /// The network that a login is counted for.
    prefix: Option<NetworkPrefix>,
}

pub(super) struct PasskeyRow {
    user_id: UserId,
    shown: Passkey,
    credential: Vec<u8>,
    counter: u32,
}

#[async_trait]
impl PasskeyStore for MemoryStore {
    async fn begin_passkey_login(
        &self,
        ceremony: NewCeremony,
        prefix: NetworkPrefix,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<Result<(), Timestamp>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        if let Err(until) = tables.afford(Budget::Logins, prefix.as_bytes(), limits, now) {
            return Ok(Err(until));
        }
        tables.spend(Budget::Logins, prefix.as_bytes(), now);
        let NewCeremony { id, state, ends_at } = ceremony;
        tables.ceremonies.insert(id, Ceremony { of: CeremonyOf::Login, state, ends_at, prefix: Some(prefix) });
        Ok(Ok(()))
    }

    async fn begin_passkey(
        &self,
        login: WonLogin,
        ceremony: NewCeremony,
        now: Timestamp,
    ) -> Result<Settled<()>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        Ok(tables.settle(&login, now).and(|| {
            tables.end_ceremonies_of(login.user_id);
            let NewCeremony { id, state, ends_at } = ceremony;
            tables.ceremonies.insert(id, Ceremony { of: CeremonyOf::New(login.user_id), state, ends_at, prefix: None });
        }))
    }

    async fn find_ceremony(
        &self,
        id: CeremonyId,
        of: CeremonyOf,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let tables = &self.lock().identity;
        let now = tables.seen(now);
        let found = tables.ceremonies.get(&id).filter(|ceremony| ceremony.is_open(of, now));
        Ok(found.map(|ceremony| ceremony.state.clone()))
    }

    async fn end_ceremony(&self, id: CeremonyId) -> Result<(), StoreError> {
        self.lock().identity.ceremonies.remove(&id);
        Ok(())
    }

    async fn add_passkey(
        &self,
        ceremony: CeremonyId,
        passkey: NewPasskey,
        most: usize,
        origin: Origin,
        now: Timestamp,
    ) -> Result<PasskeyAdded, StoreError> {
        let tables = &mut self.lock().identity;
        let (now, user_id) = (tables.tick(now), passkey.user_id);
        let used = tables.use_ceremony(ceremony, CeremonyOf::New(user_id), now).is_some();
        if !used || tables.active_username(user_id).is_none() {
            return Ok(PasskeyAdded::Gone);
        }
        if tables.passkeys.values().any(|row| row.shown.credential_id == passkey.credential_id) {
            return Ok(PasskeyAdded::Taken);
        }
        if tables.passkeys.values().filter(|row| row.user_id == user_id).count() >= most {
            return Ok(PasskeyAdded::Full);
        }
        let shown = Passkey {
            passkey_id: passkey.passkey_id,
            credential_id: passkey.credential_id,
            name: passkey.name.as_str().to_owned(),
            created_at: now,
            last_used_at: None,
        };
        let (credential, counter) = (passkey.credential, passkey.counter);
        tables.passkeys.insert(passkey.passkey_id, PasskeyRow { user_id, shown: shown.clone(), credential, counter });
        tables.note_security(user_id, SecurityKind::PasskeyAdded, &origin, now);
        Ok(PasskeyAdded::Added(shown))
    }

    async fn list_passkeys(&self, user_id: UserId) -> Result<Vec<Passkey>, StoreError> {
        let state = self.lock();
        let mine = state.identity.passkeys.values().filter(|row| row.user_id == user_id);
        let mut mine: Vec<_> = mine.map(|row| row.shown.clone()).collect();
        mine.sort_by_key(|passkey| (passkey.created_at, passkey.passkey_id));
        Ok(mine)
    }

    async fn find_passkey(&self, credential_id: &[u8]) -> Result<Option<KeptPasskey>, StoreError> {
        let state = self.lock();
        let tables = &state.identity;
        let row = tables.passkeys.values().find(|row| row.shown.credential_id == credential_id);
        Ok(row.and_then(|row| {
            Some(KeptPasskey {
                passkey_id: row.shown.passkey_id,
                user_id: row.user_id,
                username: tables.active_username(row.user_id)?.to_owned(),
                credential: row.credential.clone(),
            })
        }))
    }

    async fn win_passkey_login(
        &self,
        login: WonPasskey,
        session: NewSession,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<PasskeyWon, StoreError> {
        let tables = &mut self.lock().identity;
        let (now, user_id) = (tables.tick(now), login.user_id);
        let Some(ceremony) = tables.use_ceremony(login.ceremony, CeremonyOf::Login, now) else {
            return Ok(PasskeyWon::Gone);
        };
        let active = tables.active_username(user_id).is_some();
        let row = tables.passkeys.get_mut(&login.passkey_id).filter(|row| active && row.user_id == user_id);
        let Some(row) = row else { return Ok(PasskeyWon::Gone) };
        if !counter_rises(row.counter, login.counter) {
            tables.note_security(user_id, SecurityKind::PasskeySuspect, &login.origin, now);
            return Ok(PasskeyWon::Rewound);
        }
        row.counter = login.counter;
        row.shown.last_used_at = Some(now);
        if let Some(prefix) = ceremony.prefix {
            tables.refund(Budget::Logins, prefix.as_bytes());
        }
        tables.note_security(user_id, SecurityKind::LoggedInByPasskey, &login.origin, now);
        Ok(PasskeyWon::Started(tables.start_session(session, limits, now)))
    }

    async fn remove_passkey(
        &self,
        login: WonLogin,
        passkey_id: PasskeyId,
        now: Timestamp,
    ) -> Result<Settled<bool>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        Ok(tables.settle(&login, now).and(|| {
            let mine = tables.passkeys.get(&passkey_id).is_some_and(|row| row.user_id == login.user_id);
            if mine {
                tables.passkeys.remove(&passkey_id);
                tables.note_security(login.user_id, SecurityKind::PasskeyRemoved, &login.origin, now);
            }
            mine
        }))
    }
}

impl Ceremony {
    fn is_open(&self, of: CeremonyOf, now: Timestamp) -> bool {
        self.of == of && now < self.ends_at
    }
}

impl Tables {
    /// Takes a ceremony that is about this and not over.
    fn use_ceremony(&mut self, id: CeremonyId, of: CeremonyOf, now: Timestamp) -> Option<Ceremony> {
        self.ceremonies.get(&id).filter(|ceremony| ceremony.is_open(of, now))?;
        self.ceremonies.remove(&id)
    }

    /// Nothing is left of the account's passkeys.
    pub(super) fn forget_passkeys_of(&mut self, user: UserId) {
        self.end_ceremonies_of(user);
        self.passkeys.retain(|_, row| row.user_id != user);
    }

    /// Ends what the account began.
    pub(super) fn end_ceremonies_of(&mut self, user: UserId) {
        self.ceremonies.retain(|_, ceremony| ceremony.of != CeremonyOf::New(user));
    }

    /// Forgets ceremonies that are over; answers how many.
    pub(super) fn forget_ceremonies(&mut self, most: usize, now: Timestamp) -> usize {
        forget(&mut self.ceremonies, most, |ceremony| ceremony.ends_at <= now)
    }
}
