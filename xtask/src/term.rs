//! Colour on a terminal, plain text everywhere else.

use std::io::IsTerminal;
use std::sync::OnceLock;

/// Whether standard output is a terminal that wants colour (`NO_COLOR` is honoured).
pub(crate) fn colour() -> bool {
    static COLOUR: OnceLock<bool> = OnceLock::new();
    *COLOUR.get_or_init(|| std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none())
}

pub(crate) fn red(text: &str) -> String {
    paint("31;1", text)
}

pub(crate) fn green(text: &str) -> String {
    paint("32", text)
}

pub(crate) fn bold(text: &str) -> String {
    paint("1", text)
}

pub(crate) fn dim(text: &str) -> String {
    paint("2", text)
}

/// A line of a program that runs beside others.
pub(crate) fn labelled(label: &str, line: &str) -> String {
    format!("{} {line}", dim(&format!("{label:>8} │")))
}

/// `line` without the escape sequences by which programs colour it.
pub(crate) fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
        } else if chars.next() == Some('[') {
            // Parameters end at the first letter.
            for c in chars.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        }
    }
    out
}

fn paint(code: &str, text: &str) -> String {
    if colour() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn escape_sequences_are_dropped_and_text_stays() {
        assert_eq!(plain("\u{1b}[32;1mPASS\u{1b}[0m ünï"), "PASS ünï");
        assert_eq!(plain("no colour"), "no colour");
        assert_eq!(plain("cut \u{1b}["), "cut ");
    }
}
