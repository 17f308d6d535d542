//! The OpenAPI document as a judge: is every answer documented, and of the shape that it says?

use crate::{Api, Exchange};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The document of a running server.
pub struct Contract {
    document: Value,
    operations: Vec<Operation>,
}

#[derive(Clone, Debug)]
struct Operation {
    method: String,
    template: String,
    answers: Value,
}

/// Which schema: by operation and answer.
type Key = (String, String, String);

impl Contract {
    /// Reads `/v1/openapi.json`.
    pub async fn of(api: &Api) -> Self {
        let document = api.anonymous().get("/v1/openapi.json").await.is(200);
        let mut operations = Vec::new();
        for (template, item) in document["paths"].as_object().expect("paths") {
            for method in ["get", "put", "post", "delete", "patch", "head"] {
                if let Some(operation) = item.get(method) {
                    let (method, template) = (method.to_uppercase(), template.clone());
                    operations.push(Operation { method, template, answers: operation["responses"].clone() });
                }
            }
        }
        assert!(!operations.is_empty(), "the document names no operation");
        Self { document, operations }
    }

    /// Every documented operation as `GET /v1/…/{id}`.
    #[must_use]
    pub fn operations(&self) -> BTreeSet<String> {
        self.operations.iter().map(Operation::name).collect()
    }

    /// The documented operation that answers this call, if one does.
    #[must_use]
    pub fn operation(&self, method: &str, path: &str) -> Option<String> {
        self.find(method, path).map(Operation::name)
    }

    /// What is wrong with these answers: calls or statuses that the document does not know, bodies
    /// that are not of its shape.
    #[must_use]
    pub fn violations(&self, exchanges: &[Exchange]) -> Vec<String> {
        let mut validators = BTreeMap::new();
        let judged = exchanges.iter().filter(|exchange| is_call(&exchange.path));
        let mut wrong: Vec<_> = judged.filter_map(|exchange| self.judge(exchange, &mut validators)).collect();
        wrong.sort();
        wrong.dedup();
        wrong
    }

    /// The operations that none of these answers said 2xx to (101 for the socket).
    #[must_use]
    pub fn unanswered(&self, exchanges: &[Exchange]) -> BTreeSet<String> {
        let done = exchanges.iter().filter(|exchange| matches!(exchange.status, 101 | 200..300));
        let done: BTreeSet<_> = done.filter_map(|done| self.operation(&done.method, &done.path)).collect();
        self.operations().difference(&done).cloned().collect()
    }

    fn judge(&self, exchange: &Exchange, validators: &mut BTreeMap<Key, Option<Validator>>) -> Option<String> {
        let Exchange { method, path, status, media, body } = exchange;
        let Some(operation) = self.find(method, path) else {
            // The fallback's own answers: nothing is there, and that is what they say.
            let refused = matches!(status, 404 | 405) && media == "application/problem+json";
            return (!refused).then(|| format!("{method} {path} answered {status} and is not documented"));
        };
        let name = operation.name();
        let wrong = |what: String| Some(format!("{name} {status}: {what}"));
        let by_status = operation.answers.get(status.to_string());
        let refusal = operation.answers.get("default").filter(|_| *status >= 400);
        let Some(answer) = by_status.or(refusal) else { return wrong("this status is not documented".to_owned()) };
        let media = media.split(';').next().unwrap_or_default().trim();
        let Some(content) = answer.get("content").and_then(Value::as_object).filter(|content| !content.is_empty())
        else {
            let empty = media.is_empty() || body.is_null();
            return if empty { None } else { wrong(format!("a body that is not documented: {body}")) };
        };
        let Some(shape) = content.get(media) else { return wrong(format!("media type {media:?} is not documented")) };
        if *status >= 400 && body["status"] != *status {
            return wrong(format!("the problem says another status: {body}"));
        }
        let key = (name.clone(), status.to_string(), media.to_owned());
        let validator = validators.entry(key).or_insert_with(|| self.validator(&shape["schema"]));
        let Some(validator) = validator else { return wrong("its schema is none".to_owned()) };
        let errors: Vec<_> = validator.iter_errors(body).map(|e| format!("{} at {}", e, e.instance_path())).collect();
        if errors.is_empty() { None } else { wrong(format!("{}: {body}", errors.join("; "))) }
    }

    fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        let fits = |operation: &&Operation| operation.method == method && matches(&operation.template, path);
        // A literal path goes before one with places: `/v1/sessions/refresh` before `/v1/sessions/{id}`.
        self.operations.iter().filter(fits).min_by_key(|operation| operation.template.matches('{').count())
    }

    fn validator(&self, schema: &Value) -> Option<Validator> {
        let whole = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": self.document["components"],
        });
        jsonschema::validator_for(&whole).ok()
    }
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }
}

/// Below `/v1`, but for the document itself.
fn is_call(path: &str) -> bool {
    path.starts_with("/v1/") && path != "/v1/openapi.json"
}

fn matches(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(place), Some(part)) if place == part || (place.starts_with('{') && !part.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract() -> Contract {
        let answers = json!({
            "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Room" } } } },
            "default": { "content": { "application/problem+json": { "schema": { "type": "object" } } } },
        });
        let room = json!({ "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] });
        let operation = |template: &str| Operation {
            method: "GET".to_owned(),
            template: template.to_owned(),
            answers: answers.clone(),
        };
        Contract {
            document: json!({ "components": { "schemas": { "Room": room } } }),
            operations: vec![operation("/v1/rooms/{id}"), operation("/v1/rooms/mine")],
        }
    }

    fn exchange(method: &str, path: &str, status: u16, body: Value) -> Exchange {
        let media = if status < 400 { "application/json" } else { "application/problem+json" }.to_owned();
        Exchange { method: method.to_owned(), path: path.to_owned(), status, media, body }
    }

    #[test]
    fn a_true_answer_is_none_of_its_business() {
        let good = exchange("GET", "/v1/rooms/1", 200, json!({ "id": "1" }));
        let refused = exchange("GET", "/v1/rooms/1", 404, json!({ "status": 404 }));
        let contract = contract();
        assert_eq!(contract.violations(&[good.clone(), refused]), Vec::<String>::new());
        assert_eq!(contract.unanswered(&[good]), BTreeSet::from(["GET /v1/rooms/mine".to_owned()]));
    }

    #[test]
    fn what_is_not_documented_or_of_another_shape_is_named() {
        for bad in [
            exchange("POST", "/v1/rooms/1", 200, json!({ "id": "1" })),
            exchange("GET", "/v1/halls/1", 200, json!({ "id": "1" })),
            exchange("GET", "/v1/rooms/1", 201, json!({ "id": "1" })),
            exchange("GET", "/v1/rooms/1", 200, json!({ "id": 1 })),
            exchange("GET", "/v1/rooms/1", 200, json!({})),
            exchange("GET", "/v1/rooms/1", 404, json!({ "status": 403 })),
        ] {
            assert_eq!(contract().violations(std::slice::from_ref(&bad)).len(), 1, "{bad:?}");
        }
    }
}
