//! Polls and votes as somebody asks for them: checked once, right from then on.

use super::super::Life;
use crate::error::Invalid;
use chatlink_protocol::{
    AskedPoll, Poll, Timestamp,
    poll::{MAX_OPTIONS, MIN_OPTIONS, OPTION_CHARS},
};

/// A poll to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPoll {
    options: Vec<String>,
    multiple: bool,
    closes_in: Option<Life>,
}

/// What somebody chooses: places of options, ascending, each once. Empty: the vote is taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices(Vec<u8>);

impl NewPoll {
    /// Checks all members of a request at once. Options lose the white space around them.
    ///
    /// # Errors
    /// Each wrong field by its name.
    pub fn parse(asked: &AskedPoll) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let options: Vec<_> = asked.options.iter().map(|option| option.trim().to_owned()).collect();
        match options.len() {
            0..MIN_OPTIONS => invalid.push("poll.options", "too_few", format!("{MIN_OPTIONS} at least")),
            count if count > MAX_OPTIONS => {
                invalid.push("poll.options", "too_many", format!("{MAX_OPTIONS} at most"));
            }
            _ => check_each(&options, &mut invalid),
        }
        let closes_in = asked.closes_in.and_then(|seconds| {
            let wrong = || Invalid::field("poll.closes_in", "out_of_range", "1 to 31,536,000 seconds");
            invalid.take(Life::from_secs(seconds).map_err(|_| wrong()))
        });
        invalid.check().map(|()| Self { options, multiple: asked.multiple, closes_in })
    }

    /// The poll, sent at `now`.
    pub(in crate::timeline) fn sent(&self, now: Timestamp) -> Poll {
        let closes_at = self.closes_in.map(|life| life.end(now));
        Poll { options: self.options.clone(), multiple: self.multiple, closes_at }
    }

    /// As it was asked for: what it was parsed from, without white space around its options.
    #[must_use]
    pub fn asked(self) -> AskedPoll {
        let Self { options, multiple, closes_in } = self;
        AskedPoll { options, multiple, closes_in: closes_in.map(Life::as_secs) }
    }

    /// What one may choose.
    #[must_use]
    pub fn options(&self) -> &[String] {
        &self.options
    }

    /// What a request is recognised by, beside its options.
    pub(in crate::timeline) fn mark(&self) -> [u8; 9] {
        let mut mark = [u8::from(self.multiple); 9];
        mark[1..].copy_from_slice(&self.closes_in.map_or(0, Life::as_secs).to_le_bytes());
        mark
    }
}

fn check_each(options: &[String], invalid: &mut Invalid) {
    for (at, option) in options.iter().enumerate() {
        let field = format!("poll.options[{at}]");
        if option.is_empty() {
            invalid.push(field, "required", "say what may be chosen");
        } else if option.chars().count() > OPTION_CHARS {
            invalid.push(field, "too_long", format!("{OPTION_CHARS} characters at most"));
        } else if option.contains(char::is_control) {
            invalid.push(field, "bad_character", "one line, no control characters");
        } else if options[..at].contains(option) {
            invalid.push(field, "repeated", "no two options are the same");
        }
    }
}

impl Choices {
    /// Checks what was chosen, whatever the poll.
    ///
    /// # Errors
    /// More places, or higher ones, than any poll has.
    pub fn parse(choices: &[u32]) -> Result<Self, Invalid> {
        if choices.len() > MAX_OPTIONS {
            return Err(Invalid::field("choices", "too_many", format!("{MAX_OPTIONS} at most")));
        }
        let places = choices.iter().map(|choice| {
            let place = u8::try_from(*choice).ok().filter(|place| usize::from(*place) < MAX_OPTIONS);
            place.ok_or_else(|| Invalid::field("choices", "no_option", "places of its options, from 0 on"))
        });
        let mut places = places.collect::<Result<Vec<_>, _>>()?;
        places.sort_unstable();
        places.dedup();
        Ok(Self(places))
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(options: &[&str]) -> AskedPoll {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        AskedPoll { options, multiple: false, closes_in: None }
    }

    fn wrong(asked: &AskedPoll) -> Vec<String> {
        let error = NewPoll::parse(asked).unwrap_err();
        error.0.iter().map(|error| format!("{}:{}", error.field, error.code)).collect()
    }

    #[test]
    fn all_wrong_fields_are_named() {
        let long = "é".repeat(OPTION_CHARS + 1);
        let poll = AskedPoll { closes_in: Some(0), ..asked(&["a", " ", &long, "b\nc", " a "]) };
        assert_eq!(
            wrong(&poll),
            [
                "poll.options[1]:required",
                "poll.options[2]:too_long",
                "poll.options[3]:bad_character",
                "poll.options[4]:repeated",
                "poll.closes_in:out_of_range",
            ]
        );
        assert_eq!(wrong(&asked(&["a"])), ["poll.options:too_few"]);
        let many: Vec<_> = (0..=MAX_OPTIONS).map(|at| at.to_string()).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert_eq!(wrong(&asked(&many)), ["poll.options:too_many"]);
        assert!(NewPoll::parse(&asked(&many[1..])).is_ok());
        let whole = AskedPoll { closes_in: Some(60), ..asked(&[" yes ", &"é".repeat(OPTION_CHARS)]) };
        let poll = NewPoll::parse(&whole).unwrap().sent(Timestamp::EPOCH);
        assert_eq!((poll.options[0].as_str(), poll.closes_at), ("yes", Some(Timestamp::from_micros(60_000_000))));
    }

    #[test]
    fn choices_stand_in_order_and_once() {
        assert_eq!(Choices::parse(&[2, 0, 2]).unwrap().as_slice(), [0, 2]);
        assert!(Choices::parse(&[]).unwrap().as_slice().is_empty());
        assert!(Choices::parse(&[12]).is_err() && Choices::parse(&[u32::MAX]).is_err());
        assert!(Choices::parse(&[0; MAX_OPTIONS + 1]).is_err());
    }
}
