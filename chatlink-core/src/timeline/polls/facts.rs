//! What decisions know of a poll. The words are not in it: they go with the message.

use super::Choices;
use crate::error::Invalid;
use chatlink_protocol::{Poll, Timestamp};

/// A poll as decisions see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollFacts {
    /// How many options it has.
    pub options: u8,
    /// Whether one may choose several at once.
    pub multiple: bool,
    /// When it closes by itself.
    pub closes_at: Option<Timestamp>,
    /// Whether it was closed.
    pub closed: bool,
}

impl PollFacts {
    /// A poll that was just sent.
    #[must_use]
    pub fn of(poll: &Poll) -> Self {
        let options = u8::try_from(poll.options.len()).unwrap_or(u8::MAX);
        Self { options, multiple: poll.multiple, closes_at: poll.closes_at, closed: false }
    }

    /// Whether it takes no votes any more at `now`. The one rule: stores ask it again on what they locked.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.closed || self.closes_at.is_some_and(|at| at <= now)
    }

    /// Whether one may choose so.
    ///
    /// # Errors
    /// An option that there is not, or several where one is to be chosen.
    pub(super) fn takes(&self, choices: &Choices) -> Result<(), Invalid> {
        let choices = choices.as_slice();
        if choices.iter().any(|choice| *choice >= self.options) {
            return Err(Invalid::field("choices", "no_option", "places of its options, from 0 on"));
        }
        if !self.multiple && choices.len() > 1 {
            return Err(Invalid::field("choices", "too_many", "one alone may be chosen"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(multiple: bool) -> PollFacts {
        PollFacts { options: 3, multiple, closes_at: None, closed: false }
    }

    #[test]
    fn a_choice_is_of_its_options() {
        let takes = |multiple, choices: &[u32]| {
            let choices = Choices::parse(choices).unwrap();
            facts(multiple).takes(&choices).map_err(|error| error.0[0].code.clone())
        };
        assert_eq!(takes(false, &[2]), Ok(()));
        assert_eq!(takes(false, &[]), Ok(()), "taken back");
        assert_eq!(takes(false, &[2, 2]), Ok(()), "the same twice is one");
        assert_eq!(takes(false, &[0, 1]), Err("too_many".into()));
        assert_eq!(takes(true, &[0, 1, 2]), Ok(()));
        assert_eq!(takes(true, &[3]), Err("no_option".into()));
    }

    #[test]
    fn it_is_over_when_it_was_closed_and_from_its_time_on() {
        let at = |micros| Timestamp::from_micros(micros);
        assert!(!facts(true).is_over(at(9)));
        assert!(PollFacts { closed: true, ..facts(true) }.is_over(at(9)));
        let timed = PollFacts { closes_at: Some(at(10)), ..facts(true) };
        assert!(!timed.is_over(at(9)) && timed.is_over(at(10)));
    }
}
