//! Promises of [`SettingsStore`](chatlink_core::people::SettingsStore).

use crate::{
    Harness,
    world::{World, note},
};
use chatlink_core::people::{FindMe, Privacy, SettingsChange, Theme, UserSettings, WriteFirst};
use std::collections::HashMap;

/// Changes add up, other handles see them, and each is told whole.
pub async fn settings_start_with_the_defaults_and_change_alone(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    assert_eq!(world.store.find_settings(ana).await.unwrap(), UserSettings::default());
    let mut expected = UserSettings::default();
    let changes = [
        SettingsChange { theme: Some(Theme::Dark), locale: Some("es-MX".parse().unwrap()), ..Default::default() },
        SettingsChange { typing: Some(false), online: Some(false), ..Default::default() },
        SettingsChange { typing: Some(true), read_receipts: Some(false), ..Default::default() },
        SettingsChange { write_first: Some(WriteFirst::SharedLanguage), ..Default::default() },
        SettingsChange::default(),
    ];
    for change in changes {
        expected = expected.with(change.clone());
        let note = note(ana, "settings", "", 0);
        let (now, told) = world.store.update_settings(ana, change, note, world.now()).await.unwrap();
        assert_eq!(now, expected);
        assert_eq!((told.len(), told[0].user_id), (1, ana));
        assert_eq!(told[0].event.body, expected.body());
        assert_eq!(harness.another().await.find_settings(ana).await.unwrap(), expected);
    }
    let write_first = WriteFirst::SharedLanguage;
    assert_eq!(expected.privacy, Privacy { online: false, read_receipts: false, write_first, ..Privacy::default() });
    let (log, _) = world.store.user_log(ana, Default::default(), 10).await.unwrap();
    assert_eq!(log.len(), 1, "the newest of a kind stays");
    assert_eq!(world.store.find_settings(ben).await.unwrap(), UserSettings::default());
}

/// The switches of many come in one answer: one entry a person, the defaults of who changed none,
/// nobody who was not asked about.
pub async fn privacy_of_many_comes_together(harness: &impl Harness) {
    let world = World::on(harness.store());
    let people: Vec<_> = (0..300).map(|_| world.user()).collect();
    let [ana, ben, eve] = [people[0], people[299], world.user()];
    let changes = [
        (ana, SettingsChange { read_receipts: Some(false), ..SettingsChange::default() }),
        (ben, SettingsChange { typing: Some(false), last_seen: Some(false), ..SettingsChange::default() }),
        (eve, SettingsChange { online: Some(false), find_me: Some(FindMe::Nobody), ..SettingsChange::default() }),
    ];
    for (user, change) in changes {
        world.store.update_settings(user, change, note(user, "settings", "", 0), world.now()).await.unwrap();
    }
    let mut expected: HashMap<_, _> = people.iter().map(|user| (*user, Privacy::default())).collect();
    expected.insert(ana, Privacy { read_receipts: false, ..Privacy::default() });
    expected.insert(ben, Privacy { typing: false, last_seen: false, ..Privacy::default() });
    let asked = [people.clone(), vec![ana, ana]].concat();
    assert_eq!(harness.another().await.list_privacy(&asked).await.unwrap(), expected);
    assert!(world.store.list_privacy(&[]).await.unwrap().is_empty());
}

/// A profile says whether its person shows when he was here.
pub async fn settings_hide_activity(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.person(&["en"], &["es"]).await;
    for last_seen in [false, true] {
        let change = SettingsChange { last_seen: Some(last_seen), ..SettingsChange::default() };
        world.store.update_settings(ana, change, note(ana, "settings", "", 0), world.now()).await.unwrap();
        assert_eq!(world.profile(ana).await.shows_activity, last_seen);
    }
}
