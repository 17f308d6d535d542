//! What registration should do, written from the rules of SECURITY.md and in seconds.

use proptest::{prelude::*, sample::select, strategy::BoxedStrategy};
use proptest_state_machine::ReferenceStateMachine;
use std::collections::BTreeSet;

pub(super) const PEOPLE: usize = 2;
pub(super) const NAMES: usize = 3;
pub(super) const MAILS_A_DAY: usize = 5;
pub(super) const STARTS_AN_HOUR: usize = 8;
pub(super) const FAILURES_AN_HOUR: usize = 7;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const CODE_LIFE: i64 = 600;
const PROOF_LIFE: i64 = 1800;
const RESEND_AFTER: [i64; 4] = [60, 120, 300, 600];
const CHECK_AFTER: [i64; 5] = [0, 0, 0, 60, 120];

/// One step. Attempts are named by their order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Start(usize),
    Resend(usize),
    /// The newest code that was mailed for the attempt; any where none was.
    Right(usize),
    Wrong(usize),
    /// A code that a resend killed.
    Old(usize),
    Complete(usize, usize),
    Young(usize),
    Wait(i64),
    JumpBack(i64),
    Restart,
}

/// What a step should answer. Times are seconds from the start of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Nothing,
    Sent { mail: Mail, resend_at: Option<i64>, expires_at: i64 },
    Early(i64),
    Limited(i64),
    Gone,
    Wrong(u8),
    Proved(i64),
    Account,
    UsernameTaken,
    ContactTaken,
    TooYoung,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mail {
    Code,
    Known,
    Refused,
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    Proved(i64),
    Over,
}

#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) contact: usize,
    /// Codes that were mailed.
    pub(super) codes: usize,
    live: bool,
    /// Whether the last mail that was due went out: its code is the one that is good.
    mailed: bool,
    known: bool,
    stage: Stage,
    sends: usize,
    sent_at: i64,
    checks: usize,
    checked_at: i64,
    code_expires_at: i64,
    ends_at: i64,
}

/// The whole of it.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// The clock; it may stand behind `seen`, the highest time that was ever told.
    clock: i64,
    pub(super) seen: i64,
    pub(super) attempts: Vec<Attempt>,
    pub(super) owned: [bool; PEOPLE],
    pub(super) names: BTreeSet<usize>,
    pub(super) answer: Answer,
    refused_until: [i64; PEOPLE],
    mails: [Vec<i64>; PEOPLE],
    starts: Vec<i64>,
    failures: Vec<i64>,
}

pub(super) struct Reference;

impl ReferenceStateMachine for Reference {
    type State = Model;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model {
            clock: 0,
            seen: 0,
            attempts: Vec::new(),
            owned: [false; PEOPLE],
            names: BTreeSet::new(),
            answer: Answer::Nothing,
            refused_until: [i64::MIN; PEOPLE],
            mails: Default::default(),
            starts: Vec::new(),
            failures: Vec::new(),
        })
        .boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Step> {
        let start = (0..PEOPLE).prop_map(Step::Start);
        let waits = select(vec![1, 59, 60, 61, 120, 300, 599, 600, 1800, HOUR, DAY]).prop_map(Step::Wait);
        let jump = select(vec![1, 600, DAY]).prop_map(Step::JumpBack);
        let any = prop_oneof![8 => start, 5 => waits, 1 => jump, 1 => Just(Step::Restart)].boxed();
        if model.attempts.is_empty() {
            return any;
        }
        // Mostly the newest ones: old attempts are over and say always the same.
        let newest = model.attempts.len().saturating_sub(3)..model.attempts.len();
        let killed: Vec<usize> = newest.clone().filter(|at| model.attempts[*at].codes > 1).collect();
        let old = if killed.is_empty() { any.clone() } else { select(killed).prop_map(Step::Old).boxed() };
        let proved: Vec<usize> =
            (0..model.attempts.len()).filter(|at| matches!(model.attempts[*at].stage, Stage::Proved(_))).collect();
        let last = if proved.is_empty() { newest.clone().collect() } else { proved };
        prop_oneof![
            12 => any,
            6 => newest.clone().prop_map(Step::Resend),
            8 => newest.clone().prop_map(Step::Right),
            6 => newest.prop_map(Step::Wrong),
            2 => old,
            6 => (select(last.clone()), 0..NAMES).prop_map(|(at, name)| Step::Complete(at, name)),
            2 => select(last).prop_map(Step::Young),
        ]
        .boxed()
    }

    fn preconditions(model: &Model, step: &Step) -> bool {
        match *step {
            Step::Old(at) => model.attempts.get(at).is_some_and(|attempt| attempt.codes > 1),
            Step::Resend(at) | Step::Right(at) | Step::Wrong(at) | Step::Complete(at, _) | Step::Young(at) => {
                at < model.attempts.len()
            }
            Step::Start(_) | Step::Wait(_) | Step::JumpBack(_) | Step::Restart => true,
        }
    }

    fn apply(mut model: Model, step: &Step) -> Model {
        model.answer = match *step {
            Step::Start(contact) => model.start(contact),
            Step::Resend(at) => model.resend(at),
            Step::Right(at) => model.check(at, true),
            Step::Wrong(at) | Step::Old(at) => model.check(at, false),
            Step::Complete(at, name) => model.complete(at, name),
            Step::Young(at) => model.young(at),
            Step::Wait(seconds) => model.set_clock(model.clock + seconds),
            Step::JumpBack(seconds) => model.set_clock(model.clock - seconds),
            Step::Restart => Answer::Nothing,
        };
        model
    }
}

impl Model {
    fn set_clock(&mut self, clock: i64) -> Answer {
        self.clock = clock;
        self.seen = self.seen.max(clock);
        Answer::Nothing
    }

    /// The clock, for the engine.
    pub(super) fn clock(&self) -> i64 {
        self.clock
    }

    fn start(&mut self, contact: usize) -> Answer {
        let now = self.seen;
        if let Some(until) = spent(&self.starts, now, HOUR, STARTS_AN_HOUR) {
            return Answer::Limited(until);
        }
        self.starts.push(now);
        let known = self.owned[contact];
        let wish = match (known, now < self.refused_until[contact]) {
            (true, _) => Mail::Known,
            (_, true) => Mail::Refused,
            _ => Mail::Code,
        };
        let mail = self.mail(contact, wish);
        let live = mail == Mail::Code;
        self.attempts.push(Attempt {
            contact,
            codes: usize::from(live),
            live,
            mailed: live,
            known,
            stage: Stage::Open,
            sends: 1,
            sent_at: now,
            checks: 0,
            checked_at: now,
            code_expires_at: now + CODE_LIFE,
            ends_at: now + RESEND_AFTER.iter().sum::<i64>() + CODE_LIFE,
        });
        Answer::Sent { mail, resend_at: Some(now + RESEND_AFTER[0]), expires_at: now + CODE_LIFE }
    }

    /// Spends the contact's mail, or sends nothing.
    fn mail(&mut self, contact: usize, wish: Mail) -> Mail {
        if spent(&self.mails[contact], self.seen, DAY, MAILS_A_DAY).is_some() {
            return Mail::Nothing;
        }
        self.mails[contact].push(self.seen);
        wish
    }

    fn resend(&mut self, at: usize) -> Answer {
        let now = self.seen;
        let before = self.attempts[at].clone();
        if before.stage != Stage::Open || now >= before.ends_at || before.checks >= CHECK_AFTER.len() {
            return Answer::Gone;
        }
        match RESEND_AFTER.get(before.sends - 1) {
            None => return Answer::Early(before.ends_at),
            Some(wait) if now < before.sent_at + wait => return Answer::Early(before.sent_at + wait),
            Some(_) => {}
        }
        let refused = now < self.refused_until[before.contact];
        let wish = match (before.live, before.known) {
            (true, _) => Mail::Code,
            (false, true) => Mail::Known,
            (false, false) if refused => Mail::Refused,
            (false, false) => Mail::Nothing,
        };
        let mail = self.mail(before.contact, wish);
        let attempt = &mut self.attempts[at];
        attempt.sends += 1;
        attempt.sent_at = now;
        // The old code dies, whatever went out: no answer tells how full the contact's budget is.
        attempt.mailed = mail == Mail::Code;
        attempt.codes += usize::from(attempt.mailed);
        attempt.code_expires_at = now + CODE_LIFE;
        let resend_at = RESEND_AFTER.get(attempt.sends - 1).map(|wait| now + wait);
        Answer::Sent { mail, resend_at, expires_at: attempt.code_expires_at }
    }

    fn check(&mut self, at: usize, right: bool) -> Answer {
        let now = self.seen;
        if let Some(until) = spent(&self.failures, now, HOUR, FAILURES_AN_HOUR) {
            return Answer::Limited(until);
        }
        let attempt = &mut self.attempts[at];
        if attempt.stage != Stage::Open || now >= attempt.code_expires_at {
            return Answer::Gone;
        }
        let Some(wait) = CHECK_AFTER.get(attempt.checks) else { return Answer::Gone };
        if now < attempt.checked_at + wait {
            return Answer::Early(attempt.checked_at + wait);
        }
        attempt.checks += 1;
        attempt.checked_at = now;
        if right && attempt.live && attempt.mailed {
            attempt.stage = Stage::Proved(now + PROOF_LIFE);
            return Answer::Proved(now + PROOF_LIFE);
        }
        self.failures.push(now);
        Answer::Wrong((CHECK_AFTER.len() - attempt.checks) as u8)
    }

    /// Whether the attempt's proof is good.
    fn is_proved(&self, at: usize) -> bool {
        matches!(self.attempts[at].stage, Stage::Proved(until) if self.seen < until)
    }

    fn complete(&mut self, at: usize, name: usize) -> Answer {
        let contact = self.attempts[at].contact;
        if !self.is_proved(at) {
            return Answer::Gone;
        }
        if self.names.contains(&name) {
            return Answer::UsernameTaken;
        }
        if self.owned[contact] {
            return Answer::ContactTaken;
        }
        self.attempts[at].stage = Stage::Over;
        self.names.insert(name);
        self.owned[contact] = true;
        Answer::Account
    }

    fn young(&mut self, at: usize) -> Answer {
        if !self.is_proved(at) {
            return Answer::Gone;
        }
        let contact = self.attempts[at].contact;
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.contact == contact) {
            attempt.stage = Stage::Over;
        }
        self.refused_until[contact] = self.seen + DAY;
        Answer::TooYoung
    }
}

/// Until when a budget is spent.
fn spent(times: &[i64], now: i64, window: i64, limit: usize) -> Option<i64> {
    let counting = || times.iter().filter(|at| **at > now - window);
    (counting().count() >= limit).then(|| counting().min().map_or(now, |oldest| oldest + window))
}
