//! The OpenAPI document, kept in a file so that a change of the wire is seen in review.

use std::path::PathBuf;

#[test]
fn the_committed_document_is_that_of_the_handlers() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let generated = crate::openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "the wire changed: UPDATE_OPENAPI=1 cargo test -p chatlink-http, then look at the diff"
    );
}

#[test]
fn every_operation_is_named_once_and_says_what_it_is() {
    let document: serde_json::Value = serde_json::from_str(&crate::openapi().to_json().unwrap()).unwrap();
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/v1/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} twice");
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{method} {path}");
            let answers = operation["responses"].as_object().unwrap();
            assert!(answers.keys().any(|status| status.starts_with(['1', '2'])), "{method} {path}");
        }
    }
}

/// Addresses are kept by browsers, proxies and logs: what proves who one is goes in headers and bodies.
#[test]
fn no_secret_is_in_an_address() {
    let document: serde_json::Value = serde_json::from_str(&crate::openapi().to_json().unwrap()).unwrap();
    let operations = document["paths"].as_object().unwrap().values();
    let operations = operations.flat_map(|item| item.as_object().unwrap().values());
    let parameters = operations.flat_map(|operation| operation["parameters"].as_array().into_iter().flatten());
    let in_address = parameters.filter(|parameter| ["path", "query"].contains(&parameter["in"].as_str().unwrap()));
    let names: Vec<_> = in_address.map(|parameter| parameter["name"].as_str().unwrap().to_lowercase()).collect();
    assert!(names.len() > 10, "{names:?}");
    for secret in ["token", "code", "proof", "password", "secret", "csrf", "contact", "login"] {
        assert!(!names.iter().any(|name| name.contains(secret)), "{secret} in {names:?}");
    }
}

/// What others can know or guess proves nothing: there is no hint and no secret question.
#[test]
fn nothing_is_asked_that_others_could_know() {
    let document: serde_json::Value = serde_json::from_str(&crate::openapi().to_json().unwrap()).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap().values();
    let members =
        schemas.flat_map(|schema| schema["properties"].as_object().into_iter().flat_map(|found| found.keys()));
    let names: Vec<_> = members.map(|name| name.to_lowercase()).collect();
    assert!(names.len() > 100, "{names:?}");
    for asked in ["hint", "question", "answer", "maiden"] {
        assert!(!names.iter().any(|name| name.contains(asked)), "{asked} in {names:?}");
    }
}
