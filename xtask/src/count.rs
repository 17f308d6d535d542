//! `cargo xtask count`: how many instructions a message takes through the engine, held against what it took.
//!
//! Unlike a time, a count is the same on a busy machine. Two runs of one program that differ in the number of messages
//! alone: what lies between them is the messages' own.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::failure::{Doing, Failure, Outcome};
use crate::task::Task;
use crate::tools::VALGRIND;
use crate::{install, paths};

/// Where the counts stand that were committed.
const FILE: &str = "tests/instructions.txt";

/// What is counted: a name, and the members of the room.
const CASES: [(&str, u32); 2] = [("a message between two", 2), ("a message to a hundred", 100)];

/// Messages of the shorter and the longer run.
const FEW: u64 = 100;
const MANY: u64 = 600;

/// How much more it may take than it took: a tenth, in percent.
const SLOWER: u64 = 10;

pub(crate) fn main(args: &[String]) -> Outcome<ExitCode> {
    let bless = match args {
        [] => false,
        [word] if word == "--bless" => true,
        _ => return Err(Failure::new("count: --bless, or nothing")),
    };
    let counts = counted()?;
    if bless {
        let mut text = String::from(
            "# Instructions of a message through the engine in memory, by valgrind; `cargo xtask count --bless` rewrites it.\n",
        );
        for (name, count) in &counts {
            let _ = writeln!(text, "{name}: {count}");
        }
        fs::write(file(), text).doing(FILE)?;
        return Ok(ExitCode::SUCCESS);
    }
    compare(&counts)?;
    Ok(ExitCode::SUCCESS)
}

/// Counts, and fails where something takes a tenth more than it did.
pub(crate) fn check() -> Outcome {
    compare(&counted()?)
}

fn file() -> PathBuf {
    paths::root().join(FILE)
}

fn counted() -> Outcome<Vec<(&'static str, u64)>> {
    let env = install::provide(&[VALGRIND], true)?;
    let build = ["build", "--profile", "counted", "-p", "chatlink-core", "--example", "hot_path"];
    Task::new("cargo", build).shown("count")?;
    let valgrind = env.first().map_or_else(|| PathBuf::from(VALGRIND.name), |(_, path)| path.clone());
    let program = paths::target().join("counted/examples/hot_path");
    let run = |messages: u64, members: u32| {
        let words = ["--tool=callgrind", "--callgrind-out-file=/dev/null"].map(str::to_owned);
        let words = words.into_iter().chain([program.display().to_string(), messages.to_string(), members.to_string()]);
        let mut said = String::new();
        Task::new(&valgrind, words).lines(&mut |line| {
            said.push_str(line);
            said.push('\n');
        })?;
        collected(&said)
    };
    let mut counts = Vec::new();
    for (name, members) in CASES {
        let each = run(MANY, members)?.saturating_sub(run(FEW, members)?) / (MANY - FEW);
        println!("{name}: {each} instructions");
        counts.push((name, each));
    }
    Ok(counts)
}

/// What valgrind says at its end: `==1== Collected : 123`.
fn collected(said: &str) -> Outcome<u64> {
    let number = said
        .lines()
        .find_map(|line| line.split_once("Collected : "))
        .and_then(|(_, number)| number.trim().parse().ok());
    number.ok_or_else(|| Failure::new(format!("valgrind counted nothing:\n{said}")))
}

fn compare(counts: &[(&str, u64)]) -> Outcome {
    let text = fs::read_to_string(file()).doing(FILE)?;
    let mut slower = String::new();
    for (name, count) in counts {
        let took = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")?.parse::<u64>().ok());
        let took =
            took.ok_or_else(|| Failure::new(format!("{FILE} has no line for {name:?}: `cargo xtask count --bless`")))?;
        if count * 100 > took * (100 + SLOWER) {
            let _ = writeln!(slower, "{name} takes {count} instructions; it took {took}");
        }
    }
    if slower.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{slower}Make it as quick as it was, or say why it is worth it: `cargo xtask count --bless`"
    )))
}

#[cfg(test)]
mod tests {
    use super::collected;

    #[test]
    fn the_count_is_read_from_what_valgrind_says() {
        assert_eq!(collected("==9== Events    : Ir\n==9== Collected : 12345\n").ok(), Some(12_345));
        assert!(collected("==9== killed").is_err());
    }
}
