//! Waits until the server answers, then says where.
//!
//! `run` becomes the server, so this is a process of its own. A shell starts it and ends at once:
//! init, not the server, is then its parent and takes note of its end.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::failure::{Doing, Failure, Outcome};
use crate::{http, term};

const PATIENCE: Duration = Duration::from_secs(60);

/// Starts the announcer and leaves it to itself.
pub(crate) fn start(port: u16) -> Outcome {
    let this = std::env::current_exe().doing("finding this program")?;
    let status = std::process::Command::new("sh")
        .args(["-c", r#""$0" announce "$1" "$2" &"#])
        .arg(this)
        .arg(port.to_string())
        .arg(std::process::id().to_string())
        .status()
        .doing("starting the announcer")?;
    if status.success() { Ok(()) } else { Err(Failure::new("starting the announcer failed")) }
}

/// `announce PORT SERVER_PID`
pub(crate) fn main(args: &[String]) -> Outcome<ExitCode> {
    let [port, server] = args else { return Err(Failure::new("announce is for `run` alone")) };
    let port: u16 = port.parse().map_err(|_| Failure::new("announce wants a port"))?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if http::status(address, "/readyz") == Some(200) {
            println!("{}", text(port));
            return Ok(ExitCode::SUCCESS);
        }
        if !lives(server) {
            return Ok(ExitCode::FAILURE);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(Failure::new(format!("the server is not ready after {} s", PATIENCE.as_secs())))
}

fn lives(pid: &str) -> bool {
    let script = format!("kill -0 {pid} 2>/dev/null");
    std::process::Command::new("sh").args(["-c", &script]).status().is_ok_and(|status| status.success())
}

fn text(port: u16) -> String {
    let url = format!("http://localhost:{port}");
    format!(
        "\n  ChatLink is at {}\n\n  \
         To talk to yourself, open a second, private window: one person in each.\n  \
         The codes that would go out by mail and SMS are at {url}/dev/mailbox\n  \
         Ctrl-C ends the server.\n",
        term::bold(&url)
    )
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_newcomer_learns_the_url_the_second_window_and_the_mailbox() {
        let text = text(8081);
        for wanted in ["http://localhost:8081\n", "second, private window", "http://localhost:8081/dev/mailbox"] {
            assert!(text.contains(wanted), "{wanted} is not in {text}");
        }
    }
}
