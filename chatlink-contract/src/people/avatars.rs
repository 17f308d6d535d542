//! Promises of [`ProfileStore`](chatlink_core::people::ProfileStore) about pictures.

use crate::{Harness, world::World};
use chatlink_core::people::{Avatar, AvatarSize};

fn avatar(mark: &str) -> Avatar {
    Avatar { small: format!("small {mark}").into_bytes().into(), large: format!("large {mark}").into_bytes().into() }
}

/// The profile names the picture everywhere, both sizes are read by its version, and nothing is left of
/// the one before.
pub async fn a_picture_takes_the_place_of_the_one_before(harness: &impl Harness) {
    let world = World::on(harness.store());
    let store = &world.store;
    let [ana, ben] = [world.person(&["en"], &["es"]).await, world.person(&["es"], &["en"]).await];
    assert_eq!(world.profile(ana).await.avatar, None);
    let (first, second) = (avatar("one"), avatar("two"));
    for picture in [&first, &second] {
        let set = store.set_avatar(ana, Some(picture.clone()), world.now()).await.unwrap().unwrap();
        assert_eq!((set.avatar, &set), (Some(picture.version()), &world.profile(ana).await));
        let other = harness.another().await;
        for size in AvatarSize::ALL {
            let found = other.find_avatar(ana, picture.version(), size).await.unwrap();
            assert_eq!(found.as_ref(), Some(picture.of_size(size)));
        }
    }
    assert_eq!(store.find_avatar(ana, first.version(), AvatarSize::Small).await.unwrap(), None);
    assert_eq!(store.find_avatar(ben, second.version(), AvatarSize::Small).await.unwrap(), None);
    let seen = store.find_encounters(ben, &[ana]).await.unwrap().unwrap();
    assert_eq!((seen.viewer.avatar, seen.others[0].profile.avatar), (None, Some(second.version())));
    assert_eq!(store.list_briefs(&[ana]).await.unwrap()[0].avatar, Some(second.version()));

    let cleared = store.set_avatar(ana, None, world.now()).await.unwrap().unwrap();
    assert_eq!((cleared.avatar, &cleared), (None, &world.profile(ana).await));
    assert_eq!(store.set_avatar(ana, None, world.now()).await.unwrap(), Some(cleared));
    assert_eq!(store.find_avatar(ana, second.version(), AvatarSize::Large).await.unwrap(), None);
}

/// Absence is `None`, and makes nothing.
pub async fn who_has_no_profile_has_no_picture(harness: &impl Harness) {
    let world = World::on(harness.store());
    let nobody = world.user();
    assert_eq!(world.store.set_avatar(nobody, Some(avatar("x")), world.now()).await.unwrap(), None);
    let version = avatar("x").version();
    assert_eq!(world.store.find_avatar(nobody, version, AvatarSize::Small).await.unwrap(), None);
}

/// However many are set at once, the profile names the one that is kept.
pub async fn pictures_at_once_leave_one(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.person(&["en"], &[]).await;
    let now = world.now();
    let tasks = (0..8).map(|mark| {
        let store = world.store.clone();
        tokio::spawn(async move { store.set_avatar(ana, Some(avatar(&mark.to_string())), now).await.unwrap() })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert!(task.await.unwrap().is_some());
    }
    let version = world.profile(ana).await.avatar.expect("a picture");
    let kept = (0..8).map(|mark| avatar(&mark.to_string())).find(|avatar| avatar.version() == version);
    let found = world.store.find_avatar(ana, version, AvatarSize::Large).await.unwrap();
    assert_eq!(found.as_ref(), kept.as_ref().map(|avatar| &avatar.large));
}
