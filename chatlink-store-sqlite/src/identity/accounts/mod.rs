//! Accounts, contacts and passwords on SQLite.

mod changes;
mod host;
mod login;
mod row;

pub(super) use login::{count_failure, forgive, settle};
pub(super) use row::{contacts_of, is_active, owner_of};

use super::{attempts, factor, security, sessions, tick};
use crate::{SqliteStore, error::store_error, people};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    contact::ContactKind,
    identity::{
        AccountStore, AttemptPurpose, CompleteOutcome, ContactAdded, ContactRemoved, EndWhich, Ending, HostAccount,
        LoginAccount, LoginAdmission, LoginName, NewAccount, NewSession, Origin, Renamed, RightCode, SecurityKind,
        SessionStarted, Settled, Username, VerifiedContact, WonLogin, WonReset,
    },
    protocol::{SessionId, Timestamp, UserId},
    settings::{CodeLimits, SessionLimits},
};
use sqlx::SqliteConnection;
use std::time::Duration;

#[async_trait]
impl AccountStore for SqliteStore {
    async fn complete(
        &self,
        account: NewAccount,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<CompleteOutcome, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { complete(tx, account, &limits, now).await })).await
    }

    async fn find_login(&self, login: &LoginName) -> Result<Option<LoginAccount>, StoreError> {
        let mut reader = self.reader().await?;
        login::named(&mut reader, login).await
    }

    async fn admit_login(
        &self,
        login: &LoginName,
        trace: [u8; 32],
        origin: Origin,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<LoginAdmission, StoreError> {
        let (login, limits) = (login.clone(), limits.clone());
        self.in_tx(move |tx| Box::pin(async move { login::admit(tx, &login, trace, &origin, &limits, now).await }))
            .await
    }

    async fn forgive_login(&self, login: WonLogin, now: Timestamp) -> Result<(), StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move {
                tick(tx, now).await?;
                match login::still_has(tx, &login).await? {
                    true => login::take_back(tx, &login).await,
                    false => Ok(()),
                }
            })
        })
        .await
    }

    async fn settle_login(&self, login: WonLogin, now: Timestamp) -> Result<Settled<()>, StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                settle(tx, &login, now).await
            })
        })
        .await
    }

    async fn rename(
        &self,
        login: WonLogin,
        username: Username,
        every: Duration,
        now: Timestamp,
    ) -> Result<Settled<Renamed>, StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                if let Some(refusal) = settle(tx, &login, now).await?.refusal() {
                    return Ok(refusal);
                }
                changes::rename(tx, &login, &username, every, now).await.map(Settled::Done)
            })
        })
        .await
    }

    async fn add_contact(
        &self,
        right: RightCode,
        origin: Origin,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<ContactAdded, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                changes::add_contact(tx, right, &origin, &limits, now).await
            })
        })
        .await
    }

    async fn remove_contact(
        &self,
        login: WonLogin,
        kind: ContactKind,
        now: Timestamp,
    ) -> Result<Settled<ContactRemoved>, StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                if let Some(refusal) = settle(tx, &login, now).await?.refusal() {
                    return Ok(refusal);
                }
                changes::remove_contact(tx, &login, kind, now).await.map(Settled::Done)
            })
        })
        .await
    }

    async fn win_login(
        &self,
        login: WonLogin,
        session: NewSession,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<Settled<SessionStarted>, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                if let Some(refusal) = settle(tx, &login, now).await?.refusal() {
                    return Ok(refusal);
                }
                security::note(tx, login.user_id, SecurityKind::LoggedIn, &login.origin, now).await?;
                sessions::start(tx, session, &limits, now).await.map(Settled::Done)
            })
        })
        .await
    }

    async fn change_password(
        &self,
        login: WonLogin,
        phc: String,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Settled<Vec<SessionId>>, StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                if let Some(refusal) = settle(tx, &login, now).await?.refusal() {
                    return Ok(refusal);
                }
                row::set_password(tx, login.user_id, &phc, now).await?;
                security::note(tx, login.user_id, SecurityKind::PasswordChanged, &login.origin, now).await?;
                sessions::end_those(tx, login.user_id, EndWhich::AllBut(keep), now).await.map(Settled::Done)
            })
        })
        .await
    }

    async fn rehash(&self, user_id: UserId, old: &str, new: String) -> Result<(), StoreError> {
        let old = old.to_owned();
        self.in_tx(move |tx| {
            Box::pin(async move {
                let update = sqlx::query("UPDATE passwords SET phc = ? WHERE user_id = ? AND phc = ?");
                let done = update.bind(new).bind(*user_id.as_uuid()).bind(old).execute(tx).await;
                done.map(drop).map_err(store_error)
            })
        })
        .await
    }

    async fn reset_password(&self, reset: WonReset, now: Timestamp) -> Result<Settled<Vec<SessionId>>, StoreError> {
        self.in_tx(move |tx| Box::pin(reset_password(tx, reset, now))).await
    }

    async fn find_contacts(&self, user_id: UserId) -> Result<Vec<VerifiedContact>, StoreError> {
        let mut reader = self.reader().await?;
        row::contacts_of(&mut reader, user_id).await
    }

    async fn host_account(&self, account: HostAccount, now: Timestamp) -> Result<Option<UserId>, StoreError> {
        // Nearly every call ends here, without the writer.
        let mut reader = self.reader().await?;
        let settled = host::settled(&mut reader, &account, now).await?;
        drop(reader);
        match settled {
            Some(answer) => Ok(answer),
            None => self.in_tx(move |tx| Box::pin(host::account(tx, account, now))).await,
        }
    }

    async fn list_external_ids(&self, users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError> {
        let mut reader = self.reader().await?;
        host::external_ids(&mut reader, users).await
    }

    async fn list_external_users(&self, external_ids: &[String]) -> Result<Vec<(String, UserId)>, StoreError> {
        let mut reader = self.reader().await?;
        host::external_users(&mut reader, external_ids).await
    }
}

async fn complete(
    tx: &mut SqliteConnection,
    new: NewAccount,
    limits: &SessionLimits,
    now: Timestamp,
) -> Result<CompleteOutcome, StoreError> {
    let now = tick(tx, now).await?;
    let kept = attempts::find_any(tx, new.attempt().id).await?;
    let Some((proved, contact)) = new.stands_on(kept.as_ref(), now) else { return Ok(CompleteOutcome::Gone) };
    if row::username_taken(tx, &new.username, None, now).await? {
        return Ok(CompleteOutcome::UsernameTaken);
    }
    if row::owner_of(tx, contact.kind(), contact.key()).await?.is_some() {
        return Ok(CompleteOutcome::ContactTaken);
    }
    if !attempts::end(tx, &proved, AttemptPurpose::Registration, Ending::Done, now).await? {
        return Ok(CompleteOutcome::Gone);
    }
    row::insert_account(tx, new.user_id, &new.username, None, now).await?;
    row::insert_contact(tx, new.user_id, &contact, now).await?;
    row::set_password(tx, new.user_id, &new.phc, now).await?;
    people::insert_profile(tx, new.user_id, &new.profile, now).await?;
    let started = sessions::start(tx, new.session, limits, now).await?;
    Ok(CompleteOutcome::Completed(started.session))
}

async fn reset_password(
    tx: &mut SqliteConnection,
    reset: WonReset,
    now: Timestamp,
) -> Result<Settled<Vec<SessionId>>, StoreError> {
    let now = tick(tx, now).await?;
    let WonReset { proved, phc, forgiven, factor, origin } = reset;
    let kept = attempts::find_any(tx, proved.attempt().id).await?;
    let kept = kept.filter(|attempt| attempt.purpose == AttemptPurpose::Reset);
    let good = kept.is_some_and(|attempt| attempt.proved(proved.proof(), now).is_some());
    let Some(user_id) = proved.attempt().user_id.filter(|_| good) else { return Ok(Settled::Gone) };
    if login::named(tx, &LoginName::Account(user_id)).await?.is_none() {
        return Ok(Settled::Gone);
    }
    if !factor::spend(tx, user_id, factor.as_ref(), &origin, now).await? {
        return Ok(Settled::FactorUsed);
    }
    if !attempts::end(tx, &proved, AttemptPurpose::Reset, Ending::Done, now).await? {
        return Err(StoreError::corrupt("the statement that ends attempts differs from the rule"));
    }
    row::set_password(tx, user_id, &phc, now).await?;
    for trace in &forgiven {
        forgive(tx, trace).await?;
    }
    security::note(tx, user_id, SecurityKind::PasswordReset, &origin, now).await?;
    sessions::end_those(tx, user_id, EndWhich::AllBut(None), now).await.map(Settled::Done)
}
