//! Contacts: where a code goes. An e-mail address or a mobile number, right once it is parsed.

use crate::{error::Invalid, locale::Country};
use std::{fmt, str::FromStr};

/// Where codes and notices go. Printing one with `Debug` shows its kind alone: contacts do not
/// belong into logs.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Contact {
    /// By mail.
    Email(Email),
    /// By text message.
    Mobile(Mobile),
}

/// The kinds of contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactKind {
    /// An e-mail address.
    Email,
    /// A mobile number.
    Mobile,
}

/// An e-mail address: mailed as typed, unique and looked up case-folded as a whole.
#[derive(Clone)]
pub struct Email {
    typed: String,
    key: String,
}

/// A phone number in E.164.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Mobile(String);

impl Contact {
    /// A contact as a store kept it: right when it was parsed, and not parsed again.
    #[must_use]
    pub fn stored(kind: ContactKind, value: String, key: String) -> Self {
        match kind {
            ContactKind::Email => Self::Email(Email { typed: value, key }),
            ContactKind::Mobile => Self::Mobile(Mobile(key)),
        }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> ContactKind {
        match self {
            Self::Email(_) => ContactKind::Email,
            Self::Mobile(_) => ContactKind::Mobile,
        }
    }

    /// The one form that is unique among all accounts.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Email(email) => &email.key,
            Self::Mobile(mobile) => &mobile.0,
        }
    }

    /// The form that is mailed to and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(email) => &email.typed,
            Self::Mobile(mobile) => &mobile.0,
        }
    }
}

impl ContactKind {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Mobile => "mobile",
        }
    }
}

impl FromStr for ContactKind {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "email" => Ok(Self::Email),
            "mobile" => Ok(Self::Mobile),
            _ => Err(Invalid::field("kind", "unknown_kind", "email or mobile")),
        }
    }
}

impl FromStr for Contact {
    type Err = Invalid;

    /// Takes what a person types: with an `@` an e-mail address, else a mobile number.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.trim().is_empty() {
            return Err(Invalid::field("contact", "required", "an e-mail address or a mobile number"));
        }
        if text.contains('@') { text.parse().map(Self::Email) } else { text.parse().map(Self::Mobile) }
    }
}

impl Email {
    /// As typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// Folded: how it is looked up.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl FromStr for Email {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::field("contact", "bad_email", "an e-mail address like name@example.org");
        let text = text.trim();
        if text.len() > 254 || text.chars().any(char::is_control) {
            return Err(bad());
        }
        // Neither `Ana <ana@example.org>` nor `ana@[192.0.2.1]` nor a host without a dot: nobody
        // registers with those, and mail servers quarrel about them.
        let options =
            email_address::Options::default().without_display_text().without_domain_literal().with_required_tld();
        let address = email_address::EmailAddress::parse_with_options(text, options).map_err(|_| bad())?;
        let typed = address.as_str().to_owned();
        // `"a b"@example.org` is legal and a nuisance in headers.
        if address.local_part().starts_with('"') {
            return Err(bad());
        }
        Ok(Self { key: fold(&typed), typed })
    }
}

/// One form for all spellings that differ in case alone; idempotent.
fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    // Twice: a fold may open a new composition (`ẞ`, `İ`), and the key of a key must be itself.
    let once = |text: &str| text.nfkc().flat_map(char::to_lowercase).nfkc().collect::<String>();
    once(&once(text))
}

impl Mobile {
    /// In E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The country that gave it out; none for satellite phones and the like.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        phonenumber::parse(None, &self.0).ok()?.country().id()?.as_ref().parse().ok()
    }

    /// Loads the tables of numbers, which is slow the first time; call it at start.
    pub fn warm() {
        let _ = "+14155552671".parse::<Self>();
    }
}

impl FromStr for Mobile {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::field("contact", "bad_mobile", "a mobile number like +34 612 345 678");
        let text = text.trim();
        // The parser turns letters into digits and has panicked on hostile input: it sees only what
        // a number is made of.
        let clean = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.');
        let Some(rest) = text.strip_prefix('+').filter(|_| text.len() <= 20) else { return Err(bad()) };
        let digits = rest.chars().filter(char::is_ascii_digit).count();
        if !rest.chars().all(clean) || !(7..=15).contains(&digits) {
            return Err(bad());
        }
        let number = phonenumber::parse(None, text).map_err(|_| bad())?;
        if !number.is_valid() {
            return Err(bad());
        }
        Ok(Self(number.format().mode(phonenumber::Mode::E164).to_string()))
    }
}

impl PartialEq for Email {
    /// Two spellings of one address are equal.
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Email {}

impl std::hash::Hash for Email {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact({})", self.kind().as_str())
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mobile(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_as_typed_and_found_in_any_case() {
        let typed: Contact = " Ana.Lopez@Example.ORG ".parse().unwrap();
        assert_eq!(typed.as_str(), "Ana.Lopez@Example.ORG");
        assert_eq!(typed.key(), "ana.lopez@example.org");
        assert_eq!(typed, "ANA.LOPEZ@example.org".parse().unwrap());
        assert_eq!(fold(typed.key()), typed.key());
    }

    #[test]
    fn a_number_has_one_form() {
        for text in ["+34 612 34 56 78", "+34-612-345-678", "+34612345678", "+34 (612) 345.678"] {
            let mobile: Contact = text.parse().unwrap();
            assert_eq!(mobile.key(), "+34612345678", "{text}");
            assert_eq!(mobile.kind(), ContactKind::Mobile);
        }
    }

    #[test]
    fn what_is_no_contact_is_refused() {
        let long = format!("{}@example.org", "a".repeat(300));
        for bad in [
            "",
            " ",
            "@",
            "a@",
            "@b.org",
            "a@localhost",
            "a b@example.org",
            "Ana <ana@example.org>",
            "a@[192.0.2.1]",
            "\"a b\"@example.org",
            "a@example.org\r\nBcc: b@example.org",
            "612345678",
            "+3367a829916",
            "0034612345678",
            "+34",
            "+346123456789012345",
            "+1 555",
            "tel:+34612345678",
            "+٣٤٦١٢٣٤٥٦٧٨",
            &long,
        ] {
            assert!(bad.parse::<Contact>().is_err(), "{bad}");
        }
    }

    #[test]
    fn contacts_do_not_print_themselves() {
        let contact: Contact = "ana@example.org".parse().unwrap();
        assert!(!format!("{contact:?}").contains("ana"));
    }
}
