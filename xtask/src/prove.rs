//! `cargo xtask prove`: what is too long for CI, with a dated report. Parts of it can be run by themselves; those of one
//! day stand in one report, each with the commit that it was run on.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use crate::failure::{Doing, Failure, Outcome};
use crate::task::Task;
use crate::test::rust::NEXTEST_KILLS;
use crate::tools::{CHROMIUM, INITDB, Node, REDIS, STRACE};
use crate::{install, packages, paths, planted, term};

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

/// The tests of faults, one of them of a host's own transaction that stays open for long.
const FAULTS: &str = "binary(crash_faults) | test(a_transaction_that_stays_open_delays_nobody)";

/// A client that is cut at random: its seeds, by the thousand.
const OFFLINE: &str = "package(chatlink-client) & binary(sdk) & test(who_is_cut_at_random)";

/// What criterion measures in the report.
const BENCHES: [&str; 4] = ["append", "matches", "search", "timeline"];

/// The parts, as they are named, in the order in which they are run.
const PARTS: [&str; 6] = ["kills", "faults", "offline", "bindings", "planted", "speed"];

pub(crate) fn main(args: &[String]) -> Outcome<ExitCode> {
    if let Some(arg) = args.iter().find(|arg| !PARTS.contains(&arg.as_str())) {
        return Err(Failure::new(format!("prove: there is no {arg:?}, but {}", PARTS.join(", "))));
    }
    let wanted = |part: &str| args.is_empty() || args.iter().any(|arg| arg == part);
    let mut paper = Paper::of_today()?;
    if wanted("kills") {
        paper.add(long_tests("Kills", &NEXTEST_KILLS)?)?;
    }
    // A part of the kills.
    if args.iter().any(|arg| arg == "faults") {
        paper.add(long_tests("Faults", &["--profile", "crash", "-E", FAULTS])?)?;
    }
    if wanted("offline") {
        paper.add(long_tests("Offline", &["--profile", "crash", "-E", OFFLINE])?)?;
    }
    if wanted("bindings") {
        paper.add(bindings()?)?;
    }
    if wanted("planted") {
        paper.add(planted_bugs())?;
    }
    if wanted("speed") {
        measurements(&mut paper)?;
    }
    println!("\nwrote docs/prove/{}.md", paper.date);
    let green = paper.sections.iter().all(|section| section.outcome.is_ok());
    Ok(if green { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The day's report. It is written anew after each part: what ran stands in it, even if the next part is broken off.
struct Paper {
    file: PathBuf,
    date: String,
    /// What the day's earlier runs left in it.
    earlier: String,
    machine: String,
    sections: Vec<Section>,
}

impl Paper {
    fn of_today() -> Outcome<Self> {
        let date = Task::new("date", ["-u", "+%Y-%m-%d"]).read()?.trim().to_owned();
        let folder = paths::root().join("docs/prove");
        fs::create_dir_all(&folder).doing("making docs/prove")?;
        let file = folder.join(format!("{date}.md"));
        let earlier = fs::read_to_string(&file).unwrap_or_default();
        Ok(Self { file, date, earlier, machine: machine(), sections: Vec::new() })
    }

    fn add(&mut self, section: Section) -> Outcome {
        self.sections.push(section);
        // Where this copy lies is nobody's business.
        let here = paths::root().display().to_string();
        let text = report(&self.date, &self.machine, &self.sections, &self.earlier);
        let text = text.replace(&format!("{here}/"), "").replace(&here, ".");
        fs::write(&self.file, text).doing(self.file.display())
    }
}

/// Tests with counts that CI has no time for.
fn long_tests(title: &'static str, which: &[&str]) -> Outcome<Section> {
    let mut tools = vec![CHROMIUM, INITDB, REDIS];
    tools.extend(cfg!(target_os = "linux").then_some(STRACE));
    let env = install::provide(&tools, true)?;
    Task::new("cargo", ["build", "--workspace", "--bins", "--tests", "--examples"]).shown("build")?;
    let words = ["nextest", "run", "--workspace", "--no-fail-fast"].into_iter().chain(which.iter().copied());
    let task = Task::new("cargo", words)
        .envs(&env)
        .env("CHATLINK_TEST_SERVER", paths::server(&paths::target(), "debug"))
        .env("CHATLINK_PROVE", "1");
    Ok(run(title, "CHATLINK_PROVE=1", task))
}

/// The programs in other languages, with the counts that CI has no time for.
fn bindings() -> Outcome<Section> {
    let env = packages::provide(&Node::find()?, true)?;
    Task::new("cargo", ["build", "--workspace", "--bins", "--tests", "--examples"]).shown("build")?;
    let task = Task::new("cargo", ["nextest", "run", "--workspace", "-E", "binary(bindings)"]);
    let task = task
        .envs(&env)
        .env("CHATLINK_TEST_SERVER", paths::server(&paths::target(), "debug"))
        .env("CHATLINK_PROVE", "1");
    Ok(run("Bindings", "CHATLINK_PROVE=1", task))
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
fn measurements(paper: &mut Paper) -> Outcome {
    let env = install::provide(&[INITDB, REDIS], true)?;
    // By their names: `--benches` would build every library once more as a harness without a bench.
    let benches = || BENCHES.into_iter().flat_map(|bench| ["--bench", bench]);
    let build = ["build", "--release", "--workspace", "--bins"].into_iter().chain(benches());
    let build = Task::new("cargo", build);
    paper.add(run("Release build", "", build))?;
    for (title, program) in [
        ("Sends", "sends"),
        ("Sends on PostgreSQL", "sends_postgres"),
        ("From node to node", "nodes"),
        ("Logins beside chat", "logins"),
        ("Memory and start", "footprint"),
    ] {
        let binary = paths::target().join("release").join(program);
        paper.add(run(title, "", Task::new(&binary, Vec::<&str>::new()).envs(&env)))?;
    }
    let benches = ["bench", "--workspace"].into_iter().chain(benches());
    paper.add(run("Benches", "", Task::new("cargo", benches)))
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

/// The day's report: what stood in it of other parts stays, before what is new.
fn report(date: &str, machine: &str, sections: &[Section], earlier: &str) -> String {
    let mut text = format!("# Proof of {date}\n");
    for kept in earlier.split("\n## ").skip(1) {
        let title = kept.lines().next().unwrap_or_default();
        if sections.iter().all(|section| section.title != title) {
            let _ = write!(text, "\n## {}\n", kept.trim_end());
        }
    }
    for section in sections {
        let verdict = match &section.outcome {
            Ok(()) => "passed".to_owned(),
            Err(failure) => format!("**FAILED**: {failure}"),
        };
        let Section { title, command, seconds, .. } = section;
        let _ = write!(text, "\n## {title}\n\n{machine}\n\n`{command}`: {verdict}, {seconds:.0} s\n");
        if !section.tail.is_empty() {
            let _ = write!(text, "\n```text\n{}\n```\n", section.tail.join("\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Section, report};
    use crate::failure::{Failure, Outcome};

    fn section(title: &'static str, outcome: Outcome) -> Section {
        Section {
            title,
            command: "cargo xtask planted".to_owned(),
            seconds: 61.4,
            outcome,
            tail: vec!["last line".to_owned()],
        }
    }

    #[test]
    fn the_report_says_what_ran_and_what_came_of_it() {
        let sections = [section("A", Ok(())), section("B", Err(Failure::new("one green")))];
        let text = report("2026-01-02", "commit 1, 2 cores", &sections, "");
        for wanted in
            ["# Proof of 2026-01-02", "commit 1", "passed, 61 s", "## B", "**FAILED**: one green", "last line"]
        {
            assert!(text.contains(wanted), "{wanted} is not in {text}");
        }
    }

    #[test]
    fn parts_of_a_day_stand_in_one_report_and_a_later_run_replaces_its_own() {
        let first = [section("A", Ok(())), section("B", Err(Failure::new("one green")))];
        let first = report("2026-01-02", "commit 1", &first, "");
        let text = report("2026-01-02", "commit 2", &[section("B", Ok(()))], &first);
        let expected = report("2026-01-02", "commit 1", &[section("A", Ok(()))], "");
        assert!(text.starts_with(&expected), "{text}");
        assert_eq!((text.matches("## ").count(), text.matches("commit 2").count()), (2, 1), "{text}");
        assert!(!text.contains("FAILED"), "{text}");
    }
}
