//! `cargo xtask run`: from a fresh clone to a server in the browser.
//!
//! The web client and the server are built side by side, then this process becomes the server, so
//! that Ctrl-C is the server's own. Who waits until it is ready is a second process: [`announce`].

pub(crate) mod announce;
mod options;

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use crate::failure::{Doing, Failure, Outcome};
use crate::task::Task;
use crate::tools::{self, Node};
use crate::{guardian, paths, term, web};
use options::Options;

pub(crate) fn main(args: &[String]) -> Outcome<ExitCode> {
    let options = Options::parse(args)?;
    let start = Instant::now();
    let node = check(&options)?;
    build(&node, &options)?;
    println!("{}", term::dim(&format!("ready to start after {:.1} s", start.elapsed().as_secs_f64())));
    serve(&options)
}

/// Says everything that is missing, at once.
fn check(options: &Options) -> Outcome<Node> {
    let (node, rustc) = std::thread::scope(|scope| {
        let rustc = scope.spawn(tools::check_rustc);
        (Node::find(), rustc.join())
    });
    let rustc = rustc.unwrap_or_else(|_| Err(Failure::new("the check of rustc broke off")));
    let mut missing: Vec<String> = Vec::new();
    missing.extend(rustc.err().map(|failure| failure.to_string()));
    missing.extend(node.as_ref().err().map(Failure::to_string));
    missing.extend(web::check_present().err().map(|failure| failure.to_string()));
    missing.extend(check_address(options.address()).err().map(|failure| failure.to_string()));
    match node {
        Ok(node) if missing.is_empty() => Ok(node),
        _ => Err(Failure::new(format!("before this can start:\n  - {}", missing.join("\n  - ")))),
    }
}

fn check_address(address: SocketAddr) -> Outcome {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {
            Err(Failure::new(format!("{} is no address of this machine: `ip address` lists them", address.ip())))
        }
        Err(error) => Err(Failure::new(format!(
            "port {port} is not free ({error}): end what listens there, or type `cargo xtask run --port {}`",
            address.port().checked_add(1).unwrap_or(8080),
            port = address.port(),
        ))),
    }
}

/// The web client and the server side by side; the server embeds the client, so it comes last.
fn build(node: &Node, options: &Options) -> Outcome {
    std::thread::scope(|scope| {
        let client = scope.spawn(|| web::install(node, "web").and_then(|()| web::build(node, "web")));
        let server = build_server(options);
        let client = client.join().unwrap_or_else(|_| Err(Failure::new("the web build broke off")));
        server.and(client)
    })?;
    // The first one may have embedded what `web/dist` was before. Free when it did not.
    build_server(options)
}

fn build_server(options: &Options) -> Outcome {
    // The whole workspace's binaries, so that `test` and `run` agree on features and share what is built.
    let mut args = vec!["build", "--workspace", "--bins"];
    args.extend(options.release.then_some("--release"));
    let colour = if term::colour() { "always" } else { "never" };
    Task::new("cargo", args).env("CARGO_TERM_COLOR", colour).shown("server")
}

fn serve(options: &Options) -> Outcome<ExitCode> {
    announce::start(options.address(), options.demo)?;
    guardian::dismiss();
    let binary = paths::server(&paths::target(), options.profile());
    let mut server = Command::new(&binary);
    server.args(options.serve());
    server.current_dir(paths::root()).stdin(Stdio::inherit());
    // Only returns when it fails.
    Err(server.exec()).doing(format!("cannot start {}", binary.display()))
}
