//! One short type per wire protocol. A dialect never touches the network: it turns
//! wishes into text frames and text frames into events, so adding one is a short file.

use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;

/// What an incoming frame means to the load generator.
pub enum Event {
    /// The login is finished.
    Ready,
    Joined,
    /// All that was missed has come.
    Resumed,
    /// The server has stored message `n` of this connection (`None`: the oldest not yet acked).
    Ack(Option<u64>),
    /// A message for this user. Its text holds the tag that the load generator put there.
    Msg,
    Other,
}

pub enum To<'a> {
    Room(&'a str),
    User(usize),
}

/// One connection's view of the protocol; made anew for each socket.
/// Every method may push any number of frames to send.
pub trait Dialect: Send {
    /// The WebSocket handshake; credentials may travel here.
    fn request(&self, port: u16) -> Request;
    /// First frames after the socket opens.
    fn open(&mut self, _out: &mut Vec<String>) {}
    fn join(&mut self, room: &str, out: &mut Vec<String>);
    /// What a client keeps of this connection, to resume by on its next one. Where a protocol has no such thing, a login is
    /// all that there is to do.
    fn memory(&self) -> Option<String> {
        None
    }
    /// Asks for what was missed since; answered by `Resumed`.
    fn resume(&mut self, _memory: &str, _out: &mut Vec<String>) {}
    /// `n` counts this connection's sends from 0; `body` is 100 bytes, safe in JSON and XML.
    fn send(&mut self, to: To, n: u64, body: &str, out: &mut Vec<String>);
    /// Reads a frame; answers that the protocol demands (pings, login steps) go to `out`.
    fn read(&mut self, frame: &str, out: &mut Vec<String>) -> Event;
}

pub fn make(name: &str, user: usize) -> Box<dyn Dialect> {
    match name {
        "chatlink" => Box::new(crate::chatlink::ChatLink::new(user)),
        "plain" => Box::new(crate::plain::Plain { user }),
        "socketio" => Box::new(crate::socketio::SocketIo { user }),
        "xmpp" => Box::new(crate::xmpp::Xmpp::new(user)),
        other => panic!("no dialect {other}"),
    }
}

pub fn get(url: String) -> Request {
    url.into_client_request().expect("a valid URL")
}
