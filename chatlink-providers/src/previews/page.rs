//! What a page says of itself in its head: Open Graph, else the names before it, else its title.

use chatlink_core::previews::{MAX_PREVIEW_DESCRIPTION, MAX_PREVIEW_SITE, MAX_PREVIEW_TITLE, Preview};
use encoding_rs::{Encoding, UTF_8};
use html5gum::{HtmlString, StartTag, Token, Tokenizer};

/// How far into a page its own word on its encoding is looked for, as browsers do.
const SNIFFED: usize = 1024;

/// The names of a thing, the best first.
type Names = &'static [&'static str];
const TITLES: Names = &["og:title", "twitter:title"];
const DESCRIPTIONS: Names = &["og:description", "twitter:description", "description"];
const SITES: Names = &["og:site_name", "application-name"];

/// What was found so far under the names of a thing: the best name's word.
struct Found {
    names: Names,
    word: Option<(usize, String)>,
}

impl Found {
    const fn of(names: Names) -> Self {
        Self { names, word: None }
    }

    fn note(&mut self, name: &str, word: &str) {
        let Some(rank) = self.names.iter().position(|known| *known == name) else { return };
        if !word.trim().is_empty() && self.word.as_ref().is_none_or(|(best, _)| rank < *best) {
            self.word = Some((rank, word.to_owned()));
        }
    }

    fn clean(self, most: usize) -> Option<String> {
        clean(&self.word?.1, most)
    }
}

/// The preview of a page whose first bytes are these, and whose header says this of its encoding.
pub(super) fn preview(bytes: &[u8], charset: Option<&str>) -> Option<Preview> {
    let text = decode(bytes, charset);
    let [mut titles, mut descriptions, mut sites] = [TITLES, DESCRIPTIONS, SITES].map(Found::of);
    let (mut title, mut in_title) = (None, false);
    for Ok(token) in Tokenizer::new(text.as_ref()) {
        match token {
            Token::StartTag(tag) => match &**tag.name {
                b"meta" => {
                    let (name, word) = meta(&tag);
                    for found in [&mut titles, &mut descriptions, &mut sites] {
                        found.note(&name, &word);
                    }
                }
                b"title" => in_title = title.is_none(),
                b"body" => break,
                _ => {}
            },
            Token::EndTag(tag) if &**tag.name == b"title" => in_title = false,
            Token::EndTag(tag) if &**tag.name == b"head" => break,
            Token::String(words) if in_title => title = Some(String::from_utf8_lossy(&words).into_owned()),
            _ => {}
        }
    }
    let title = titles.clean(MAX_PREVIEW_TITLE).or_else(|| clean(&title?, MAX_PREVIEW_TITLE))?;
    Some(Preview {
        title,
        description: descriptions.clean(MAX_PREVIEW_DESCRIPTION),
        site: sites.clean(MAX_PREVIEW_SITE),
    })
}

/// The name and the word of a `meta` element; `property` and `name` are used alike.
fn meta(tag: &StartTag<()>) -> (String, String) {
    let attribute = |name: &[u8]| {
        let value = tag.attributes.get(&HtmlString(name.to_vec()))?;
        Some(String::from_utf8_lossy(value).into_owned())
    };
    let name = attribute(b"property").or_else(|| attribute(b"name")).unwrap_or_default();
    (name.trim().to_ascii_lowercase(), attribute(b"content").unwrap_or_default())
}

/// The text of a page: a byte order mark has the first word on its encoding, then the header, then the page.
fn decode<'a>(bytes: &'a [u8], charset: Option<&str>) -> std::borrow::Cow<'a, str> {
    let told = charset.and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = told.or_else(|| sniff(bytes)).unwrap_or(UTF_8);
    encoding.decode(bytes).0
}

/// What the page's first `meta charset` names. What it says is ASCII in every encoding that may be named there.
fn sniff(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..SNIFFED).unwrap_or(bytes)).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let label = after.trim_start_matches(['"', '\'', ' ']).split(['"', '\'', ' ', '>', ';', '/']).next()?;
    Encoding::for_label(label.as_bytes())
}

/// The words on one line, without what shows nothing or turns the direction of what follows.
fn clean(words: &str, most: usize) -> Option<String> {
    let hidden = |c: char| {
        (c.is_control() && !c.is_whitespace())
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let shown: String = words.chars().filter(|c| !hidden(*c)).collect();
    let line = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = match line.char_indices().nth(most) {
        Some(_) => line.chars().take(most - 1).chain(['…']).collect(),
        None => line,
    };
    (!cut.is_empty()).then_some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(page: &str) -> Option<(String, Option<String>, Option<String>)> {
        preview(page.as_bytes(), None).map(|preview| (preview.title, preview.description, preview.site))
    }

    #[test]
    fn open_graph_comes_first_and_the_title_last() {
        let page = r#"<!doctype html><HTML><head><title> Plain
            title </title><meta name=description content="Plain words"><meta property="og:title" content="A &amp; B">
            <meta property='og:description' content='Better  words'><meta property=og:site_name content=Site></head>"#;
        let words = |text: &str| Some(text.to_owned());
        assert_eq!(told(page), Some(("A & B".to_owned(), words("Better words"), words("Site"))));
        assert_eq!(told("<title>Only &lt;this&gt;</title>"), Some(("Only <this>".to_owned(), None, None)));
        assert_eq!(told("<meta name=description content=x>"), None, "without a title there is nothing to show");
        assert_eq!(told("<title> </title>"), None);
        assert_eq!(told("<body><title>inside a picture</title>"), None);
    }

    #[test]
    fn other_encodings_are_read() {
        let shift_jis = encoding_rs::SHIFT_JIS.encode("<meta charset=shift_jis><title>日本語</title>").0.into_owned();
        assert_eq!(preview(&shift_jis, None).unwrap().title, "日本語");
        let latin = encoding_rs::WINDOWS_1252.encode("<title>Grüße</title>").0.into_owned();
        assert_eq!(preview(&latin, Some("iso-8859-1")).unwrap().title, "Grüße");
        assert_eq!(
            preview("\u{feff}<title>ñ</title>".as_bytes(), Some("iso-8859-1")).unwrap().title,
            "ñ",
            "its mark wins"
        );
    }

    #[test]
    fn what_deceives_or_never_ends_is_cut() {
        let page = format!("<title>a\u{202e}b\u{0}c</title><meta name=description content=\"{}\">", "ü".repeat(5_000));
        let (title, description, _) = told(&page).unwrap();
        assert_eq!(title, "abc");
        let description = description.unwrap();
        assert_eq!((description.chars().count(), description.ends_with('…')), (MAX_PREVIEW_DESCRIPTION, true));
    }

    proptest! {
        #[test]
        fn no_page_breaks_it(bytes in prop::collection::vec(any::<u8>(), 0..2_000), charset in "[a-z0-9-]{0,12}") {
            let _ = preview(&bytes, Some(&charset));
        }
    }
}
