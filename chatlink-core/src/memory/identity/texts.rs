//! Text messages in memory: counted by route.

use super::Tables;
use crate::{
    contact::Contact,
    identity::{
        AttemptId, Mail,
        texts::{Breaker, Destination, Reason, Route, RouteCounts, Ruling, TEXTS_KEPT, TextLimits, TextStop},
    },
};
use chatlink_protocol::Timestamp;

/// A message on one of its routes.
pub(super) struct Text {
    route: String,
    attempt: AttemptId,
    sent_at: Timestamp,
    outcome: Outcome,
}

#[derive(PartialEq, Eq)]
enum Outcome {
    Notice,
    Open,
    Proved,
}

impl Tables {
    /// What goes out of what is due, where it would go as a text message: counted, or stopped.
    pub(super) fn spend_text(
        &mut self,
        attempt: AttemptId,
        contact: Option<&Contact>,
        mail: Mail,
        limits: &TextLimits,
        now: Timestamp,
    ) -> Mail {
        let destination = match (contact.and_then(Destination::of), mail) {
            (Some(destination), Mail::Code | Mail::Known | Mail::Refused) => destination,
            (None, _) | (Some(_), Mail::Withheld | Mail::Stopped(_)) => return mail,
        };
        if let Err(stop) = destination.allowed(limits) {
            return Mail::Stopped(stop);
        }
        for route in destination.routes() {
            if let Err(reason) = self.pass(route, limits, now) {
                return Mail::Stopped(TextStop { route: route.kind, reason });
            }
        }
        for route in destination.routes() {
            let outcome = if mail == Mail::Code { Outcome::Open } else { Outcome::Notice };
            self.texts.push(Text { route: route.name.clone(), attempt, sent_at: now, outcome });
        }
        mail
    }

    fn pass(&mut self, route: &Route, limits: &TextLimits, now: Timestamp) -> Result<(), Reason> {
        let breaker = self.breakers.get(&route.name).copied();
        let counts = self.count(route, breaker.as_ref(), limits, now);
        match route.rule(&counts, breaker.as_ref(), limits, now) {
            Ruling::Open => Ok(()),
            Ruling::Good => {
                self.breakers.remove(&route.name);
                Ok(())
            }
            Ruling::Close(breaker) => {
                self.breakers.insert(route.name.clone(), breaker);
                Err(Reason::Closing)
            }
            Ruling::Stopped(reason) => Err(reason),
        }
    }

    fn count(&self, route: &Route, breaker: Option<&Breaker>, limits: &TextLimits, now: Timestamp) -> RouteCounts {
        let ours = || self.texts.iter().filter(|text| text.route == route.name);
        let since = |start| ours().filter(|text| text.sent_at > start).count() as u64;
        let (hour, day) = Route::windows(now);
        let judged = route.judged(breaker, limits, now);
        let window = |text: &&Text| text.sent_at >= judged.from && text.sent_at <= judged.until;
        let codes = ours().rev().filter(window).filter(|text| text.outcome != Outcome::Notice);
        let codes: Vec<_> = codes.take(judged.most as usize).collect();
        let proved = codes.iter().filter(|text| text.outcome == Outcome::Proved).count() as u64;
        RouteCounts { hour: since(hour), day: since(day), judged: codes.len() as u64, proved }
    }

    /// The attempt's codes came back.
    pub(super) fn prove_texts(&mut self, attempt: AttemptId) {
        for text in self.texts.iter_mut().filter(|text| text.attempt == attempt && text.outcome == Outcome::Open) {
            text.outcome = Outcome::Proved;
        }
    }

    /// Forgets at most so many messages that count for nothing any more.
    pub(super) fn forget_texts(&mut self, most: usize, now: Timestamp) -> usize {
        let old = self.texts.iter().take_while(|text| text.sent_at <= now.minus(TEXTS_KEPT)).take(most).count();
        self.texts.drain(..old).count()
    }
}
