//! What a gateway's answer means.

use regex::{Regex, RegexBuilder};
use reqwest::{Response, StatusCode};
use std::ops::RangeInclusive;

/// The most that is read of an answer.
const MOST: usize = 64 * 1024;

/// What an answer must be so that the gateway took the message.
pub(super) struct Accepted {
    statuses: Vec<RangeInclusive<u16>>,
    body: Option<Regex>,
}

/// What became of the message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Taken.
    Accepted,
    /// Not taken, and it may be later.
    Later(StatusCode),
    /// Not taken, and it will not be.
    Refused(StatusCode),
    /// Taken or not: nobody knows.
    InDoubt(&'static str),
}

impl Accepted {
    /// `200-299` for no statuses at all. `None`: something is not as it must be.
    pub(super) fn parse(statuses: &str, body: Option<&str>) -> Option<Self> {
        let statuses = if statuses.trim().is_empty() { "200-299" } else { statuses };
        let statuses = statuses.split(',').map(range).collect::<Option<Vec<_>>>()?;
        let body = match body {
            None => None,
            Some(pattern) => Some(RegexBuilder::new(pattern).size_limit(1 << 20).build().ok()?),
        };
        Some(Self { statuses, body })
    }

    pub(super) async fn judge(&self, response: Response) -> Answer {
        let status = response.status();
        if !self.statuses.iter().any(|range| range.contains(&status.as_u16())) {
            return refusal(status);
        }
        let Some(pattern) = &self.body else { return Answer::Accepted };
        match text(response).await {
            Some(text) if pattern.is_match(&text) => Answer::Accepted,
            Some(_) => Answer::Refused(status),
            None => Answer::InDoubt("the gateway's answer broke off or is too long"),
        }
    }
}

/// What another status than the accepted ones means. A gateway that is overloaded says so before it
/// takes anything; one that broke may have taken it.
fn refusal(status: StatusCode) -> Answer {
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Answer::Later(status),
        status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            Answer::InDoubt("the gateway failed")
        }
        status => Answer::Refused(status),
    }
}

/// The whole answer. `None`: it broke off, or is longer than is read.
async fn text(mut response: Response) -> Option<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if bytes.len() + chunk.len() > MOST {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// `200` or `200-299`.
fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let status = |text: &str| text.trim().parse().ok().filter(|status| (100..600).contains(status));
    let (first, last) = (status(first)?, status(last)?);
    (first <= last).then_some(first..=last)
}
