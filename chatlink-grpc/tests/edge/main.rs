//! The gRPC edge as its callers see it, over a real socket.

mod identity;
mod stream;
mod talk;
mod tools;
mod world;
