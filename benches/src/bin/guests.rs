//! Fills a server's database with [guests](chatlink_benches::guests): `guests DATABASE_URL FILE PEOPLE PAIRS MEMBERS`, with
//! `CHATLINK_SECRET`, before the server is started with the same secret. `FILE` gets their table.

#![allow(clippy::expect_used, clippy::panic, reason = "a measurement ends where it cannot go on")]

use chatlink_benches::guests::Guests;

#[tokio::main]
async fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [url, file, people, pairs, members] = &arguments[..] else {
        panic!("guests DATABASE_URL FILE PEOPLE PAIRS MEMBERS")
    };
    let [people, pairs, members] = [people, pairs, members].map(|text| text.parse().expect("a number"));
    let secret = std::env::var("CHATLINK_SECRET").expect("CHATLINK_SECRET");
    let table = Guests { people, pairs, members }.fill(url, &secret).await;
    std::fs::write(file, table).expect("the table");
}
