//! A second factor against a model: a long random walk of offers, first codes, logins with all that can be
//! shown, renewals, removals and waits, compared step by step with a reference that shares no code with the
//! stores.

use super::stage::{PHC, Stage, origin, won};
use crate::Harness;
use chatlink_core::{
    entropy::{SeededEntropy, below},
    identity::{Grant, RecoveryHash, Settled, Shown, ShownFactor, WonLogin},
    protocol::{Timestamp, UserId},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const STEPS: usize = 1_500;
const PATIENCE: Duration = Duration::from_secs(1800);
const TRACE: [u8; 32] = [78; 32];

/// What the reference knows.
enum Model {
    Off,
    Pending { seed: u8, until: Timestamp },
    On { seed: u8, last: i64, codes: BTreeSet<u8> },
}

/// What is shown.
#[derive(Clone, Copy, Debug)]
enum Offered {
    Nothing,
    Step { seed: u8, step: i64 },
    Recovery(u8),
}

impl Model {
    /// Whether what is shown lets its owner through; it is used up then.
    fn lets_through(&mut self, offered: Offered) -> bool {
        match (self, offered) {
            (Self::On { .. }, Offered::Nothing) => false,
            (Self::On { seed, last, .. }, Offered::Step { seed: of, step }) => {
                let good = *seed == of && step > *last;
                *last = if good { step } else { *last };
                good
            }
            (Self::On { codes, .. }, Offered::Recovery(code)) => codes.remove(&code),
            (Self::Off | Self::Pending { .. }, offered) => matches!(offered, Offered::Nothing),
        }
    }

    fn codes_left(&self) -> Option<usize> {
        match self {
            Self::On { codes, .. } => Some(codes.len()),
            Self::Off | Self::Pending { .. } => None,
        }
    }
}

/// The walk: its dice, its person, and what was seen on the way.
struct Walk<'s> {
    stage: &'s Stage,
    user: UserId,
    dice: SeededEntropy,
    model: Model,
    /// The latest step that any code had.
    latest: i64,
    seen: BTreeMap<(&'static str, bool), usize>,
}

/// The stores do what the reference says, whatever comes in whatever order.
pub async fn a_second_factor_does_what_its_model_does(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let dice = SeededEntropy::new(42);
    let mut walk = Walk { stage: &stage, user, dice, model: Model::Off, latest: 10, seen: BTreeMap::new() };
    for turn in 0..STEPS {
        let (act, done) = walk.turn().await;
        *walk.seen.entry((act, done)).or_default() += 1;
        let left = stage.store.find_factor(user).await.unwrap().map(|status| status.recovery_codes_left as usize);
        assert_eq!(left, walk.model.codes_left(), "after turn {turn}, {act}");
    }
    for act in ["offer", "confirm", "login", "renew", "remove"] {
        for done in [true, false] {
            assert!(walk.seen.contains_key(&(act, done)), "{act} {done} never came: {:?}", walk.seen);
        }
    }
}

impl Walk<'_> {
    fn roll(&self, sides: u64) -> u64 {
        below(&self.dice, sides)
    }

    /// Something to show: mostly what might be good.
    fn something(&mut self) -> Offered {
        match self.roll(6) {
            0 => Offered::Nothing,
            1 => Offered::Recovery(self.roll(12) as u8),
            _ => {
                let step = self.latest + self.roll(4) as i64 - 1;
                self.latest = self.latest.max(step);
                Offered::Step { seed: self.roll(2) as u8, step }
            }
        }
    }

    fn login(&self, offered: Offered) -> WonLogin {
        WonLogin { factor: shown(offered), ..won(self.user, PHC) }
    }

    async fn turn(&mut self) -> (&'static str, bool) {
        let offered = self.something();
        match self.roll(20) {
            0..3 => ("offer", self.offer(offered).await),
            3..7 => ("confirm", self.confirm(offered).await),
            7..16 => ("login", self.log_in(offered).await),
            16 => ("renew", self.renew(offered).await),
            17..19 => ("remove", self.remove(offered).await),
            _ => {
                self.stage.wait(PATIENCE / 2);
                ("wait", true)
            }
        }
    }

    async fn offer(&mut self, offered: Offered) -> bool {
        let (stage, seed) = (self.stage, self.roll(2) as u8);
        let until = stage.now().plus(PATIENCE);
        let answer = stage.store.offer_factor(self.login(offered), vec![seed; 60], until, stage.now()).await.unwrap();
        let good = self.model.codes_left().is_none() && self.model.lets_through(offered);
        assert_eq!(answer, settled(good), "{offered:?}");
        if good {
            self.model = Model::Pending { seed, until };
        }
        good
    }

    async fn confirm(&mut self, offered: Offered) -> bool {
        let Some(factor) = shown(offered) else { return false };
        let (stage, codes) = (self.stage, 0..10_u8);
        let hashes = codes.clone().map(hash).collect();
        let answer = stage.store.confirm_factor(self.user, factor, hashes, origin(1), stage.now()).await.unwrap();
        let good = match (&self.model, offered) {
            (Model::Pending { seed, until }, Offered::Step { seed: of, step })
                if *seed == of && stage.now() < *until =>
            {
                self.model = Model::On { seed: of, last: step, codes: codes.collect() };
                true
            }
            _ => false,
        };
        assert_eq!(answer, good, "{offered:?}");
        good
    }

    async fn log_in(&mut self, offered: Offered) -> bool {
        let (stage, session) = (self.stage, self.stage.session(self.user, Grant::Token));
        let answer = stage.store.win_login(self.login(offered), session, &stage.sessions, stage.now()).await.unwrap();
        let good = self.model.lets_through(offered);
        assert_eq!(answer.done().is_some(), good, "{offered:?}");
        good
    }

    async fn renew(&mut self, offered: Offered) -> bool {
        let (stage, codes) = (self.stage, 5..12_u8);
        let hashes = codes.clone().map(hash).collect();
        let answer = stage.store.renew_recovery(self.login(offered), hashes, stage.now()).await.unwrap();
        let good = self.model.lets_through(offered);
        assert_eq!(answer, settled(good), "{offered:?}");
        if let (Model::On { codes: kept, .. }, true) = (&mut self.model, good) {
            *kept = codes.collect();
        }
        good
    }

    async fn remove(&mut self, offered: Offered) -> bool {
        let answer = self.stage.store.remove_factor(self.login(offered), self.stage.now()).await.unwrap();
        let good = self.model.lets_through(offered);
        assert_eq!(answer, settled(good), "{offered:?}");
        if good {
            self.model = Model::Off;
        }
        good
    }
}

fn settled(good: bool) -> Settled<()> {
    if good { Settled::Done(()) } else { Settled::FactorUsed }
}

fn hash(code: u8) -> RecoveryHash {
    RecoveryHash([code; 32])
}

fn shown(offered: Offered) -> Option<ShownFactor> {
    let what = match offered {
        Offered::Nothing => return None,
        Offered::Step { seed, step } => Shown::Step { seed: vec![seed; 60], step, renewed: None },
        Offered::Recovery(code) => Shown::Recovery(hash(code)),
    };
    Some(ShownFactor { trace: TRACE, what })
}
