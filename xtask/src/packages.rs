//! `cargo xtask packages`: what tests in other languages want out of package registries: Kotlin's compiler from npm, gRPC
//! for Python from PyPI. It is kept below target, and got again when another version is wanted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::failure::{Doing, Failure, Outcome};
use crate::task::Task;
use crate::tools::{JAVA, JNA, Node, PYTHON};
use crate::{install, paths};

/// Kotlin's whole compiler, as a package of npm.
const KOTLIN: &str = "kotlin-compiler@2.4.20";

/// What the bot in Python wants, below the repository's root.
const BOT: &str = "examples/grpc-bot/requirements.txt";

/// `cargo xtask packages`
pub(crate) fn main(args: &[String]) -> Outcome<ExitCode> {
    if let Some(arg) = args.first() {
        return Err(Failure::new(format!("packages: there is no {arg:?}")));
    }
    for (name, path) in provide(&Node::find()?, true)? {
        println!("{name}={}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Finds or gets what the tests of Kotlin and of the bot want, and gives the variables that tell them where it is.
pub(crate) fn provide(node: &Node, may_install: bool) -> Outcome<Vec<(String, PathBuf)>> {
    let mut env = install::provide(&[JAVA, JNA, PYTHON], may_install)?;
    env.push(("CHATLINK_KOTLIN".to_owned(), kotlin(node, may_install)?));
    env.push(("CHATLINK_TEST_GRPCIO".to_owned(), grpcio(may_install)?));
    Ok(env)
}

fn kotlin(node: &Node, may_install: bool) -> Outcome<PathBuf> {
    let tools = paths::target().join("tools");
    let prefix = tools.display().to_string();
    let npm = ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", &prefix, KOTLIN];
    let package = Package { name: "kotlin", wants: KOTLIN.to_owned(), task: node.npm(&npm) };
    package.provide(&tools, may_install)?;
    Ok(tools.join("node_modules/kotlin-compiler/lib"))
}

fn grpcio(may_install: bool) -> Outcome<PathBuf> {
    let python = PYTHON.find()?.ok_or_else(|| Failure::new("python3 is missing"))?;
    // Its compiled parts are for one version of Python.
    let version = Task::new(&python, ["--version"]).read()?;
    let wanted = fs::read_to_string(paths::root().join(BOT)).doing(BOT)?;
    let (tools, folder) = (paths::target().join("tools"), paths::target().join("tools/grpcio"));
    let target = folder.display().to_string();
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--upgrade"];
    let pip = pip.into_iter().chain(["--only-binary", ":all:", "--target", &target, "-r", BOT]);
    let wants = format!("{version}{wanted}");
    let package =
        Package { name: "grpcio", wants, task: Task::new(&python, pip).env("PIP_ROOT_USER_ACTION", "ignore") };
    if package.is_here(&tools) {
        return Ok(folder);
    }
    let has_pip = Task::new(&python, ["-m", "pip", "--version"]).read().is_ok();
    if !has_pip && may_install {
        install::packages(&["python3-pip"])?;
    }
    package.provide(&tools, may_install)?;
    Ok(folder)
}

/// Something that is installed by one command.
struct Package {
    name: &'static str,
    /// What is to be there; noted once it is.
    wants: String,
    task: Task,
}

impl Package {
    fn note(&self, tools: &Path) -> PathBuf {
        tools.join(format!("{}.txt", self.name))
    }

    /// Whether the last command that went well installed the same.
    fn is_here(&self, tools: &Path) -> bool {
        fs::read_to_string(self.note(tools)).is_ok_and(|noted| noted == self.wants)
    }

    fn provide(self, tools: &Path, may_install: bool) -> Outcome {
        if self.is_here(tools) {
            return Ok(());
        }
        let Self { name, .. } = self;
        if !may_install {
            return Err(Failure::new(format!("missing for the tests: {name}\ntype: {}", self.task.typed())));
        }
        fs::create_dir_all(tools).doing(tools.display())?;
        let (note, wants) = (self.note(tools), self.wants);
        self.task.shown(name).map_err(|failure| Failure::new(format!("missing for the tests: {name}; {failure}")))?;
        fs::write(&note, wants).doing(note.display())
    }
}

#[cfg(test)]
mod tests {
    use super::Package;
    use crate::task::Task;

    fn package(wants: &str, command: &str) -> Package {
        Package { name: "thing", wants: wants.to_owned(), task: Task::new("sh", ["-c", command]) }
    }

    #[test]
    fn what_is_there_is_not_got_again_and_another_version_is() {
        let tools = std::env::temp_dir().join(format!("chatlink-packages-{}", std::process::id()));
        assert!(package("1", "exit 1").provide(&tools, true).is_err(), "what cannot be got is a failure");
        assert!(package("1", "true").provide(&tools, false).unwrap_err().to_string().contains("sh -c true"));
        package("1", "true").provide(&tools, true).unwrap();
        package("1", "exit 1").provide(&tools, true).unwrap();
        assert!(package("2", "exit 1").provide(&tools, true).is_err());
        std::fs::remove_dir_all(&tools).unwrap();
    }
}
