//! Schemas that a derive cannot write: the kinds of an event and their bodies, and the error codes,
//! whose names on the wire come out of a macro.

use crate::{ErrorCode, EventBody, event};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{AnyOfBuilder, ObjectBuilder, SchemaType, Type},
    },
};

impl ToSchema for ErrorCode {}

impl PartialSchema for ErrorCode {
    fn schema() -> RefOr<Schema> {
        let names = ErrorCode::ALL.iter().map(|code| code.name());
        let known = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
        known.description(Some("Why a call was refused. Names are stable for ever.")).into()
    }
}

impl ToSchema for EventBody {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        add::<event::Message>(schemas);
        add::<event::Edit>(schemas);
        add::<event::Redaction>(schemas);
        add::<event::Reaction>(schemas);
        add::<event::Correction>(schemas);
        add::<event::CorrectionDecision>(schemas);
        add::<event::Pin>(schemas);
        add::<event::Vote>(schemas);
        add::<event::PollClosed>(schemas);
        add::<event::Membership>(schemas);
        add::<event::RoomChange>(schemas);
    }
}

impl PartialSchema for EventBody {
    /// The known kinds, each with its body, and any other kind with any body.
    fn schema() -> RefOr<Schema> {
        let known = [
            ("message", event::Message::name()),
            ("edit", event::Edit::name()),
            ("redaction", event::Redaction::name()),
            ("reaction", event::Reaction::name()),
            ("correction", event::Correction::name()),
            ("correction_decision", event::CorrectionDecision::name()),
            ("pin", event::Pin::name()),
            ("vote", event::Vote::name()),
            ("poll_closed", event::PollClosed::name()),
            ("membership", event::Membership::name()),
            ("room", event::RoomChange::name()),
        ];
        let kinds = known.iter().fold(AnyOfBuilder::new(), |kinds, (kind, body)| {
            let name = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([*kind]));
            kinds.item(pair(name, Ref::from_schema_name(body.to_string())))
        });
        let any_name = ObjectBuilder::new().schema_type(Type::String);
        let any_body = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
        kinds.item(pair(any_name, any_body)).description(Some("Kinds of later versions may come.")).into()
    }
}

fn pair(kind: ObjectBuilder, body: impl Into<RefOr<Schema>>) -> ObjectBuilder {
    ObjectBuilder::new().property("kind", kind).property("body", body).required("kind").required("body")
}

fn add<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}
