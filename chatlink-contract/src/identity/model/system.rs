//! The engine, driven step by step and compared with the reference.

use super::{
    reached,
    reference::{Answer, FAILURES_AN_HOUR, MAILS_A_DAY, Mail, Model, NAMES, PEOPLE, Reference, STARTS_AN_HOUR, Step},
};
use crate::Harness;
use chatlink_core::{
    ChatLink, Keys, Settings,
    clock::ManualClock,
    identity::{
        Caller, CompleteError, Leftover, LoginName, RegistrationForm, ResendError, StartError, Started, Verified,
        VerifyError,
        texts::{RouteLimits, TextLimits},
    },
    memory::{Letter, Mailbox},
    protocol::{RegistrationId, Timestamp},
    settings::{CodeLimits, PasswordCost},
};
use proptest_state_machine::StateMachineTest;
use std::{
    marker::PhantomData,
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::runtime::Runtime;

const UNCAPPED: RouteLimits = RouteLimits { an_hour: u32::MAX, a_day: u32::MAX, judged: 0 };

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// When a run begins.
const START: i64 = 1_763_800_000_000_000;
const CONTACTS: [&str; PEOPLE] = ["ana@example.org", "+34612345678"];
const USERNAMES: [&str; NAMES] = ["first_name", "second_name", "third_name"];

pub(super) struct System<H>(PhantomData<H>);

/// A running engine and what its people know.
pub(super) struct Running<H> {
    harness: H,
    chat: ChatLink,
    clock: Arc<ManualClock>,
    mailbox: Mailbox,
    attempts: Vec<Known>,
}

/// What a person knows of an attempt.
struct Known {
    id: RegistrationId,
    codes: Vec<String>,
    proof: Option<String>,
}

impl<H: Harness> StateMachineTest for System<H> {
    type SystemUnderTest = Running<H>;
    type Reference = Reference;

    fn init_test(_: &Model) -> Running<H> {
        RUNTIME.block_on(async {
            let harness = H::start().await;
            let clock = Arc::new(ManualClock::at(at(0)));
            let mailbox = Mailbox::with_clock(clock.clone());
            let chat = engine(&harness, &clock, &mailbox).await;
            let running = Running { harness, chat, clock, mailbox, attempts: Vec::new() };
            running.set_clock(0).await;
            running
        })
    }

    fn apply(running: Running<H>, model: &Model, step: Step) -> Running<H> {
        let name = format!("{step:?} {:?}", model.answer);
        reached(words(&name));
        RUNTIME.block_on(running.step(model, step))
    }

    fn check_invariants(running: &Running<H>, model: &Model) {
        let store = running.harness.store();
        RUNTIME.block_on(async {
            for (name, username) in USERNAMES.into_iter().enumerate() {
                let found = store.find_login(&LoginName::of(username)).await.unwrap();
                assert_eq!(found.is_some(), model.names.contains(&name), "{username}");
            }
            for (contact, owned) in CONTACTS.into_iter().zip(model.owned) {
                let found = store.find_login(&LoginName::of(contact)).await.unwrap();
                assert_eq!(found.is_some(), owned, "{contact}");
            }
        });
    }

    fn teardown(running: Running<H>, _: Model) {
        RUNTIME.block_on(running.chat.shutdown());
    }
}

impl<H: Harness> Running<H> {
    async fn step(mut self, model: &Model, step: Step) -> Self {
        let before = self.mailbox.letters().len();
        let answer = match step {
            Step::Start(contact) => {
                let started = self.chat.identity().start_registration(&Caller::default(), CONTACTS[contact]).await;
                if let Ok(started) = &started {
                    let id = RegistrationId::from_uuid(started.id);
                    self.attempts.push(Known { id, codes: Vec::new(), proof: None });
                }
                let at = self.attempts.len().saturating_sub(1);
                self.started(at, before, started.map_err(start_refused), model)
            }
            Step::Resend(at) => {
                let sent = self.chat.identity().resend(&Caller::default(), self.attempts[at].id).await;
                self.started(at, before, sent.map_err(resend_refused), model)
            }
            Step::Right(at) => {
                let code = self.attempts[at].codes.last().cloned().unwrap_or_else(|| "000000".to_owned());
                self.verify(at, &code, model).await
            }
            Step::Wrong(at) => {
                let code = self.attempts[at].codes.last().map_or(0, |code| code.parse::<u32>().unwrap());
                self.verify(at, &format!("{:06}", (code + 1) % 1_000_000), model).await
            }
            Step::Old(at) => {
                let code = self.attempts[at].codes[0].clone();
                self.verify(at, &code, model).await
            }
            Step::Complete(at, name) => self.complete(at, USERNAMES[name], "1990-05-01").await,
            Step::Young(at) => self.complete(at, "too_young_name", "2020-01-01").await,
            Step::Wait(_) | Step::JumpBack(_) => self.set_clock(model.clock()).await,
            Step::Restart => {
                self = self.restart().await;
                Answer::Nothing
            }
        };
        let expected = as_seen(model);
        assert_eq!(answer, expected, "{step:?}");
        self
    }

    /// Moves the clock, and lets engine and store see it: what nobody saw nobody can remember.
    async fn set_clock(&self, clock: i64) -> Answer {
        self.clock.set(at(clock));
        let _ = self.chat.identity().authenticate_bearer("nobody's").await;
        self.harness.store().purge_identity(Leftover::Ends, 0, at(clock)).await.unwrap();
        Answer::Nothing
    }

    async fn restart(self) -> Self {
        let Self { harness, chat, clock, mailbox, attempts } = self;
        chat.shutdown().await;
        drop(chat);
        let harness = harness.reopen().await;
        let chat = engine(&harness, &clock, &mailbox).await;
        Self { harness, chat, clock, mailbox, attempts }
    }

    /// The answer of a start or resend, with the mail that came for it.
    fn started(&mut self, of: usize, before: usize, outcome: Result<Started, Answer>, model: &Model) -> Answer {
        let letters = self.mailbox.letters();
        let fresh = &letters[..letters.len() - before];
        let started = match outcome {
            Ok(started) => started,
            Err(answer) => {
                assert!(fresh.is_empty(), "a refusal mailed something");
                return match answer {
                    Answer::Early(wait) => Answer::Early(model.seen + wait),
                    other => other,
                };
            }
        };
        let contact = CONTACTS[model.attempts[of].contact];
        let mail = match fresh {
            [] => Mail::Nothing,
            [letter] => {
                assert_eq!(letter.to, contact);
                self.attempts[of].codes.extend(letter.code.clone());
                kind(letter)
            }
            more => panic!("{} mails for one call", more.len()),
        };
        Answer::Sent { mail, resend_at: started.resend_at.map(seconds), expires_at: seconds(started.expires_at) }
    }

    async fn verify(&mut self, at: usize, code: &str, model: &Model) -> Answer {
        let until = |wait: Duration| model.seen + wait.as_secs() as i64;
        match self.chat.identity().verify(&Caller::default(), self.attempts[at].id, code).await {
            Ok(Verified { proof, complete_by }) => {
                self.attempts[at].proof = Some(proof);
                Answer::Proved(seconds(complete_by))
            }
            Err(VerifyError::Wrong { tries_left }) => Answer::Wrong(tries_left),
            Err(VerifyError::Limited(wait)) => Answer::Early(until(wait)),
            Err(VerifyError::Gone) => Answer::Gone,
            Err(error) => panic!("{error}"),
        }
    }

    async fn complete(&self, at: usize, username: &str, birth_date: &str) -> Answer {
        let known = &self.attempts[at];
        let form = RegistrationForm {
            proof: known.proof.clone().unwrap_or_else(|| "A".repeat(43)),
            username: username.to_owned(),
            password: "quiet harbour 41 lanterns".to_owned(),
            display_name: "Somebody".to_owned(),
            birth_date: birth_date.to_owned(),
            country: "ES".to_owned(),
            native_languages: vec!["es".to_owned()],
            ..RegistrationForm::default()
        };
        match self.chat.identity().complete(&Caller::default(), known.id, form).await {
            Ok(_) => Answer::Account,
            Err(CompleteError::Gone) => Answer::Gone,
            Err(CompleteError::UsernameTaken) => Answer::UsernameTaken,
            Err(CompleteError::ContactTaken) => Answer::ContactTaken,
            Err(CompleteError::Invalid(invalid)) => {
                assert_eq!(invalid.0[0].code, "too_young");
                Answer::TooYoung
            }
            Err(error) => panic!("{error}"),
        }
    }
}

async fn engine(harness: &impl Harness, clock: &Arc<ManualClock>, mailbox: &Mailbox) -> ChatLink {
    let codes = CodeLimits {
        mails_a_day: MAILS_A_DAY as u32,
        starts_an_hour: STARTS_AN_HOUR as u32,
        failures_an_hour: FAILURES_AN_HOUR as u32,
        // The model knows no country and no prefix.
        texts: TextLimits { least_proved: 0, country: UNCAPPED, prefix: UNCAPPED, ..TextLimits::default() },
        ..CodeLimits::default()
    };
    let settings = Settings { password_cost: PasswordCost::for_tests(), codes, ..Settings::default() };
    ChatLink::builder()
        .store(harness.store())
        .keys(Keys::new(vec![vec![3; 32]]).unwrap())
        .clock(clock.clone())
        .sender(Arc::new(mailbox.clone()))
        .settings(settings)
        .build()
        .await
        .unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(START + seconds * 1_000_000)
}

fn seconds(at: Timestamp) -> i64 {
    (at.as_micros() - START) / 1_000_000
}

fn kind(letter: &Letter) -> Mail {
    match (&letter.code, letter.subject.contains("already")) {
        (Some(_), _) => Mail::Code,
        (None, true) => Mail::Known,
        (None, false) => Mail::Refused,
    }
}

/// A wait is told alike, whatever it is for; and from the time that the engine takes for now.
fn as_seen(model: &Model) -> Answer {
    match model.answer {
        Answer::Limited(until) => Answer::Early(until),
        other => other,
    }
}

fn start_refused(error: StartError) -> Answer {
    match error {
        StartError::Limited(wait) => Answer::Early(wait.as_secs() as i64),
        other => panic!("{other}"),
    }
}

fn resend_refused(error: ResendError) -> Answer {
    match error {
        ResendError::Gone => Answer::Gone,
        ResendError::TooEarly(wait) => Answer::Early(wait.as_secs() as i64),
        other => panic!("{other}"),
    }
}

/// `Start(0) Sent { mail: Code, … }` as `Start Sent Code`.
fn words(step: &str) -> String {
    let parts = step.split([' ', '(', ')', '{', '}', ',']).filter(|part| !part.is_empty());
    let named = parts.filter(|part| part.starts_with(|c: char| c.is_ascii_uppercase()));
    named.filter(|part| *part != "Some" && *part != "None").collect::<Vec<_>>().join(" ")
}
