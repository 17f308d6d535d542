//! A wire that can be cut: what a server is reached through, so that a test can take it away without touching the server.

use std::net::{Ipv4Addr, SocketAddr};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
    task::JoinHandle,
};

/// How a wire is, and how often it forgot what went through it.
type Wiring = (State, u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Everything goes through.
    Whole,
    /// Nothing goes through in either direction, and nobody is told. What was on the way arrives when it is whole again,
    /// as TCP repeats it.
    Silent,
    /// Every connection breaks, and so does each new one.
    Cut,
}

/// A wire to a server. Dropping it cuts it.
pub struct Wire {
    address: SocketAddr,
    state: watch::Sender<Wiring>,
    listening: JoinHandle<()>,
}

impl Wire {
    /// To the server at this address of the loopback.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let (state, _) = watch::channel((State::Whole, 0));
        let wires = state.clone();
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, wires.subscribe()));
            }
        });
        Self { address, state, listening }
    }

    /// Where the server is reached through it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Swallows everything, and says nothing.
    pub fn silence(&self) {
        self.turn(State::Silent);
    }

    /// As [`silence`](Self::silence), and no connection of before comes back when it is mended: what a firewall does that
    /// forgot them. Nobody is told.
    pub fn forget(&self) {
        self.state.send_modify(|(state, forgotten)| (*state, *forgotten) = (State::Silent, *forgotten + 1));
    }

    /// Breaks every connection.
    pub fn cut(&self) {
        self.turn(State::Cut);
    }

    /// Makes it whole.
    pub fn mend(&self) {
        self.turn(State::Whole);
    }

    fn turn(&self, to: State) {
        self.state.send_modify(|(state, _)| *state = to);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

/// Carries one connection until either end closes it or the wire is cut.
async fn carry(client: TcpStream, server: SocketAddr, wiring: watch::Receiver<Wiring>) {
    let (mut whole, mut cut) = (wiring.clone(), wiring.clone());
    let (_, born) = *wiring.borrow();
    let work = async {
        through(&mut whole, born).await;
        let Ok(server) = TcpStream::connect(server).await else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        let other = wiring.clone();
        tokio::join!(pump(from_client, to_server, wiring, born), pump(from_server, to_client, other, born));
    };
    tokio::select! {
        () = work => {}
        _ = cut.wait_for(|(state, _)| *state == State::Cut) => {}
    }
}

/// One direction. An end goes through, too, when the wire is whole.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut wiring: watch::Receiver<Wiring>, born: u32) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await;
        through(&mut wiring, born).await;
        match read {
            Ok(count) if count > 0 && to.write_all(&buffer[..count]).await.is_ok() => {}
            _ => {
                let _ = to.shutdown().await;
                return;
            }
        }
    }
}

/// Waits until something goes through: for ever, when the connection is forgotten.
async fn through(wiring: &mut watch::Receiver<Wiring>, born: u32) {
    let whole = |(state, forgotten): &Wiring| *state != State::Silent && *forgotten == born;
    if wiring.wait_for(whole).await.is_err() {
        // The wire is gone, and so is this connection soon.
        std::future::pending::<()>().await;
    }
}
