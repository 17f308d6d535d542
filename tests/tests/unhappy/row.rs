//! A row of the table: a call, and how it is refused.

use crate::world::World;
use chatlink_tests::{Answer, Api, Payload};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A way to get it wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Column {
    NoLogin,
    Malformed,
    WrongType,
    TooLarge,
    AbsentId,
    AnothersId,
    Expired,
    Limited,
}

impl Column {
    pub(crate) const ALL: [Self; 8] = [
        Self::NoLogin,
        Self::Malformed,
        Self::WrongType,
        Self::TooLarge,
        Self::AbsentId,
        Self::AnothersId,
        Self::Expired,
        Self::Limited,
    ];
}

/// What a cell says.
#[derive(Clone, Debug)]
pub(crate) enum Expectation {
    /// The column's own request is refused so.
    Refused(u16, &'static str),
    /// The call with another id in this place is refused so; `absent` is an id of nothing.
    Instead { place: &'static str, with: &'static str, status: u16, code: &'static str },
    /// There is no such case, for this reason.
    Reason(&'static str),
}

/// The rate that a call is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Sends,
    Reads,
}

/// One operation: a call that would succeed, and its eight cells.
pub(crate) struct Row {
    method: Method,
    path: &'static str,
    body: Option<Value>,
    /// Query members of a wrong type.
    query: &'static [&'static str],
    upgrade: bool,
    limit: Option<Limit>,
    cells: BTreeMap<Column, Vec<Expectation>>,
}

impl Row {
    /// A call of somebody who is logged in. Dead and missing logins are refused; what a call has no
    /// place for is said.
    pub(crate) fn own(method: Method, path: &'static str) -> Self {
        Self::of(method, path)
            .set(Column::NoLogin, Expectation::Refused(401, "unauthenticated"))
            .set(Column::Expired, Expectation::Refused(401, "unauthenticated"))
    }

    /// A call of anybody.
    pub(crate) fn open(method: Method, path: &'static str) -> Self {
        Self::of(method, path).set(Column::NoLogin, Expectation::Reason("open to all: it is how one logs in"))
    }

    fn of(method: Method, path: &'static str) -> Self {
        let row = Self { method, path, body: None, query: &[], upgrade: false, limit: None, cells: BTreeMap::new() };
        let row = row.set(Column::TooLarge, Expectation::Refused(413, "too_large"));
        let row = row.set(Column::Malformed, Expectation::Reason("takes no body"));
        row.set(Column::WrongType, Expectation::Reason("takes neither body nor query"))
    }

    fn set(mut self, column: Column, expectation: Expectation) -> Self {
        self.cells.insert(column, vec![expectation]);
        self
    }

    fn add(mut self, column: Column, expectation: Expectation) -> Self {
        let cell = self.cells.entry(column).or_default();
        cell.retain(|other| !matches!(other, Expectation::Reason(_)));
        cell.push(expectation);
        self
    }

    /// Takes this body; half of it and each of its members as something else is malformed.
    pub(crate) fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        let malformed = || Expectation::Refused(400, "malformed");
        self.set(Column::Malformed, malformed()).set(Column::WrongType, malformed())
    }

    /// Takes a query; these members of it are of a wrong type.
    pub(crate) fn query(mut self, wrong: &'static [&'static str]) -> Self {
        self.query = wrong;
        self.set(Column::WrongType, Expectation::Refused(400, "malformed"))
    }

    /// Asks for a socket.
    pub(crate) fn upgrade(mut self) -> Self {
        self.upgrade = true;
        self
    }

    /// Refused so when this id names nothing.
    pub(crate) fn absent(self, place: &'static str, status: u16, code: &'static str) -> Self {
        self.add(Column::AbsentId, Expectation::Instead { place, with: "absent", status, code })
    }

    /// Refused so when this id is replaced by one that is somebody else's.
    pub(crate) fn others(self, place: &'static str, with: &'static str, status: u16, code: &'static str) -> Self {
        self.add(Column::AnothersId, Expectation::Instead { place, with, status, code })
    }

    /// Refused so when this id is replaced by one whose time is over.
    pub(crate) fn over(self, place: &'static str, with: &'static str, status: u16, code: &'static str) -> Self {
        self.add(Column::Expired, Expectation::Instead { place, with, status, code })
    }

    /// There is no such case, for this reason.
    pub(crate) fn because(self, columns: &[Column], reason: &'static str) -> Self {
        columns.iter().fold(self, |row, column| row.set(*column, Expectation::Reason(reason)))
    }

    /// Names nobody's things but the caller's.
    pub(crate) fn no_ids(self) -> Self {
        self.because(&[Column::AbsentId, Column::AnothersId], "names no id: it is about the caller")
    }

    /// Counted by this rate.
    pub(crate) fn limited(mut self, limit: Limit) -> Self {
        self.limit = Some(limit);
        self.set(Column::Limited, Expectation::Refused(429, "rate_limited"))
    }

    pub(crate) fn limit(&self) -> Option<Limit> {
        self.limit
    }

    pub(crate) fn method(&self) -> &Method {
        &self.method
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The path with its places, without a query.
    pub(crate) fn plain_path(&self) -> String {
        self.path.to_owned()
    }

    /// The cell, which must say something.
    pub(crate) fn cell(&self, column: Column) -> &[Expectation] {
        let cell = self.cells.get(&column).map(Vec::as_slice).unwrap_or_default();
        assert!(!cell.is_empty(), "{} says nothing of {column:?}", self.name());
        for expectation in cell {
            if let Expectation::Reason(reason) = expectation {
                assert!(reason.len() > 10, "{} {column:?}: a reason is a sentence", self.name());
            }
        }
        cell
    }

    /// The call, with other values in some places.
    pub(crate) async fn call(&self, api: &Api, world: &World, instead: &[(&str, String)]) -> Answer {
        let fill = |text: &str| {
            let text = instead.iter().fold(text.to_owned(), |text, (place, value)| text.replace(place, value));
            world.fill(&text)
        };
        let body = self.body.as_ref().map(|body| {
            let text = fill(&body.to_string());
            Payload::Json(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
        });
        self.send(api, &fill(self.path), body.unwrap_or_default()).await
    }

    /// The call with these bytes for a body.
    pub(crate) async fn raw(&self, api: &Api, world: &World, bytes: Vec<u8>) -> Answer {
        self.send(api, &world.fill(self.path), Payload::Bytes("application/json", bytes)).await
    }

    /// The call once for each member of body and query, with a value that is of no right type.
    pub(crate) async fn wrong_types(&self, api: &Api, world: &World) -> Vec<Answer> {
        let path = world.fill(self.path);
        let mut answers = Vec::new();
        for query in self.query {
            answers.push(self.send(api, &format!("{path}?{query}"), Payload::Empty).await);
        }
        let body: Value = match &self.body {
            Some(body) => serde_json::from_str(&world.fill(&body.to_string())).expect("JSON"),
            None => return answers,
        };
        for member in body.as_object().expect("members").keys() {
            let mut body = body.clone();
            body[member] = json!({ "of": ["no", "right", "type"] });
            answers.push(self.send(api, &path, Payload::Json(body)).await);
        }
        answers.push(self.send(api, &path, Payload::Json(json!([1, 2, 3]))).await);
        answers
    }

    async fn send(&self, api: &Api, path: &str, payload: Payload) -> Answer {
        let upgrade = [
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-protocol", "chatlink.v1"),
        ];
        let more: &[(&str, &str)] = if self.upgrade { &upgrade } else { &[] };
        api.call_with(self.method.clone(), path, payload, more).await
    }
}
