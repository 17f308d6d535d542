//! All are cut off at once, and come back.

use super::*;

/// Everybody is online and `members` of them are in one room; all but one are cut off at once, he says `MISSED` things in the
/// room, and then all come back as fast as they can and take up where they were.
pub async fn reconnect(peer: Arc<Peer>, n: usize, members: usize) {
    const MISSED: u64 = 20;
    const WIDE: usize = 512;
    let name = format!("room{}", std::process::id());
    let mut clients = open_many(&peer, 0..n, 128).await;
    for c in clients[..members].chunks_mut(50) {
        for r in futures_util::future::join_all(c.iter_mut().map(|c| c.join(&name))).await {
            r.expect("a member");
        }
    }
    let memories: Vec<_> = clients.iter().map(|c| c.d.memory()).collect();
    let mut speaker = clients.swap_remove(0);
    drop(clients);
    for k in 0..MISSED {
        speaker.send(To::Room(&name), now(), k);
    }
    speaker.flush().await.expect("the one who stays");
    let mut heard = 0;
    while heard < MISSED {
        heard += matches!(speaker.next().await.expect("the one who stays").0, Event::Msg) as u64;
    }
    sleep(Duration::from_secs(2)).await;
    let calls = stored(&peer);
    let (snap, from) = (peer.procs.snap(), Instant::now());
    let (gate, hist) = (Arc::new(Semaphore::new(WIDE)), Arc::new(Hist::default()));
    let tasks: Vec<_> = memories.into_iter().enumerate().skip(1).map(|(user, memory)| {
        let (peer, gate, hist) = (peer.clone(), gate.clone(), hist.clone());
        tokio::spawn(async move {
            let _permit = gate.acquire().await;
            let began = now();
            let mut c = Client::open(&peer, user).await?;
            let mut got = 0;
            if let Some(memory) = memory {
                c.d.resume(&memory, &mut c.out);
                c.flush().await?;
                loop {
                    match timeout(Duration::from_secs(30), c.next()).await??.0 {
                        Event::Resumed => break,
                        Event::Msg => got += 1,
                        _ => {}
                    }
                }
                // The answer and the events go by two ways: what it counts may come right behind it.
                while user < members && got < MISSED {
                    got += matches!(timeout(Duration::from_secs(5), c.next()).await??.0, Event::Msg) as u64;
                }
            }
            hist.add(now() - began);
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>((c, got))
        })
    }).collect();
    let (mut back, mut errors, mut replayed) = (vec![], 0, 0);
    for t in tasks {
        match t.await {
            Ok(Ok((c, got))) => {
                back.push(c);
                replayed += got;
            }
            Ok(Err(e)) => {
                errors += 1;
                if errors < 4 {
                    eprintln!("{}: back: {e}", peer.name);
                }
            }
            Err(_) => errors += 1,
        }
    }
    let secs = from.elapsed().as_secs_f64();
    let calls = stored(&peer).zip(calls).map(|(after, before)| after - before);
    emit(&peer, &format!("reconnect-{n}"), json!({
        "connections": back.len(), "seconds": round(secs), "connects_per_s": round(back.len() as f64 / secs),
        "resume_ms": hist.json(), "replayed": replayed, "errors": errors,
        "store_calls_per_connect": calls.map(|calls| round(calls as f64 / back.len().max(1) as f64)),
        "cpu_s_per_1000_connects": peer.procs.cpu(&snap, 1000.0 / back.len().max(1) as f64),
        "cores_used_by_others": peer.procs.others(&snap, secs), "mem_mib": peer.procs.mem_mib()}));
}
