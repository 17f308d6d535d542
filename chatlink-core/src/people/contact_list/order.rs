//! In which order a contact list stands, and what a beginning of a name finds in it.

use super::KeptRow;
use crate::timeline::search::fold;
use chatlink_protocol::UserId;

/// So much of a folded name counts for the order: a cursor holds it.
const KEY: usize = 40;

/// A line's place in the list: by name as one reads it, then by id.
pub(super) type Place = (String, UserId);

/// Where the line stands.
pub(super) fn place(row: &KeptRow) -> Place {
    (fold(&row.brief.display_name).chars().take(KEY).collect(), row.brief.user_id)
}

/// Whether what is asked for, [folded](fold), begins the username, the name, or a word of the name.
pub(super) fn begins(row: &KeptRow, asked: &str) -> bool {
    let name = fold(&row.brief.display_name);
    let at_word =
        |(at, _): (usize, &str)| name[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
    row.brief.username.starts_with(asked) || name.match_indices(asked).any(at_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::Brief;
    use chatlink_protocol::Timestamp;

    fn row(username: &str, display_name: &str) -> KeptRow {
        let user_id = UserId::from_uuid(uuid::Uuid::from_u128(1));
        let brief = Brief { user_id, username: username.into(), display_name: display_name.into(), avatar: None };
        KeptRow { brief, note: String::new(), kept_at: Timestamp::from_micros(0) }
    }

    #[test]
    fn a_beginning_finds_words_of_a_name_and_the_username() {
        let finds = |asked: &str| begins(&row("jgarcia", "José María García-López"), &fold(asked));
        for asked in ["jos", "JOSE", "maría g", "garcia-l", "lóp", "jgar", ""] {
            assert!(finds(asked), "{asked}");
        }
        for asked in ["ose", "arcia", "x", "maria l"] {
            assert!(!finds(asked), "{asked}");
        }
        assert!(begins(&row("a", "田中さくら"), "田中") && !begins(&row("a", "田中さくら"), "中さ"));
    }

    #[test]
    fn the_order_is_of_names_as_they_are_read() {
        let mut rows = [row("a", "Zoë"), row("b", "émile"), row("c", "Eva"), row("d", &"ﷺ".repeat(50))];
        rows.sort_by_key(place);
        assert_eq!(rows.each_ref().map(|row| row.brief.username.as_str())[..3], ["b", "c", "a"]);
        assert!(rows.iter().all(|row| place(row).0.chars().count() <= KEY));
    }
}
