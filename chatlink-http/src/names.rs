//! The names that a query may hold: those of the document, for every operation in this one place. A name that is not
//! there is a slip, or asks for what this version cannot do; to pass over it would answer another question.

use crate::Problem;
use axum::{
    extract::{MatchedPath, Query, Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use chatlink_core::Invalid;
use chatlink_protocol::ErrorCode;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Operation, ParameterIn},
};

/// Unknown names that one answer tells.
const MAX_TOLD: usize = 10;
/// Characters of an unknown name that are told.
const MAX_NAME: usize = 64;

/// The names by method and path, as the router writes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(Arc<HashMap<(Method, String), BTreeSet<String>>>);

impl Names {
    /// Those of the document, whose paths begin with `/v1`.
    pub(crate) fn of(spec: &OpenApi) -> Self {
        let mut names = HashMap::new();
        for (path, item) in &spec.paths.paths {
            let methods = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::DELETE, &item.delete),
                (Method::PATCH, &item.patch),
            ];
            for (method, operation) in methods {
                if let Some(operation) = operation {
                    names.insert((method, path.clone()), of_query(operation));
                }
            }
        }
        Self(Arc::new(names))
    }

    /// Those of the operation at a matched path, before which stands where a host mounted the router.
    fn at(&self, method: &Method, path: &str) -> Option<&BTreeSet<String>> {
        let method = if *method == Method::HEAD { Method::GET } else { method.clone() };
        path.match_indices("/v1/").find_map(|(start, _)| self.0.get(&(method.clone(), path[start..].to_owned())))
    }
}

fn of_query(operation: &Operation) -> BTreeSet<String> {
    let parameters = operation.parameters.iter().flatten();
    let written = parameters.filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    });
    let of_query = written.filter(|parameter| parameter.parameter_in == ParameterIn::Query);
    of_query.map(|parameter| parameter.name.clone()).collect()
}

/// Refuses a query with a name that its operation does not have.
pub(crate) async fn refuse_unknown(State(names): State<Names>, request: Request, next: Next) -> Response {
    match unknown(&names, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn unknown(names: &Names, request: &Request) -> Result<(), Problem> {
    if request.uri().query().is_none_or(str::is_empty) {
        return Ok(());
    }
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let Some(known) = path.and_then(|path| names.at(request.method(), path)) else { return Ok(()) };
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
    let Query(pairs) = pairs.map_err(|refused| Problem::new(ErrorCode::Malformed).detail(refused.body_text()))?;
    let unheard: BTreeSet<&str> = pairs.iter().map(|(name, _)| &**name).filter(|name| !known.contains(*name)).collect();
    let mut invalid = Invalid::default();
    for name in unheard.into_iter().take(MAX_TOLD) {
        let told: String = name.chars().take(MAX_NAME).collect();
        invalid.push(told, "unknown_name", "no such name in this query");
    }
    Ok(invalid.check()?)
}
