//! Corrections as files: a table for spreadsheets, cards for Anki.

use chatlink_core::{people::Brief, timeline::CorrectionRow};
use chatlink_protocol::{CorrectionKind, CorrectionWords};
use std::borrow::Cow;

/// Which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sheet {
    /// RFC 4180, with a byte order mark: without it spreadsheets take UTF-8 for something else.
    Csv,
    /// Tab-separated notes in Anki's own form: what I wrote in front, what is better on the back.
    Anki,
}

impl Sheet {
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Anki => "text/tab-separated-values; charset=utf-8",
        }
    }

    pub(super) const fn disposition(self) -> &'static str {
        match self {
            Self::Csv => "attachment; filename=\"corrections.csv\"",
            Self::Anki => "attachment; filename=\"corrections-anki.txt\"",
        }
    }

    /// What stands before the first row.
    pub(super) const fn head(self) -> &'static str {
        match self {
            Self::Csv => "\u{feff}date,by,original,corrected,kind,note,state\r\n",
            Self::Anki => "#separator:tab\n#html:true\n#columns:Front\tBack\n",
        }
    }

    /// Adds a row. `by`: who proposed it; `None`: a deleted account.
    pub(super) fn row(self, out: &mut String, row: &CorrectionRow, by: Option<&Brief>) {
        match self {
            Self::Csv => csv(out, row, by),
            Self::Anki => anki(out, &row.correction.words),
        }
    }
}

fn csv(out: &mut String, row: &CorrectionRow, by: Option<&Brief>) {
    let (correction, words) = (&row.correction, &row.correction.words);
    let cells = [
        correction.at.to_string(),
        by.map_or_else(String::new, |brief| brief.display_name.clone()),
        words.original.clone(),
        words.text.clone(),
        words.kind.map_or("", CorrectionKind::as_str).to_owned(),
        words.note.clone().unwrap_or_default(),
        correction.state.as_str().to_owned(),
    ];
    let cells: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// A cell in quotation marks where it needs them. What a spreadsheet would take for a formula gets an apostrophe in
/// front: people write these words, and others open the file.
fn quoted(cell: &str) -> Cow<'_, str> {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let cell = if is_formula { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) };
    if cell.contains([',', '"', '\r', '\n', ';', '\t']) {
        return format!("\"{}\"", cell.replace('"', "\"\"")).into();
    }
    cell
}

fn anki(out: &mut String, words: &CorrectionWords) {
    escape(out, &words.original);
    out.push('\t');
    changes(out, words);
    if let Some(note) = &words.note {
        out.push_str("<br><br><i>");
        escape(out, note);
        out.push_str("</i>");
    }
    out.push('\n');
}

/// The original with what goes struck out and what comes put in.
fn changes(out: &mut String, words: &CorrectionWords) {
    let signs: Vec<char> = words.original.chars().collect();
    let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX).min(signs.len());
    let part = |from: usize, to: usize| signs[from.min(to)..to].iter().collect::<String>();
    let mut done = 0;
    for span in &words.spans {
        escape(out, &part(done, at(span.from)));
        for (tag, text) in [("del", part(at(span.from), at(span.to))), ("ins", span.text.clone())] {
            if !text.is_empty() {
                out.push_str(&format!("<{tag}>"));
                escape(out, &text);
                out.push_str(&format!("</{tag}>"));
            }
        }
        done = at(span.to);
    }
    escape(out, &part(done, signs.len()));
}

/// Text as HTML that stands in one field of one line.
fn escape(out: &mut String, text: &str) {
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("<br>"),
            '\r' => {}
            '\t' => out.push_str("&#9;"),
            // At the beginning of a line it would make a comment of it.
            '#' => out.push_str("&#35;"),
            sign => out.push(sign),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chatlink_protocol::{Correction, CorrectionState, EventId, RoomId, Seq, Timestamp, UserId, diff::diff};
    use uuid::Uuid;

    fn written(sheet: Sheet, original: &str, text: &str, note: Option<&str>) -> String {
        let id = Uuid::from_u128(1);
        let words = CorrectionWords {
            original: original.to_owned(),
            text: text.to_owned(),
            spans: diff(original, text),
            kind: Some(CorrectionKind::WordChoice),
            note: note.map(str::to_owned),
        };
        let correction = Correction {
            id: EventId::from_uuid(id),
            sender_id: UserId::from_uuid(id),
            at: Timestamp::EPOCH,
            version: 1,
            state: CorrectionState::Accepted,
            words,
        };
        let (room_id, message_id, message_seq) = (RoomId::from_uuid(id), EventId::from_uuid(id), Seq(1));
        let (version, expires_at, severed) = (1, None, false);
        let row = CorrectionRow { room_id, message_id, message_seq, version, expires_at, correction, severed };
        let mut out = String::new();
        sheet.row(&mut out, &row, None);
        out
    }

    #[test]
    fn a_table_is_quoted_and_runs_nothing() {
        let row = written(Sheet::Csv, "=cmd|'/c calc'!A1", "-1, \"two\"", Some("@here\nand there"));
        let date = Timestamp::EPOCH.to_string();
        assert_eq!(
            row,
            format!("{date},,'=cmd|'/c calc'!A1,\"'-1, \"\"two\"\"\",word_choice,\"'@here\nand there\",accepted\r\n")
        );
        for dangerous in ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1"] {
            assert!(quoted(dangerous).trim_start_matches('"').starts_with('\''), "{dangerous:?}");
        }
        assert_eq!(quoted("plain words"), "plain words");
    }

    #[test]
    fn a_card_shows_what_changed_as_html() {
        let card = written(Sheet::Anki, "#1 <b>I go</b>\tto", "#1 <b>I went</b>\tto", Some("past & gone\nby"));
        assert_eq!(
            card,
            "&#35;1 &lt;b&gt;I go&lt;/b&gt;&#9;to\t&#35;1 &lt;b&gt;I <del>go</del><ins>went</ins>&lt;/b&gt;&#9;to\
             <br><br><i>past &amp; gone<br>by</i>\n"
        );
        assert_eq!(card.lines().count(), 1);
        assert_eq!(card.matches('\t').count(), 1);
    }
}
