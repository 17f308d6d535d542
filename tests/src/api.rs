//! A caller of the REST edge, who remembers what it was answered.

use crate::{Exchange, PATIENCE, Recorder};
use reqwest::{
    Client, Method,
    header::{CONTENT_TYPE, HeaderMap},
};
use serde_json::Value;
use std::{net::SocketAddr, sync::Arc};

/// Calls one server, as nobody or with a token.
#[derive(Clone)]
pub struct Api {
    client: Client,
    address: SocketAddr,
    token: Option<String>,
    recorder: Recorder,
}

/// What goes along with a request.
#[derive(Clone, Debug, Default)]
pub enum Payload {
    /// Nothing.
    #[default]
    Empty,
    /// A JSON body.
    Json(Value),
    /// Any bytes, called by this media type.
    Bytes(&'static str, Vec<u8>),
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `GET /v1/…`, for messages.
    pub call: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null where it is no JSON.
    pub body: Value,
    /// The body's bytes.
    pub bytes: Vec<u8>,
}

/// Plain HTTP alone. The TLS that reqwest is built with in this workspace leaves the choice of its
/// provider to the program.
fn client() -> Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let tls = tls.expect("TLS").with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let builder = Client::builder().timeout(PATIENCE).no_proxy().tls_backend_preconfigured(tls);
    builder.build().expect("an HTTP client")
}

impl Api {
    pub(crate) fn new(address: SocketAddr, recorder: Recorder) -> Self {
        Self { client: client(), address, token: None, recorder }
    }

    /// The same caller with this token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same caller at another address.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    /// The same caller without a token.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The token in use.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Where it calls.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, Payload::Empty).await
    }

    /// `POST path` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Payload::Json(body)).await
    }

    /// `POST path` without a body.
    pub async fn post_empty(&self, path: &str) -> Answer {
        self.call(Method::POST, path, Payload::Empty).await
    }

    /// `PUT path` with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Payload::Json(body)).await
    }

    /// `PATCH path` with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Payload::Json(body)).await
    }

    /// `DELETE path`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, Payload::Empty).await
    }

    /// Any call.
    pub async fn call(&self, method: Method, path: &str, payload: Payload) -> Answer {
        self.call_with(method, path, payload, &[]).await
    }

    /// Any call, with more headers.
    pub async fn call_with(&self, method: Method, path: &str, payload: Payload, more: &[(&str, &str)]) -> Answer {
        let call = format!("{method} {path}");
        match self.try_call(method, path, payload, more).await {
            Ok(answer) => answer,
            Err(error) => panic!("{call}: no answer: {error:?}"),
        }
    }

    /// Any call, of a server that may be gone.
    ///
    /// # Errors
    /// No answer came.
    pub async fn try_call(
        &self,
        method: Method,
        path: &str,
        payload: Payload,
        more: &[(&str, &str)],
    ) -> reqwest::Result<Answer> {
        let mut request = self.client.request(method.clone(), format!("http://{}{path}", self.address));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        request = match payload {
            Payload::Empty => request,
            Payload::Json(body) => request.json(&body),
            Payload::Bytes(media, bytes) => request.header(CONTENT_TYPE, media).body(bytes),
        };
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?.to_vec();
        let media = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default().to_owned();
        let body = if media.contains("json") { serde_json::from_slice(&bytes).expect("JSON") } else { Value::Null };
        let (path, _) = path.split_once('?').unwrap_or((path, ""));
        self.recorder.note(Exchange {
            method: method.to_string(),
            path: path.to_owned(),
            status,
            media,
            body: body.clone(),
        });
        Ok(Answer { call: format!("{method} {path}"), status, headers, body, bytes })
    }
}

impl Answer {
    /// The body of an answer that must have this status.
    #[must_use]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.call, self.body);
        self.body
    }

    /// The problem of an answer that must refuse with this status and code.
    pub fn refused(self, status: u16, code: &str) -> Value {
        let seen = (self.status, self.body["code"].as_str().unwrap_or_default());
        assert_eq!(seen, (status, code), "{}: {}", self.call, self.body);
        self.body
    }

    /// The problem without what belongs to one call alone: equal bytes tell nothing apart.
    #[must_use]
    pub fn blank(&self) -> (u16, Value) {
        let mut body = self.body.clone();
        if let Some(members) = body.as_object_mut() {
            members.remove("instance");
            members.remove("request_id");
        }
        (self.status, body)
    }
}
