//! Makes Rust of the protos, and the descriptors that reflection serves. No `protoc` is needed: protox is a compiler
//! in Rust.

use prost::Message as _;
use std::{env, error::Error, fs, path::PathBuf};

/// Every file of the API. Each has one service, or messages that several share.
const PROTOS: [&str; 20] = [
    "chatlink/v1/contacts.proto",
    "chatlink/v1/corrections.proto",
    "chatlink/v1/event.proto",
    "chatlink/v1/groups.proto",
    "chatlink/v1/host.proto",
    "chatlink/v1/mine.proto",
    "chatlink/v1/people.proto",
    "chatlink/v1/pins.proto",
    "chatlink/v1/polls.proto",
    "chatlink/v1/problem.proto",
    "chatlink/v1/profile.proto",
    "chatlink/v1/realtime.proto",
    "chatlink/v1/registration.proto",
    "chatlink/v1/rooms.proto",
    "chatlink/v1/search.proto",
    "chatlink/v1/sessions.proto",
    "chatlink/v1/settings.proto",
    "chatlink/v1/threads.proto",
    "chatlink/v1/timeline.proto",
    "chatlink/v1/ways_in.proto",
];

/// Messages that hold secrets: their `Debug` is written by hand, in `src/secrets.rs`.
const SECRET: [&str; 11] = [
    ".chatlink.v1.FreshInvite",
    ".chatlink.v1.JoinByInviteRequest",
    ".chatlink.v1.PreviewInviteRequest",
    ".chatlink.v1.VerifyRegistrationRequest",
    ".chatlink.v1.Proof",
    ".chatlink.v1.CompleteRegistrationRequest",
    ".chatlink.v1.LogInRequest",
    ".chatlink.v1.RefreshSessionRequest",
    ".chatlink.v1.Renew",
    ".chatlink.v1.Session",
    ".chatlink.v1.StartRegistrationRequest",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let descriptors = protox::compile(PROTOS, ["proto"])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure().build_transport(false).skip_debug(SECRET).compile_fds(descriptors)?;
    Ok(())
}
