//! What those who lead a group set for all of it.

use super::room::names;
use crate::{
    error::Invalid,
    locale::{Language, Level},
    people::{Avatar, AvatarVersion},
    timeline::Life,
};
use chatlink_protocol::event;
use std::str::FromStr;

/// The most characters of a title.
pub const MAX_TITLE: usize = 100;
/// The most characters of a topic.
pub const MAX_TOPIC: usize = 500;

/// A group's title: 1 to 100 characters, trimmed, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

/// What a group is about: up to 500 characters, trimmed; lines may break. Empty: it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic(String);

/// Who may write in a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Posting {
    /// Every member.
    #[default]
    Everyone,
    /// Admins and the owner: an announcement room. Others read and react.
    Admins,
}

/// Who can find a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Its members alone.
    #[default]
    Private,
    /// Everybody who looks.
    Public,
}

/// How one comes into a public room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Join {
    /// At once.
    #[default]
    Open,
    /// When an admin says yes.
    Request,
}

/// The settings of a room as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomSettings {
    /// The title; empty in a direct room.
    pub title: String,
    /// What it is about; may be empty.
    pub topic: String,
    /// Who may write.
    pub posting: Posting,
    /// Who can find it.
    pub visibility: Visibility,
    /// How one comes in, where it is public.
    pub join: Join,
    /// The language that is spoken or learnt there.
    pub language: Option<Language>,
    /// The level that it is for.
    pub level: Option<Level>,
    /// How long messages stay that say nothing shorter themselves.
    pub expires_in: Option<Life>,
    /// Which picture shows it.
    pub avatar: Option<AvatarVersion>,
}

/// A change of [`RoomSettings`]: `None` keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomSettingsChange {
    /// Another title.
    pub title: Option<Title>,
    /// Another topic; an empty one takes it away.
    pub topic: Option<Topic>,
    /// Who may write from now on.
    pub posting: Option<Posting>,
    /// Who can find it from now on.
    pub visibility: Option<Visibility>,
    /// How one comes in from now on.
    pub join: Option<Join>,
    /// Another language; `Some(None)`: none in particular.
    pub language: Option<Option<Language>>,
    /// Another level; `Some(None)`: any.
    pub level: Option<Option<Level>>,
    /// How long messages stay that are written from now on; `Some(None)`: without end.
    pub expires_in: Option<Option<Life>>,
    /// Another picture, whole, as a store keeps it beside the settings; `Some(None)` takes it away.
    pub avatar: Option<Option<Box<Avatar>>>,
}

impl RoomSettingsChange {
    /// Whether it is about nothing but how long messages stay.
    #[must_use]
    pub fn is_timer(&self) -> bool {
        self.expires_in.is_some() && *self == Self { expires_in: self.expires_in, ..Self::default() }
    }
}

names! {
    Posting { Everyone = "everyone", Admins = "admins" }
    Visibility { Private = "private", Public = "public" }
    Join { Open = "open", Request = "request" }
}

impl RoomSettings {
    /// Of a new group.
    #[must_use]
    pub fn of(title: &Title) -> Self {
        Self { title: title.0.clone(), ..Self::default() }
    }

    /// How long a message stays for which its sender chose that: nobody outstays the room's time.
    #[must_use]
    pub fn life(&self, chosen: Option<Life>) -> Option<Life> {
        [self.expires_in, chosen].into_iter().flatten().min()
    }

    /// Takes the change in and answers what is different now, as the event tells it. `None`: nothing is.
    pub fn change(&mut self, change: &RoomSettingsChange) -> Option<event::RoomChange> {
        let RoomSettingsChange { title, topic, posting, visibility, join, language, level, expires_in, avatar } =
            change;
        let title = title.as_ref().map(|title| &title.0).filter(|title| **title != self.title);
        let topic = topic.as_ref().map(|topic| &topic.0).filter(|topic| **topic != self.topic);
        let avatar = avatar.as_ref().map(|avatar| avatar.as_ref().map(|avatar| avatar.version()));
        let told = event::RoomChange {
            title: title.cloned(),
            topic: topic.cloned(),
            posting: replace(&mut self.posting, *posting).map(|it| it.as_str().to_owned()),
            visibility: replace(&mut self.visibility, *visibility).map(|it| it.as_str().to_owned()),
            join: replace(&mut self.join, *join).map(|it| it.as_str().to_owned()),
            language: replace(&mut self.language, *language).map(|it| it.map_or(String::new(), |it| it.to_string())),
            level: replace(&mut self.level, *level).map(|it| it.map_or(String::new(), |it| it.to_string())),
            expires_in: replace(&mut self.expires_in, *expires_in).map(|it| it.map_or(0, Life::as_secs)),
            avatar: replace(&mut self.avatar, avatar).map(|it| it.map_or(String::new(), |it| it.to_string())),
        };
        if let Some(title) = title {
            self.title.clone_from(title);
        }
        if let Some(topic) = topic {
            self.topic.clone_from(topic);
        }
        (told != event::RoomChange::default()).then_some(told)
    }
}

/// Puts another value in the place and answers it, where it is another.
fn replace<T: Copy + PartialEq>(place: &mut T, other: Option<T>) -> Option<T> {
    let other = other.filter(|other| other != place)?;
    *place = other;
    Some(other)
}

impl Title {
    /// The title.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Title {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err(Invalid::field("title", "required", "1 to 100 characters")),
            n if n > MAX_TITLE => Err(Invalid::field("title", "too_long", "1 to 100 characters")),
            _ if text.chars().any(char::is_control) => {
                Err(Invalid::field("title", "bad_character", "no control characters"))
            }
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl Topic {
    /// The topic.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Topic {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.chars().count() > MAX_TOPIC {
            return Err(Invalid::field("topic", "too_long", "500 characters at most"));
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(Invalid::field("topic", "bad_character", "no control characters but line breaks"));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_and_bounded() {
        let title = |text: &str| text.parse::<Title>().map(|title| title.0).map_err(|error| error.0[0].code.clone());
        assert_eq!(title(" Tandem "), Ok("Tandem".to_owned()));
        assert_eq!(title("  "), Err("required".to_owned()));
        assert_eq!(title(&"ü".repeat(MAX_TITLE)), Ok("ü".repeat(MAX_TITLE)));
        assert_eq!(title(&"x".repeat(MAX_TITLE + 1)), Err("too_long".to_owned()));
        assert_eq!(title("a\nb"), Err("bad_character".to_owned()));
        let topic = |text: &str| text.parse::<Topic>().map(|topic| topic.0).map_err(|error| error.0[0].code.clone());
        assert_eq!(topic(" one\ntwo "), Ok("one\ntwo".to_owned()));
        assert_eq!(topic(""), Ok(String::new()));
        assert_eq!(topic(&"あ".repeat(MAX_TOPIC)), Ok("あ".repeat(MAX_TOPIC)));
        assert_eq!(topic(&"x".repeat(MAX_TOPIC + 1)), Err("too_long".to_owned()));
        assert_eq!(topic("a\u{7}"), Err("bad_character".to_owned()));
    }

    #[test]
    fn the_shorter_life_counts() {
        let life = |seconds| Life::from_secs(seconds).ok();
        let forever = RoomSettings::default();
        let hour = RoomSettings { expires_in: life(3600), ..RoomSettings::default() };
        assert_eq!((forever.life(None), forever.life(life(9))), (None, life(9)));
        assert_eq!((hour.life(None), hour.life(life(9)), hour.life(life(9999))), (life(3600), life(9), life(3600)));
    }

    #[test]
    fn a_timer_is_set_and_taken_away() {
        let mut settings = RoomSettings::default();
        let set = |life| RoomSettingsChange { expires_in: Some(life), ..RoomSettingsChange::default() };
        let day = set(Life::from_secs(86_400).ok());
        assert!(day.is_timer());
        assert!(!RoomSettingsChange { topic: "Verbs".parse().ok(), ..day.clone() }.is_timer());
        assert_eq!(settings.change(&day).unwrap().expires_in, Some(86_400));
        assert_eq!(settings.change(&day), None);
        assert_eq!(settings.change(&set(None)).unwrap().expires_in, Some(0));
        assert_eq!(settings.expires_in, None);
    }

    #[test]
    fn a_picture_is_told_by_its_version() {
        let mut settings = RoomSettings::default();
        let avatar = Avatar { small: "s".into(), large: "l".into() };
        let set = |avatar| RoomSettingsChange { avatar: Some(avatar), ..RoomSettingsChange::default() };
        let given = set(Some(Box::new(avatar.clone())));
        assert!(!given.is_timer());
        assert_eq!(settings.change(&set(None)), None, "it has none");
        assert_eq!(settings.change(&given).unwrap().avatar, Some(avatar.version().to_string()));
        assert_eq!((settings.avatar, settings.change(&given)), (Some(avatar.version()), None));
        assert_eq!(settings.change(&set(None)).unwrap().avatar.as_deref(), Some(""));
        assert_eq!(settings, RoomSettings::default());
    }

    #[test]
    fn only_what_is_different_is_told() {
        let mut settings = RoomSettings::of(&"Tandem".parse().unwrap());
        let change = RoomSettingsChange {
            title: "Tandem".parse().ok(),
            topic: "Verbs".parse().ok(),
            posting: Some(Posting::Admins),
            language: Some("es".parse().ok()),
            ..RoomSettingsChange::default()
        };
        let told = settings.change(&change).unwrap();
        assert_eq!((told.title, told.topic.as_deref(), told.posting.as_deref()), (None, Some("Verbs"), Some("admins")));
        assert_eq!((told.language.as_deref(), told.level, told.join), (Some("es"), None, None));
        assert_eq!(settings.change(&change), None, "it is so already");
        let away = RoomSettingsChange { topic: "".parse().ok(), ..RoomSettingsChange::default() };
        assert_eq!(settings.change(&away).unwrap().topic.as_deref(), Some(""));
        assert_eq!((&*settings.title, &*settings.topic, settings.posting), ("Tandem", "", Posting::Admins));
    }
}
