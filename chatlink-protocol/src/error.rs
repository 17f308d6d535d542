//! Errors on the wire: one exhaustive list of codes, and the problem object that carries one.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $status:literal, retry: $retry:literal, $title:literal;)*) => {
        /// Why a call was refused. Names are stable for ever; every edge maps all of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $wire)] $name,)*
        }

        impl ErrorCode {
            /// Every code, for tables and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable name on every wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $wire),* }
            }

            /// The HTTP status that belongs to it.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            /// Whether the same call may succeed later, unchanged.
            #[must_use]
            pub const fn retry(self) -> bool {
                match self { $(Self::$name => $retry),* }
            }

            /// A short English sentence, the same for every occurrence (RFC 9457 `title`).
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }
    };
}

codes! {
    /// Not JSON, not UTF-8, a missing or unknown shape.
    Malformed = "malformed", 400, retry: false, "The request is malformed.";
    /// No login, or one that is dead.
    Unauthenticated = "unauthenticated", 401, retry: false, "Log in first.";
    /// The login or the password is wrong; which of them is not said.
    LoginWrong = "login_wrong", 401, retry: false, "The login or the password is wrong.";
    /// The password is right, and the account asks for a second factor, too.
    SecondFactorRequired = "second_factor_required", 401, retry: false, "A second factor is needed.";
    /// The second factor is wrong, or was used before.
    SecondFactorWrong = "second_factor_wrong", 401, retry: false, "The second factor is wrong.";
    /// The passkey was not taken; why is not said.
    PasskeyWrong = "passkey_wrong", 401, retry: false, "The passkey was not accepted.";
    /// The CSRF token is missing or belongs to another session.
    CsrfWrong = "csrf_wrong", 403, retry: false, "The CSRF token is missing or wrong.";
    /// Known, but not allowed.
    Forbidden = "forbidden", 403, retry: false, "You may not do this.";
    /// The first contact waits for the other person's answer.
    RequestPending = "request_pending", 403, retry: false, "Wait until your request is accepted.";
    /// A moderator took the word for a while: `retry_after` says for how long.
    Muted = "muted", 403, retry: true, "You may not write here for now.";
    /// The host's policy said no to this message.
    RefusedByHost = "refused_by_host", 403, retry: false, "This message was not accepted here.";
    /// Nobody can be reached there any more.
    RecipientUnavailable = "recipient_unavailable", 403, retry: false, "This person cannot be reached.";
    /// No such path or thing.
    NotFound = "not_found", 404, retry: false, "There is nothing here.";
    /// No such person for this caller.
    UserNotFound = "user_not_found", 404, retry: false, "There is no such person.";
    /// No such room for this caller.
    RoomNotFound = "room_not_found", 404, retry: false, "There is no such room.";
    /// No such invite for the caller: none, over, taken back, or of somebody whom he may not meet.
    InviteNotFound = "invite_not_found", 404, retry: false, "There is no such invite.";
    /// No such message in this room for this caller.
    MessageNotFound = "message_not_found", 404, retry: false, "There is no such message.";
    /// No such correction of this message for this caller.
    CorrectionNotFound = "correction_not_found", 404, retry: false, "There is no such correction.";
    /// The path is there, the method is not.
    MethodNotAllowed = "method_not_allowed", 405, retry: false, "This method is not allowed here.";
    /// The same client_id with another request.
    ClientIdConflict = "client_id_conflict", 409, retry: false, "This client_id was used for something else.";
    /// The message was edited since the caller looked at it.
    MessageChanged = "message_changed", 409, retry: false, "The message was edited since.";
    /// The message has as many corrections, of all or of the caller, as it may have.
    CorrectionsFull = "corrections_full", 409, retry: false, "The message has as many corrections as it may have.";
    /// The room has as many pins as it may have.
    PinsFull = "pins_full", 409, retry: false, "The room has as many pinned messages as it may have.";
    /// Votes are cast on polls alone.
    NotAPoll = "not_a_poll", 409, retry: false, "This message is no poll.";
    /// The poll is closed, or its time was over.
    PollClosed = "poll_closed", 409, retry: false, "This poll is closed.";
    /// The username is somebody's.
    UsernameTaken = "username_taken", 409, retry: false, "This username is taken.";
    /// The contact is somebody's by now.
    ContactTaken = "contact_taken", 409, retry: false, "This contact belongs to an account.";
    /// A second factor is on already.
    SecondFactorOn = "second_factor_on", 409, retry: false, "A second factor is on already.";
    /// No second factor is on, or none waits for its first code.
    SecondFactorOff = "second_factor_off", 409, retry: false, "No second factor is on.";
    /// The account has as many passkeys as it may have.
    PasskeysFull = "passkeys_full", 409, retry: false, "The account has as many passkeys as it may have.";
    /// The only way to reach the account.
    LastContact = "last_contact", 409, retry: false, "This is the last contact of the account.";
    /// The room would be left without an owner.
    LastOwner = "last_owner", 409, retry: false, "The room needs an owner. Hand it over first.";
    /// The room has as many members as it may have.
    RoomFull = "room_full", 409, retry: false, "The room is full.";
    /// The room has as many invites as it may have.
    InvitesFull = "invites_full", 409, retry: false, "The room has as many invites as it may have.";
    /// An attempt that is unknown, used, dead or expired.
    AttemptGone = "attempt_gone", 410, retry: false, "This attempt is over. Start again.";
    /// The message is redacted or expired.
    MessageGone = "message_gone", 410, retry: false, "This message is gone.";
    /// Larger than the limit.
    TooLarge = "too_large", 413, retry: false, "The request is too large.";
    /// The body is of another media type.
    UnsupportedMediaType = "unsupported_media_type", 415, retry: false, "Send application/json.";
    /// Fields that break their rules, all of them named.
    Invalid = "invalid", 422, retry: false, "Some fields are invalid.";
    /// The code is not the one that was sent.
    CodeWrong = "code_wrong", 422, retry: false, "The code is wrong.";
    /// Too many, too fast.
    RateLimited = "rate_limited", 429, retry: true, "Too many requests. Try again later.";
    /// Too much is said in this room, by all its members together.
    RoomRateLimited = "room_rate_limited", 429, retry: true, "Too much is said in this room. Try again later.";
    /// A fault of ours.
    Internal = "internal", 500, retry: true, "Something went wrong here.";
    /// The store or a helper is away.
    Unavailable = "unavailable", 503, retry: true, "The service is not available right now.";
    /// No room left on the device.
    StorageFull = "storage_full", 507, retry: true, "The storage is full.";
}

/// One invalid field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's name as the caller wrote it, with a path for nested ones (`learning_languages[0].level`).
    pub field: String,
    /// A stable word for what is wrong: `required`, `too_long`, `too_young` …
    pub code: String,
    /// An English sentence for developers.
    pub message: String,
}

impl FieldError {
    /// An error of one field.
    pub fn new(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// An error as it goes over the wire: RFC 9457 `application/problem+json`, also inside frames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URN that names the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// One sentence, the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: ErrorCode,
    /// What is special about this occurrence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// The path that was called.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub instance: Option<String>,
    /// The name of this call in the server's log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<String>,
    /// Seconds to wait before the next try.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_after: Option<u64>,
    /// Checks of a code that are left.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tries_left: Option<u8>,
    /// All invalid fields at once.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
}

impl Problem {
    /// The bare problem of a code.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            kind: format!("urn:chatlink:error:{}", code.name()),
            title: code.title().to_owned(),
            status: code.status(),
            code,
            detail: None,
            instance: None,
            request_id: None,
            retry_after: None,
            tries_left: None,
            errors: Vec::new(),
        }
    }
}
