//! Promises of [`TimelineStore`](chatlink_core::timeline::TimelineStore),
//! [`CorrectionStore`](chatlink_core::timeline::CorrectionStore), [`ThreadStore`](chatlink_core::timeline::threads::ThreadStore) and
//! [`MessageStore`](chatlink_core::timeline::MessageStore).

pub mod append;
pub mod corrections;
pub mod deeds;
pub mod erasure;
pub mod law;
pub mod logs;
pub mod mentions;
pub mod pins;
pub mod polls;
pub mod races;
pub mod reads;
pub mod threads;

pub use append::*;
pub use corrections::*;
pub use deeds::*;
pub use erasure::*;
pub use law::*;
pub use logs::*;
pub use mentions::*;
pub use pins::*;
pub use polls::*;
pub use races::*;
pub use reads::*;
pub use threads::*;

/// The cases of this module.
#[macro_export]
macro_rules! timeline_cases {
    ($harness:path) => {
        $crate::cases!($harness, timeline: [
            seqs_are_dense_and_times_never_fall,
            a_repetition_answers_the_first_event,
            a_name_with_another_request_conflicts,
            a_name_is_its_senders_in_its_room,
            the_host_speaks_without_being_there,
            a_recall_writes_nothing,
            a_stale_act_takes_no_seq,
            a_bump_makes_the_rest_of_the_batch_stale,
            a_mixed_batch_answers_each_act,
            only_acts_that_make_events_are_told,
            a_reply_names_a_message_of_its_room,
            what_one_may_not_read_is_absent,
            an_edit_raises_the_version_it_was_decided_on,
            a_person_has_one_reaction,
            the_named_reaction_is_taken_back,
            a_correction_stands_on_its_message,
            a_correction_holds_on_its_version,
            a_correction_is_answered_and_withdrawn,
            a_message_has_a_bounded_number_of_corrections,
            corrections_go_with_their_message,
            a_correction_that_is_gone_answers_its_tombstone,
            an_author_lists_what_was_corrected,
            corrections_of_before_ones_time_are_not_listed,
            words_of_before_ones_time_are_not_said_again,
            a_correction_accepts_a_first_contact,
            own_corrections_are_paged_as_they_stand,
            a_message_is_pinned_for_all,
            pins_are_bounded_and_go_with_their_message,
            pins_of_before_ones_time_are_not_listed,
            what_is_hidden_is_not_among_ones_pins_nor_versions,
            versions_are_told_while_the_message_stands,
            a_poll_is_a_message_that_is_voted_on,
            a_person_has_one_vote,
            a_poll_takes_votes_until_it_is_over,
            votes_are_open_to_who_reads_the_poll,
            a_poll_goes_with_its_message,
            a_batch_votes_in_its_order,
            extras_are_kept_and_gone_with_the_words,
            unread_mentions_are_counted,
            mentions_count_for_who_reads_them,
            who_is_added_reads_from_joining,
            with_history_all_who_is_added_reads_everything,
            who_left_reads_nothing,
            the_heir_of_the_last_owner_owns,
            a_rename_is_told_and_bumps,
            first_contact_is_spent_and_accepted,
            a_redaction_takes_the_words_from_every_answer,
            a_redacted_name_answers_its_tombstone,
            an_expired_name_answers_its_tombstone,
            words_are_gone_at_their_time,
            what_is_gone_changes_no_more,
            purging_erases_what_is_due,
            a_batch_may_undo_itself,
            events_come_dense_and_bounded,
            the_timeline_has_windows,
            the_timeline_folds_what_changes_messages,
            nobody_else_reads,
            messages_are_found_in_their_room_alone,
            heads_tell_where_things_stand,
            a_users_log_keeps_the_newest_of_each,
            a_users_log_is_read_in_pages,
            a_thread_is_told_at_its_first_message,
            a_thread_has_windows,
            who_takes_part_follows,
            a_thread_is_read_by_itself,
            a_thread_outlives_words,
            threads_are_paged_by_their_last_word,
            a_thread_begins_with_what_one_may_read,
            lists_hold_what_is_in_threads,
            threads_that_one_follows_are_bounded,
            snapshots_and_events_agree,
            tasks_that_append_together_lose_nothing,
            of_twins_one_is_made,
            a_race_for_the_version_has_one_winner,
        ]);
    };
}
