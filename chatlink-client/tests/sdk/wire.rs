//! Lines that are pipes in memory and can be cut, and dice that fall alike each time.

use crate::server::Server;
use async_trait::async_trait;
use axum::{
    body::Body,
    http::{Method as Verb, Request, header},
    serve::Listener,
};
use chatlink_client::{
    Entropy,
    transport::{Answer, Call, Cut, Line, Method, Transport},
};
use chatlink_protocol::frame::SUBPROTOCOL;
use futures_util::{SinkExt as _, StreamExt as _, sink};
use http_body_util::BodyExt as _;
use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::DuplexStream,
    sync::{mpsc, watch},
    time::sleep,
};
use tokio_tungstenite::{client_async, tungstenite::client::IntoClientRequest as _};
use tower::ServiceExt as _;

/// How long a frame takes to the server.
const ON_ITS_WAY: Duration = Duration::from_millis(20);

/// A repeatable generator (SplitMix64).
#[derive(Clone)]
pub(super) struct Dice(Arc<Mutex<u64>>);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(seed)))
    }

    pub(super) fn roll(&self, sides: u64) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = *state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % sides
    }
}

impl Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| u8::try_from(self.roll(256)).unwrap());
    }
}

/// Takes in what is connected in memory.
struct Ears(mpsc::Receiver<DuplexStream>);

impl Listener for Ears {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Calls go to the router, sockets through pipes; each [`cut`](Self::cut) ends what is under way, after the server may have
/// heard it.
pub(super) struct Wire {
    app: axum::Router,
    sockets: mpsc::Sender<DuplexStream>,
    cuts: watch::Sender<u64>,
    away: AtomicBool,
}

impl Wire {
    pub(super) fn to(server: &Server) -> Arc<Self> {
        let (sockets, ears) = mpsc::channel(4);
        let app = server.app.clone();
        tokio::spawn(async move { axum::serve(Ears(ears), app).await });
        Arc::new(Self { app: server.app.clone(), sockets, cuts: watch::Sender::new(0), away: AtomicBool::new(false) })
    }

    pub(super) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Nothing gets through from now on.
    pub(super) fn go_away(&self) {
        self.away.store(true, Ordering::SeqCst);
        self.cut();
    }
}

#[async_trait]
impl Transport for Wire {
    async fn call(&self, call: Call) -> Result<Answer, Cut> {
        if self.away.load(Ordering::SeqCst) {
            return Err(Cut::Fallen);
        }
        let mut cuts = self.cuts.subscribe();
        let verb = match call.method {
            Method::Get => Verb::GET,
            Method::Post => Verb::POST,
            Method::Put => Verb::PUT,
            Method::Patch => Verb::PATCH,
            Method::Delete => Verb::DELETE,
        };
        let mut request = Request::builder().method(verb).uri(call.path);
        if let Some(bearer) = call.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", bearer.expose()));
        }
        if call.body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(call.body.map_or_else(Body::empty, Body::from)).unwrap();
        let app = self.app.clone();
        // The server goes on with what it heard, whatever becomes of the line.
        let answered = tokio::spawn(async move {
            let (head, body) = app.oneshot(request).await.unwrap().into_parts();
            sleep(Duration::from_millis(20)).await;
            Answer { status: head.status.as_u16(), body: body.collect().await.unwrap().to_bytes().to_vec() }
        });
        tokio::select! {
            answer = answered => answer.map_err(|_| Cut::Fallen),
            _ = cuts.changed() => Err(Cut::Fallen),
        }
    }

    async fn dial(&self, path: &str) -> Result<Line, Cut> {
        if self.away.load(Ordering::SeqCst) {
            return Err(Cut::Fallen);
        }
        let mut request = format!("ws://localhost{path}").into_client_request().map_err(|_| Cut::Fallen)?;
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL.parse().unwrap());
        let (ours, theirs) = tokio::io::duplex(256 * 1024);
        self.sockets.send(theirs).await.map_err(|_| Cut::Fallen)?;
        let (socket, _) = client_async(request, ours).await.map_err(|_| Cut::Fallen)?;
        let (line, mut cuts) = (Line::over(socket), self.cuts.subscribe());
        let cut = async move { cuts.changed().await.map(drop) };
        // What is on its way when the line falls does not arrive.
        let fallen = self.cuts.subscribe();
        let out = sink::unfold(line.out, move |mut out, text: String| {
            let mut fallen = fallen.clone();
            async move {
                tokio::select! {
                    () = sleep(ON_ITS_WAY) => {}
                    _ = fallen.changed() => return Err(Cut::Fallen),
                }
                out.send(text).await?;
                Ok(out)
            }
        });
        Ok(Line { out: Box::pin(out), inward: Box::pin(line.inward.take_until(cut)) })
    }
}
