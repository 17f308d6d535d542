//! `cargo xtask test`: everything CI checks, in the order that wastes least.
//!
//! The web client is built beside the lints, because the server embeds it; the tests come after
//! both. A step that fails does not hide the others: all that can still run, runs.

mod counts;
mod ledger;
mod options;
pub(crate) mod parse;
mod postgres;
pub(crate) mod rust;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::failure::{Failure, Outcome};
use crate::task::Task;
use crate::tools::{self, CHROMIUM, FAKETIME, INITDB, Node, PYTHON, REDIS, STRACE, Tool};
use crate::{count, generated, install, packages, paths, planted, previous, term, web};
use ledger::{Ledger, Suites};
use options::Options;
use rust::Part;

/// Variables that tell the tests where things are.
type Env = Vec<(String, PathBuf)>;

/// What of other languages this command does not run.
const NOT_HERE: &str = "Kotlin runs once, with 500 calls (`cargo xtask prove bindings`: 10,000), the bot in Python once; \
                        Swift does not run here";

/// How many planted bugs CI tries each time; `cargo xtask planted` tries all.
const PLANTED_IN_CI: usize = 2;

pub(crate) fn main(args: &[String]) -> Outcome<ExitCode> {
    let options = Options::parse(args)?;
    let ledger = Ledger::default();
    run(&options, &ledger);
    if options.bless && ledger.is_green() {
        ledger.step("bless", |_| counts::bless(&ledger.suites()));
    }
    print!("{}", ledger.report());
    Ok(if ledger.is_green() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run(options: &Options, ledger: &Ledger) {
    let Some((node, mut env)) = ledger.value("tools", || find_tools(options)) else { return };
    // Without them their tests are red, and the others run.
    if let Some(found) = ledger.value("packages", || packages::provide(&node, options.may_install)) {
        env.extend(found);
    }
    println!("{}", term::labelled("packages", NOT_HERE));
    std::thread::scope(|scope| {
        scope.spawn(|| web_steps(&node, ledger));
        ledger.step("format", |_| cargo(&["fmt", "--all", "--check"]).shown("format"));
        ledger.step("clippy", |_| {
            cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).shown("clippy")
        });
    });
    if let Some(previous) = ledger.value("previous release", previous::provide) {
        env.push((previous::VARIABLE.to_owned(), previous));
    }
    if ledger.step("build", |_| cargo(&["build", "--workspace", "--bins", "--tests", "--examples"]).shown("build")) {
        ledger.step("generated", |_| generated::check(&node));
        let _server = ledger.value("postgres", || postgres::provide(&mut env));
        ledger.step("rust tests", |suites| rust::tests(Part::Gentle, &env, suites));
        ledger.step("doc tests", |suites| rust::doc_tests(&env, suites));
        if !options.quick {
            if rust::any_kills() {
                ledger.step("kills", |suites| rust::tests(Part::Kills, &env, suites));
            }
            ledger.step("browser", |suites| browser(&node, &env, suites));
        }
    }
    if !options.quick && in_ci() {
        ledger.step("planted", |_| planted::sample(PLANTED_IN_CI));
        if cfg!(target_os = "linux") {
            ledger.step("count", |_| count::check());
        }
    }
    if !options.bless {
        ledger.step("counts", |_| counts::check(&ledger.suites(), options.quick));
    }
}

fn find_tools(options: &Options) -> Outcome<(Node, Env)> {
    tools::check_rustc()?;
    let node = Node::find()?;
    let mut env = install::provide(&needed(options.quick), options.may_install)?;
    env.push(("CHATLINK_TEST_SERVER".to_owned(), paths::server(&paths::target(), "debug")));
    for (name, path) in &env {
        println!("{}", term::labelled("tools", &format!("{name}={}", path.display())));
    }
    Ok((node, env))
}

/// The tools of all tests, or of the quick ones.
pub(crate) fn needed(quick: bool) -> Vec<Tool> {
    let mut tools = vec![INITDB, REDIS, PYTHON];
    tools.extend(cfg!(target_os = "linux").then_some(FAKETIME));
    if !quick {
        tools.push(CHROMIUM);
        if cfg!(target_os = "linux") {
            tools.push(STRACE);
        }
    }
    tools
}

fn web_steps(node: &Node, ledger: &Ledger) {
    let ready = ledger.step("web install", |_| web::check_present().and_then(|()| web::install(node, "web")))
        && ledger.step("web build", |_| web::build(node, "web"));
    if ready {
        ledger.step("web check", |suites| npm(node, "check", &Env::new(), "web:vitest", suites));
    }
}

fn browser(node: &Node, env: &Env, suites: &mut Suites) -> Outcome {
    npm(node, "e2e", env, "web:browser", suites)
}

/// Runs a script of the web client and takes the counts from what its test runner says.
fn npm(node: &Node, script: &str, env: &Env, suite: &str, suites: &mut Suites) -> Outcome {
    let task = node.npm(&["run", script]).envs(env);
    let what = task.typed().to_owned();
    let mut failing = parse::Failing::default();
    let ended = task.lines(&mut |line| {
        println!("{}", term::labelled(script, line));
        failing.read(line);
        parse::web_summary(line).apply(suites.entry(suite.to_owned()).or_default());
    })?;
    let ran = suites.get(suite).is_some_and(|tally| tally.passed + tally.failed > 0);
    match (ended.success, ran) {
        (true, true) => Ok(()),
        (true, false) => Err(Failure::new(format!("`{what}` did not say how many tests it ran"))),
        (false, _) => Err(Failure::new(format!("`{what}` failed{}", failing.told()))),
    }
}

fn cargo(args: &[&str]) -> Task {
    let colour = if term::colour() { "always" } else { "never" };
    Task::new("cargo", args).env("CARGO_TERM_COLOR", colour)
}

fn in_ci() -> bool {
    std::env::var_os("CI").is_some()
}
