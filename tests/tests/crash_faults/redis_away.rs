//! What carries the news is killed, flushed, or stands still: the store tells, a little later.

use crate::{
    cluster::{Cluster, ready},
    crew::Crew,
    longer,
};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

/// What is acknowledged is with everybody after this time, without Redis: two seconds, and what a busy machine adds.
const SOON: Duration = Duration::from_millis(2_500);

/// Everybody writes and reads on for so long, in time.
async fn goes_on(crew: &Crew, time: Duration) {
    let begin = Instant::now();
    crew.lag();
    while begin.elapsed() < time {
        crew.more(10).await;
    }
    let lag = crew.lag();
    assert!(lag < SOON, "a message took {lag:?} to a reader");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn talk_goes_on_while_redis_is_killed_flushed_or_stands_still() {
    let mut cluster = Cluster::start().await;
    let crew = Crew::gather(&Vec::from_iter(&cluster.nodes)).await;
    cluster.ready().await;
    cluster.redis.kill();
    goes_on(&crew, longer(Duration::from_secs(3), Duration::from_secs(30))).await;
    for node in &cluster.nodes {
        ready(node, "degraded").await;
    }
    cluster.redis.run().expect("it starts again");
    crew.heals(Instant::now()).await;
    cluster.ready().await;

    flush(&cluster.redis.address());
    goes_on(&crew, Duration::from_secs(1)).await;

    cluster.redis.freeze(true);
    goes_on(&crew, longer(Duration::from_secs(8), Duration::from_secs(30))).await;
    for node in &cluster.nodes {
        ready(node, "degraded").await;
    }
    cluster.redis.freeze(false);
    crew.heals(Instant::now()).await;
    cluster.ready().await;
    let account = crew.finish().await;
    assert_eq!((account.unknown, account.problems), (0, Vec::new()), "nobody notices");
}

/// Empties it.
fn flush(address: &str) {
    let mut stream = TcpStream::connect(address).expect("Redis");
    stream.write_all(b"FLUSHALL\r\n").expect("written");
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).expect("its answer");
    assert_eq!(&answer, b"+OK\r\n");
}
