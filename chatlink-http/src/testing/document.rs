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
