//! Promises of [`IdentityStore`](chatlink_core::identity::IdentityStore).

pub mod accounts;
pub mod attempts;
pub mod budgets;
pub mod changes;
pub mod factor_model;
pub mod factors;
pub mod model;
pub mod passkeys;
pub mod races;
pub mod security;
pub mod sessions;
pub(crate) mod stage;
pub mod texts;

pub use accounts::*;
pub use attempts::*;
pub use budgets::*;
pub use changes::*;
pub use factor_model::*;
pub use factors::*;
pub use passkeys::*;
pub use races::*;
pub use security::*;
pub use sessions::*;
pub use stage::Stage;
pub use texts::*;

/// The cases of this module.
#[macro_export]
macro_rules! identity_cases {
    ($harness:path) => {
        $crate::registration_model!($harness);
        $crate::cases!($harness, identity: [
            a_start_looks_the_same_for_a_known_contact,
            a_right_code_proves_once,
            checks_are_counted_and_paused,
            a_resend_kills_the_old_code_and_keeps_the_count,
            resends_come_later_and_later_and_end,
            a_code_expires_and_stays_so_when_the_clock_jumps_back,
            purposes_do_not_mix,
            a_refusal_ends_all_registrations_of_the_contact,
            what_is_over_is_forgotten_and_nothing_else,
            mails_of_a_contact_are_withheld_silently,
            a_resend_tells_nothing_of_the_contact,
            a_network_starts_so_many_attempts,
            a_network_fails_so_many_checks,
            everybody_together_fails_so_many_checks,
            texts_to_a_prefix_are_capped_silently,
            texts_to_a_country_are_capped_whatever_they_say,
            texts_go_to_listed_countries_alone,
            a_route_whose_codes_do_not_come_back_closes,
            texts_at_once_never_exceed_the_cap,
            old_texts_and_breakers_are_forgotten,
            a_proof_makes_one_account,
            a_proof_expires,
            a_taken_username_leaves_the_proof_good,
            a_taken_contact_makes_no_account,
            a_resets_proof_makes_no_account,
            logins_are_found_by_every_name,
            failed_logins_wait_longer_and_longer,
            a_wait_at_one_name_tells_nothing_of_another,
            a_network_fails_so_many_logins,
            a_won_login_forgives_and_starts_a_session,
            a_password_changed_meanwhile_loses_the_login,
            a_changed_password_ends_the_other_sessions,
            a_reset_sets_the_password_once_and_ends_every_session,
            a_hosts_user_has_one_account,
            a_hosts_word_is_taken_once,
            hosts_names_are_found,
            hosts_users_are_found_by_their_names,
            a_session_lives_until_it_idles_or_is_too_old,
            a_refresh_token_is_good_once,
            the_least_used_session_makes_room,
            nobody_ends_anothers_session,
            ends_are_told_in_order,
            a_second_factor_waits_for_its_first_code,
            nothing_passes_a_second_factor_by,
            a_step_is_good_once_and_only_later_ones_after_it,
            a_recovery_code_is_good_once,
            a_second_factor_is_switched_off,
            wrong_second_factors_wait_longer_and_longer,
            a_right_password_alone_fails_nothing,
            a_second_factor_does_what_its_model_does,
            a_ceremony_is_good_for_one_answer,
            a_ceremony_ends_in_time,
            a_new_passkey_stands_on_the_owners_proof,
            passkeys_are_few_and_their_owners,
            a_passkey_logs_its_owner_in,
            a_count_that_does_not_rise_is_refused,
            a_removed_passkey_logs_nobody_in,
            begun_passkey_logins_spend_the_networks_budget,
            what_happens_to_an_account_is_in_its_log,
            a_run_of_failures_is_noted_once,
            a_security_log_is_paged_and_ends,
            a_username_is_changed_once_in_a_while,
            a_contact_is_proved_and_takes_the_place_of_its_kind,
            a_contact_of_somebody_else_stays_theirs,
            the_last_contact_stays,
            a_changed_contact_ends_resets_under_way,
            a_right_code_of_a_contact_spends_no_budget,
            right_codes_at_once_make_one_proof,
            checks_at_once_never_exceed_the_ladder,
            completions_at_once_make_one_account,
            one_username_goes_to_one_person,
            failures_at_once_are_all_counted,
            refreshes_at_once_rotate_once,
            one_code_shown_at_once_logs_in_once,
            answers_at_once_log_in_once,
            one_ceremony_answered_at_once_keeps_one_passkey,
            a_host_users_first_calls_at_once_make_one_account,
        ]);
    };
}
