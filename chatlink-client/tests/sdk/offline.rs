//! The offline proof: a client whose line is cut at random instants ends with the state of one that never was cut. Time
//! stands still and jumps to whatever waits next, and the lines are pipes in memory, so that minutes take none.

use crate::server::Server;
use async_trait::async_trait;
use axum::{
    body::Body,
    http::{Method as Verb, Request, header},
    serve::Listener,
};
use chatlink_client::{
    Act, Chat, Client, Entropy, Job, JobState, Keyed, Target, Watched,
    transport::{Answer, Call, Cut, Line, Method, Transport},
};
use chatlink_protocol::{Item, RoomId, frame::SUBPROTOCOL};
use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::DuplexStream,
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use tokio_tungstenite::{client_async, tungstenite::client::IntoClientRequest as _};
use tower::ServiceExt as _;

/// How many courses are tried; raise it to look longer.
const SEEDS: u64 = 50;
/// Acts of one course.
const STEPS: usize = 12;
/// Of the clock that jumps.
const PATIENCE: Duration = Duration::from_secs(600);

/// A repeatable generator (SplitMix64).
#[derive(Clone)]
struct Dice(Arc<Mutex<u64>>);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(seed)))
    }

    fn roll(&self, sides: u64) -> u64 {
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
struct Wire {
    app: axum::Router,
    sockets: mpsc::Sender<DuplexStream>,
    cuts: watch::Sender<u64>,
}

impl Wire {
    fn to(server: &Server) -> Arc<Self> {
        let (sockets, ears) = mpsc::channel(4);
        let app = server.app.clone();
        tokio::spawn(async move { axum::serve(Ears(ears), app).await });
        Arc::new(Self { app: server.app.clone(), sockets, cuts: watch::Sender::new(0) })
    }

    fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

#[async_trait]
impl Transport for Wire {
    async fn call(&self, call: Call) -> Result<Answer, Cut> {
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
        let mut request = format!("ws://localhost{path}").into_client_request().map_err(|_| Cut::Fallen)?;
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL.parse().unwrap());
        let (ours, theirs) = tokio::io::duplex(256 * 1024);
        self.sockets.send(theirs).await.map_err(|_| Cut::Fallen)?;
        let (socket, _) = client_async(request, ours).await.map_err(|_| Cut::Fallen)?;
        let (line, mut cuts) = (Line::over(socket), self.cuts.subscribe());
        let cut = async move { cuts.changed().await.map(drop) };
        Ok(Line { out: line.out, inward: Box::pin(line.inward.take_until(cut)) })
    }
}

async fn until<T: Keyed + Clone>(watched: &mut Watched<T>, what: &str, wanted: impl Fn(&[T]) -> bool) {
    let waiting = async {
        while !wanted(watched.snapshot()) {
            watched.next().await.expect("the client lives");
        }
    };
    assert!(timeout(PATIENCE, waiting).await.is_ok(), "{what}");
}

/// What is left was refused: a change of what was taken back meanwhile, never a message.
fn said_all(jobs: &[Job]) -> bool {
    jobs.iter().all(|job| matches!(job.state, JobState::Failed(_)) && !matches!(job.act, Act::Send { .. }))
}

/// One thing that somebody does.
async fn act(dice: &Dice, chat: &Chat, room: RoomId, seen: &mut Watched<Item>, step: usize) {
    let _ = timeout(Duration::ZERO, seen.next()).await;
    let mine: Vec<_> = seen.snapshot().iter().filter(|item| item.sender_id == chat.identity().user_id).collect();
    let some = (!mine.is_empty()).then(|| mine[usize::try_from(dice.roll(64)).unwrap() % mine.len()].id);
    match (dice.roll(8), some) {
        (0, Some(id)) => drop(chat.edit(room, Target::Sent(id), &format!("edited {step}")).await.unwrap()),
        (1, Some(id)) => drop(chat.redact(room, Target::Sent(id)).await.unwrap()),
        (2, Some(id)) => drop(chat.react(room, Target::Sent(id), Some("👍")).await.unwrap()),
        (3, _) => {
            let id = chat.send(room, &format!("said {step}")).await.unwrap();
            let _ = chat.edit(room, Target::Queued(id), &format!("said better {step}")).await;
        }
        _ => drop(chat.send(room, &format!("said {step}")).await.unwrap()),
    }
}

async fn course(seed: u64) {
    let (server, dice) = (Server::new().await, Dice::new(seed));
    let (steady, shaky) = (Wire::to(&server), Wire::to(&server));
    let client = |wire: &Arc<Wire>| Client::over(wire.clone()).entropy(Arc::new(dice.clone()));
    let anna = server.join(&client(&steady), "anna").await;
    let berta = server.join(&client(&shaky), "berta").await;
    let room = anna.open_direct(berta.identity().user_id).await.unwrap().id;
    berta.api().accept_request(room).await.unwrap();
    let (mut hers, mut other) = (anna.timeline(room).await.unwrap(), berta.timeline(room).await.unwrap());
    for step in 0..STEPS {
        act(&dice, &anna, room, &mut hers, step).await;
        act(&dice, &berta, room, &mut other, step + 100).await;
        sleep(Duration::from_millis(dice.roll(60))).await;
        if dice.roll(2) == 0 {
            shaky.cut();
        }
        sleep(Duration::from_millis(dice.roll(3_000))).await;
    }
    until(&mut anna.outgoing(), "anna has said it all", said_all).await;
    until(&mut berta.outgoing(), "berta has said it all", said_all).await;
    let truth = anna.api().timeline(room, None, 50).await.unwrap();
    let said = truth.items.iter().filter_map(|item| item.client_id).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(
        said.len(),
        truth.items.iter().filter(|item| item.client_id.is_some()).count(),
        "seed {seed}: said twice"
    );
    // One's own reactions are one's own: what both see alike is compared.
    let alike = |items: &[Item]| {
        let items: Vec<_> = items.iter().cloned().map(|item| Item { my_reaction: None, ..item }).collect();
        serde_json::to_string(&items).unwrap()
    };
    let wanted = alike(&truth.items);
    until(&mut hers, &format!("seed {seed}: the steady one sees the truth"), |items| alike(items) == wanted).await;
    until(&mut other, &format!("seed {seed}: the shaky one sees the truth"), |items| alike(items) == wanted).await;
}

#[tokio::test(start_paused = true)]
async fn who_is_cut_at_random_ends_with_the_state_of_one_who_never_was() {
    for seed in 0..SEEDS {
        course(seed).await;
    }
}
