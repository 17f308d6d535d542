//! Where bindings are made: the library and its generator out of the build, a folder for what is written.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;
use tokio::process::Command;

/// How long a program may take: a slow machine compiles and runs in it.
const PROGRAM: Duration = Duration::from_secs(240);

/// A folder with the library and the bindings of one language.
pub(super) struct Workshop {
    home: TempDir,
}

impl Workshop {
    /// Writes the bindings of the library that this build made.
    pub(super) async fn of(language: &str) -> Self {
        let home = tempfile::tempdir().expect("a folder for the bindings");
        let library = library();
        let mut generator = Command::new(generator());
        let config = repository().join("bindings/uniffi.toml");
        generator.arg("generate").arg(&library).args(["--language", language, "--no-format"]);
        generator.arg("--config").arg(config).arg("--out-dir").arg(home.path());
        run(&mut generator).await;
        std::fs::copy(&library, home.path().join(library.file_name().expect("its name"))).expect("the library beside");
        Self { home }
    }

    pub(super) fn path(&self) -> &Path {
        self.home.path()
    }
}

/// Runs a program to its end, which must be a good one, and answers what it printed.
pub(super) async fn run(program: &mut Command) -> String {
    let what = format!("{:?}", program.as_std().get_program());
    let child = program.stdin(Stdio::null()).kill_on_drop(true).output();
    let output = chatlink_tests::within(PROGRAM, &what, child).await.expect("it starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{what}: {}\n{out}\n{err}", output.status);
    out.into_owned()
}

/// The folder of the repository.
pub(super) fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the repository").to_owned()
}

/// Where `cargo xtask` keeps tools for the tests.
#[allow(dead_code, reason = "the stories share this file, and want no tools")]
pub(super) fn tools() -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    // target/PROFILE/deps/TEST
    test.ancestors().nth(3).expect("target").join("tools")
}

/// What cargo put beside this test, because the tests depend on it.
fn library() -> PathBuf {
    let name = format!("{}chatlink_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    built(&format!("deps/{name}"), "cargo build -p chatlink-tests --tests")
}

fn generator() -> PathBuf {
    built(&format!("chatlink-bindgen{}", std::env::consts::EXE_SUFFIX), "cargo build -p chatlink-bindgen")
}

fn built(name: &str, command: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    // target/PROFILE/deps/TEST
    let path = test.parent().and_then(Path::parent).expect("target/PROFILE").join(name);
    assert!(path.is_file(), "{} is not there: type `{command}`", path.display());
    path
}
