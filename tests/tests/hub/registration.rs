//! Invariant 1 from outside: no account without a proved contact, no code works twice, there is no
//! sixth try, however parallel. (Each promise of the store is held in chatlink-contract.)

use crate::keeps_the_contract;
use chatlink_tests::{Api, Newcomer, PASSWORD, Person, Server, code_for, mails_for};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_codes_are_counted_paused_and_survive_a_kill() {
    let mut server = Server::start().await;
    let (id, code) = started(&server.api(), "anna@people.example").await;
    let verify = format!("/v1/registrations/{id}/verify");
    let wrong = json!({ "code": other_than(&code) });
    for left in [4, 3] {
        let problem = server.api().post(&verify, wrong.clone()).await.refused(422, "code_wrong");
        assert_eq!(problem["tries_left"], left);
    }
    server.kill().await;
    server.restart().await;
    let problem = server.api().post(&verify, wrong).await.refused(422, "code_wrong");
    assert_eq!(problem["tries_left"], 2, "a kill gives no tries back");
    // In the pause even the right code is not compared, and nothing is counted.
    for _ in 0..3 {
        let problem = server.api().post(&verify, json!({ "code": code })).await.refused(429, "rate_limited");
        assert!(problem["retry_after"].as_u64().is_some_and(|seconds| (1..=60).contains(&seconds)), "{problem}");
    }
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_parallel_only_the_free_tries_are_compared() {
    let server = Server::start().await;
    let (id, code) = started(&server.api(), "anna@people.example").await;
    let verify = format!("/v1/registrations/{id}/verify");
    let tries: Vec<_> = (0..32)
        .map(|_| {
            let (api, verify, wrong) = (server.api(), verify.clone(), json!({ "code": other_than(&code) }));
            tokio::spawn(async move { api.post(&verify, wrong).await })
        })
        .collect();
    let mut compared = Vec::new();
    for attempt in tries {
        let answer = attempt.await.expect("an answer");
        match answer.status {
            422 => compared.push(answer.body["tries_left"].as_u64().expect("a count")),
            _ => drop(answer.refused(429, "rate_limited")),
        }
    }
    compared.sort_unstable();
    assert_eq!(compared, [2, 3, 4], "three are free, the others wait");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_a_proof_and_a_contact_are_good_once() {
    let server = Server::start().await;
    let api = server.api();
    let newcomer = Newcomer::new("anna");
    let (id, code) = started(&api, newcomer.contact()).await;
    let path = |step: &str| format!("/v1/registrations/{id}/{step}");
    let _ = api.post(&path("complete"), newcomer.form("made up")).await.refused(410, "attempt_gone");
    // The right code, 16 times at once: one proof.
    let tries: Vec<_> = (0..16)
        .map(|_| {
            let (api, path, body) = (api.clone(), path("verify"), json!({ "code": code }));
            tokio::spawn(async move { api.post(&path, body).await })
        })
        .collect();
    let mut proofs = Vec::new();
    for attempt in tries {
        let answer = attempt.await.expect("an answer");
        match answer.status {
            200 => proofs.push(answer.body["proof"].as_str().expect("a proof").to_owned()),
            // Over, or not compared: each check that was admitted before this one asks for a pause.
            410 => drop(answer.refused(410, "attempt_gone")),
            _ => drop(answer.refused(429, "rate_limited")),
        }
    }
    assert_eq!(proofs.len(), 1, "a code works once");
    let completions: Vec<_> = (0..4)
        .map(|turn| {
            let form = Newcomer::new(&format!("anna{turn}")).form(&proofs[0]);
            let (api, path) = (api.clone(), path("complete"));
            tokio::spawn(async move { api.post(&path, form).await })
        })
        .collect();
    let mut made = 0;
    for completion in completions {
        let answer = completion.await.expect("an answer");
        match answer.status {
            201 => made += 1,
            _ => drop(answer.refused(410, "attempt_gone")),
        }
    }
    assert_eq!(made, 1, "a proof makes one account");
    let login = json!({ "login": newcomer.contact(), "password": PASSWORD });
    let _ = api.post("/v1/sessions", login).await.is(200);
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_contact_answers_like_an_unknown_one_and_gets_no_code() {
    let server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let api = server.api();
    let before = mails_for(&api, &anna.contact).await.len();
    let known = api.post("/v1/registrations", json!({ "contact": anna.contact.to_uppercase() })).await.is(202);
    let unknown = api.post("/v1/registrations", json!({ "contact": "nobody@people.example" })).await.is(202);
    let names = |answer: &Value| answer.as_object().expect("members").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&known), names(&unknown));
    let mails = chatlink_tests::eventually("the owner's mail", || async {
        let mails = mails_for(&api, &anna.contact).await;
        (mails.len() > before).then_some(mails)
    });
    assert!(mails.await[0]["code"].is_null(), "the owner is told that he has an account, without a code");
    let login = |login: &str| json!({ "login": login, "password": "not-the-password-42" });
    let wrong = api.post("/v1/sessions", login("anna")).await;
    let nobody = api.post("/v1/sessions", login("nobody")).await;
    assert_eq!(wrong.blank(), nobody.blank(), "wrong password and no account are one");
    let _ = wrong.refused(401, "login_wrong");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_too_young_is_refused_and_stays_so() {
    let server = Server::start().await;
    let api = server.api();
    let child = Newcomer::new("child").born("2020-02-29");
    let (id, proof) = child.prove(&api).await;
    let complete = format!("/v1/registrations/{id}/complete");
    let problem = api.post(&complete, child.form(&proof)).await.refused(422, "invalid");
    let error = &problem["errors"][0];
    assert_eq!((&error["field"], &error["code"]), (&json!("birth_date"), &json!("too_young")));
    let older = child.clone().born("1990-01-01");
    let _ = api.post(&complete, older.form(&proof)).await.refused(410, "attempt_gone");
    // Another date on the same day is no way round.
    let again = api.post("/v1/registrations", json!({ "contact": child.contact() })).await;
    assert_eq!(again.status, 202, "and it is not said");
    let _ = api.post("/v1/registrations", json!({ "contact": "nobody" })).await.refused(422, "invalid");
    keeps_the_contract(&server).await;
}

async fn started(api: &Api, contact: &str) -> (String, String) {
    let started = api.post("/v1/registrations", json!({ "contact": contact })).await.is(202);
    (started["id"].as_str().expect("an id").to_owned(), code_for(api, contact).await)
}

/// Six digits that are not these.
fn other_than(code: &str) -> String {
    code.chars().map(|digit| if digit == '9' { '0' } else { char::from_u32(digit as u32 + 1).unwrap_or('0') }).collect()
}
