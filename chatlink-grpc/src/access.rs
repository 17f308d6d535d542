//! Who may call what: a person who is logged in everything, a service token what its scopes say, by one table.

use crate::{
    edge::{Edge, bearer},
    ids::Malformed,
    refusal::{OrRefuse as _, refusal},
};
use chatlink_core::{
    identity::Principal,
    services::{ON_BEHALF_OF, Scope, ServiceError, ServicePrincipal, ServiceTokens},
};
use chatlink_protocol::{ErrorCode, UserId, frame::Command};
use tonic::{Request, Status, metadata::MetadataMap};

/// What a call of a method needs of a service token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// All of these.
    Scopes(&'static [Scope]),
    /// To be none: what is done there is a person's own.
    Person,
}

const PEOPLE_READ: Needs = Needs::Scopes(&[Scope::PeopleRead]);
const PEOPLE_WRITE: Needs = Needs::Scopes(&[Scope::PeopleWrite]);
const ROOMS_READ: Needs = Needs::Scopes(&[Scope::RoomsRead]);
const ROOMS_WRITE: Needs = Needs::Scopes(&[Scope::RoomsWrite]);
const TIMELINE_READ: Needs = Needs::Scopes(&[Scope::TimelineRead]);
const TIMELINE_WRITE: Needs = Needs::Scopes(&[Scope::TimelineWrite]);
const USERS_UPSERT: Needs = Needs::Scopes(&[Scope::UsersUpsert]);

/// Every method, by service and name. One that is missing takes no service token, and a test says that it is missing.
const METHODS: &[(&str, Needs)] = &[
    ("Contacts/Keep", PEOPLE_WRITE),
    ("Contacts/LetGo", PEOPLE_WRITE),
    ("Contacts/ListKept", PEOPLE_READ),
    ("Corrections/AcceptCorrection", TIMELINE_WRITE),
    ("Corrections/DeclineCorrection", TIMELINE_WRITE),
    ("Corrections/ListCorrections", TIMELINE_READ),
    ("Corrections/ProposeCorrection", TIMELINE_WRITE),
    ("Corrections/WithdrawCorrection", TIMELINE_WRITE),
    ("Groups/Ban", ROOMS_WRITE),
    ("Groups/HandOver", ROOMS_WRITE),
    ("Groups/ListBans", ROOMS_READ),
    ("Groups/MuteMember", ROOMS_WRITE),
    ("Groups/SetRole", ROOMS_WRITE),
    ("Groups/Unban", ROOMS_WRITE),
    ("Groups/UnmuteMember", ROOMS_WRITE),
    ("Groups/UpdateRoom", ROOMS_WRITE),
    ("Host/FindUsers", USERS_UPSERT),
    ("Host/UpsertUser", USERS_UPSERT),
    ("Mine/CancelScheduled", TIMELINE_WRITE),
    ("Mine/HideMessage", TIMELINE_WRITE),
    ("Mine/ListChanges", TIMELINE_READ),
    ("Mine/ListDrafts", TIMELINE_READ),
    ("Mine/ListScheduled", TIMELINE_READ),
    ("Mine/ListStars", TIMELINE_READ),
    ("Mine/ScheduleMessage", TIMELINE_WRITE),
    ("Mine/SetDraft", TIMELINE_WRITE),
    ("Mine/Star", TIMELINE_WRITE),
    ("Mine/Unstar", TIMELINE_WRITE),
    ("Mine/UpdateRoomPrefs", TIMELINE_WRITE),
    ("People/Block", PEOPLE_WRITE),
    ("People/FindMe", PEOPLE_READ),
    ("People/FindUser", PEOPLE_READ),
    ("People/ListBlocks", PEOPLE_READ),
    ("People/ListMatches", PEOPLE_READ),
    ("People/Report", PEOPLE_WRITE),
    ("People/Unblock", PEOPLE_WRITE),
    ("People/UpdateLanguages", PEOPLE_WRITE),
    ("People/UpdateMe", PEOPLE_WRITE),
    ("Pins/ListPins", TIMELINE_READ),
    ("Pins/PinMessage", TIMELINE_WRITE),
    ("Pins/UnpinMessage", TIMELINE_WRITE),
    ("Polls/CastVote", TIMELINE_WRITE),
    ("Polls/ClosePoll", TIMELINE_WRITE),
    ("Polls/ListVotes", TIMELINE_READ),
    // Commands on the stream ask for more: `of_command`.
    ("Realtime/Connect", Needs::Scopes(&[Scope::RoomsRead, Scope::TimelineRead])),
    ("Registration/CompleteRegistration", Needs::Person),
    ("Registration/ResendRegistration", Needs::Person),
    ("Registration/StartRegistration", Needs::Person),
    ("Registration/VerifyRegistration", Needs::Person),
    ("Rooms/AcceptRequest", ROOMS_WRITE),
    ("Rooms/AddMembers", ROOMS_WRITE),
    ("Rooms/CreateGroup", ROOMS_WRITE),
    ("Rooms/DeclineRequest", ROOMS_WRITE),
    ("Rooms/FindRoom", ROOMS_READ),
    ("Rooms/LeaveRoom", ROOMS_WRITE),
    ("Rooms/ListMembers", ROOMS_READ),
    ("Rooms/ListRequests", ROOMS_READ),
    ("Rooms/ListRooms", ROOMS_READ),
    ("Rooms/OpenDirect", ROOMS_WRITE),
    ("Rooms/RemoveMember", ROOMS_WRITE),
    ("Search/FindMessages", TIMELINE_READ),
    ("Sessions/ListSessions", Needs::Person),
    ("Sessions/LogIn", Needs::Person),
    ("Sessions/LogOut", Needs::Person),
    ("Sessions/RefreshSession", Needs::Person),
    ("Sessions/RevokeOtherSessions", Needs::Person),
    ("Sessions/RevokeSession", Needs::Person),
    ("Settings/FindSettings", PEOPLE_READ),
    ("Settings/UpdateSettings", PEOPLE_WRITE),
    ("Threads/ListThreads", TIMELINE_READ),
    ("Threads/MarkThreadRead", TIMELINE_WRITE),
    ("Threads/ReadThread", TIMELINE_READ),
    ("Timeline/EditMessage", TIMELINE_WRITE),
    ("Timeline/FindMessage", TIMELINE_READ),
    ("Timeline/ListEvents", TIMELINE_READ),
    ("Timeline/ListReaders", TIMELINE_READ),
    ("Timeline/ListReceipts", TIMELINE_READ),
    ("Timeline/ListVersions", TIMELINE_READ),
    ("Timeline/MarkRead", TIMELINE_WRITE),
    ("Timeline/React", TIMELINE_WRITE),
    ("Timeline/ReadTimeline", TIMELINE_READ),
    ("Timeline/RedactMessage", TIMELINE_WRITE),
    ("Timeline/SendMessage", TIMELINE_WRITE),
    ("WaysIn/CreateInvite", ROOMS_WRITE),
    ("WaysIn/DeclineAsking", ROOMS_WRITE),
    ("WaysIn/JoinByInvite", ROOMS_WRITE),
    ("WaysIn/JoinRoom", ROOMS_WRITE),
    ("WaysIn/LetIn", ROOMS_WRITE),
    ("WaysIn/ListAsking", ROOMS_READ),
    ("WaysIn/ListInvites", ROOMS_READ),
    ("WaysIn/ListPublicRooms", ROOMS_READ),
    ("WaysIn/ListSentInvitations", ROOMS_READ),
    ("WaysIn/PreviewInvite", ROOMS_READ),
    ("WaysIn/RevokeInvite", ROOMS_WRITE),
    ("WaysIn/TakeBackAsking", ROOMS_WRITE),
    ("WaysIn/TakeBackInvitation", ROOMS_WRITE),
];

/// What the method of this service needs. `None`: nobody decided.
pub(crate) fn needs(service: &str, method: &str) -> Option<Needs> {
    let of = |name: &str| name.split_once('/') == Some((service, method));
    METHODS.iter().find(|(name, _)| of(name)).map(|(_, needs)| *needs)
}

/// What a command on the stream needs beyond its connection.
fn of_command(command: &Command) -> &'static [Scope] {
    match command {
        Command::Resume { .. } | Command::Ping => &[],
        Command::Watch { .. } => &[Scope::PeopleRead],
        Command::WatchRoom { .. } => &[Scope::RoomsRead],
        // All others say something, or that it was read or is about to be said.
        _ => &[Scope::TimelineWrite],
    }
}

/// Who calls, and as whom.
pub(crate) struct Actor {
    /// The account.
    pub(crate) user_id: UserId,
    /// By what proof.
    pub(crate) by: By,
}

/// What a caller showed.
pub(crate) enum By {
    /// An access token, or the host's own.
    Login(Principal),
    /// A service token.
    Service(ServicePrincipal),
}

impl By {
    /// Whether the command may be given.
    pub(crate) fn may(&self, command: &Command) -> Result<(), ServiceError> {
        match self {
            Self::Login(_) => Ok(()),
            Self::Service(principal) => principal.require(of_command(command)),
        }
    }
}

impl Edge {
    /// Whose call it is, by its bearer token: a person's, or a service token with the scopes that the method needs.
    pub(crate) async fn auth<T: Sync>(&self, request: &Request<T>) -> Result<Actor, Status> {
        if is_service(request.metadata()) {
            let principal = self.service(request).await?;
            let user_id = principal.person().or_refuse()?.user_id;
            return Ok(Actor { user_id, by: By::Service(principal) });
        }
        let principal = self.login(request).await?;
        Ok(Actor { user_id: principal.user_id, by: By::Login(principal) })
    }

    /// The person who is logged in. What asks for this takes no service token, whatever its scopes: the types see to it,
    /// since nothing else makes a [`Principal`].
    pub(crate) async fn login<T: Sync>(&self, request: &Request<T>) -> Result<Principal, Status> {
        let metadata = request.metadata();
        let Some(token) = bearer(metadata) else { return Err(refusal(ErrorCode::Unauthenticated)) };
        if ServiceTokens::is_one(token) {
            return Err(ServiceError::Never).or_refuse();
        }
        // Passed over, it would let the caller believe that another one acts.
        if on_behalf_of(metadata).or_refuse()?.is_some() {
            return Err(ServiceError::ActsAsOne).or_refuse();
        }
        self.chat.identity().authenticate_bearer(token).await.or_refuse()
    }

    /// The service token of a call, with the scopes that the method needs.
    pub(crate) async fn service<T: Sync>(&self, request: &Request<T>) -> Result<ServicePrincipal, Status> {
        let metadata = request.metadata();
        let Some(token) = bearer(metadata) else { return Err(refusal(ErrorCode::Unauthenticated)) };
        if !ServiceTokens::is_one(token) {
            return Err(ServiceError::Wanted).or_refuse();
        }
        let named = on_behalf_of(metadata).or_refuse()?;
        let principal = self.chat.services().authenticate(token, named.as_deref()).await.or_refuse()?;
        match request.extensions().get::<Needs>() {
            Some(Needs::Scopes(scopes)) => principal.require(scopes).or_refuse()?,
            Some(Needs::Person) | None => return Err(ServiceError::Never).or_refuse(),
        }
        Ok(principal)
    }
}

/// Whether the call came with a service token, good or not.
pub(crate) fn is_service(metadata: &MetadataMap) -> bool {
    bearer(metadata).is_some_and(ServiceTokens::is_one)
}

/// The host's name of the user whom the call is for. One that is no ASCII comes as the bytes of its UTF-8.
fn on_behalf_of(metadata: &MetadataMap) -> Result<Option<String>, Malformed> {
    const BINARY: &str = "chatlink-as-bin";
    match (metadata.get(ON_BEHALF_OF), metadata.get_bin(BINARY)) {
        (None, None) => Ok(None),
        (Some(text), None) => match text.to_str() {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => Err(Malformed("chatlink-as is no ASCII: say it as chatlink-as-bin")),
        },
        (None, Some(bytes)) => {
            let text = bytes.to_bytes().ok().and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
            text.map(Some).ok_or(Malformed("chatlink-as-bin is no UTF-8"))
        }
        (Some(_), Some(_)) => Err(Malformed("chatlink-as and chatlink-as-bin are two names")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DESCRIPTORS;
    use prost::Message as _;
    use prost_types::{FileDescriptorSet, MethodOptions, method_options::IdempotencyLevel};
    use std::collections::BTreeSet;

    /// The area of a service, whose scopes its methods ask for. `None`: it has none of its own.
    fn area(service: &str) -> Option<&'static str> {
        match service {
            "Contacts" | "People" | "Settings" => Some("people:"),
            "Groups" | "Rooms" | "WaysIn" => Some("rooms:"),
            "Corrections" | "Mine" | "Pins" | "Polls" | "Search" | "Threads" | "Timeline" => Some("timeline:"),
            _ => None,
        }
    }

    /// A method that is new is decided on in the table; what only reads asks for a scope that only reads.
    #[test]
    fn every_method_says_what_it_needs() {
        let files = FileDescriptorSet::decode(DESCRIPTORS).unwrap().file;
        let mut there = BTreeSet::new();
        for service in files.iter().flat_map(|file| &file.service) {
            for method in &service.method {
                let name = format!("{}/{}", service.name(), method.name());
                let level = method.options.as_ref().map(MethodOptions::idempotency_level);
                let reads = level == Some(IdempotencyLevel::NoSideEffects);
                let decided =
                    needs(service.name(), method.name()).unwrap_or_else(|| panic!("{name}: it is not in METHODS"));
                if let (Some(area), Needs::Scopes(scopes)) = (area(service.name()), decided) {
                    let wanted = format!("{area}{}", if reads { "read" } else { "write" });
                    assert_eq!(scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>(), [wanted], "{name}");
                }
                there.insert(name);
            }
        }
        let listed: BTreeSet<_> = METHODS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(listed, there, "methods that are not there");
    }

    /// What is about how a person gets in, or about his devices, no service token may do.
    #[test]
    fn no_scope_opens_what_is_a_persons_own() {
        for (name, needs) in METHODS {
            let own = name.starts_with("Sessions/") || name.starts_with("Registration/");
            assert_eq!(*needs == Needs::Person, own, "{name}");
        }
    }
}
