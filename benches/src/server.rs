//! A real server of our own, for programs that measure one: the `chatlink` that was built beside them, on a loopback port.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement ends where it cannot go on")]

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// A server; ended with the value.
#[derive(Debug)]
pub struct Server {
    process: Child,
    address: String,
}

impl Server {
    /// Starts one with its data in `folder` and these variables, and waits until it listens.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start(folder: &Path, environment: &[(&str, String)]) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap().with_file_name("chatlink"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder)
            // Of this program's own; the server refuses what it does not know.
            .env_remove("CHATLINK_LOAD_TOOL")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the chatlink beside this program: build it too");
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let said = lines.map_while(Result::ok).find(|line| line.contains("listening on")).expect("an address");
        let address = said.rsplit("http://").next().unwrap().trim().to_owned();
        Self { process, address }
    }

    /// `127.0.0.1:PORT`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its number.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
