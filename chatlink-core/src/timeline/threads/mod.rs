//! Threads: what is said beneath a message, out of the main timeline's way. A thread's messages are events of the room
//! like others, in its order; they are shown in the thread alone, and at its first message as a count. Who took part
//! (wrote its first message, wrote in it, was named in it) follows it: it has unread messages of its own for him.

mod port;
mod service;

pub use port::{MAX_FOLLOWED, THREADS_LIMIT, ThreadRow, ThreadStore, read_note};
pub use service::{ThreadPage, ThreadPart};
