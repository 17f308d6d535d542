//! Accounts, contacts and passwords on SQLite.

use super::{afford, attempts, contact, ladder, refund, sessions, spend, tick};
use crate::{SqliteStore, error::store_error, people, rows::Read};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    contact::{Contact, ContactKind},
    identity::{
        AccountStore, AttemptPurpose, Budget, CompleteOutcome, Ending, FAILURES_FORGOTTEN, HostAccount, LoginAccount,
        LoginAdmission, LoginName, NetworkPrefix, NewAccount, NewSession, Proved, SessionStarted, Username,
        VerifiedContact, WonLogin, login_ladder,
    },
    protocol::{SessionId, Timestamp, UserId},
    settings::{CodeLimits, SessionLimits},
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

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
        named(&mut reader, login).await
    }

    async fn admit_login(
        &self,
        login: &LoginName,
        trace: [u8; 32],
        prefix: NetworkPrefix,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<LoginAdmission, StoreError> {
        let (login, limits) = (login.clone(), limits.clone());
        self.in_tx(move |tx| Box::pin(async move { admit_login(tx, &login, trace, prefix, &limits, now).await })).await
    }

    async fn win_login(
        &self,
        login: WonLogin,
        session: NewSession,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<Option<SessionStarted>, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                if !settle(tx, &login).await? {
                    return Ok(None);
                }
                sessions::start(tx, session, &limits, now).await.map(Some)
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
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                if !settle(tx, &login).await? {
                    return Ok(None);
                }
                set_password(tx, login.user_id, &phc, now).await?;
                sessions::end_all_but(tx, login.user_id, keep, now).await.map(Some)
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

    async fn reset_password(
        &self,
        proved: Proved,
        phc: String,
        now: Timestamp,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        self.in_tx(move |tx| Box::pin(reset_password(tx, proved, phc, now))).await
    }

    async fn find_contacts(&self, user_id: UserId) -> Result<Vec<VerifiedContact>, StoreError> {
        let mut reader = self.reader().await?;
        contacts_of(&mut reader, user_id).await
    }

    async fn host_account(&self, account: HostAccount, now: Timestamp) -> Result<Option<UserId>, StoreError> {
        // Nearly every call ends here, without the writer.
        let mut reader = self.reader().await?;
        let known = find_host(&mut reader, &account.external_id).await?;
        drop(reader);
        match known {
            Some(answer) => Ok(answer),
            None => self.in_tx(move |tx| Box::pin(host_account(tx, account, now))).await,
        }
    }
}

async fn complete(
    tx: &mut SqliteConnection,
    new: NewAccount,
    limits: &SessionLimits,
    now: Timestamp,
) -> Result<CompleteOutcome, StoreError> {
    let now = tick(tx, now).await?;
    let attempt = attempts::find_any(tx, new.attempt().id).await?;
    let proved = attempt.and_then(|attempt| attempt.proved(new.proof(), now));
    let proved = proved.filter(|proved| proved.attempt().purpose == AttemptPurpose::Registration);
    let contact = proved.as_ref().and_then(|proved| proved.attempt().contact.clone());
    let (Some(proved), Some(contact)) = (proved, contact) else { return Ok(CompleteOutcome::Gone) };
    if username_taken(tx, &new.username).await? {
        return Ok(CompleteOutcome::UsernameTaken);
    }
    if owner_of(tx, contact.kind(), contact.key()).await?.is_some() {
        return Ok(CompleteOutcome::ContactTaken);
    }
    if !attempts::end(tx, &proved, AttemptPurpose::Registration, Ending::Done, now).await? {
        return Ok(CompleteOutcome::Gone);
    }
    insert_account(tx, new.user_id, &new.username, None, now).await?;
    insert_contact(tx, new.user_id, &contact, now).await?;
    set_password(tx, new.user_id, &new.phc, now).await?;
    people::insert_profile(tx, new.user_id, &new.profile, now).await?;
    let started = sessions::start(tx, new.session, limits, now).await?;
    Ok(CompleteOutcome::Completed(started.session))
}

async fn admit_login(
    tx: &mut SqliteConnection,
    login: &LoginName,
    trace: [u8; 32],
    prefix: NetworkPrefix,
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<LoginAdmission, StoreError> {
    let now = tick(tx, now).await?;
    if let Err(until) = afford(tx, Budget::Logins, prefix.as_bytes(), limits, now).await? {
        return Ok(LoginAdmission::Limited(until));
    }
    let account = named(tx, login).await?;
    let subject = account.as_ref().map_or(trace.to_vec(), |account| subject(account.user_id));
    let waits = login_ladder(limits);
    let last = i64::try_from(waits.len()).unwrap_or(1) - 1;
    // Admitted and counted in one statement.
    let counted = sqlx::query(
        "INSERT INTO login_failures (subject, failures, failed_at) VALUES (?1, 1, ?2)
         ON CONFLICT (subject) DO UPDATE SET failures = iif(failed_at <= ?3, 1, failures + 1), failed_at = ?2
         WHERE failed_at <= ?3 OR failed_at + json_extract(?4, '$[' || min(failures, ?5) || ']') <= ?2",
    )
    .bind(&subject)
    .bind(now.as_micros())
    .bind(now.minus(FAILURES_FORGOTTEN).as_micros())
    .bind(ladder(&waits)?)
    .bind(last)
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    if counted.rows_affected() == 0 {
        let waiting = "SELECT failed_at + json_extract(?1, '$[' || min(failures, ?2) || ']')
                       FROM login_failures WHERE subject = ?3";
        let row = sqlx::query(waiting).bind(ladder(&waits)?).bind(last).bind(&subject).fetch_one(tx).await;
        return Ok(LoginAdmission::Limited(row.map_err(store_error)?.time(0)?));
    }
    spend(tx, Budget::Logins, prefix.as_bytes(), now).await?;
    Ok(LoginAdmission::Admitted(account))
}

/// A won login takes its failures back, if the password still is the one that was compared.
async fn settle(tx: &mut SqliteConnection, login: &WonLogin) -> Result<bool, StoreError> {
    let same = sqlx::query(
        "SELECT 1 FROM passwords p CROSS JOIN accounts a ON a.user_id = p.user_id
         WHERE p.user_id = ? AND p.phc = ? AND a.state = 'active'",
    )
    .bind(*login.user_id.as_uuid())
    .bind(&login.phc)
    .fetch_optional(&mut *tx)
    .await
    .map_err(store_error)?;
    if same.is_none() {
        return Ok(false);
    }
    forgive(tx, login.user_id).await?;
    refund(tx, Budget::Logins, login.prefix.as_bytes()).await?;
    Ok(true)
}

async fn reset_password(
    tx: &mut SqliteConnection,
    proved: Proved,
    phc: String,
    now: Timestamp,
) -> Result<Option<Vec<SessionId>>, StoreError> {
    let now = tick(tx, now).await?;
    let Some(user_id) = proved.attempt().user_id else { return Ok(None) };
    if named(tx, &LoginName::Account(user_id)).await?.is_none()
        || !attempts::end(tx, &proved, AttemptPurpose::Reset, Ending::Done, now).await?
    {
        return Ok(None);
    }
    set_password(tx, user_id, &phc, now).await?;
    forgive(tx, user_id).await?;
    sessions::end_all_but(tx, user_id, None, now).await.map(Some)
}

async fn host_account(
    tx: &mut SqliteConnection,
    new: HostAccount,
    now: Timestamp,
) -> Result<Option<UserId>, StoreError> {
    let now = tick(tx, now).await?;
    if let Some(answer) = find_host(tx, &new.external_id).await? {
        return Ok(answer);
    }
    insert_account(tx, new.user_id, &new.username, Some(&new.external_id), now).await?;
    people::insert_host_profile(tx, new.user_id, &new.profile, now).await?;
    Ok(Some(new.user_id))
}

/// The account of a host's user; `Some(None)`: it is deleted.
async fn find_host(tx: &mut SqliteConnection, external_id: &str) -> Result<Option<Option<UserId>>, StoreError> {
    let row = sqlx::query("SELECT user_id, state = 'active' FROM accounts WHERE external_id = ?")
        .bind(external_id)
        .fetch_optional(tx)
        .await
        .map_err(store_error)?;
    let Some(row) = row else { return Ok(None) };
    let user = row.id(0, UserId::from_uuid)?;
    Ok(Some(row.value::<bool>(1)?.then_some(user)))
}

/// The active account that a login names. One statement for every kind of login and for nobody's,
/// so that each costs the same.
async fn named(tx: &mut SqliteConnection, login: &LoginName) -> Result<Option<LoginAccount>, StoreError> {
    let (mut username, mut kind, mut key, mut account) = (None, None, None, None);
    match login {
        LoginName::Username(text) => username = Some(text.as_str()),
        LoginName::Contact(of, text) => (kind, key) = (Some(of.as_str()), Some(text.as_str())),
        LoginName::Account(user) => account = Some(*user.as_uuid()),
    }
    let row = sqlx::query(
        "WITH named (user_id, contact_key) AS (
             SELECT user_id, NULL FROM accounts WHERE username_key = ?1
             UNION ALL SELECT user_id, contact_key FROM contacts WHERE kind = ?2 AND contact_key = ?3
             UNION ALL SELECT user_id, NULL FROM accounts WHERE user_id = ?4)
         SELECT a.user_id, a.username, p.phc, c.kind, c.value, c.contact_key
         FROM named n
         CROSS JOIN accounts a ON a.user_id = n.user_id AND a.state = 'active'
         LEFT JOIN passwords p ON p.user_id = a.user_id
         LEFT JOIN contacts c ON c.user_id = a.user_id
                              AND (n.contact_key IS NULL OR (c.kind = ?2 AND c.contact_key = n.contact_key))
         ORDER BY c.verified_at, c.kind LIMIT 1",
    )
    .bind(username)
    .bind(kind)
    .bind(key)
    .bind(account)
    .fetch_optional(tx)
    .await
    .map_err(store_error)?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(LoginAccount {
        user_id: row.id(0, UserId::from_uuid)?,
        username: row.value(1)?,
        phc: row.value(2)?,
        contact: contact(row.value(3)?, row.value(4)?, row.value(5)?)?,
    }))
}

/// Whose contact this is, and how it is written there.
pub(super) async fn owner_of(
    tx: &mut SqliteConnection,
    kind: ContactKind,
    key: &str,
) -> Result<Option<(UserId, Contact)>, StoreError> {
    let row = sqlx::query("SELECT user_id, value, contact_key FROM contacts WHERE kind = ? AND contact_key = ?")
        .bind(kind.as_str())
        .bind(key)
        .fetch_optional(tx)
        .await
        .map_err(store_error)?;
    let owner =
        |row: SqliteRow| Ok((row.id(0, UserId::from_uuid)?, Contact::stored(kind, row.value(1)?, row.value(2)?)));
    row.map(owner).transpose()
}

async fn contacts_of(connection: &mut SqliteConnection, user_id: UserId) -> Result<Vec<VerifiedContact>, StoreError> {
    let rows = sqlx::query(
        "SELECT kind, value, contact_key, verified_at FROM contacts WHERE user_id = ? ORDER BY verified_at, kind",
    )
    .bind(*user_id.as_uuid())
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    let verified = |row: &SqliteRow| {
        let contact = contact(row.value(0)?, row.value(1)?, row.value(2)?)?;
        let contact = contact.ok_or_else(|| StoreError::corrupt("a contact of an account"))?;
        Ok(VerifiedContact { contact, verified_at: row.time(3)? })
    };
    rows.iter().map(verified).collect()
}

/// How failures of an account are kept.
fn subject(user_id: UserId) -> Vec<u8> {
    user_id.as_uuid().as_bytes().to_vec()
}

async fn forgive(tx: &mut SqliteConnection, user_id: UserId) -> Result<(), StoreError> {
    let forget = sqlx::query("DELETE FROM login_failures WHERE subject = ?").bind(subject(user_id));
    forget.execute(tx).await.map(drop).map_err(store_error)
}

async fn username_taken(tx: &mut SqliteConnection, username: &Username) -> Result<bool, StoreError> {
    let taken = sqlx::query("SELECT 1 FROM accounts WHERE username_key = ?").bind(username.key());
    Ok(taken.fetch_optional(tx).await.map_err(store_error)?.is_some())
}

async fn insert_account(
    tx: &mut SqliteConnection,
    user_id: UserId,
    username: &Username,
    external_id: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO accounts (user_id, username, username_key, state, external_id, created_at)
         VALUES (?, ?, ?, 'active', ?, ?)",
    )
    .bind(*user_id.as_uuid())
    .bind(username.as_str())
    .bind(username.key())
    .bind(external_id)
    .bind(now.as_micros())
    .execute(tx)
    .await
    .map(drop)
    .map_err(store_error)
}

async fn insert_contact(
    tx: &mut SqliteConnection,
    user_id: UserId,
    contact: &Contact,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO contacts (kind, contact_key, user_id, value, verified_at) VALUES (?, ?, ?, ?, ?)")
        .bind(contact.kind().as_str())
        .bind(contact.key())
        .bind(*user_id.as_uuid())
        .bind(contact.as_str())
        .bind(now.as_micros())
        .execute(tx)
        .await
        .map(drop)
        .map_err(store_error)
}

async fn set_password(tx: &mut SqliteConnection, user_id: UserId, phc: &str, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO passwords (user_id, phc, changed_at) VALUES (?, ?, ?)
         ON CONFLICT (user_id) DO UPDATE SET phc = excluded.phc, changed_at = excluded.changed_at",
    )
    .bind(*user_id.as_uuid())
    .bind(phc)
    .bind(now.as_micros())
    .execute(tx)
    .await
    .map(drop)
    .map_err(store_error)
}
