//! The Rust tests: by nextest where it is, else by cargo.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ledger::Suites;
use super::{Env, cargo, counts, parse};
use crate::failure::{Failure, Outcome};
use crate::task::Task;
use crate::{paths, term, tools};

const LABEL: &str = "test";

/// Which test binaries to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// All but those that kill the server.
    Gentle,
    /// Those called `crash…`: one test after the other, with the machine for themselves.
    Kills,
}

impl Part {
    fn has(self, suite: &str) -> bool {
        (self == Self::Kills) == counts::kills(suite)
    }
}

/// Runs the tests of the workspace.
pub(crate) fn tests(part: Part, env: &Env, suites: &mut Suites) -> Outcome {
    if tools::has_nextest() { nextest(part, env, suites) } else { by_cargo(part, env, suites) }
}

/// The flags of `cargo nextest run` for the tests that kill the server.
pub(crate) const NEXTEST_KILLS: [&str; 4] = ["--profile", "crash", "-E", "binary(/^crash/)"];

/// Whether any member has a test binary called `crash…`; nextest refuses a filter that matches none.
pub(crate) fn any_kills() -> bool {
    let members = std::fs::read_dir(paths::root()).into_iter().flatten().flatten();
    let mut tests = members.flat_map(|member| std::fs::read_dir(member.path().join("tests")).into_iter().flatten());
    tests.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("crash")))
}

pub(crate) fn doc_tests(env: &Env, suites: &mut Suites) -> Outcome {
    let mut of = String::new();
    let ended = cargo(&["test", "--doc", "--workspace", "--no-fail-fast"]).envs(env).lines(&mut |line| {
        println!("{}", term::labelled("doc", line));
        let line = term::plain(line);
        if let Some(name) = parse::doc_tests_of(&line) {
            of = name;
        } else if let Some(tally) = parse::libtest_result(&line).filter(|tally| tally.passed + tally.failed > 0) {
            // One crate may report twice: merged doc tests, and those that run alone.
            let sum = suites.entry(format!("doc:{of}")).or_default();
            sum.passed += tally.passed;
            sum.failed += tally.failed;
        }
    })?;
    if ended.success { Ok(()) } else { Err(Failure::new("doc tests failed")) }
}

fn nextest(part: Part, env: &Env, suites: &mut Suites) -> Outcome {
    let mut args = vec!["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "pass"];
    match part {
        Part::Kills => args.extend(NEXTEST_KILLS),
        Part::Gentle if any_kills() => args.extend(["-E", "not binary(/^crash/)"]),
        Part::Gentle => {}
    }
    let mut reader = parse::Nextest::default();
    let ended = cargo(&args).envs(env).lines(&mut |line| {
        println!("{}", term::labelled(LABEL, line));
        reader.read(line, suites);
    })?;
    if ended.success { Ok(()) } else { Err(Failure::new("tests failed")) }
}

/// Builds with cargo and runs each test binary as `cargo test` would, under the names that nextest
/// gives them.
fn by_cargo(part: Part, env: &Env, suites: &mut Suites) -> Outcome {
    let listed = cargo(&["test", "--workspace", "--no-run", "--message-format", "json"]).read()?;
    let mut failed = Vec::new();
    let binaries = binaries(&listed);
    for (suite, binary) in binaries.iter().filter(|(suite, _)| part.has(suite)) {
        println!("{}", term::labelled(LABEL, &term::bold(suite)));
        if !run(part, suite, binary, env, suites)? {
            failed.push(suite.as_str());
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(format!("tests failed in {}", failed.join(", ")))) }
}

fn run(part: Part, suite: &str, binary: &Binary, env: &Env, suites: &mut Suites) -> Outcome<bool> {
    let dir = binary.manifest.parent().map_or_else(paths::root, Path::to_owned);
    let threads: &[&str] = if part == Part::Kills { &["--test-threads=1"] } else { &[] };
    let task = Task::new(&binary.executable, threads).dir(&dir).env("CARGO_MANIFEST_DIR", &dir).envs(env);
    let mut tally = None;
    let ended = task.lines(&mut |line| {
        println!("{}", term::labelled(LABEL, line));
        tally = parse::libtest_result(line).or(tally);
    })?;
    if let Some(tally) = tally.filter(|tally| tally.passed + tally.failed > 0) {
        suites.insert(suite.to_owned(), tally);
    }
    Ok(ended.success)
}

#[derive(Debug, PartialEq, Eq)]
struct Binary {
    executable: PathBuf,
    manifest: PathBuf,
}

/// The test binaries in cargo's messages, by nextest's name of the suite.
fn binaries(messages: &str) -> BTreeMap<String, Binary> {
    messages.lines().filter(|line| line.contains(r#""reason":"compiler-artifact""#)).filter_map(binary).collect()
}

fn binary(message: &str) -> Option<(String, Binary)> {
    let executable = PathBuf::from(field(message, "executable")?);
    let manifest = PathBuf::from(field(message, "manifest_path")?);
    // A program is built as it is too, for the tests that start it.
    let (_, profile) = message.split_once(r#""profile":{"#)?;
    if !profile.split('}').next()?.contains(r#""test":true"#) {
        return None;
    }
    let (_, target) = message.split_once(r#""target":{"#)?;
    let name = field(target, "name")?;
    let (_, kinds) = target.split_once(r#""kind":["#)?;
    let package = package(field(message, "package_id")?);
    let suite = match kinds.split('"').nth(1)? {
        "test" => format!("{package}::{name}"),
        "bin" => format!("{package}::bin/{name}"),
        "example" | "bench" => return None,
        _ => package.to_owned(),
    };
    Some((suite, Binary { executable, manifest }))
}

/// `chatlink-core` of `path+file:///…/chatlink-core#0.1.0`, `xtask` of `…/tools#xtask@0.1.0`.
fn package(id: &str) -> &str {
    let (path, fragment) = id.rsplit_once('#').unwrap_or((id, ""));
    match fragment.split_once('@') {
        Some((name, _)) => name,
        None => path.rsplit('/').next().unwrap_or(path),
    }
}

/// The string value of `"key":"…"`. Enough for cargo's messages: paths and names without escapes.
fn field<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!(r#""{key}":""#))?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::{binaries, package};

    const MESSAGES: &str = concat!(
        r#"{"reason":"compiler-artifact","package_id":"path+file:///r/chatlink-core#0.1.0","manifest_path":"/r/chatlink-core/Cargo.toml","target":{"kind":["lib"],"crate_types":["lib"],"name":"chatlink_core","src_path":"/r/l.rs","doctest":true,"test":true},"profile":{"test":true},"executable":"/r/target/debug/deps/chatlink_core-1","fresh":true}"#,
        "\n",
        r#"{"reason":"compiler-artifact","package_id":"path+file:///r/tests#chatlink-tests@0.1.0","manifest_path":"/r/tests/Cargo.toml","target":{"kind":["test"],"crate_types":["bin"],"name":"directions","src_path":"/r/d.rs","doctest":false,"test":true},"profile":{"test":true},"executable":"/r/target/debug/deps/directions-2","fresh":true}"#,
        "\n",
        r#"{"reason":"compiler-artifact","package_id":"path+file:///r/xtask#0.1.0","manifest_path":"/r/xtask/Cargo.toml","target":{"kind":["bin"],"crate_types":["bin"],"name":"xtask","src_path":"/r/m.rs","doctest":false,"test":true},"profile":{"opt_level":"0","test":false},"features":[],"executable":"/r/target/debug/xtask","fresh":true}"#,
        "\n",
        r#"{"reason":"compiler-artifact","package_id":"registry+x#serde@1.0.0","manifest_path":"/s/Cargo.toml","target":{"kind":["lib"],"name":"serde","test":true},"profile":{"test":false},"executable":null,"fresh":true}"#,
    );

    #[test]
    fn test_binaries_get_the_names_that_nextest_gives() {
        let found = binaries(MESSAGES);
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(names, ["chatlink-core", "chatlink-tests::directions"]);
        assert!(found["chatlink-core"].executable.ends_with("chatlink_core-1"));
    }

    #[test]
    fn package_ids_of_both_forms_are_read() {
        assert_eq!(package("path+file:///r/chatlink-core#0.1.0"), "chatlink-core");
        assert_eq!(package("path+file:///r/tests#chatlink-tests@0.1.0"), "chatlink-tests");
    }
}
