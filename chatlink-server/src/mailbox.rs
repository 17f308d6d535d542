//! `/dev/mailbox`: what would have been sent, on a developer's machine.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chatlink_core::{
    entropy::{OsEntropy, random},
    memory::{Letter, Mailbox},
};
use std::fmt::Write as _;

/// The letters, newest first: a page for people, and JSON for who asks for it.
pub(crate) async fn page(State(mailbox): State<Mailbox>, headers: HeaderMap) -> Response {
    let letters = mailbox.letters();
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    let mut response = if accepted.contains("application/json") {
        Json(letters).into_response()
    } else {
        let nonce = STANDARD.encode(random::<16>(&OsEntropy));
        let policy = format!("default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'");
        ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html(&letters, &nonce))).into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

fn html(letters: &[Letter], nonce: &str) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Mailbox · ChatLink</title><style nonce=\"{nonce}\">{}</style></head>\n<body><main>\
         <h1>Development mailbox</h1>\
         <p class=\"soft\">What would go out by mail and SMS, newest first. Kept in memory, for this machine alone. \
         Reload for newer ones.</p>\n",
        include_str!("mailbox.css")
    );
    if letters.is_empty() {
        page.push_str("<p>Nothing was sent yet.</p>\n");
    }
    for letter in letters {
        // Writing to a string cannot fail.
        let _ = article(&mut page, letter);
    }
    page.push_str("</main></body></html>\n");
    page
}

fn article(page: &mut String, letter: &Letter) -> std::fmt::Result {
    let at = letter.at.to_string();
    let time = at.get(11..19).unwrap_or(&at);
    write!(
        page,
        "<article><header><strong>{}</strong><time class=\"soft\" datetime=\"{at}\">{time} UTC</time></header><h2>{}</h2>",
        Escaped(&letter.to),
        Escaped(&letter.subject)
    )?;
    if let Some(code) = &letter.code {
        write!(page, "<p class=\"code\">{}</p>", Escaped(code))?;
    }
    writeln!(page, "<pre>{}</pre></article>", Escaped(&letter.text))
}

/// Text of people on a page: never HTML.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chatlink_core::protocol::Timestamp;

    #[test]
    fn what_people_typed_is_text() {
        let letter = Letter {
            to: "\"<b>\"@example.org".to_owned(),
            subject: "Your code".to_owned(),
            text: "</pre><script>alert('1')</script>".to_owned(),
            code: Some("123456".to_owned()),
            at: Timestamp::EPOCH,
        };
        let page = html(&[letter], "n");
        assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
        assert!(page.contains("<p class=\"code\">123456</p>"));
        assert!(page.contains("&lt;/pre&gt;"));
    }
}
