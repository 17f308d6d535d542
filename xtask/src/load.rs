//! `cargo xtask load`: builds a server, the load tool and what drives both, and hands the words on.

use std::ffi::OsStr;
use std::process::ExitCode;

use crate::failure::Outcome;
use crate::task::Task;
use crate::tools::{INITDB, REDIS};
use crate::{install, paths};

/// Built by itself, as it is for every server that it drives.
const TOOL: &str = "benches/peers/load/Cargo.toml";

pub(crate) fn main(args: &[String]) -> Outcome<ExitCode> {
    let env = install::provide(&[INITDB, REDIS], true)?;
    Task::new("cargo", ["build", "--release", "--workspace", "--bin", "chatlink", "--bin", "load"]).shown("build")?;
    let target = paths::target();
    let peers = target.join("peers");
    let words = ["build", "--release", "--manifest-path", TOOL, "--target-dir"].map(OsStr::new);
    Task::new("cargo", words.into_iter().chain([peers.as_os_str()])).shown("build")?;
    Task::new(target.join("release/load"), args).envs(&env).shown("load")?;
    Ok(ExitCode::SUCCESS)
}
