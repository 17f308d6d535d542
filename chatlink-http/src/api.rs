//! The router and its document, put together from the domains.

use crate::{
    Edge, Options, cors,
    edge::UPLOADS,
    identity,
    names::{self, Names},
    people, previews, request, rights, rooms, timeline, ws,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::header,
    middleware,
    routing::{any, get},
};
use bytes::Bytes;
use chatlink_core::ChatLink;
use chatlink_protocol::{ContactAttemptId, PasskeyId, Problem, RegistrationId, ResetId};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::{
    PartialSchema as _, ToSchema as _,
    openapi::{
        self, Components, ContentBuilder, Info, OpenApi, Ref, RefOr, ResponseBuilder,
        path::Operation,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

/// The engine's REST and WebSocket calls, all below `/v1`, with the default [`Options`].
pub fn router(chat: ChatLink) -> Router {
    router_with(chat, Options::default())
}

/// The engine's REST and WebSocket calls, all below `/v1`.
pub fn router_with(chat: ChatLink, options: Options) -> Router {
    build(v1(), chat, options)
}

/// The OpenAPI document of [`router`], generated from its handlers.
pub fn openapi() -> OpenApi {
    document(OpenApiRouter::<Edge>::new().nest("/v1", v1()).into_openapi(), "")
}

/// The calls of all domains.
fn v1() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .merge(identity::routes())
        .merge(people::routes())
        .merge(rights::routes())
        .merge(rooms::routes())
        .merge(timeline::routes())
        .merge(previews::routes())
        .merge(ws::routes())
}

/// Layers apply to what was added before them: first the calls, then what must not time out.
pub(crate) fn build(calls: OpenApiRouter<Edge>, chat: ChatLink, options: Options) -> Router {
    let uploads = Arc::new(Semaphore::new(UPLOADS));
    let edge = Edge { chat, options: Arc::new(options), uploads };
    let (calls, spec) = OpenApiRouter::new().nest("/v1", calls).split_for_parts();
    let names = Names::of(&spec);
    // Written out once; the document has no value that JSON cannot hold.
    let spec = Bytes::from(document(spec, &edge.options.mount).to_json().unwrap_or_default());
    let known = Router::new()
        .merge(calls)
        .route("/v1/openapi.json", get(move || async move { ([(header::CONTENT_TYPE, "application/json")], spec) }))
        .layer(middleware::from_fn_with_state(names, names::refuse_unknown))
        .layer(middleware::from_fn_with_state(edge.options.drain.clone(), request::hurry))
        .method_not_allowed_fallback(request::no_such_method);
    Router::new()
        .merge(known)
        .route("/v1", any(request::no_such_path))
        .route("/v1/", any(request::no_such_path))
        .route("/v1/{*rest}", any(request::no_such_path))
        .layer(DefaultBodyLimit::max(edge.options.body_bytes))
        .layer(middleware::from_fn_with_state(edge.clone(), request::refuse_large))
        .layer(CatchPanicLayer::custom(request::panicked))
        .layer(middleware::from_fn(request::finish))
        .layer(option_layer(cors::layer(&edge.options.allowed_origins)))
        .with_state(edge)
}

/// Adds what holds for every operation: the problem as its other answer, and who may call it.
fn document(mut spec: OpenApi, mount: &str) -> OpenApi {
    spec.info = Info::new("ChatLink", "1");
    spec.info.description = Some("People who join with a code, find language partners, and talk.".to_owned());
    if !mount.is_empty() {
        spec.servers = Some(vec![openapi::Server::new(mount)]);
    }
    spec.security = Some(vec![requirement("bearer"), requirement("cookie")]);
    for item in spec.paths.paths.values_mut() {
        for operation in operations(item) {
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let refused = ResponseBuilder::new()
                .description("Refused: see `code`.")
                .content("application/problem+json", problem)
                .build();
            operation.responses.responses.insert("default".to_owned(), RefOr::T(refused));
        }
    }
    let components = spec.components.get_or_insert_with(Components::new);
    let mut schemas = Vec::new();
    Problem::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.schemas.insert("Problem".to_owned(), Problem::schema());
    // Only paths name these: utoipa collects the schemas of bodies alone.
    components.schemas.insert("ContactAttemptId".to_owned(), ContactAttemptId::schema());
    components.schemas.insert("PasskeyId".to_owned(), PasskeyId::schema());
    components.schemas.insert("RegistrationId".to_owned(), RegistrationId::schema());
    components.schemas.insert("ResetId".to_owned(), ResetId::schema());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let cookie = ApiKeyValue::with_description(
        "__Host-chatlink",
        "Every method but GET and HEAD also wants the header X-CSRF-Token.",
    );
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    spec
}

fn requirement(scheme: &str) -> SecurityRequirement {
    SecurityRequirement::new(scheme, Vec::<String>::new())
}

fn operations(item: &mut openapi::PathItem) -> impl Iterator<Item = &mut Operation> {
    let methods = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch, &mut item.head];
    methods.into_iter().filter_map(Option::as_mut)
}
