//! Messages that hold secrets show none when they are printed.

use crate::v1::{
    CompleteRegistrationRequest, FreshInvite, JoinByInviteRequest, LogInRequest, PreviewInviteRequest, Proof,
    RefreshSessionRequest, Renew, Session, StartRegistrationRequest, VerifyRegistrationRequest,
};
use std::fmt;

macro_rules! hidden {
    ($($message:ident),*) => {$(
        impl fmt::Debug for $message {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($message), "(…)"))
            }
        }
    )*};
}

hidden!(
    CompleteRegistrationRequest,
    FreshInvite,
    JoinByInviteRequest,
    LogInRequest,
    PreviewInviteRequest,
    Proof,
    RefreshSessionRequest,
    Renew,
    Session,
    StartRegistrationRequest,
    VerifyRegistrationRequest
);
