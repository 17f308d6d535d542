//! Promises of [`RoomStore`](chatlink_core::rooms::RoomStore).

pub mod avatars;
pub mod begin;
pub mod first_contact;
pub mod governance;
pub mod large;
pub mod lists;
pub mod marks;
pub mod notifying;
pub mod underway;
pub mod ways_in;

pub use avatars::*;
pub use begin::*;
pub use first_contact::*;
pub use governance::*;
pub use large::*;
pub use lists::*;
pub use marks::*;
pub use notifying::*;
pub use underway::*;
pub use ways_in::*;

/// The cases of this module.
#[macro_export]
macro_rules! room_cases {
    ($harness:path) => {
        $crate::cases!($harness, rooms: [
            a_pair_has_one_room,
            the_other_side_accepts_by_opening,
            both_sides_opening_at_once_get_one_room,
            a_request_is_accepted_once,
            a_severed_request_is_accepted_by_nobody,
            a_declined_request_stays_pending,
            a_groups_name_makes_one_room,
            twins_of_a_group_make_one_room,
            decisions_load_everything,
            lists_are_newest_first_and_paged,
            pinned_rooms_come_first_over_all_pages,
            archived_rooms_stand_apart,
            requests_stand_apart_until_accepted,
            unread_counts_what_one_has_to_read,
            unread_stops_at_a_hundred,
            a_row_shows_the_newest_readable_item,
            the_badge_counts_rooms_that_ask_for_attention,
            the_badge_hears_what_one_wants_to_be_told,
            what_is_told_of_a_room_is_kept,
            quiet_hours_are_kept_whole,
            members_are_listed_by_id,
            memberships_come_with_their_heads,
            settings_change_alone_and_are_told,
            marks_only_rise_and_stop_at_the_head,
            hidden_marks_raise_no_version,
            reading_clears_the_mark_of_unread,
            marks_of_strangers_move_nothing,
            marks_say_from_where_one_reads,
            marks_at_once_keep_the_highest,
            settings_of_a_group_change_and_are_told,
            a_timer_is_kept_and_told,
            a_groups_picture_takes_the_place_of_the_one_before,
            a_groups_picture_is_kept_with_its_event_alone,
            roles_change_and_are_told,
            a_room_is_handed_over,
            a_mute_stays_whoever_goes,
            a_ban_takes_out_and_keeps_out,
            bans_are_listed_newest_first,
            a_chain_of_acts_commits_together,
            a_ban_wins_over_adding_at_once,
            an_invite_lets_in_and_costs_a_use,
            an_invite_that_does_not_hold_lets_nobody_in,
            invites_are_bounded_and_proved,
            an_invite_is_never_used_once_too_often,
            a_batch_counts_its_own_uses,
            public_rooms_are_found_and_open,
            who_asks_waits_until_answered,
            an_accepted_direct_room_is_what_settles,
            an_invitation_waits_and_lets_in,
            a_declined_invitation_is_quiet,
            an_invitation_holds_with_whoever_made_it,
            invitations_are_bounded,
            invitations_are_paged,
            an_asking_is_taken_back,
            an_invitation_is_taken_back,
            sent_invitations_are_what_their_maker_believes,
            own_invites_are_listed,
            a_room_is_full_at_its_bound,
            a_send_in_a_large_room_writes_to_nobody,
            a_member_of_a_large_room_is_greeted,
        ]);
    };
}
