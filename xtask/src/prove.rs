//! `cargo xtask prove`: what is too long for CI, with a dated report.

use std::fmt::Write;
use std::fs;
use std::process::ExitCode;
use std::time::Instant;

use crate::failure::{Doing, Failure, Outcome};
use crate::task::Task;
use crate::test::rust::NEXTEST_KILLS;
use crate::tools::{CHROMIUM, STRACE};
use crate::{install, paths, planted, term};

/// How much of what a program printed goes into the report.
const TAIL: usize = 40;

/// A part of the report.
struct Section {
    title: &'static str,
    command: String,
    seconds: f64,
    outcome: Outcome,
    tail: Vec<String>,
}

pub(crate) fn main(args: &[String]) -> Outcome<ExitCode> {
    if let Some(arg) = args.first() {
        return Err(Failure::new(format!("prove: there is no {arg:?}")));
    }
    let mut sections = vec![crashes()?, planted_bugs()];
    sections.extend(measurements());
    let date = Task::new("date", ["-u", "+%Y-%m-%d"]).read()?;
    let text = report(date.trim(), &machine(), &sections);
    let folder = paths::root().join("docs/prove");
    fs::create_dir_all(&folder).doing("making docs/prove")?;
    let file = folder.join(format!("{}.md", date.trim()));
    fs::write(&file, text).doing(file.display())?;
    println!("\nwrote docs/prove/{}.md", date.trim());
    let green = sections.iter().all(|section| section.outcome.is_ok());
    Ok(if green { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The tests that kill the server, with counts that CI has no time for.
fn crashes() -> Outcome<Section> {
    let mut tools = vec![CHROMIUM];
    tools.extend(cfg!(target_os = "linux").then_some(STRACE));
    let env = install::provide(&tools, true)?;
    Task::new("cargo", ["build", "--workspace", "--bins", "--tests", "--examples"]).shown("build")?;
    let words = ["nextest", "run", "--workspace", "--no-fail-fast"].into_iter().chain(NEXTEST_KILLS);
    let task = Task::new("cargo", words)
        .envs(&env)
        .env("CHATLINK_TEST_SERVER", paths::server(&paths::target(), "debug"))
        .env("CHATLINK_PROVE", "1");
    Ok(run("Kills", "CHATLINK_PROVE=1", task))
}

fn planted_bugs() -> Section {
    let start = Instant::now();
    let outcome = planted::every();
    Section {
        title: "Planted bugs",
        command: "cargo xtask planted".to_owned(),
        seconds: start.elapsed().as_secs_f64(),
        outcome,
        tail: Vec::new(),
    }
}

/// One release build of everything, as the two commands have it, then each measurement by itself.
fn measurements() -> Vec<Section> {
    let build = Task::new("cargo", ["build", "--release", "--workspace", "--bins", "--benches"]);
    let mut sections = vec![run("Release build", "", build)];
    for (title, program) in [("Sends", "sends"), ("Memory and start", "footprint")] {
        let binary = paths::target().join("release").join(program);
        sections.push(run(title, "", Task::new(&binary, Vec::<&str>::new())));
    }
    let benches = ["append", "matches", "search", "timeline"].into_iter().flat_map(|bench| ["--bench", bench]);
    let benches = ["bench", "--workspace"].into_iter().chain(benches);
    sections.push(run("Benches", "", Task::new("cargo", benches)));
    sections
}

fn run(title: &'static str, variables: &str, task: Task) -> Section {
    let command = format!("{variables} {}", task.typed()).trim().to_owned();
    let start = Instant::now();
    let mut tail = Vec::new();
    let ended = task.lines(&mut |line| {
        println!("{}", term::labelled("prove", line));
        if tail.len() == TAIL {
            tail.remove(0);
        }
        tail.push(term::plain(line));
    });
    let outcome = ended.and_then(|ended| if ended.success { Ok(()) } else { Err(Failure::new("failed")) });
    Section { title, command, seconds: start.elapsed().as_secs_f64(), outcome, tail }
}

/// What the numbers were measured on; nothing that names the machine.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let commit = Task::new("git", ["rev-parse", "--short", "HEAD"]).read().unwrap_or_default();
    let rustc = Task::new("rustc", ["--version"]).read().unwrap_or_default();
    format!(
        "commit {}, {}, {cores} cores, {} {}",
        commit.trim(),
        rustc.trim(),
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

fn report(date: &str, machine: &str, sections: &[Section]) -> String {
    let mut text = format!("# Proof of {date}\n\n{machine}\n");
    for section in sections {
        let verdict = match &section.outcome {
            Ok(()) => "passed".to_owned(),
            Err(failure) => format!("**FAILED**: {failure}"),
        };
        let _ = write!(text, "\n## {}\n\n`{}`: {verdict}, {:.0} s\n", section.title, section.command, section.seconds);
        if !section.tail.is_empty() {
            let _ = write!(text, "\n```text\n{}\n```\n", section.tail.join("\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Section, report};
    use crate::failure::Failure;

    #[test]
    fn the_report_says_what_ran_and_what_came_of_it() {
        let section = |title, outcome| Section {
            title,
            command: "cargo xtask planted".to_owned(),
            seconds: 61.4,
            outcome,
            tail: vec!["last line".to_owned()],
        };
        let text =
            report("2026-01-02", "2 cores", &[section("A", Ok(())), section("B", Err(Failure::new("one green")))]);
        for wanted in ["# Proof of 2026-01-02", "passed, 61 s", "## B", "**FAILED**: one green", "last line"] {
            assert!(text.contains(wanted), "{wanted} is not in {text}");
        }
    }
}
