//! Attempts, accounts and sessions for the cases, on one handle of a store.

use chatlink_core::{
    Keys, Store,
    contact::Contact,
    entropy::{SeededEntropy, random, uuid_v7},
    identity::{
        Attempt, AttemptId, AttemptPurpose, CheckOutcome, CompleteOutcome, Grant, LoginAccount, LoginName, Mail,
        NetworkPrefix, NewAccount, NewAttempt, NewSession, Origin, ProofHash, Proved, RightCode, SessionStarted,
        StartOutcome, WonLogin, code,
    },
    people::{Languages, NewProfile},
    protocol::{SessionId, Timestamp, UserId},
    settings::{CodeLimits, SessionLimits},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

/// A store, a clock that stands until it is moved, the limits, and fresh ids. The code of every
/// attempt is the same.
pub struct Stage {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keys: Keys,
    pub(crate) limits: CodeLimits,
    pub(crate) sessions: SessionLimits,
    pub(crate) now: AtomicI64,
    pub(crate) ids: AtomicU64,
}

/// Where the ids of the next stage begin: those of two never meet.
static STAGES: AtomicU64 = AtomicU64::new(1);

/// The right code of every attempt.
pub(crate) const CODE: &str = "135790";
/// The hash of every account's password.
pub(crate) const PHC: &str = "$argon2id$the-first";

impl Stage {
    /// A stage on that store, at an instant of 2025.
    #[must_use]
    pub fn on(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            keys: Keys::new(vec![vec![9; 32]]).unwrap(),
            limits: CodeLimits::default(),
            sessions: SessionLimits::default(),
            now: AtomicI64::new(1_763_800_000_000_000),
            ids: AtomicU64::new(STAGES.fetch_add(1 << 32, Ordering::SeqCst)),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.now.load(Ordering::SeqCst))
    }

    pub(crate) fn wait(&self, by: Duration) {
        self.set(self.now().plus(by));
    }

    pub(crate) fn set(&self, now: Timestamp) {
        self.now.store(now.as_micros(), Ordering::SeqCst);
    }

    fn entropy(&self) -> SeededEntropy {
        SeededEntropy::new(self.ids.fetch_add(1, Ordering::SeqCst))
    }

    pub(crate) fn id(&self) -> uuid::Uuid {
        uuid_v7(self.now(), &self.entropy())
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        random(&self.entropy())
    }

    pub(crate) fn trace(text: &str) -> [u8; 32] {
        let mut trace = [0; 32];
        for (at, byte) in text.bytes().enumerate() {
            trace[at % 32] ^= byte.wrapping_add(at as u8);
        }
        trace
    }

    pub(crate) fn attempt(&self, purpose: AttemptPurpose, contact: &str, user_id: Option<UserId>) -> NewAttempt {
        let (id, to) = (AttemptId(self.id()), contact.parse::<Contact>().unwrap());
        NewAttempt {
            id,
            purpose,
            code_mac: self.seal(purpose, &to, id, CODE),
            contact: Some(to),
            contact_trace: Self::trace(&contact.to_lowercase()),
            user_id,
            asked_by: None,
            prefix: prefix(1),
        }
    }

    pub(crate) fn seal(&self, purpose: AttemptPurpose, to: &Contact, id: AttemptId, code: &str) -> [u8; 32] {
        code::seal(&self.keys, purpose, Some(to), id, code)
    }

    pub(crate) async fn begin(&self, attempt: NewAttempt) -> StartOutcome {
        self.store.start(attempt, &self.limits, self.now()).await.unwrap()
    }

    /// Starts a registration from a network of its own.
    pub(crate) async fn register(&self, contact: &str) -> (Attempt, Mail) {
        let prefix = prefix(self.ids.fetch_add(1, Ordering::SeqCst));
        let new = NewAttempt { prefix, ..self.attempt(AttemptPurpose::Registration, contact, None) };
        started(self.begin(new).await)
    }

    pub(crate) async fn check(&self, attempt: &Attempt) -> CheckOutcome {
        self.check_from(attempt, 1).await
    }

    pub(crate) async fn check_from(&self, attempt: &Attempt, network: u64) -> CheckOutcome {
        let admitted =
            self.store.admit_check(attempt.purpose, attempt.id, prefix(network), &self.limits, self.now()).await;
        admitted.unwrap()
    }

    /// Gives the right code; `None`: it was not taken.
    pub(crate) async fn prove(&self, attempt: &Attempt) -> Option<Proved> {
        let CheckOutcome::Admitted(admitted) = self.check(attempt).await else { return None };
        let right = RightCode::compare(&self.keys, &admitted, CODE)?;
        let proof = ProofHash(self.hash());
        self.store.prove(right, proof, prefix(1), &self.limits, self.now()).await.unwrap()?;
        let found = self.store.find_attempt(attempt.purpose, attempt.id).await.unwrap()?;
        found.proved(proof, self.now())
    }

    pub(crate) fn session(&self, user_id: UserId, grant: Grant) -> NewSession {
        NewSession {
            session_id: SessionId::from_uuid(self.id()),
            user_id,
            grant,
            token_hash: self.hash(),
            device: "a device".to_owned(),
        }
    }

    pub(crate) fn account(&self, proved: Proved, username: &str) -> NewAccount {
        let user_id = UserId::from_uuid(self.id());
        let profile = NewProfile {
            display_name: "Somebody".parse().unwrap(),
            birth_date: "1990-05-01".parse().unwrap(),
            country: "ES".parse().unwrap(),
            time_zone: None,
            languages: Languages::parse(["es"], [("en", "B1")]).unwrap(),
        };
        let session = self.session(user_id, Grant::Token);
        NewAccount::of(proved, user_id, username.parse().unwrap(), PHC.to_owned(), profile, session)
    }

    pub(crate) async fn complete(&self, account: NewAccount) -> CompleteOutcome {
        self.store.complete(account, &self.sessions, self.now()).await.unwrap()
    }

    /// A person with this username and the e-mail address `<username>@example.org`, all the way
    /// through a registration. The first session ends at once.
    pub async fn person(&self, username: &str) -> UserId {
        let (attempt, _) = self.register(&format!("{username}@example.org")).await;
        let proved = self.prove(&attempt).await.unwrap();
        let CompleteOutcome::Completed(session) = self.complete(self.account(proved, username)).await else {
            panic!("{username} could not register")
        };
        let all = chatlink_core::identity::EndWhich::AllBut(None);
        self.store.end_sessions(session.user_id, all, None, self.now()).await.unwrap();
        session.user_id
    }

    pub(crate) async fn find(&self, login: &LoginName) -> Option<LoginAccount> {
        self.store.find_login(login).await.unwrap()
    }

    /// Logs in with the password whose hash is `phc`.
    pub(crate) async fn win(&self, user_id: UserId, phc: &str, session: NewSession) -> Option<SessionStarted> {
        self.store.win_login(won(user_id, phc), session, &self.sessions, self.now()).await.unwrap().done()
    }
}

/// A network of its own for each number.
pub(crate) fn prefix(number: u64) -> NetworkPrefix {
    let [a, b, c, .., d] = number.to_le_bytes();
    NetworkPrefix::of([a, b, c, d].into())
}

/// A login of theirs that was right by password, from the first network.
pub(crate) fn won(user_id: UserId, phc: &str) -> WonLogin {
    WonLogin { user_id, phc: phc.to_owned(), trace: [1; 32], factor: None, origin: origin(1) }
}

/// A device in a network of its own for each number.
pub(crate) fn origin(number: u64) -> Origin {
    Origin { prefix: prefix(number), device: format!("device {number}") }
}

pub(crate) fn started(outcome: StartOutcome) -> (Attempt, Mail) {
    match outcome {
        StartOutcome::Started(attempt, mail) => (attempt, mail),
        StartOutcome::Limited(until) => panic!("limited until {until}"),
    }
}
