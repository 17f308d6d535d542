//! The ports of the store. One verb is the journal's own, [`append`](TimelineStore::append); the others go on to the
//! store inside as they came. A verb that a port gains is a line here: the compiler says which.

use super::JournalStore;
use async_trait::async_trait;
use bytes::Bytes;
use chatlink::{
    Installation, InstallationStore, StoreError,
    contact::ContactKind,
    identity::*,
    jobs::*,
    people::*,
    protocol::{
        CeremonyId, ClientId, CorrectionState, EventId, InviteId, PasskeyId, ReportId, RoomId, Seq, ServiceTokenId,
        SessionId, Timestamp, UserId, UserSeq,
        frame::{Receipt, UserEvent},
    },
    rights::*,
    rooms::*,
    services::*,
    settings::{CodeLimits, SessionLimits},
    timeline::{intents::*, mine::*, scheduled::*, search::*, threads::*, *},
    webhooks::*,
};
use serde_json::Value;
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};
use uuid::Uuid;

/// Implements a port: each verb goes on to the store inside. What follows `..` is written out.
macro_rules! forward {
    ($port:ident: $(fn $verb:ident($($name:ident: $type:ty),*) -> $answer:ty;)* $(.. $($own:tt)*)?) => {
        #[async_trait]
        impl $port for JournalStore {
            $(
                async fn $verb(&self, $($name: $type),*) -> $answer {
                    self.inner().$verb($($name),*).await
                }
            )*
            $($($own)*)?
        }
    };
}

forward! { InstallationStore:
    fn installation(fresh: Installation) -> Result<Installation, StoreError>;
    fn adopt(fingerprints: Vec<[u8; 16]>) -> Result<(), StoreError>;
    fn ping() -> Result<Option<String>, StoreError>;
    fn last_seen() -> Result<Timestamp, StoreError>;
}

forward! { AccountStore:
    fn complete(account: NewAccount, limits: &SessionLimits, now: Timestamp) -> Result<CompleteOutcome, StoreError>;
    fn find_login(login: &LoginName) -> Result<Option<LoginAccount>, StoreError>;
    fn admit_login(login: &LoginName, trace: [u8; 32], origin: Origin, limits: &CodeLimits, now: Timestamp) -> Result<LoginAdmission, StoreError>;
    fn forgive_login(login: WonLogin, now: Timestamp) -> Result<(), StoreError>;
    fn settle_login(login: WonLogin, now: Timestamp) -> Result<Settled<()>, StoreError>;
    fn win_login(login: WonLogin, session: NewSession, limits: &SessionLimits, now: Timestamp) -> Result<Settled<SessionStarted>, StoreError>;
    fn change_password(login: WonLogin, phc: String, keep: Option<SessionId>, now: Timestamp) -> Result<Settled<Vec<SessionId>>, StoreError>;
    fn rehash(user_id: UserId, old: &str, new: String) -> Result<(), StoreError>;
    fn reset_password(reset: WonReset, now: Timestamp) -> Result<Settled<Vec<SessionId>>, StoreError>;
    fn rename(login: WonLogin, username: Username, every: Duration, now: Timestamp) -> Result<Settled<Renamed>, StoreError>;
    fn add_contact(right: RightCode, origin: Origin, limits: &CodeLimits, now: Timestamp) -> Result<ContactAdded, StoreError>;
    fn remove_contact(login: WonLogin, kind: ContactKind, now: Timestamp) -> Result<Settled<ContactRemoved>, StoreError>;
    fn find_contacts(user_id: UserId) -> Result<Vec<VerifiedContact>, StoreError>;
    fn host_account(account: HostAccount, now: Timestamp) -> Result<Option<UserId>, StoreError>;
    fn list_external_ids(users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError>;
    fn list_external_users(external_ids: &[String]) -> Result<Vec<(String, UserId)>, StoreError>;
}

forward! { AttemptStore:
    fn start(attempt: NewAttempt, limits: &CodeLimits, now: Timestamp) -> Result<StartOutcome, StoreError>;
    fn find_attempt(purpose: AttemptPurpose, id: AttemptId) -> Result<Option<Attempt>, StoreError>;
    fn resend(purpose: AttemptPurpose, id: AttemptId, code_mac: [u8; 32], limits: &CodeLimits, now: Timestamp) -> Result<ResendOutcome, StoreError>;
    fn admit_check(purpose: AttemptPurpose, id: AttemptId, prefix: NetworkPrefix, limits: &CodeLimits, now: Timestamp) -> Result<CheckOutcome, StoreError>;
    fn prove(right: RightCode, proof: ProofHash, prefix: NetworkPrefix, limits: &CodeLimits, now: Timestamp) -> Result<Option<Timestamp>, StoreError>;
    fn refuse(proved: Proved, until: Timestamp, now: Timestamp) -> Result<bool, StoreError>;
    fn purge_identity(what: Leftover, limit: u32, now: Timestamp) -> Result<u32, StoreError>;
}

forward! { PasskeyStore:
    fn begin_passkey_login(ceremony: NewCeremony, prefix: NetworkPrefix, limits: &CodeLimits, now: Timestamp) -> Result<Result<(), Timestamp>, StoreError>;
    fn begin_passkey(login: WonLogin, ceremony: NewCeremony, now: Timestamp) -> Result<Settled<()>, StoreError>;
    fn find_ceremony(id: CeremonyId, of: CeremonyOf, now: Timestamp) -> Result<Option<Vec<u8>>, StoreError>;
    fn end_ceremony(id: CeremonyId) -> Result<(), StoreError>;
    fn add_passkey(ceremony: CeremonyId, passkey: NewPasskey, most: usize, origin: Origin, now: Timestamp) -> Result<PasskeyAdded, StoreError>;
    fn list_passkeys(user_id: UserId) -> Result<Vec<Passkey>, StoreError>;
    fn find_passkey(credential_id: &[u8]) -> Result<Option<KeptPasskey>, StoreError>;
    fn win_passkey_login(login: WonPasskey, session: NewSession, limits: &SessionLimits, now: Timestamp) -> Result<PasskeyWon, StoreError>;
    fn remove_passkey(login: WonLogin, passkey_id: PasskeyId, now: Timestamp) -> Result<Settled<bool>, StoreError>;
}

forward! { RightsStore:
    fn delete_account(deletion: Deletion, now: Timestamp) -> Result<Settled<Deleted>, StoreError>;
    fn find_external(external_id: &str) -> Result<Option<UserId>, StoreError>;
    fn own_messages(user: UserId, after: Option<OwnPlace>, limit: u32, now: Timestamp) -> Result<Vec<OwnMessage>, StoreError>;
    fn own_corrections(user: UserId, after: Option<OwnPlace>, limit: u32, now: Timestamp) -> Result<Vec<OwnCorrection>, StoreError>;
    fn own_reports(user: UserId, before: Option<(Timestamp, ReportId)>, limit: u32) -> Result<Vec<OwnReport>, StoreError>;
    fn admit_export(trace: [u8; 32], limits: &CodeLimits, now: Timestamp) -> Result<Option<Timestamp>, StoreError>;
}

forward! { FactorStore:
    fn find_factor(user_id: UserId) -> Result<Option<FactorStatus>, StoreError>;
    fn admit_factor(user_id: UserId, trace: [u8; 32], origin: Origin, limits: &CodeLimits, now: Timestamp) -> Result<FactorAdmission, StoreError>;
    fn offer_factor(login: WonLogin, seed: Vec<u8>, until: Timestamp, now: Timestamp) -> Result<Settled<()>, StoreError>;
    fn confirm_factor(user_id: UserId, shown: ShownFactor, recovery: Vec<RecoveryHash>, origin: Origin, now: Timestamp) -> Result<bool, StoreError>;
    fn remove_factor(login: WonLogin, now: Timestamp) -> Result<Settled<()>, StoreError>;
    fn renew_recovery(login: WonLogin, recovery: Vec<RecoveryHash>, now: Timestamp) -> Result<Settled<()>, StoreError>;
}

forward! { SessionStore:
    fn find_session(token_hash: &[u8; 32], grant: Grant, now: Timestamp) -> Result<Option<SessionRow>, StoreError>;
    fn touch_session(session_id: SessionId, limits: &SessionLimits, now: Timestamp) -> Result<(), StoreError>;
    fn rotate(session_id: SessionId, old: &[u8; 32], next: &[u8; 32], limits: &SessionLimits, now: Timestamp) -> Result<Rotation, StoreError>;
    fn list_sessions(user_id: UserId, now: Timestamp) -> Result<Vec<SessionRow>, StoreError>;
    fn end_sessions(user_id: UserId, which: EndWhich, event: Option<NewSecurityEvent>, now: Timestamp) -> Result<Vec<SessionId>, StoreError>;
    fn ended_since(after: i64, limit: u32) -> Result<Vec<EndedSession>, StoreError>;
}

forward! { JobStore:
    fn enqueue(jobs: Vec<NewJob>, now: Timestamp) -> Result<Vec<Enqueued>, StoreError>;
    fn lease(kinds: &[&'static str], token: Uuid, until: Timestamp, now: Timestamp) -> Result<Option<LeasedJob>, StoreError>;
    fn progress(lease: JobLease, progress: Option<Value>, until: Timestamp, now: Timestamp) -> Result<bool, StoreError>;
    fn finish(lease: JobLease, progress: Option<Value>, again: Option<Timestamp>, now: Timestamp) -> Result<bool, StoreError>;
    fn fail(lease: JobLease, error: String, retry_at: Option<Timestamp>, now: Timestamp) -> Result<bool, StoreError>;
    fn release(lease: JobLease, now: Timestamp) -> Result<bool, StoreError>;
    fn list_jobs(state: Option<JobState>, limit: u32) -> Result<Vec<JobRow>, StoreError>;
    fn purge_dead(before: Timestamp, limit: u32) -> Result<u32, StoreError>;
}

forward! { ProfileStore:
    fn set_avatar(user: UserId, avatar: Option<Avatar>, now: Timestamp) -> Result<Option<Profile>, StoreError>;
    fn find_avatar(user: UserId, version: AvatarVersion, size: AvatarSize) -> Result<Option<Bytes>, StoreError>;
    fn find_profile(user: UserId) -> Result<Option<Profile>, StoreError>;
    fn find_encounters(viewer: UserId, others: &[UserId]) -> Result<Option<Encounters>, StoreError>;
    fn list_briefs(users: &[UserId]) -> Result<Vec<Brief>, StoreError>;
    fn update_profile(user: UserId, change: ProfileChange, now: Timestamp) -> Result<Option<Profile>, StoreError>;
    fn touch_active(user: UserId, now: Timestamp) -> Result<(), StoreError>;
}

forward! { SecurityLog:
    fn list_security(user_id: UserId, before: Option<u64>, limit: u32) -> Result<Vec<SecurityEvent>, StoreError>;
}

forward! { MatchStore:
    fn draw(draw: Draw, now: Timestamp) -> Result<Vec<Candidate>, StoreError>;
    fn count_shown(shown: &[(UserId, u32)], now: Timestamp) -> Result<(), StoreError>;
}

forward! { BlockStore:
    fn block(block: Block, now: Timestamp) -> Result<Blocked, StoreError>;
    fn unblock(block: Block, now: Timestamp) -> Result<Vec<Told>, StoreError>;
    fn list_blocks(blocker: UserId, after: Option<(Timestamp, UserId)>, limit: u32) -> Result<Vec<BlockRow>, StoreError>;
}

forward! { ContactListStore:
    fn keep(keep: Keep, now: Timestamp) -> Result<Kept, StoreError>;
    fn let_go(owner: UserId, user_id: UserId, told: UserNote) -> Result<Vec<Told>, StoreError>;
    fn list_kept(owner: UserId, only: Option<UserId>) -> Result<Vec<KeptRow>, StoreError>;
}

forward! { ReportStore:
    fn report(report: NewReport, a_day: u32, now: Timestamp) -> Result<Reported, StoreError>;
    fn list_reports(before: Option<(Timestamp, ReportId)>, limit: u32) -> Result<Vec<ReportRow>, StoreError>;
    fn erase_reported(before: Timestamp, limit: u32) -> Result<u32, StoreError>;
}

forward! { SettingsStore:
    fn find_settings(user: UserId) -> Result<UserSettings, StoreError>;
    fn list_privacy(users: &[UserId]) -> Result<HashMap<UserId, Privacy>, StoreError>;
    fn update_settings(user: UserId, change: SettingsChange, note: UserNote, now: Timestamp) -> Result<(UserSettings, Vec<Told>), StoreError>;
}

forward! { RoomStore:
    fn open_direct(room_id: RoomId, pair: DirectPair, opener: UserId, created: Vec<UserNote>, accepted: Vec<UserNote>, now: Timestamp) -> Result<OpenDirect, StoreError>;
    fn create_group(group: NewGroup, notes: Vec<UserNote>, now: Timestamp) -> Result<CreateGroup, StoreError>;
    fn load_authz(room_id: RoomId) -> Result<Option<Authz>, StoreError>;
    fn accept(room_id: RoomId, user: UserId, notes: Vec<UserNote>, now: Timestamp) -> Result<Option<Vec<Told>>, StoreError>;
    fn decline(room_id: RoomId, user: UserId, notes: Vec<UserNote>, now: Timestamp) -> Result<Option<Vec<Told>>, StoreError>;
    fn list_rooms(user: UserId, inbox: Inbox, after: Option<RoomPlace>, limit: u32, now: Timestamp) -> Result<Vec<RoomRow>, StoreError>;
    fn find_room(user: UserId, room_id: RoomId, now: Timestamp) -> Result<Option<RoomRow>, StoreError>;
    fn badge(user: UserId, now: Timestamp) -> Result<u32, StoreError>;
    fn find_room_avatar(room_id: RoomId, version: AvatarVersion, size: AvatarSize) -> Result<Option<Bytes>, StoreError>;
    fn list_members(room_id: RoomId, after: Option<UserId>, limit: u32) -> Result<Vec<MemberRow>, StoreError>;
    fn set_prefs(user: UserId, room_id: RoomId, change: PrefsChange, now: Timestamp) -> Result<Option<Told>, StoreError>;
    fn flush_receipts(marks: Vec<ReceiptMark>, now: Timestamp) -> Result<Vec<ReceiptsFlushed>, StoreError>;
    fn list_receipts(room_id: RoomId, only: Option<UserId>, limit: u32) -> Result<(u64, Vec<Receipt>), StoreError>;
    fn memberships_of(users: &[UserId]) -> Result<HashMap<UserId, Vec<Membership>>, StoreError>;
}

forward! { SearchStore:
    fn search(wanted: Sought, now: Timestamp) -> Result<Option<Found>, StoreError>;
    fn index_messages(limit: u32, now: Timestamp) -> Result<u32, StoreError>;
}

forward! { AdmissionStore:
    fn list_bans(room_id: RoomId, after: Option<(Timestamp, UserId)>, limit: u32) -> Result<Vec<BanRow>, StoreError>;
    fn find_banned(room_id: RoomId, users: &[UserId]) -> Result<HashSet<UserId>, StoreError>;
    fn create_invite(invite: NewInvite, now: Timestamp) -> Result<CreateInvite, StoreError>;
    fn list_invites(room_id: RoomId, now: Timestamp) -> Result<Vec<InviteRow>, StoreError>;
    fn revoke_invite(room_id: RoomId, invite_id: InviteId) -> Result<bool, StoreError>;
    fn find_invite(token_hash: [u8; 32], user: UserId) -> Result<Option<Invited>, StoreError>;
    fn list_public(user: UserId, filter: PublicFilter, after: Option<(Timestamp, RoomId)>, limit: u32) -> Result<Vec<PublicRow>, StoreError>;
    fn ask_to_join(room_id: RoomId, user: UserId, notes: Vec<UserNote>, now: Timestamp) -> Result<AskToJoin, StoreError>;
    fn list_asking(room_id: RoomId, only: Option<UserId>, after: Option<(Timestamp, UserId)>, limit: u32) -> Result<Vec<AskingRow>, StoreError>;
    fn decline_asking(room_id: RoomId, user: UserId, now: Timestamp) -> Result<bool, StoreError>;
}

forward! { FirstContactStore:
    fn ties(user: UserId, others: &[UserId]) -> Result<HashMap<UserId, Tie>, StoreError>;
    fn invite(new: NewInvitations, now: Timestamp) -> Result<InvitePeople, StoreError>;
    fn list_invitations(user: UserId, only: Option<RoomId>, after: Option<(Timestamp, RoomId)>, limit: u32) -> Result<Vec<Invitation>, StoreError>;
    fn decline_invitation(room_id: RoomId, user: UserId, notes: Vec<UserNote>, now: Timestamp) -> Result<Option<Vec<Told>>, StoreError>;
}

forward! { UnderwayStore:
    fn own_asking(user: UserId, limit: u32) -> Result<Vec<OwnAsking>, StoreError>;
    fn take_back_asking(room_id: RoomId, user: UserId, notes: Vec<UserNote>) -> Result<Vec<Told>, StoreError>;
    fn remember_invited(room_id: RoomId, by: UserId, users: &[UserId], now: Timestamp) -> Result<(), StoreError>;
    fn sent_invitations(by: UserId, only: Option<RoomId>, limit: u32) -> Result<Vec<SentInvitation>, StoreError>;
    fn take_back_invitation(room_id: RoomId, user: UserId, by: UserId, notes: Vec<UserNote>) -> Result<Vec<Told>, StoreError>;
    fn own_invites(user: UserId, now: Timestamp, limit: u32) -> Result<Vec<OwnInvite>, StoreError>;
}

forward! { CorrectionStore:
    fn find_correction(room_id: RoomId, message_id: EventId, correction_id: EventId, now: Timestamp) -> Result<Option<CorrectionFacts>, StoreError>;
    fn list_corrections(author: UserId, state: Option<CorrectionState>, after: Option<CorrectionPlace>, limit: u32, now: Timestamp) -> Result<Vec<CorrectionRow>, StoreError>;
}

forward! { MineStore:
    fn star(mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError>;
    fn unstar(mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError>;
    fn list_stars(user: UserId, after: Option<StarPlace>, limit: u32, now: Timestamp) -> Result<Vec<StarRow>, StoreError>;
    fn hide(mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError>;
    fn set_draft(user: UserId, draft: DraftRow) -> Result<Option<Told>, StoreError>;
    fn list_drafts(user: UserId, limit: u32) -> Result<Vec<DraftRow>, StoreError>;
}

forward! { ScheduledStore:
    fn schedule(row: ScheduledRow) -> Result<Scheduled, StoreError>;
    fn cancel_scheduled(user: UserId, client_id: ClientId) -> Result<Scheduled, StoreError>;
    fn list_scheduled(user: UserId, limit: u32) -> Result<Vec<ScheduledRow>, StoreError>;
    fn claim_scheduled(limit: u32, since: Timestamp, now: Timestamp) -> Result<Vec<ScheduledRow>, StoreError>;
    fn settle_scheduled(user: UserId, client_id: ClientId, claimed_at: Timestamp, settling: Settling) -> Result<Vec<Told>, StoreError>;
}

forward! { IntentStore:
    fn post_intent(intent: Intent) -> Result<(), StoreError>;
    fn claim_intents(limit: u32, since: Timestamp, now: Timestamp) -> Result<Vec<IntentRow>, StoreError>;
    fn settle_intents(claimed_at: Timestamp, ends: Vec<(u64, IntentEnd)>, now: Timestamp) -> Result<(), StoreError>;
    fn list_rejected(after: u64, limit: u32) -> Result<Vec<RejectedIntent>, StoreError>;
    fn forget_rejected(numbers: Vec<u64>) -> Result<(), StoreError>;
}

forward! { WebhookStore:
    fn create_webhook(row: WebhookRow, job: NewJob) -> Result<bool, StoreError>;
    fn find_webhook(id: WebhookId) -> Result<Option<WebhookRow>, StoreError>;
    fn list_webhooks() -> Result<Vec<WebhookRow>, StoreError>;
    fn set_webhook_state(id: WebhookId, state: WebhookState) -> Result<bool, StoreError>;
    fn note_webhook(id: WebhookId, failing: Failing, state: WebhookState) -> Result<bool, StoreError>;
    fn replace_webhook_secrets(id: WebhookId, before: Vec<u8>, secrets: SealedSecrets) -> Result<bool, StoreError>;
    fn delete_webhook(id: WebhookId) -> Result<bool, StoreError>;
    fn due_rooms(id: WebhookId, after: Option<RoomId>, limit: u32) -> Result<Vec<DueRoom>, StoreError>;
    fn begin_deliveries(id: WebhookId, lease: JobLease, begun: Vec<Begun>) -> Result<bool, StoreError>;
    fn settle_deliveries(id: WebhookId, taken: Vec<Begun>) -> Result<(), StoreError>;
    fn sweep_webhook(id: WebhookId, after: Option<RoomId>, limit: u32) -> Result<Option<RoomId>, StoreError>;
    fn count_due(id: WebhookId, most: u32) -> Result<u32, StoreError>;
}

forward! { ServiceStore:
    fn keep_service_token(new: NewServiceToken, now: Timestamp) -> Result<TokenKept, StoreError>;
    fn list_service_tokens() -> Result<Vec<ServiceToken>, StoreError>;
    fn find_service_token(hash: &[u8; 32], now: Timestamp) -> Result<Option<ServiceToken>, StoreError>;
    fn touch_service_token(token: ServiceTokenId, now: Timestamp) -> Result<(), StoreError>;
    fn end_service_token(token: ServiceTokenId, now: Timestamp) -> Result<bool, StoreError>;
}

forward! { ThreadStore:
    fn thread(room_id: RoomId, reader: Reader, root: EventId, window: Window, limit: u32, now: Timestamp) -> Result<Option<TimelinePage>, StoreError>;
    fn list_threads(user: UserId, room_id: RoomId, before: Option<Seq>, limit: u32, now: Timestamp) -> Result<Option<Vec<ThreadRow>>, StoreError>;
    fn read_thread(user: UserId, room_id: RoomId, root: EventId, seq: Seq) -> Result<Vec<Told>, StoreError>;
}

forward! { MessageStore:
    fn list_pins(room_id: RoomId, user: UserId, limit: u32, now: Timestamp) -> Result<Option<Vec<ItemRow>>, StoreError>;
    fn list_versions(room_id: RoomId, user: UserId, message_id: EventId, limit: u32, now: Timestamp) -> Result<Vec<Version>, StoreError>;
    fn list_votes(room_id: RoomId, user: UserId, message_id: EventId, after: Option<UserId>, limit: u32, now: Timestamp) -> Result<Vec<VoteRow>, StoreError>;
}

forward! { TimelineStore:
    fn events(room_id: RoomId, reader: Reader, after: Seq, limit: u32, now: Timestamp) -> Result<Option<EventsPage>, StoreError>;
    fn timeline(room_id: RoomId, reader: Reader, window: Window, limit: u32, now: Timestamp) -> Result<Option<TimelinePage>, StoreError>;
    fn find_message(room_id: RoomId, message_id: EventId, now: Timestamp) -> Result<Option<MessageFacts>, StoreError>;
    fn purge_expired(now: Timestamp, limit: u32) -> Result<u32, StoreError>;
    fn heads(rooms: &[RoomId], users: &[UserId]) -> Result<Heads, StoreError>;
    fn note(notes: Vec<UserNote>, now: Timestamp) -> Result<Vec<Told>, StoreError>;
    fn user_log(user: UserId, after: UserSeq, limit: u32) -> Result<(Vec<UserEvent>, UserSeq), StoreError>;
    ..
    async fn append(&self, batch: Vec<Act>, now: Timestamp) -> Result<Appended, StoreError> {
        let appended = self.inner().append(batch, now).await?;
        self.note(&appended);
        Ok(appended)
    }
}
