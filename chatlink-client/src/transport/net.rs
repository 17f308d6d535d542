//! Calls over reqwest and sockets over tungstenite, both with ring under rustls and what the device trusts.

use super::{ANSWER_BYTES, Answer, Call, Cut, Line, Method, Transport};
use crate::ClientError;
use async_trait::async_trait;
use chatlink_protocol::frame::{FRAME_BYTES, SUBPROTOCOL};
use futures_util::{SinkExt as _, StreamExt as _, future};
use reqwest::{
    Url,
    header::{ACCEPT, CONTENT_TYPE},
};
use rustls_platform_verifier::ConfigVerifierExt as _;
use std::{sync::Arc, time::Duration};
use tokio_tungstenite::{
    Connector, connect_async_tls_with_config,
    tungstenite::{
        Message,
        client::IntoClientRequest as _,
        http::{HeaderValue, header::SEC_WEBSOCKET_PROTOCOL},
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};

/// How long a call may take, its answer included.
const CALL_PATIENCE: Duration = Duration::from_secs(15);
/// How long a connection may take to stand.
const DIAL_PATIENCE: Duration = Duration::from_secs(10);
/// tungstenite zero-fills its whole buffer before each read: a small one is faster and lighter.
const READ_BUFFER: usize = 4 * 1024;

/// Over the network.
#[derive(Debug)]
pub struct NetTransport {
    calls: reqwest::Client,
    base: Url,
    /// Of the sockets, where they are encrypted.
    tls: Option<Arc<rustls::ClientConfig>>,
}

impl NetTransport {
    /// To the server at this address, `https://chat.example.org` or with a path where ChatLink is mounted.
    ///
    /// # Errors
    /// No address, or nobody whom this device trusts.
    pub fn new(base: &str) -> Result<Self, ClientError> {
        // An app that chose a provider before keeps it; without any, the first TLS handshake would panic.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base = Url::parse(base.trim_end_matches('/')).map_err(|_| ClientError::Address)?;
        let trusted = || rustls::ClientConfig::with_platform_verifier().map_err(|_| ClientError::NoTrust);
        let tls = match base.scheme() {
            "https" => Some(Arc::new(trusted()?)),
            "http" => None,
            _ => return Err(ClientError::Address),
        };
        let calls = reqwest::Client::builder()
            .timeout(CALL_PATIENCE)
            .connect_timeout(DIAL_PATIENCE)
            // A token goes to the server that it is of, and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            // It is what it asks of the device that may fail.
            .map_err(|_| ClientError::NoTrust)?;
        Ok(Self { calls, base, tls })
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }
}

#[async_trait]
impl Transport for NetTransport {
    async fn call(&self, call: Call) -> Result<Answer, Cut> {
        let method = match call.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = self.calls.request(method, self.address(&call.path)).header(ACCEPT, "application/json");
        if let Some(bearer) = &call.bearer {
            request = request.bearer_auth(bearer.expose());
        }
        if let Some(body) = call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let mut response = request.send().await.map_err(|_| Cut::Fallen)?;
        let (status, mut body) = (response.status().as_u16(), Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|_| Cut::Fallen)? {
            if body.len() + chunk.len() > ANSWER_BYTES {
                return Err(Cut::Fallen);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body })
    }

    async fn dial(&self, path: &str) -> Result<Line, Cut> {
        // `http` becomes `ws`, and `https` `wss`.
        let address = self.address(path).replacen("http", "ws", 1);
        let mut request = address.into_client_request().map_err(|_| Cut::Fallen)?;
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        let limits = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_message_size(Some(2 * FRAME_BYTES))
            .max_frame_size(Some(2 * FRAME_BYTES));
        let connector = self.tls.clone().map_or(Connector::Plain, Connector::Rustls);
        let dialled = connect_async_tls_with_config(request, Some(limits), true, Some(connector));
        let dialled = tokio::time::timeout(DIAL_PATIENCE, dialled).await.map_err(|_| Cut::Fallen)?;
        let (socket, _) = dialled.map_err(|_| Cut::Fallen)?;
        Ok(Line::over(socket))
    }
}

impl Line {
    /// The texts of a WebSocket; pings are answered below this.
    pub fn over<S>(socket: tokio_tungstenite::WebSocketStream<S>) -> Self
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let (out, inward) = socket.split();
        let out =
            out.sink_map_err(|_| Cut::Fallen).with(|text: String| future::ready(Ok::<_, Cut>(Message::text(text))));
        let inward = inward.filter_map(|message| {
            future::ready(match message {
                Ok(Message::Text(text)) => Some(Ok(text.as_str().to_owned())),
                Ok(Message::Close(Some(CloseFrame { code: CloseCode::Policy, .. }))) => Some(Err(Cut::Refused)),
                Ok(Message::Close(_)) | Err(_) => Some(Err(Cut::Fallen)),
                Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => None,
            })
        });
        Self { out: Box::pin(out), inward: Box::pin(inward) }
    }
}
