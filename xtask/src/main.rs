//! ChatLink's two commands, run and test, and their kin; std only.
//!
//! A module per command. What they share is flat beside them: starting programs ([`task`]), the
//! guardian that outlives us when we are killed ([`guardian`]), finding tools ([`tools`]), and the
//! steps of the web client ([`web`]).
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

mod count;
mod failure;
mod generated;
mod guardian;
mod http;
mod install;
mod load;
mod packages;
mod paths;
mod planted;
mod previous;
mod prove;
mod run;
mod task;
mod term;
mod test;
mod tools;
mod version;
mod web;

use std::process::ExitCode;

use failure::{Failure, Outcome};

const HELP: &str = "\
cargo xtask run [--port N] [--demo] [--lan ADDRESS] [--release] [-- ARGS…]
    Build the web client and the server, start both at http://localhost:8080.
    --demo    fill in 20 made-up people, one of whom answers; data in chatlink-demo/
    --lan     listen on this machine's address in the local network, for a phone
    ARGS go to `chatlink serve`.

cargo xtask test [--quick] [--no-install]
    Everything CI checks. What is missing is installed where that is possible.
    --quick         without the browser and the tests that kill the server
    --no-install    install nothing: print the command and fail

cargo xtask test --bless-counts
    Run everything, then rewrite tests/expected-counts.txt from what passed.

cargo xtask generate
    Rewrite the committed files that are made from code.

cargo xtask planted [NAME…]
    Plant each bug of tests/planted in a copy of HEAD: its test must turn red.

cargo xtask previous
    Build the server of the release before, which must run beside this one.

cargo xtask packages
    Get what the tests in Kotlin and of the bot in Python want, into target/tools.

cargo xtask prove [kills] [faults] [offline] [bindings] [planted] [speed]
    What is too long for CI, or the parts of it that are named; writes docs/prove/<date>.md.

cargo xtask count [--bless]
    Count the instructions of a message through the engine (valgrind); a tenth more than tests/instructions.txt fails.

cargo xtask load [sqlite] [postgres] [pairs] [room] [crowd] [storm] [idle] [reconnect] [--rounds N] [--secs N] [--to FOLDER]
    Drive a real server on loopback; writes load.json and load.svg into docs/load. About 4 minutes a round and store.

cargo xtask help
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{} {failure}", term::red("error:"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Outcome<ExitCode> {
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", args),
    };
    match command {
        "run" => run::main(rest),
        "announce" => run::announce::main(rest),
        "test" => test::main(rest),
        "generate" => generated::main(rest),
        "count" => count::main(rest),
        "load" => load::main(rest),
        "planted" => planted::main(rest),
        "packages" => packages::main(rest),
        "previous" => previous::main(rest),
        "prove" => prove::main(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => Err(Failure::new(format!("there is no command {other:?}\n\n{HELP}"))),
    }
}
