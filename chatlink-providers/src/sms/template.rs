//! A request as text with places in it, each filled escaped for where it stands.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// What fills the places.
pub(super) struct Words<'a> {
    /// The number in E.164.
    pub(super) to: &'a str,
    /// The message.
    pub(super) text: &'a str,
    /// In whose name.
    pub(super) from: &'a str,
}

/// What a word must not break out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// A URL or a form: everything but letters and digits as `%XX`.
    Percent,
    /// A JSON text: the word stands between quotes of the template.
    Json,
}

/// Texts and places by turns.
pub(super) struct Template {
    parts: Vec<Part>,
    escape: Escape,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Place(Place),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    To,
    ToDigits,
    Text,
    From,
}

const PLACES: [(&str, Place); 4] =
    [("{to}", Place::To), ("{to_digits}", Place::ToDigits), ("{text}", Place::Text), ("{from}", Place::From)];

impl Words<'_> {
    /// Words that would break out of whatever does not escape them.
    pub(super) const SAMPLE: Words<'static> = Words { to: "+34612345678", text: "a\"\\&=/?#\n{to}", from: "\"&" };
}

impl Template {
    /// All braces but those of the four places are text.
    pub(super) fn parse(text: &str, escape: Escape) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((at, word, place)) = first_place(rest) {
            parts.push(Part::Literal(rest[..at].to_owned()));
            parts.push(Part::Place(place));
            rest = &rest[at + word.len()..];
        }
        parts.push(Part::Literal(rest.to_owned()));
        parts.retain(|part| !matches!(part, Part::Literal(text) if text.is_empty()));
        Self { parts, escape }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(super) fn holds_number(&self) -> bool {
        self.holds(Place::To) || self.holds(Place::ToDigits)
    }

    pub(super) fn holds_text(&self) -> bool {
        self.holds(Place::Text)
    }

    pub(super) fn holds_from(&self) -> bool {
        self.holds(Place::From)
    }

    fn holds(&self, place: Place) -> bool {
        self.parts.contains(&Part::Place(place))
    }

    /// One pass: a word that looks like a place stays a word.
    pub(super) fn fill(&self, words: &Words<'_>) -> String {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => filled.push_str(text),
                Part::Place(place) => filled.push_str(&self.escape.escape(words.at(*place))),
            }
        }
        filled
    }
}

impl Words<'_> {
    fn at(&self, place: Place) -> &str {
        match place {
            Place::To => self.to,
            Place::ToDigits => self.to.trim_start_matches('+'),
            Place::Text => self.text,
            Place::From => self.from,
        }
    }
}

impl Escape {
    fn escape(self, word: &str) -> String {
        match self {
            Self::Percent => utf8_percent_encode(word, NON_ALPHANUMERIC).to_string(),
            Self::Json => {
                let quoted = serde_json::Value::from(word).to_string();
                quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
            }
        }
    }
}

fn first_place(text: &str) -> Option<(usize, &'static str, Place)> {
    let found = PLACES.iter().filter_map(|(word, place)| Some((text.find(word)?, *word, *place)));
    found.min_by_key(|(at, ..)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: Words<'static> = Words { to: "+34612345678", text: "\"Hi\" {to}\\\n&b=ñ", from: "Chat & Co" };

    #[test]
    fn words_do_not_break_out_of_json() {
        let template =
            Template::parse(r#"{"a":{"to":"{to}","n":"{to_digits}"},"t":"{text}","f":"{from}"}"#, Escape::Json);
        let value: serde_json::Value = serde_json::from_str(&template.fill(&WORDS)).unwrap();
        assert_eq!(value["a"]["to"], WORDS.to);
        assert_eq!(value["a"]["n"], "34612345678");
        assert_eq!(value["t"], WORDS.text);
        assert_eq!(value["f"], WORDS.from);
        let quote = Words { text: "\"", ..WORDS };
        assert_eq!(Template::parse("\"{text}\"", Escape::Json).fill(&quote), r#""\"""#);
    }

    #[test]
    fn words_do_not_break_out_of_a_form() {
        let template = Template::parse("To={to}&Body={text}&{unknown}", Escape::Percent);
        assert_eq!(
            template.fill(&WORDS),
            "To=%2B34612345678&Body=%22Hi%22%20%7Bto%7D%5C%0A%26b%3D%C3%B1&{unknown}",
            "what is no place is text"
        );
    }
}
