//! An operation as the document tells it, and what the table adds: a call that would be answered, and
//! whose things it may not touch.

use axum::http::Method;
use serde_json::Value;

/// Who may call, as the document says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// Somebody who is logged in.
    Login,
    /// Anybody.
    Open,
    /// Both: the socket, which may say later who it is. Its gates are tried over real sockets.
    Either,
}

/// An operation of the document.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) gate: Gate,
    /// The members of its body.
    pub(super) members: Vec<String>,
}

/// What a call carries.
pub(super) enum Payload {
    Nothing,
    Json(Value),
    /// A file.
    Picture,
}

/// Things in the place of the caller's own, and how the call with them is refused.
pub(super) struct Others {
    pub(super) place: &'static str,
    pub(super) with: &'static [&'static str],
    pub(super) status: u16,
    pub(super) code: &'static str,
}

/// A call of an operation.
pub(super) struct Entry {
    pub(super) id: &'static str,
    /// Parameters of the path and the places that fill them.
    pub(super) params: Vec<(&'static str, &'static str)>,
    pub(super) payload: Payload,
    /// The status of the answer where all gates are passed.
    pub(super) answered: u16,
    /// Whether it belongs to logins of our own: with a host's verifier there is none.
    pub(super) is_of_logins: bool,
    others: Vec<Others>,
    reason: Option<&'static str>,
}

impl Operation {
    /// All of the document's.
    pub(super) fn all() -> Vec<Self> {
        let document: Value = serde_json::from_str(&crate::openapi().to_json().unwrap()).unwrap();
        let paths = document["paths"].as_object().unwrap().iter();
        let each = paths.flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |found| (path, found)));
        let read = |(path, (method, operation)): (&String, (&String, &Value))| Self {
            id: operation["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase().parse().unwrap(),
            path: path.clone(),
            gate: gate(&operation["security"]),
            members: members(&document, operation),
        };
        each.map(read).collect()
    }
}

fn gate(security: &Value) -> Gate {
    let is_open = |it: &Value| it.as_object().unwrap().is_empty();
    match security.as_array() {
        None => Gate::Login,
        Some(ways) if ways.iter().all(is_open) => Gate::Open,
        Some(ways) if ways.iter().any(is_open) => Gate::Either,
        Some(_) => Gate::Login,
    }
}

fn members(document: &Value, operation: &Value) -> Vec<String> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let named = schema["$ref"].as_str().and_then(|name| name.strip_prefix('#'));
    let schema = named.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema);
    schema["properties"].as_object().map(|found| found.keys().cloned().collect()).unwrap_or_default()
}

impl Entry {
    /// A call that is answered so.
    pub(super) fn new(id: &'static str, answered: u16) -> Self {
        Self {
            id,
            params: Vec::new(),
            payload: Payload::Nothing,
            answered,
            is_of_logins: false,
            others: Vec::new(),
            reason: None,
        }
    }

    /// A call of what is there with logins of our own alone.
    pub(super) fn of_logins(id: &'static str, answered: u16) -> Self {
        Self { is_of_logins: true, ..Self::new(id, answered) }
    }

    /// This parameter of the path is filled from that place.
    pub(super) fn at(mut self, param: &'static str, place: &'static str) -> Self {
        self.params.push((param, place));
        self
    }

    pub(super) fn json(self, body: Value) -> Self {
        Self { payload: Payload::Json(body), ..self }
    }

    pub(super) fn picture(self) -> Self {
        Self { payload: Payload::Picture, ..self }
    }

    /// Refused alike when the place holds any of these.
    pub(super) fn not(
        mut self,
        place: &'static str,
        with: &'static [&'static str],
        status: u16,
        code: &'static str,
    ) -> Self {
        self.others.push(Others { place, with, status, code });
        self
    }

    /// There is nobody else's thing that it could name, for this reason.
    pub(super) fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// Whose things it may not touch; must be said of every operation.
    pub(super) fn others(&self) -> &[Others] {
        assert!(!self.others.is_empty() || self.reason.is_some(), "{} says nothing of things of others", self.id);
        &self.others
    }
}
