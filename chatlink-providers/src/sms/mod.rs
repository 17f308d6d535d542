//! Codes and notices as text messages, through any provider's HTTP gateway.
//!
//! What providers ask for differs in the names of things alone, so the request is a template:
//! `{to}`, `{to_digits}`, `{text}` and `{from}` in the URL and the body, escaped for where they stand.
//! `docs/sms.md` has templates for known providers.

mod answer;
mod template;

use answer::{Accepted, Answer};
use async_trait::async_trait;
use chatlink_core::{
    contact::{Contact, ContactKind},
    identity::{CodeSender, Notice, SendError},
};
use reqwest::{
    Client, Method, RequestBuilder,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use std::{fmt, time::Duration};
use template::{Escape, Template, Words};

/// How long one message may take, from the connection to the gateway's last word.
const DEADLINE: Duration = Duration::from_secs(20);

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How a gateway is spoken to. Printing it shows nothing: every part may hold a secret.
#[derive(Clone, Default)]
pub struct SmsGateway {
    /// `https://…`, or `http://` on loopback. A user and a password in it become basic authorization.
    pub url: String,
    /// `POST` when empty.
    pub method: String,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// JSON, or a form: what the `Content-Type` says; without one, JSON where it begins like it.
    pub body: String,
    /// In whose name: a number or a word, as the provider allows.
    pub from: String,
    /// The statuses that mean yes, such as `200-299` (when empty) or `200,202`.
    pub accepted: String,
    /// What the answer must hold besides, as a regular expression; for gateways that refuse with 200.
    pub accepted_body: Option<String>,
}

/// Sends notices to mobile numbers through one gateway; other contacts it refuses.
pub struct SmsSender {
    client: Client,
    method: Method,
    url: Template,
    body: Template,
    headers: HeaderMap,
    from: String,
    accepted: Accepted,
}

/// Why a gateway was not taken. None of them shows what it was about: it may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum SmsConfigError {
    /// Not `https://host/…`, or with a place in the name of the host.
    #[error("the SMS gateway's URL is not like https://host/path?query, with {{…}} after the host alone")]
    Url,
    /// Plain HTTP would show codes and passwords to the network.
    #[error("plain http:// is taken on loopback alone; use https://")]
    Plain,
    /// Not the name of a method.
    #[error("the SMS gateway's method is none")]
    Method,
    /// Not `Name: value`.
    #[error("one of the SMS gateway's headers is none")]
    Header,
    /// Neither JSON nor a form.
    #[error("the SMS gateway's body is neither JSON nor a form (a=b&c=d)")]
    Body,
    /// Number or text would not reach the gateway.
    #[error("neither URL nor body of the SMS gateway holds {0}")]
    Missing(&'static str),
    /// `{from}` is used and nobody was named.
    #[error("the SMS gateway's request holds {{from}}, and no sender is named")]
    From,
    /// Not statuses or not a regular expression.
    #[error("what the SMS gateway answers when it accepts is not said in statuses and a regular expression")]
    Accepted,
    /// The HTTP client does not start.
    #[error("the HTTP client does not start")]
    Client(#[source] reqwest::Error),
}

impl SmsSender {
    /// A sender by this gateway. Connects with the first message.
    ///
    /// # Errors
    /// Something of it is not as it must be.
    pub fn new(gateway: &SmsGateway) -> Result<Self, SmsConfigError> {
        Self::with_deadline(gateway, DEADLINE)
    }

    /// As [`new`](Self::new), with another time that one message may take; 20 s otherwise.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_deadline(gateway: &SmsGateway, deadline: Duration) -> Result<Self, SmsConfigError> {
        let local = is_on_this_machine(&gateway.url)?;
        let mut headers = headers(&gateway.headers)?;
        let body = body(&gateway.body, &mut headers)?;
        let url = Template::parse(&gateway.url, Escape::Percent);
        for (place, there) in [("{to}", Template::holds_number as fn(&_) -> bool), ("{text}", Template::holds_text)] {
            if !there(&url) && !there(&body) {
                return Err(SmsConfigError::Missing(place));
            }
        }
        if gateway.from.is_empty() && (url.holds_from() || body.holds_from()) {
            return Err(SmsConfigError::From);
        }
        let method = if gateway.method.is_empty() { "POST" } else { &gateway.method };
        Ok(Self {
            client: client(local, deadline).map_err(|error| SmsConfigError::Client(error.without_url()))?,
            method: method.to_ascii_uppercase().parse().map_err(|_| SmsConfigError::Method)?,
            url,
            body,
            headers,
            from: gateway.from.clone(),
            accepted: Accepted::parse(&gateway.accepted, gateway.accepted_body.as_deref())
                .ok_or(SmsConfigError::Accepted)?,
        })
    }

    fn request(&self, to: &str, text: &str) -> RequestBuilder {
        let words = Words { to, text, from: &self.from };
        let request = self.client.request(self.method.clone(), self.url.fill(&words)).headers(self.headers.clone());
        if self.body.is_empty() { request } else { request.body(self.body.fill(&words)) }
    }
}

#[async_trait]
impl CodeSender for SmsSender {
    async fn send(&self, to: &Contact, notice: &Notice) -> Result<(), SendError> {
        let Contact::Mobile(number) = to else {
            return Err(SendError::Refused("no mail is sent here".into()));
        };
        let answer = match self.request(number.as_str(), &notice.text()).send().await {
            Ok(response) => self.accepted.judge(response).await,
            // The request never left: nothing can have been accepted.
            Err(error) if error.is_connect() => return Err(SendError::Unavailable(Box::new(error.without_url()))),
            Err(error) if error.is_builder() => return Err(SendError::Refused(Box::new(error.without_url()))),
            Err(error) => return Err(SendError::InDoubt(Box::new(error.without_url()))),
        };
        match answer {
            Answer::Accepted => Ok(()),
            Answer::Later(status) => Err(SendError::Unavailable(format!("the gateway answered {status}").into())),
            Answer::Refused(status) => Err(SendError::Refused(format!("the gateway answered {status}").into())),
            Answer::InDoubt(why) => Err(SendError::InDoubt(why.into())),
        }
    }

    fn carries(&self, kind: ContactKind) -> bool {
        kind == ContactKind::Mobile
    }
}

impl fmt::Debug for SmsGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmsGateway(…)")
    }
}

impl fmt::Debug for SmsSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmsSender(…)")
    }
}

/// Follows no redirects: a gateway that moved is the operator's to know, and numbers and codes go
/// nowhere else.
fn client(local: bool, deadline: Duration) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .timeout(deadline)
        .connect_timeout(CONNECT.min(deadline))
        .redirect(redirect::Policy::none())
        .referer(false)
        .https_only(!local)
        .user_agent("ChatLink");
    let builder = match crate::tls::client() {
        Ok(tls) => builder.tls_backend_preconfigured(tls),
        Err(_) => builder,
    };
    // What is meant for this machine does not go through another.
    if local { builder.no_proxy() } else { builder }.build()
}

/// Whether the URL leads to this very machine, where plain HTTP is taken.
fn is_on_this_machine(url: &str) -> Result<bool, SmsConfigError> {
    let (scheme, rest) = url.split_once("://").ok_or(SmsConfigError::Url)?;
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains(['{', '}']) {
        return Err(SmsConfigError::Url);
    }
    let sample = Template::parse(url, Escape::Percent).fill(&Words::SAMPLE);
    let parsed = reqwest::Url::parse(&sample).map_err(|_| SmsConfigError::Url)?;
    let host = parsed.host_str().ok_or(SmsConfigError::Url)?;
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    let local = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    match (scheme.to_ascii_lowercase().as_str(), local) {
        ("https", _) | ("http", true) => Ok(local),
        ("http", false) => Err(SmsConfigError::Plain),
        _ => Err(SmsConfigError::Url),
    }
}

fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, SmsConfigError> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name = HeaderName::try_from(name.trim()).map_err(|_| SmsConfigError::Header)?;
        let mut value = HeaderValue::from_str(value.trim()).map_err(|_| SmsConfigError::Header)?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

/// The body's template, escaped for what the `Content-Type` says, which is set where it is not.
fn body(text: &str, headers: &mut HeaderMap) -> Result<Template, SmsConfigError> {
    if text.trim().is_empty() {
        return Ok(Template::parse("", Escape::Percent));
    }
    let json = match headers.get(CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or_default().to_ascii_lowercase()) {
        Some(kind) if kind.contains("json") => true,
        Some(kind) if kind.starts_with("application/x-www-form-urlencoded") => false,
        Some(_) => return Err(SmsConfigError::Body),
        None => {
            let json = text.trim_start().starts_with(['{', '[']) && !text.trim_start().starts_with("{to");
            let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            json
        }
    };
    let template = Template::parse(text.trim(), if json { Escape::Json } else { Escape::Percent });
    let sample = template.fill(&Words::SAMPLE);
    let good = if json { serde_json::from_str::<serde_json::Value>(&sample).is_ok() } else { sample.contains('=') };
    if good { Ok(template) } else { Err(SmsConfigError::Body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway(url: &str, body: &str) -> SmsGateway {
        SmsGateway { url: url.to_owned(), body: body.to_owned(), ..SmsGateway::default() }
    }

    const JSON: &str = r#"{"to":"{to}","text":"{text}"}"#;

    #[test]
    fn codes_in_the_clear_stay_on_this_machine() {
        for good in ["https://sms.example.org/send", "http://127.0.0.1:8080/", "http://[::1]/x", "http://localhost:1/"]
        {
            assert!(SmsSender::new(&gateway(good, JSON)).is_ok(), "{good}");
        }
        for plain in ["http://sms.example.org/", "http://127.0.0.1@sms.example.org/", "http://localhost.example.org/"] {
            assert!(matches!(SmsSender::new(&gateway(plain, JSON)), Err(SmsConfigError::Plain)), "{plain}");
        }
        for bad in
            ["", "sms.example.org", "ftp://127.0.0.1/", "https://{to}.example.org/", "https://", "http://{text}/"]
        {
            assert!(matches!(SmsSender::new(&gateway(bad, JSON)), Err(SmsConfigError::Url)), "{bad}");
        }
    }

    #[test]
    fn what_could_never_send_does_not_start() {
        let url = "https://sms.example.org/send";
        let refused = |gateway: SmsGateway| SmsSender::new(&gateway).err().map(|error| error.to_string());
        assert!(refused(gateway(url, r#"{"to":"{to}"}"#)).unwrap().contains("{text}"));
        assert!(refused(gateway(url, "text={text}")).unwrap().contains("{to}"));
        assert!(refused(gateway(&format!("{url}?to={{to}}&text={{text}}"), "")).is_none());
        assert!(refused(gateway(url, r#"{"to":{to},"text":"{text}""#)).unwrap().contains("neither JSON"));
        assert!(refused(gateway(url, "from={from}&to={to}&text={text}")).unwrap().contains("{from}"));
        for accepted in ["0", "200-", "ok", "299-200", "2xx"] {
            let wrong = SmsGateway { accepted: accepted.to_owned(), ..gateway(url, JSON) };
            assert!(matches!(SmsSender::new(&wrong), Err(SmsConfigError::Accepted)), "{accepted}");
        }
        let header = ("Bad name".to_owned(), "x".to_owned());
        let wrong = SmsGateway { headers: vec![header], ..gateway(url, JSON) };
        assert!(matches!(SmsSender::new(&wrong), Err(SmsConfigError::Header)));
        let xml = ("Content-Type".to_owned(), "text/xml".to_owned());
        let wrong = SmsGateway { headers: vec![xml], ..gateway(url, JSON) };
        assert!(matches!(SmsSender::new(&wrong), Err(SmsConfigError::Body)));
    }

    #[test]
    fn nothing_prints_a_secret() {
        let secret = SmsGateway {
            headers: vec![("Authorization".to_owned(), "Bearer hunter2".to_owned())],
            ..gateway("https://me:hunter2@sms.example.org/send?key=hunter2", r#"{"k":"hunter2","t":"{to}{text}"}"#)
        };
        let sender = SmsSender::new(&secret).unwrap();
        let request = sender.request("+34612345678", "hunter2").build();
        let shown = format!("{secret:?} {sender:?} {:?}", request.unwrap().headers());
        assert!(!shown.contains("hunter2") && !shown.contains("612345678"), "{shown}");
    }
}
