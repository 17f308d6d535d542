//! Promises of [`RightsStore`](chatlink_core::rights::RightsStore).

pub mod deletion;
pub mod keeping;
pub mod races;
pub mod reads;
pub mod rooms;

pub use deletion::*;
pub use keeping::*;
pub use races::*;
pub use reads::*;
pub use rooms::*;

use crate::{
    Harness,
    identity::{Stage, stage::PHC, stage::won},
    world::World,
};
use chatlink_core::{
    Store,
    contact::Contact,
    identity::{Settled, WonLogin},
    jobs::{JobId, NewJob},
    protocol::{RoomId, SessionId, UserId},
    rights::{DEPARTED_KEPT, Deleted, Deletion, Deletor},
};
use serde_json::json;
use std::sync::Arc;

/// The cases of this module.
#[macro_export]
macro_rules! rights_cases {
    ($harness:path) => {
        $crate::cases!($harness, rights: [
            a_deletion_leaves_nothing_of_the_persons_own,
            a_deletion_is_proved_and_done_once,
            a_deletion_knows_every_contact_or_does_nothing,
            what_goes_on_after_a_deletion_is_a_job_that_stays,
            a_host_deletes_its_person,
            a_deleted_accounts_contact_is_nobodys_for_a_month,
            a_deleted_accounts_username_is_nobodys_for_a_month,
            attempts_under_way_end_with_the_account,
            what_was_kept_is_forgotten_when_it_is_free,
            a_deleted_person_is_no_member_of_a_group,
            a_direct_room_stays_and_is_severed,
            nothing_more_is_written_of_a_deleted_person,
            blocks_and_reports_of_others_stay,
            own_messages_are_paged_as_they_stand,
            own_reports_are_paged,
            exports_are_counted_by_hour,
            deletions_at_once_delete_once,
            no_login_outlives_a_deletion,
            no_refresh_outlives_a_deletion,
            no_message_comes_after_a_deletion,
            no_room_is_opened_to_a_deleted_person,
        ]);
    };
}

/// Accounts and rooms on one store.
pub(crate) struct Town {
    pub(crate) stage: Stage,
    pub(crate) world: World,
}

impl Town {
    pub(crate) fn of(harness: &impl Harness) -> Self {
        Self::on(harness.store())
    }

    pub(crate) fn on(store: Arc<dyn Store>) -> Self {
        Self { stage: Stage::on(store.clone()), world: World::on(store).beside() }
    }

    /// The deletion of an account by its owner, with these contacts.
    pub(crate) fn deletion(&self, login: WonLogin, contacts: &[&str]) -> Deletion {
        let user_id = login.user_id;
        self.deletion_by(user_id, Deletor::Owner(login), contacts)
    }

    pub(crate) fn deletion_by(&self, user_id: UserId, by: Deletor, contacts: &[&str]) -> Deletion {
        let contact = |text: &&str| {
            let contact: Contact = text.parse().unwrap();
            (contact.kind(), contact.key().to_owned(), Stage::trace(&text.to_lowercase()))
        };
        let now = self.stage.now();
        let job = NewJob {
            id: JobId(self.stage.id()),
            kind: "test.departure",
            key: user_id.to_string(),
            payload: json!({ "user_id": user_id }),
            run_at: now,
        };
        let contacts = contacts.iter().map(contact).collect();
        Deletion { user_id, by, contacts, kept_until: now.plus(DEPARTED_KEPT), job }
    }

    pub(crate) async fn delete(&self, deletion: Deletion) -> Settled<Deleted> {
        self.stage.store.delete_account(deletion, self.stage.now()).await.unwrap()
    }

    /// Deletes the account of a [`Stage::person`]; it must work.
    pub(crate) async fn gone(&self, user: UserId, username: &str) -> (Vec<SessionId>, Vec<RoomId>) {
        let deletion = self.deletion(won(user, PHC), &[&format!("{username}@example.org")]);
        match self.delete(deletion).await {
            Settled::Done(Deleted::Deleted { sessions, rooms }) => (sessions, rooms),
            other => panic!("{username} is not deleted but {other:?}"),
        }
    }
}
