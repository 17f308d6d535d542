//! One socket kept alive: it comes back with full jitter, notices a dead line by asking when it is silent, and pairs
//! requests with replies. What was under way when the line fell fails as unreachable: its fate is not known.

mod carry;
#[cfg(test)]
mod tests;

use crate::{
    ClientError,
    session::Session,
    transport::{Cut, Line, Transport},
    world::{Backoff, Entropy},
};
use carry::Carrier;
use chatlink_protocol::frame::{Ack, ClientFrame, Command, Push};
use futures_util::SinkExt as _;
use std::{future::Future, pin::pin, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{sleep, timeout},
};

/// How long a line may take to say `hello`.
const HELLO: Duration = Duration::from_secs(10);
/// How long a frame may take to go out.
const WRITE: Duration = Duration::from_secs(10);
/// Commands that wait for the task; who sends more waits, too.
const ORDERS: usize = 64;
/// Frames that wait for whoever takes them; the socket is not read meanwhile.
const PUSHES: usize = 256;
/// How long one waits before coming back.
const BACKOFF: Backoff = Backoff { base: Duration::from_millis(500), cap: Duration::from_secs(10) };

/// Where the connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Nobody wants one: in the background, or before the start.
    Paused,
    /// A line is being opened; `tries` fell since the last good one.
    Connecting {
        /// Lines that fell.
        tries: u32,
    },
    /// The line is up.
    Ready,
    /// The line fell, and is opened again in a while.
    Waiting {
        /// Lines that fell.
        tries: u32,
    },
    /// For good: the session is over, or the client was dropped.
    Closed,
}

/// The handle of the task that owns the socket. The task ends when the last handle is dropped.
#[derive(Clone)]
pub(crate) struct Connection {
    orders: mpsc::Sender<Order>,
    state: watch::Receiver<ConnectionState>,
}

enum Order {
    Ask(Command, oneshot::Sender<Result<Ack, ClientError>>),
    Hint(Command),
    Nudge,
    Restart,
    Pause,
    Resume,
}

impl Connection {
    /// Starts the task, paused. Frames come out of the receiver, each `hello` first of its line.
    pub(crate) fn start(
        transport: Arc<dyn Transport>,
        session: Arc<Session>,
        entropy: Arc<dyn Entropy>,
    ) -> (Self, mpsc::Receiver<Push>) {
        let (orders, taken) = mpsc::channel(ORDERS);
        let (pushes, told) = mpsc::channel(PUSHES);
        let (enter, state) = watch::channel(ConnectionState::Paused);
        let task = Task { transport, session, entropy, orders: taken, pushes, state: enter, wanted: false };
        tokio::spawn(task.run());
        (Self { orders, state }, told)
    }

    /// Sends a command and waits for its reply, for a bounded time.
    pub(crate) async fn request(&self, command: Command) -> Result<Ack, ClientError> {
        let (reply, answer) = oneshot::channel();
        self.orders.send(Order::Ask(command, reply)).await.map_err(|_| ClientError::Stopped)?;
        answer.await.unwrap_or(Err(ClientError::Unreachable))
    }

    /// Sends what needs no reply and may be lost.
    pub(crate) fn hint(&self, command: Command) {
        let _ = self.orders.try_send(Order::Hint(command));
    }

    /// Something hints that the world changed, a network perhaps: try now, or make sure that the line lives.
    pub(crate) fn nudge(&self) {
        let _ = self.orders.try_send(Order::Nudge);
    }

    /// Cuts and dials again: what this line told can no longer be trusted.
    pub(crate) fn restart(&self) {
        let _ = self.orders.try_send(Order::Restart);
    }

    /// Closes the line until [`resume`](Self::resume).
    pub(crate) async fn pause(&self) {
        let _ = self.orders.send(Order::Pause).await;
    }

    /// Opens a line and keeps one from now on.
    pub(crate) async fn resume(&self) {
        let _ = self.orders.send(Order::Resume).await;
    }

    pub(crate) fn state(&self) -> watch::Receiver<ConnectionState> {
        self.state.clone()
    }
}

struct Task {
    transport: Arc<dyn Transport>,
    session: Arc<Session>,
    entropy: Arc<dyn Entropy>,
    orders: mpsc::Receiver<Order>,
    pushes: mpsc::Sender<Push>,
    state: watch::Sender<ConnectionState>,
    wanted: bool,
}

/// Why a line is no more.
enum End {
    /// It fell, or said something strange.
    Fell,
    /// It was cut on purpose: dial at once.
    Restart,
    /// Nobody wants it for now.
    Pause,
    /// For good.
    Stop,
}

impl Task {
    async fn run(mut self) {
        let mut tries = 0;
        loop {
            if !self.wanted && self.until_wanted().await.is_err() {
                break;
            }
            self.enter(ConnectionState::Connecting { tries });
            match self.line(&mut tries).await {
                End::Stop => break,
                End::Restart => continue,
                End::Pause => {
                    tries = 0;
                    continue;
                }
                End::Fell => {}
            }
            let wait = BACKOFF.wait(tries, self.entropy.as_ref());
            tries = tries.saturating_add(1);
            self.enter(ConnectionState::Waiting { tries });
            if matches!(self.meanwhile(sleep(wait), Impatience::Nudged).await, Err(End::Stop)) {
                break;
            }
        }
        self.enter(ConnectionState::Closed);
    }

    /// One line from its dialling to its end.
    async fn line(&mut self, tries: &mut u32) -> End {
        let (transport, session) = (self.transport.clone(), self.session.clone());
        let dial = async move {
            let token = session.bearer().await?;
            let mut line = transport.dial("/v1/ws?rooms=0").await.map_err(|_| ClientError::Unreachable)?;
            let auth = Command::Auth { token: token.expose().to_owned() };
            say(&mut line, None, auth).await.map_err(|_| ClientError::Unreachable)?;
            Ok::<_, ClientError>((line, token))
        };
        let (line, token) = match self.meanwhile(dial, Impatience::Patient).await {
            Ok(Ok(dialled)) => dialled,
            Ok(Err(ClientError::LoggedOut)) => return End::Stop,
            Ok(Err(_)) => return End::Fell,
            Err(end) => return end,
        };
        let mut carrier = Carrier::new(line);
        let hello = match self.meanwhile(timeout(HELLO, carrier.hello()), Impatience::Patient).await {
            Ok(Ok(Ok(hello))) => hello,
            Ok(Ok(Err(cut))) => return self.cut(cut, &token),
            Ok(Err(_)) => return End::Fell,
            Err(end) => return end,
        };
        *tries = 0;
        // Whoever finds the line ready finds what it began with.
        if self.pushes.send(Push::Hello(hello)).await.is_err() {
            return End::Stop;
        }
        self.enter(ConnectionState::Ready);
        match carrier.carry(&mut self.orders, &self.pushes).await {
            Ok(end) => {
                self.wanted = !matches!(end, End::Pause);
                end
            }
            Err(cut) => self.cut(cut, &token),
        }
    }

    /// A token ends before its person goes: the next line begins with another one.
    fn cut(&self, cut: Cut, token: &crate::Secret) -> End {
        if cut == Cut::Refused {
            self.session.refuse(token);
        }
        End::Fell
    }

    async fn until_wanted(&mut self) -> Result<(), End> {
        self.enter(ConnectionState::Paused);
        while !self.wanted {
            let order = self.orders.recv().await.ok_or(End::Stop)?;
            self.take_away(order);
        }
        Ok(())
    }

    /// Does something that takes its time, and answers orders as one who has no line.
    async fn meanwhile<T>(&mut self, work: impl Future<Output = T>, impatience: Impatience) -> Result<T, End> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                order = self.orders.recv() => match (order.ok_or(End::Stop)?, impatience) {
                    (Order::Nudge, Impatience::Nudged) => return Err(End::Restart),
                    (order, _) => self.take_away(order),
                },
            }
            if !self.wanted {
                return Err(End::Pause);
            }
        }
    }

    fn take_away(&mut self, order: Order) {
        match order {
            Order::Ask(_, reply) => drop(reply.send(Err(ClientError::Unreachable))),
            Order::Resume => self.wanted = true,
            Order::Pause => self.wanted = false,
            Order::Hint(_) | Order::Nudge | Order::Restart => {}
        }
    }

    fn enter(&self, state: ConnectionState) {
        self.state.send_replace(state);
    }
}

/// Whether a nudge ends what is waited for.
#[derive(Clone, Copy)]
enum Impatience {
    Patient,
    Nudged,
}

/// Writes one frame.
async fn say(line: &mut Line, id: Option<u64>, command: Command) -> Result<(), Cut> {
    let text = serde_json::to_string(&ClientFrame { id, command }).map_err(|_| Cut::Fallen)?;
    timeout(WRITE, line.out.send(text)).await.unwrap_or(Err(Cut::Fallen))
}
