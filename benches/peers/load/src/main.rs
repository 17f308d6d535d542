//! load --peer NAME --dialect D --port P --proc server=PID [--proc postgres=PID …] SCENARIO
//! Scenarios: pairs, room, storm, idle, reconnect. One JSON line per result on stdout.

mod chatlink;
mod dialect;
mod plain;
mod reconnect;
mod socketio;
mod stats;
mod xmpp;

use dialect::{Dialect, Event, To};
use futures_util::{SinkExt, StreamExt};
use serde_json::{json, Value};
use stats::{round, Hist, Procs};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::*};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch, Semaphore};
use tokio::time::{sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::WebSocketStream;

type Res<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

struct Peer {
    name: String,
    dialect: String,
    port: u16,
    procs: Procs,
    count: Option<String>, // shell command that prints how many messages are stored; for `reconnect`, how often the store was asked
    users: usize,
    secs: f64,
}

/// Nanoseconds since the program began: every tag carries the time at which its message was due.
fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// 100 bytes: "~", due time, message number, padding.
fn body(due: u64, n: u64) -> String {
    format!("~{due:016x}{n:016x}{:x<67}", "")
}

fn tag(frame: &str) -> Option<(u64, u64)> {
    let at = memchr::memchr(b'~', frame.as_bytes())? + 1;
    let hex = |a: usize| u64::from_str_radix(frame.get(a..a + 16)?, 16).ok();
    Some((hex(at)?, hex(at + 16)?))
}

struct Client {
    ws: WebSocketStream<TcpStream>,
    d: Box<dyn Dialect>,
    out: Vec<String>,
    sent: u64,
}

impl Client {
    async fn open(peer: &Peer, user: usize) -> Res<Client> {
        timeout(Duration::from_secs(10), async {
            let d = dialect::make(&peer.dialect, user);
            let socket = TcpSocket::new_v4()?;
            socket.bind(format!("127.0.0.{}:0", 2 + user % 32).parse()?)?;
            let tcp = socket.connect(([127, 0, 0, 1], peer.port).into()).await?;
            tcp.set_nodelay(true)?;
            // the library clears this buffer before every read: at its default of 128 KiB that is most of the cost
            let config = WebSocketConfig::default().read_buffer_size(4096);
            let (ws, _) = tokio_tungstenite::client_async_with_config(d.request(peer.port), tcp, Some(config)).await?;
            let mut c = Client { ws, d, out: vec![], sent: 0 };
            c.d.open(&mut c.out);
            c.flush().await?;
            while !matches!(c.next().await?, (Event::Ready, _)) {}
            Ok(c)
        })
        .await?
    }

    async fn join(&mut self, room: &str) -> Res<()> {
        self.d.join(room, &mut self.out);
        self.flush().await?;
        while !matches!(timeout(Duration::from_secs(60), self.next()).await??, (Event::Joined, _)) {}
        Ok(())
    }

    async fn flush(&mut self) -> Res<()> {
        if !self.out.is_empty() {
            for f in self.out.drain(..) {
                self.ws.feed(Message::text(f)).await?;
            }
            self.ws.flush().await?;
        }
        Ok(())
    }

    /// Queues one message; `flush` sends it. Returns this connection's number for it.
    fn send(&mut self, to: To, due: u64, n: u64) -> u64 {
        self.d.send(to, self.sent, &body(due, n), &mut self.out);
        self.sent += 1;
        self.sent - 1
    }

    /// One frame (safe to cancel); `read` then says what it means.
    async fn frame(&mut self) -> Res<Message> {
        Ok(self.ws.next().await.ok_or("closed by the server")??)
    }

    async fn read(&mut self, m: Message) -> Res<(Event, Option<(u64, u64)>)> {
        let Message::Text(t) = m else {
            return if m.is_close() { Err("close frame".into()) } else { Ok((Event::Other, None)) };
        };
        let e = self.d.read(&t, &mut self.out);
        self.flush().await?;
        let tag = if matches!(e, Event::Msg) { tag(&t) } else { None };
        Ok((e, tag))
    }

    async fn next(&mut self) -> Res<(Event, Option<(u64, u64)>)> {
        let m = self.frame().await?;
        self.read(m).await
    }
}

/// Opens users `range` with at most `wide` logins at once.
async fn open_many(peer: &Arc<Peer>, range: std::ops::Range<usize>, wide: usize) -> Vec<Client> {
    let gate = Arc::new(Semaphore::new(wide));
    let tasks: Vec<_> = range
        .map(|u| {
            let (peer, gate) = (peer.clone(), gate.clone());
            tokio::spawn(async move {
                let _permit = gate.acquire().await;
                match Client::open(&peer, u).await {
                    Err(_) => {
                        RETRIED.fetch_add(1, Relaxed);
                        Client::open(&peer, u).await
                    }
                    ok => ok,
                }
            })
        })
        .collect();
    let (mut all, mut bad) = (vec![], 0);
    for t in tasks {
        match t.await.unwrap() {
            Ok(c) => all.push(c),
            Err(e) => {
                bad += 1;
                if bad < 4 {
                    eprintln!("{}: connect: {e}", peer.name);
                }
            }
        }
    }
    if bad > 0 {
        eprintln!("{}: {bad} connects failed", peer.name);
    }
    all
}

fn stored(peer: &Peer) -> Option<i64> {
    let out = std::process::Command::new("sh").arg("-c").arg(peer.count.as_ref()?).output().ok()?;
    String::from_utf8_lossy(&out.stdout).trim().parse().ok()
}

fn emit(peer: &Peer, scenario: &str, mut v: Value) {
    v["peer"] = json!(peer.name);
    v["scenario"] = json!(scenario);
    println!("{v}");
}

/// Shared tallies of one phase; counts only while `on`.
#[derive(Default)]
struct Tally {
    on: AtomicU32,
    delivery: Hist,
    ack: Hist,
    lost: AtomicU64,
    errors: AtomicU64,
}

impl Tally {
    fn add(&self, h: &Hist, since: u64) {
        if self.on.load(Relaxed) == 1 {
            h.add(now().saturating_sub(since));
        }
    }
}

/// Warm up, count for `secs`, and hand back CPU per 1,000 messages (all groups).
async fn measure(peer: &Peer, t: &Tally, msgs: impl Fn() -> u64) -> (f64, u64, Value, Value) {
    sleep(Duration::from_secs(1)).await;
    let (snap, from, before) = (peer.procs.snap(), Instant::now(), msgs());
    t.on.store(1, Relaxed);
    sleep(Duration::from_secs_f64(peer.secs)).await;
    t.on.store(0, Relaxed);
    let (secs, n) = (from.elapsed().as_secs_f64(), msgs() - before);
    (secs, n, peer.procs.cpu(&snap, 1000.0 / (n.max(1) as f64)), peer.procs.others(&snap, secs))
}

// S1 -------------------------------------------------------------------------------------------

async fn pairs(peer: Arc<Peer>, n: usize, window: u64) {
    let before = stored(&peer);
    let mut clients = open_many(&peer, 0..2 * n, 64).await;
    let tally = Arc::new(Tally::default());
    let (done, total) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (stop, stopped) = watch::channel(false);
    let mut tasks = vec![];
    for i in 0..clients.len() / 2 {
        let (b, a) = (clients.pop().unwrap(), clients.pop().unwrap());
        let user = 2 * (n - 1 - i) + 1;
        let (t, d, tot, s) = (tally.clone(), done.clone(), total.clone(), stopped.clone());
        tasks.push(tokio::spawn(async move {
            if let Err(e) = pair(a, b, user, window, &t, &d, &tot, s).await {
                t.errors.fetch_add(1, Relaxed);
                eprintln!("pair: {e}");
            }
        }));
    }
    let (secs, msgs, cpu, others) = measure(&peer, &tally, || done.load(Relaxed)).await;
    let mem = peer.procs.mem_mib();
    stop.send(true).unwrap();
    for t in tasks {
        let _ = t.await;
    }
    let rows = before.and_then(|b| Some(stored(&peer)? - b));
    emit(&peer, &format!("pairs-w{window}"), json!({
        "pairs": n, "msgs_per_s": round(msgs as f64 / secs),
        "delivery_ms": tally.delivery.json(), "ack_ms": tally.ack.json(),
        "cpu_s_per_1000_msgs": cpu, "cores_used_by_others": others, "mem_mib": mem,
        "completed": total.load(Relaxed), "rows_stored": rows,
        "lost": tally.lost.load(Relaxed), "errors": tally.errors.load(Relaxed)}));
}

/// A sends to B; a slot is free again when the message is both acked and delivered.
#[allow(clippy::too_many_arguments)]
async fn pair(mut a: Client, mut b: Client, to: usize, window: u64, t: &Tally, done: &AtomicU64,
              total: &AtomicU64, mut stop: watch::Receiver<bool>) -> Res<()> {
    let (mut acked, mut got, mut base) = (0u64, 0u64, 0u64);
    let mut unacked: VecDeque<(u64, u64)> = VecDeque::new();
    const PATIENCE: Duration = Duration::from_secs(20);
    let mut give_up = tokio::time::Instant::now() + PATIENCE;
    loop {
        let finished = base + acked.min(got);
        if *stop.borrow() && a.sent == finished {
            total.fetch_add(acked.min(got), Relaxed);
            return Ok(());
        }
        while !*stop.borrow() && a.sent - finished < window {
            let due = now();
            let n = a.send(To::User(to), due, 0);
            unacked.push_back((n, due));
        }
        a.flush().await?;
        let (from_a, frame) = tokio::select! {
            f = a.frame() => (true, f?),
            f = b.frame() => (false, f?),
            _ = stop.changed(), if !*stop.borrow() => continue,
            _ = sleep_until(give_up) => {
                // no progress for 20 s: what is in flight is lost; start over
                t.lost.fetch_add(a.sent - finished, Relaxed);
                total.fetch_add(acked.min(got), Relaxed);
                (base, acked, got) = (a.sent, 0, 0);
                unacked.clear();
                give_up += PATIENCE;
                if *stop.borrow() { return Ok(()); }
                continue;
            }
        };
        let before = acked.min(got);
        if from_a {
            if let (Event::Ack(n), _) = a.read(frame).await? {
                let at = n.map_or(Some(0), |n| unacked.iter().position(|u| u.0 == n));
                if let Some((_, due)) = at.and_then(|i| unacked.remove(i)) {
                    acked += 1;
                    t.add(&t.ack, due);
                }
            }
        } else if let (Event::Msg, Some((due, _))) = b.read(frame).await? {
            got += 1;
            t.add(&t.delivery, due);
        }
        if acked.min(got) > before {
            give_up = tokio::time::Instant::now() + PATIENCE;
            done.fetch_add(acked.min(got) - before, Relaxed);
        }
    }
}

// S2 -------------------------------------------------------------------------------------------

/// What the members of the room share.
struct Room {
    left: Vec<AtomicU32>, // deliveries still due, per message number
    next: AtomicUsize,
    owner: Vec<AtomicUsize>,
    closed_loop: AtomicU32,
    go: Vec<mpsc::UnboundedSender<u64>>, // "send now", with the due time
    deliveries: AtomicU64,
    complete: AtomicU64,
}

async fn room(peer: Arc<Peer>, members: usize) {
    const MAX: usize = 1 << 20;
    const SENDERS: usize = 10;
    let name = format!("room{}", std::process::id());
    let mut clients = open_many(&peer, 0..members, 64).await;
    let from = Instant::now();
    for c in clients.chunks_mut(50) {
        let joins = c.iter_mut().map(|c| c.join(&name));
        for r in futures_util::future::join_all(joins).await {
            if let Err(e) = r {
                return eprintln!("{}: join: {e}", peer.name);
            }
        }
    }
    let joined_s = from.elapsed().as_secs_f64();
    let members = clients.len();
    let every = (members / SENDERS).max(1);
    let (go, mut orders): (Vec<_>, Vec<_>) = (0..SENDERS).map(|_| mpsc::unbounded_channel()).unzip();
    let room = Arc::new(Room {
        left: (0..MAX).map(|_| AtomicU32::new(members as u32)).collect(),
        next: AtomicUsize::new(0),
        owner: (0..MAX).map(|_| AtomicUsize::new(0)).collect(),
        closed_loop: AtomicU32::new(0),
        go,
        deliveries: AtomicU64::new(0),
        complete: AtomicU64::new(0),
    });
    let (phase, phases) = watch::channel(Arc::new(Tally::default()));
    for (i, mut c) in clients.into_iter().enumerate() {
        // ten members, spread out, may send; the others only read
        let mut order = if i % every == 0 && i / every < SENDERS { Some(orders.remove(0)) } else { None };
        let (room, name, mut phases) = (room.clone(), name.clone(), phases.clone());
        tokio::spawn(async move {
            let mut t = phases.borrow_and_update().clone();
            loop {
                let frame = tokio::select! {
                    biased;
                    due = async { order.as_mut().unwrap().recv().await }, if order.is_some() => {
                        let Some(due) = due else { return };
                        let n = room.next.fetch_add(1, Relaxed);
                        room.owner[n % MAX].store(i / every, Relaxed);
                        c.send(To::Room(&name), due, n as u64);
                        if c.flush().await.is_err() { break; }
                        continue;
                    }
                    f = c.frame() => f,
                };
                let event = match frame {
                    Ok(f) => c.read(f).await,
                    Err(e) => Err(e),
                };
                match event {
                    Ok((Event::Msg, Some((due, n)))) => {
                        if phases.has_changed().unwrap_or(false) {
                            t = phases.borrow_and_update().clone();
                        }
                        t.add(&t.delivery, due);
                        if t.on.load(Relaxed) == 1 {
                            room.deliveries.fetch_add(1, Relaxed);
                        }
                        if room.left[n as usize % MAX].fetch_sub(1, AcqRel) == 1 {
                            room.complete.fetch_add(1, Relaxed);
                            if room.closed_loop.load(Relaxed) == 1 {
                                let _ = room.go[room.owner[n as usize % MAX].load(Relaxed)].send(now());
                            }
                        }
                    }
                    Ok(_) => {}
                    Err(e) => {
                        eprintln!("member {i}: {e}");
                        break;
                    }
                }
            }
            t.errors.fetch_add(1, Relaxed);
        });
    }

    let mut full_rate = 0.0;
    for (label, senders, closed) in [("room-1", 1, true), ("room-10", SENDERS, true), ("room-half", SENDERS, false)] {
        let t = Arc::new(Tally::default());
        phase.send_replace(t.clone());
        let before = (stored(&peer), room.next.load(Relaxed));
        room.closed_loop.store(closed as u32, Relaxed);
        let pacer = if closed {
            room.go[..senders].iter().for_each(|g| g.send(now()).unwrap());
            // a lost message would stop its sender for good: after 5 s of silence, start again
            let (room, t) = (room.clone(), t.clone());
            tokio::spawn(async move {
                let mut seen = room.complete.load(Relaxed);
                loop {
                    sleep(Duration::from_secs(5)).await;
                    let n = room.complete.load(Relaxed);
                    if n == seen {
                        t.lost.fetch_add(senders as u64, Relaxed);
                        room.go[..senders].iter().for_each(|g| g.send(now()).unwrap());
                    }
                    seen = n;
                }
            })
        } else {
            let (room, gap) = (room.clone(), Duration::from_secs_f64(2.0 / f64::max(full_rate, 0.5)));
            tokio::spawn(async move {
                let start = (tokio::time::Instant::now(), now());
                for k in 0u32.. {
                    sleep_until(start.0 + gap * k).await;
                    let due = start.1 + (gap * k).as_nanos() as u64;
                    room.go[k as usize % SENDERS].send(due).unwrap();
                }
            })
        };
        let (secs, deliveries, cpu, others) = measure(&peer, &t, || room.deliveries.load(Relaxed)).await;
        let mem = peer.procs.mem_mib();
        pacer.abort();
        room.closed_loop.store(0, Relaxed);
        // let the rest arrive
        let mut last = 0;
        for _ in 0..30 {
            sleep(Duration::from_millis(500)).await;
            let n = room.complete.load(Relaxed);
            if n == last { break; }
            last = n;
        }
        let sent = (room.next.load(Relaxed) - before.1) as u64;
        let rows = before.0.and_then(|b| Some(stored(&peer)? - b));
        let per_s = deliveries as f64 / secs;
        if label == "room-10" {
            full_rate = per_s / members as f64;
        }
        emit(&peer, label, json!({
            "members": members, "senders": senders, "join_s": round(joined_s),
            "deliveries_per_s": round(per_s), "msgs_per_s": round(per_s / members as f64),
            "delivery_ms": t.delivery.json(), "cpu_s_per_1000_deliveries": cpu,
            "cores_used_by_others": others, "mem_mib": mem,
            "sent": sent, "rows_stored": rows,
            "lost": t.lost.load(Relaxed), "errors": t.errors.load(Relaxed)}));
    }
}

// S3, S4 ---------------------------------------------------------------------------------------

/// Connects `n` users as fast as possible, then (if `idle_s` > 0) leaves them idle and watches the
/// server; with more users to come, it does the same again with all of them.
async fn storm(peer: Arc<Peer>, n: usize, idle_s: f64) {
    let empty = peer.procs.mem_kib();
    let mut have = 0;
    while have < peer.users.max(n) {
        let (snap, from) = (peer.procs.snap(), Instant::now());
        let clients = open_many(&peer, have..have + n, 128).await;
        let (secs, ok) = (from.elapsed().as_secs_f64(), clients.len());
        emit(&peer, "storm", json!({
            "already": have, "asked": n, "ok": ok, "retried": RETRIED.swap(0, Relaxed), "connects_per_s": round(ok as f64 / secs),
            "cpu_s_per_1000_connects": peer.procs.cpu(&snap, 1000.0 / ok.max(1) as f64),
            "cores_used_by_others": peer.procs.others(&snap, secs)}));
        have += n;
        for mut c in clients {
            tokio::spawn(async move { while c.next().await.is_ok() {} CLOSED.fetch_add(1, Relaxed); });
        }
        if idle_s == 0.0 {
            return;
        }
        sleep(Duration::from_secs(5)).await;
        let mem = peer.procs.mem_kib();
        let (snap, from) = (peer.procs.snap(), Instant::now());
        sleep(Duration::from_secs_f64(idle_s)).await;
        let secs = from.elapsed().as_secs_f64();
        let (idle, others) = (peer.procs.cpu(&snap, 100.0 / secs), peer.procs.others(&snap, secs));
        emit(&peer, &format!("idle-{have}"), json!({
            "connections": have, "closed": CLOSED.load(Relaxed),
            "server_kib_per_connection": round((mem[0] as f64 - empty[0] as f64) / have as f64),
            "idle_cpu_percent_of_a_core": idle, "cores_used_by_others": others, "mem_mib": peer.procs.mem_mib()}));
    }
}

static CLOSED: AtomicU64 = AtomicU64::new(0);
static RETRIED: AtomicU64 = AtomicU64::new(0);

#[tokio::main(worker_threads = 2)]
async fn main() {
    now();
    let mut peer = Peer {
        name: String::new(), dialect: String::new(), port: 0, procs: Procs(vec![]),
        count: None, users: 0, secs: 5.0,
    };
    let (mut args, mut scenario, mut idle_s, mut members) = (std::env::args().skip(1), String::new(), 20.0, 1000);
    while let Some(a) = args.next() {
        let mut v = || args.next().expect("a value");
        match a.as_str() {
            "--peer" => peer.name = v(),
            "--dialect" => peer.dialect = v(),
            "--port" => peer.port = v().parse().unwrap(),
            "--count" => peer.count = Some(v()),
            "--users" => peer.users = v().parse().unwrap(),
            "--secs" => peer.secs = v().parse().unwrap(),
            "--members" => members = v().parse().unwrap(),
            "--idle" => idle_s = v().parse().unwrap(),
            "--proc" => {
                let p = v();
                let (name, pid) = p.split_once('=').unwrap();
                peer.procs.0.push((name.into(), pid.parse().unwrap()));
            }
            _ => scenario = a,
        }
    }
    peer.procs.0.push(("load".into(), std::process::id()));
    let peer = Arc::new(peer);
    match scenario.as_str() {
        "pairs" => {
            pairs(peer.clone(), 200, 1).await;
            pairs(peer, 200, 16).await;
        }
        "room" => room(peer, members).await,
        "reconnect" => {
            let n = peer.users.max(members);
            reconnect::reconnect(peer, n, members).await
        }
        "storm" => storm(peer, 5000, 0.0).await,
        "idle" => storm(peer, 5000, idle_s).await,
        other => panic!("no scenario {other}"),
    }
}
