//! PostgreSQL through TLS, checked.

use crate::{SECRET, postgres};
use chatlink_tests::{Launch, Person, Server, Socket, chatlink, friends};
use sqlx::Connection as _;
use std::path::Path;

/// With `verify-full` and the authority of the certificate everything goes encrypted, the news between nodes, too; with
/// another authority, and under another name than the certificate's, nothing goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_is_reached_when_its_certificate_is_right_and_not_otherwise() {
    let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nodes/tls");
    let (certificate, key) = (tls.join("cert.pem"), tls.join("key.pem"));
    let database = tokio::task::spawn_blocking(move || postgres::Server::start_encrypted(&certificate, &key)).await;
    let database = database.expect("it ends").unwrap_or_else(|missing| panic!("{missing}"));
    let checked = |plain: &str, authority: &str| {
        format!("{plain}?sslmode=verify-full&sslrootcert={}", tls.join(authority).display())
    };
    let plain = database.url();
    let launch = |url: &str| Launch::unlimited().set("CHATLINK_DATABASE_URL", url).set("CHATLINK_SECRET", SECRET);
    let server = Server::launch(launch(&checked(&plain, "ca.pem"))).await;
    let (anna, berta, room) = friends(&server).await;
    let (mut one, mut other) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let seq = one.say(room, "through the wall").await;
    other.until_seq(room, seq).await;
    drop(Person::join(&server, "carl").await);
    let mut by_hand = sqlx::PgConnection::connect(&plain).await.expect("plain by hand");
    let ours = "SELECT count(*), count(*) FILTER (WHERE ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                WHERE application_name LIKE 'chatlink%'";
    let (all, encrypted): (i64, i64) = sqlx::query_as(ours).fetch_one(&mut by_hand).await.expect("a count");
    assert!(all >= 3 && encrypted == all, "{encrypted} of {all} connections are encrypted");

    // The certificate is for 127.0.0.1.
    let by_name = plain.replace("127.0.0.1", "localhost");
    for (url, what) in
        [(checked(&plain, "other.pem"), "another authority"), (checked(&by_name, "ca.pem"), "another name")]
    {
        let mut serve = chatlink();
        serve.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(server.data());
        serve.env("CHATLINK_DATABASE_URL", &url).env("CHATLINK_SECRET", SECRET);
        let refused = serve.output().await.expect("it runs");
        let words = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && words.contains("certificate"), "{what}: {words}");
    }
}
