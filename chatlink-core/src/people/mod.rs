//! People: profiles, languages, privacy, blocks, matching.

mod avatars;
mod blocks;
mod change;
mod contact_list;
mod external;
mod fairness;
mod look;
mod matches;
mod matching;
mod notify;
mod opener;
mod picture;
mod policy;
mod port;
mod preferences;
mod privacy;
mod profile;
mod profiles;
mod reported;
mod reports;
mod showings;
mod traits;
mod view;

pub(crate) use avatars::AVATAR_PRICE;
pub use blocks::{BlockError, BlockRow, Blocked, ListError, MAX_BLOCKS, Page};
pub use change::{MAX_ABOUT, MAX_INTEREST, MAX_STATUS, Patch, ProfileChange, UpdateMe};
pub use contact_list::{
    ContactListError, ContactListStore, Keep, Kept, KeptNote, KeptRow, ListKept, MAX_KEPT, MAX_KEPT_NOTE,
};
pub use external::{ExternalPerson, HostProfile, MAX_EXTERNAL_ID, UpsertError};
pub use fairness::{Candidate, Rest, SLOT, Standing, acceptance, lot, slot};
pub use look::{ClientLocale, Theme};
pub use matches::FindMatches;
pub use matching::{Draw, Match, Reason as MatchReason, Wanted};
pub use notify::{Alerts, Notify, QuietHours, QuietHoursForm, TimeOfDay};
pub use opener::Opener;
pub use picture::{
    AVATAR_MEDIA_TYPE, Avatar, AvatarError, AvatarSize, AvatarVersion, BadPicture, Crop, MAX_PICTURE_BYTES,
    MAX_PICTURE_PIXELS, PICTURE_SIDES, Pictures, RenderError,
};
pub use policy::{Between, Cohort, Party, Rules, may_meet, may_write_first};
pub use port::{
    ASKED_WINDOW, Block, BlockStore, Encounter, Encounters, MatchStore, PeopleStore, ProfileStore, ReportStore,
    SettingsStore,
};
pub use preferences::{SettingsChange, SettingsError, UpdateSettings, UserSettings};
pub use privacy::{FindMe, Privacy, WriteFirst};
pub(crate) use profile::is_invisible;
pub use profile::{
    Age, AgeBand, DisplayName, Languages, Learning, MAX_INTERESTS, MAX_LEARNING, MAX_NATIVE, MIN_AGE, NewProfile,
    Profile, TimeZoneName, check_birth_date, today, years,
};
pub use profiles::{ProfileError, UpdateError};
pub use reported::{
    REPORTED_BYTES, REPORTED_KEPT, REPORTED_VERSIONS, ReportRow, ReportedMessage, ReportedWords, copied,
};
pub use reports::{
    MAX_REPORT_EVENTS, MAX_REPORT_NOTE, MakeReport, NewReport, REPORTS_A_DAY, REPORTS_LIMIT, Reason, ReportError,
    Reported,
};
pub use traits::{Traits, day};
pub use view::{Brief, Me, ProfileView, person};

use crate::{
    context::Context,
    limiter::{Cost, Limited},
    realtime::Hub,
};
use chatlink_protocol::UserId;
use showings::Showings;
use std::sync::Arc;

/// The use cases of people.
pub struct People {
    context: Arc<Context>,
    hub: Arc<Hub>,
    showings: Arc<Showings>,
}

impl People {
    pub(crate) fn new(context: Arc<Context>, hub: Arc<Hub>) -> Self {
        let showings = Showings::start(&context);
        Self { context, hub, showings }
    }

    /// Takes a call out of the person's rate.
    fn spend(&self, user: UserId, cost: Cost) -> Result<(), Limited> {
        self.context.limiter.spend(user, cost, 1, self.context.now())
    }
}
