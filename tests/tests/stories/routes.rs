//! What of HTTP there is over gRPC: every operation with the method that does the same, or with the reason why there is none.
//! Neither edge can get an operation that does not stand here.

use prost::Message as _;
use prost_types::FileDescriptorSet;
use std::collections::BTreeSet;

/// Why an operation is of HTTP alone.
#[derive(Clone, Copy, Debug)]
enum Why {
    /// A file, for which HTTP has ranges, caches and media types.
    AFile,
    /// A ceremony between a browser and its user.
    OfBrowsers,
    /// It wants the password of a person who sits in front of it.
    OfTheOwner,
    /// It shows something on a screen.
    OfScreens,
}

use Why::{AFile, OfBrowsers, OfScreens, OfTheOwner};

/// Every operation of HTTP.
const OPERATIONS: &[(&str, Result<&str, Why>)] = &[
    ("GET /v1/blocks", Ok("People/ListBlocks")),
    ("PUT /v1/blocks/{user_id}", Ok("People/Block")),
    ("DELETE /v1/blocks/{user_id}", Ok("People/Unblock")),
    ("GET /v1/contacts", Ok("Contacts/ListKept")),
    ("PUT /v1/contacts/{user_id}", Ok("Contacts/Keep")),
    ("DELETE /v1/contacts/{user_id}", Ok("Contacts/LetGo")),
    ("POST /v1/invites/avatar", Err(AFile)),
    ("POST /v1/invites/join", Ok("WaysIn/JoinByInvite")),
    ("POST /v1/invites/preview", Ok("WaysIn/PreviewInvite")),
    ("POST /v1/link-previews", Err(OfScreens)),
    ("GET /v1/matches", Ok("People/ListMatches")),
    ("GET /v1/me", Ok("People/FindMe")),
    ("DELETE /v1/me", Err(OfTheOwner)),
    ("PATCH /v1/me", Ok("People/UpdateMe")),
    ("PUT /v1/me/avatar", Err(AFile)),
    ("DELETE /v1/me/avatar", Err(AFile)),
    ("POST /v1/me/contacts", Err(OfTheOwner)),
    ("POST /v1/me/contacts/{id}/verify", Err(OfTheOwner)),
    ("DELETE /v1/me/contacts/{kind}", Err(OfTheOwner)),
    ("GET /v1/me/corrections", Ok("Corrections/ListCorrections")),
    ("GET /v1/me/drafts", Ok("Mine/ListDrafts")),
    ("GET /v1/me/export", Err(AFile)),
    ("PUT /v1/me/languages", Ok("People/UpdateLanguages")),
    ("GET /v1/me/log", Ok("Mine/ListChanges")),
    ("GET /v1/me/passkeys", Err(OfBrowsers)),
    ("POST /v1/me/passkeys", Err(OfBrowsers)),
    ("POST /v1/me/passkeys/begin", Err(OfBrowsers)),
    ("DELETE /v1/me/passkeys/{id}", Err(OfBrowsers)),
    ("PUT /v1/me/password", Err(OfTheOwner)),
    ("GET /v1/me/scheduled", Ok("Mine/ListScheduled")),
    ("PUT /v1/me/scheduled/{client_id}", Ok("Mine/ScheduleMessage")),
    ("DELETE /v1/me/scheduled/{client_id}", Ok("Mine/CancelScheduled")),
    ("GET /v1/me/security-log", Err(OfTheOwner)),
    ("GET /v1/me/settings", Ok("Settings/FindSettings")),
    ("PATCH /v1/me/settings", Ok("Settings/UpdateSettings")),
    ("GET /v1/me/stars", Ok("Mine/ListStars")),
    ("POST /v1/me/totp", Err(OfTheOwner)),
    ("DELETE /v1/me/totp", Err(OfTheOwner)),
    ("POST /v1/me/totp/confirm", Err(OfTheOwner)),
    ("POST /v1/me/totp/recovery-codes", Err(OfTheOwner)),
    ("PUT /v1/me/username", Err(OfTheOwner)),
    ("POST /v1/password-resets", Err(OfTheOwner)),
    ("POST /v1/password-resets/{id}/complete", Err(OfTheOwner)),
    ("POST /v1/password-resets/{id}/verify", Err(OfTheOwner)),
    ("GET /v1/public-rooms", Ok("WaysIn/ListPublicRooms")),
    ("POST /v1/registrations", Ok("Registration/StartRegistration")),
    ("POST /v1/registrations/{id}/complete", Ok("Registration/CompleteRegistration")),
    ("POST /v1/registrations/{id}/resend", Ok("Registration/ResendRegistration")),
    ("POST /v1/registrations/{id}/verify", Ok("Registration/VerifyRegistration")),
    ("POST /v1/reports", Ok("People/Report")),
    ("GET /v1/requests", Ok("Rooms/ListRequests")),
    ("POST /v1/requests/{room_id}/accept", Ok("Rooms/AcceptRequest")),
    ("POST /v1/requests/{room_id}/decline", Ok("Rooms/DeclineRequest")),
    ("GET /v1/rooms", Ok("Rooms/ListRooms")),
    ("POST /v1/rooms", Ok("Rooms/OpenDirect")),
    ("POST /v1/rooms", Ok("Rooms/CreateGroup")),
    ("GET /v1/rooms/{id}", Ok("Rooms/FindRoom")),
    ("PATCH /v1/rooms/{id}", Ok("Groups/UpdateRoom")),
    ("GET /v1/rooms/{id}/asking", Ok("WaysIn/ListAsking")),
    ("POST /v1/rooms/{id}/asking/{user_id}/accept", Ok("WaysIn/LetIn")),
    ("POST /v1/rooms/{id}/asking/{user_id}/decline", Ok("WaysIn/DeclineAsking")),
    ("PUT /v1/rooms/{id}/avatar", Err(AFile)),
    ("DELETE /v1/rooms/{id}/avatar", Err(AFile)),
    ("GET /v1/rooms/{id}/avatar/{version}", Err(AFile)),
    ("GET /v1/rooms/{id}/bans", Ok("Groups/ListBans")),
    ("PUT /v1/rooms/{id}/bans/{user_id}", Ok("Groups/Ban")),
    ("DELETE /v1/rooms/{id}/bans/{user_id}", Ok("Groups/Unban")),
    ("PUT /v1/rooms/{id}/draft", Ok("Mine/SetDraft")),
    ("GET /v1/rooms/{id}/events", Ok("Timeline/ListEvents")),
    ("GET /v1/rooms/{id}/invitations", Ok("WaysIn/ListSentInvitations")),
    ("DELETE /v1/rooms/{id}/invitations/{user_id}", Ok("WaysIn/TakeBackInvitation")),
    ("GET /v1/rooms/{id}/invites", Ok("WaysIn/ListInvites")),
    ("POST /v1/rooms/{id}/invites", Ok("WaysIn/CreateInvite")),
    ("DELETE /v1/rooms/{id}/invites/{invite_id}", Ok("WaysIn/RevokeInvite")),
    ("POST /v1/rooms/{id}/join", Ok("WaysIn/JoinRoom")),
    ("DELETE /v1/rooms/{id}/join", Ok("WaysIn/TakeBackAsking")),
    ("POST /v1/rooms/{id}/leave", Ok("Rooms/LeaveRoom")),
    ("GET /v1/rooms/{id}/members", Ok("Rooms/ListMembers")),
    ("POST /v1/rooms/{id}/members", Ok("Rooms/AddMembers")),
    ("DELETE /v1/rooms/{id}/members/{user_id}", Ok("Rooms/RemoveMember")),
    ("PATCH /v1/rooms/{id}/members/{user_id}", Ok("Groups/SetRole")),
    ("POST /v1/rooms/{id}/messages", Ok("Timeline/SendMessage")),
    ("GET /v1/rooms/{id}/messages/{message_id}", Ok("Timeline/FindMessage")),
    ("DELETE /v1/rooms/{id}/messages/{message_id}", Ok("Timeline/RedactMessage")),
    ("PATCH /v1/rooms/{id}/messages/{message_id}", Ok("Timeline/EditMessage")),
    ("POST /v1/rooms/{id}/messages/{message_id}/close", Ok("Polls/ClosePoll")),
    ("POST /v1/rooms/{id}/messages/{message_id}/corrections", Ok("Corrections/ProposeCorrection")),
    ("DELETE /v1/rooms/{id}/messages/{message_id}/corrections/{correction_id}", Ok("Corrections/WithdrawCorrection")),
    (
        "POST /v1/rooms/{id}/messages/{message_id}/corrections/{correction_id}/accept",
        Ok("Corrections/AcceptCorrection"),
    ),
    (
        "POST /v1/rooms/{id}/messages/{message_id}/corrections/{correction_id}/decline",
        Ok("Corrections/DeclineCorrection"),
    ),
    ("PUT /v1/rooms/{id}/messages/{message_id}/hide", Ok("Mine/HideMessage")),
    ("PUT /v1/rooms/{id}/messages/{message_id}/reactions/{key}", Ok("Timeline/React")),
    ("DELETE /v1/rooms/{id}/messages/{message_id}/reactions/{key}", Ok("Timeline/React")),
    ("GET /v1/rooms/{id}/messages/{message_id}/readers", Ok("Timeline/ListReaders")),
    ("PUT /v1/rooms/{id}/messages/{message_id}/star", Ok("Mine/Star")),
    ("DELETE /v1/rooms/{id}/messages/{message_id}/star", Ok("Mine/Unstar")),
    ("PUT /v1/rooms/{id}/messages/{message_id}/thread/read", Ok("Threads/MarkThreadRead")),
    ("GET /v1/rooms/{id}/messages/{message_id}/versions", Ok("Timeline/ListVersions")),
    ("PUT /v1/rooms/{id}/messages/{message_id}/vote", Ok("Polls/CastVote")),
    ("DELETE /v1/rooms/{id}/messages/{message_id}/vote", Ok("Polls/CastVote")),
    ("GET /v1/rooms/{id}/messages/{message_id}/votes", Ok("Polls/ListVotes")),
    ("PUT /v1/rooms/{id}/mutes/{user_id}", Ok("Groups/MuteMember")),
    ("DELETE /v1/rooms/{id}/mutes/{user_id}", Ok("Groups/UnmuteMember")),
    ("POST /v1/rooms/{id}/owner", Ok("Groups/HandOver")),
    ("GET /v1/rooms/{id}/pins", Ok("Pins/ListPins")),
    ("PUT /v1/rooms/{id}/pins/{message_id}", Ok("Pins/PinMessage")),
    ("DELETE /v1/rooms/{id}/pins/{message_id}", Ok("Pins/UnpinMessage")),
    ("PUT /v1/rooms/{id}/prefs", Ok("Mine/UpdateRoomPrefs")),
    ("PUT /v1/rooms/{id}/read", Ok("Timeline/MarkRead")),
    ("GET /v1/rooms/{id}/receipts", Ok("Timeline/ListReceipts")),
    ("GET /v1/rooms/{id}/threads", Ok("Threads/ListThreads")),
    ("GET /v1/rooms/{id}/timeline", Ok("Timeline/ReadTimeline")),
    ("GET /v1/rooms/{id}/timeline", Ok("Threads/ReadThread")),
    ("POST /v1/search", Ok("Search/FindMessages")),
    ("GET /v1/sessions", Ok("Sessions/ListSessions")),
    ("POST /v1/sessions", Ok("Sessions/LogIn")),
    ("POST /v1/sessions/logout", Ok("Sessions/LogOut")),
    ("POST /v1/sessions/passkey", Err(OfBrowsers)),
    ("POST /v1/sessions/passkey/begin", Err(OfBrowsers)),
    ("POST /v1/sessions/refresh", Ok("Sessions/RefreshSession")),
    ("POST /v1/sessions/revoke-others", Ok("Sessions/RevokeOtherSessions")),
    ("DELETE /v1/sessions/{id}", Ok("Sessions/RevokeSession")),
    ("GET /v1/users/{id}", Ok("People/FindUser")),
    ("GET /v1/users/{id}/avatar/{version}", Err(AFile)),
    ("GET /v1/ws", Ok("Realtime/Connect")),
];

/// Methods that no operation of HTTP does: a host's backend calls them by a service token, which HTTP does not take.
const OF_GRPC_ALONE: [&str; 2] = ["Host/UpsertUser", "Host/FindUsers"];

#[test]
fn each_operation_of_http_is_over_grpc_or_says_why_not() {
    let document = chatlink_http::openapi().to_json().expect("a document");
    let document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let of_http: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("methods").keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let listed: BTreeSet<String> = OPERATIONS.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    assert_eq!(listed, of_http);
}

#[test]
fn each_method_of_grpc_does_what_some_operation_of_http_does_or_is_listed() {
    let files = FileDescriptorSet::decode(chatlink_grpc::DESCRIPTORS).expect("descriptors").file;
    let services = files.iter().flat_map(|file| &file.service);
    let methods: BTreeSet<String> = services
        .flat_map(|service| service.method.iter().map(|method| format!("{}/{}", service.name(), method.name())))
        .collect();
    let of_both = OPERATIONS.iter().filter_map(|(_, method)| method.ok());
    let listed: BTreeSet<String> = of_both.chain(OF_GRPC_ALONE).map(str::to_owned).collect();
    assert_eq!(listed, methods);
}
