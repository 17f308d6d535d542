//! Getting the tools that tests need, where we may and can.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::task::Task;
use crate::term;
use crate::tools::{Tool, on_path};

/// What this machine lets us do about a missing tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Root on Debian or its kin: install it.
    Apt,
    /// Not root there: say the command.
    SudoApt,
    /// macOS: say the command.
    Brew,
    /// Anything else: say the name.
    Unknown,
}

/// Finds each tool, installs what is missing, and gives the variables that tell the tests.
pub(crate) fn provide(tools: &[Tool], may_install: bool) -> Outcome<Vec<(String, PathBuf)>> {
    let mut missing = Vec::new();
    for tool in tools {
        if tool.find()?.is_none() {
            missing.push(*tool);
        }
    }
    if !missing.is_empty() {
        install(&missing, may_install)?;
    }
    let mut found = Vec::new();
    for tool in tools {
        let path = tool.find()?.ok_or_else(|| Failure::new(format!("{} is still missing", tool.name)))?;
        found.push((tool.variable.to_owned(), path));
    }
    Ok(found)
}

fn install(missing: &[Tool], may_install: bool) -> Outcome {
    let names: Vec<&str> = missing.iter().map(|tool| tool.name).collect();
    let way = way();
    if way != Way::Apt || !may_install {
        let variables: Vec<&str> = missing.iter().map(|tool| tool.variable).collect();
        let text = format!(
            "missing for the tests: {}\n{}\n(or name where it is: {})",
            names.join(", "),
            hint(way, &names),
            variables.join(", ")
        );
        return Err(Failure::new(text));
    }
    by_apt(&names)
}

/// Installs Debian's packages where that is possible; else the failure says what to type.
pub(crate) fn packages(names: &[&str]) -> Outcome {
    match way() {
        Way::Apt => by_apt(names),
        way => Err(Failure::new(format!("missing for the tests: {}\n{}", names.join(", "), hint(way, names)))),
    }
}

fn by_apt(names: &[&str]) -> Outcome {
    println!("{}", term::bold(&format!("Installing with apt: {}", names.join(", "))));
    apt(&["update"])?;
    let mut args = vec!["install", "-y", "--no-install-recommends"];
    args.extend(names);
    apt(&args)
}

fn apt(args: &[&str]) -> Outcome {
    Task::new("apt-get", args).env("DEBIAN_FRONTEND", "noninteractive").shown("apt")
}

fn way() -> Way {
    if cfg!(target_os = "macos") {
        return Way::Brew;
    }
    if !Path::new("/etc/debian_version").exists() || on_path("apt-get").is_none() {
        return Way::Unknown;
    }
    let root = Task::new("id", ["-u"]).read().is_ok_and(|id| id.trim() == "0");
    if root { Way::Apt } else { Way::SudoApt }
}

fn hint(way: Way, names: &[&str]) -> String {
    let names = names.join(" ");
    match way {
        Way::Apt => format!("type: apt-get update && apt-get install -y --no-install-recommends {names}"),
        Way::SudoApt => {
            format!("type: sudo apt-get update && sudo apt-get install -y --no-install-recommends {names}")
        }
        Way::Brew => format!("type: brew install --cask {names}"),
        Way::Unknown => format!("install with your package manager: {names}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Way, hint};

    #[test]
    fn the_hint_is_a_command_to_type() {
        let apt = hint(Way::SudoApt, &["chromium", "strace"]);
        assert!(apt.ends_with("--no-install-recommends chromium strace"), "{apt}");
        assert!(hint(Way::Brew, &["chromium"]).contains("brew install --cask chromium"));
    }
}
