//! Promises of [`PeopleStore`](chatlink_core::people::PeopleStore).

pub mod avatars;
pub mod blocks;
pub mod contact_list;
pub mod matches;
pub mod profiles;
pub mod reports;
pub mod settings;

pub use avatars::*;
pub use blocks::*;
pub use contact_list::*;
pub use matches::*;
pub use profiles::*;
pub use reports::*;
pub use settings::*;

use crate::world::World;
use chatlink_core::{
    identity::HostAccount,
    people::{AgeBand, HostProfile, Languages, Profile, ProfileChange},
    protocol::UserId,
};

/// The cases of this module.
#[macro_export]
macro_rules! people_cases {
    ($harness:path) => {
        $crate::cases!($harness, people: [
            a_profile_changes_where_the_change_says,
            who_has_no_account_has_no_profile,
            encounters_know_of_blocks_either_way,
            briefs_come_once_each,
            presence_is_kept_by_the_hour,
            a_picture_takes_the_place_of_the_one_before,
            who_has_no_profile_has_no_picture,
            pictures_at_once_leave_one,
            a_draw_finds_by_language,
            a_draw_keeps_to_its_limits,
            a_draw_is_mutual_first_then_newest,
            a_draw_leaves_out_who_is_blocked,
            a_draw_follows_every_change,
            a_draw_tells_what_a_fit_rests_on,
            who_hides_is_not_drawn,
            a_draw_by_many_languages_finds_each_once,
            who_has_much_to_answer_rests,
            showings_are_counted,
            a_block_is_set_once_and_told,
            a_block_makes_decisions_stale,
            a_blocked_senders_messages_are_not_unread,
            blocks_are_listed_newest_first_and_paged,
            blocks_at_once_are_one,
            people_are_kept_and_let_go,
            who_is_blocked_is_not_on_the_list,
            a_contact_list_is_bounded,
            reports_are_counted_by_day,
            reports_at_once_stop_at_the_limit,
            a_report_keeps_what_its_maker_reads,
            a_report_of_what_its_maker_cannot_read_is_not_kept,
            words_of_old_reports_are_erased,
            settings_start_with_the_defaults_and_change_alone,
            privacy_of_many_comes_together,
            settings_hide_activity,
        ]);
    };
}

impl World {
    /// An account of a host's user, who speaks and learns (at B1) these.
    pub(crate) async fn person(&self, native: &[&str], learning: &[&str]) -> UserId {
        self.person_of(AgeBand::Adult, native, learning).await
    }

    pub(crate) async fn person_of(&self, age_band: AgeBand, native: &[&str], learning: &[&str]) -> UserId {
        let user_id = self.user();
        let id = user_id.as_uuid().simple().to_string();
        let account = HostAccount {
            external_id: id.clone(),
            trace: crate::identity::Stage::trace(&id),
            user_id,
            username: format!("u{}", &id[id.len() - 16..]).parse().unwrap(),
            profile: HostProfile { display_name: "Somebody".parse().ok(), age_band: Some(age_band), locale: None },
        };
        assert_eq!(self.store.host_account(account, self.now()).await.unwrap(), Some(user_id));
        if !native.is_empty() || !learning.is_empty() {
            let learning = learning.iter().map(|language| (*language, "B1"));
            let languages = Languages::parse(native.iter().copied(), learning).unwrap();
            self.change(user_id, ProfileChange { languages: Some(languages), ..ProfileChange::default() }).await;
        }
        user_id
    }

    pub(crate) async fn change(&self, user: UserId, change: ProfileChange) -> Profile {
        self.store.update_profile(user, change, self.now()).await.unwrap().expect("a profile")
    }

    pub(crate) async fn profile(&self, user: UserId) -> Profile {
        self.store.find_profile(user).await.unwrap().expect("a profile")
    }
}
