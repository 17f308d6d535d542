//! Somebody who is logged in.

use crate::{
    Cancelled, ChatError, Identity, LearningLanguage, MatchFilter, MatchPage, Me, OutgoingObserver, Profile,
    ProfileChange, Room, RoomList, StateObserver, Subscription, Timeline, alive::Alive, outgoing, state, tasks::Tasks,
};
use chatlink_client::{Chat as Client, ClientError, api::Api};
use chatlink_protocol::{ClientId, RoomId, UserId};
use std::{future::Future, sync::Arc};

/// A logged-in person on this device. The connection lives as long as this object or one of its lists and timelines.
#[derive(uniffi::Object)]
pub struct Chat {
    pub(crate) chat: Client,
    tasks: Tasks,
    _alive: Alive,
}

#[uniffi::export]
impl Chat {
    /// Who is logged in.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.chat.identity().into()
    }

    /// Hears where the connection and the session stand, as long as the subscription lives.
    #[must_use]
    pub fn observe_state(&self, observer: Arc<dyn StateObserver>) -> Arc<Subscription> {
        state::observe(&self.tasks, self.chat.connection(), self.chat.session(), observer)
    }

    /// Oneself.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn me(&self) -> Result<Me, ChatError> {
        self.api(|api| async move { api.me().await.map(Me::from) }).await
    }

    /// Changes one's profile.
    ///
    /// # Errors
    /// Fields that break their rules.
    pub async fn change_profile(&self, change: ProfileChange) -> Result<Me, ChatError> {
        self.api(|api| async move { api.change_profile(&change.into()).await.map(Me::from) }).await
    }

    /// Says anew what one speaks and learns.
    ///
    /// # Errors
    /// Fields that break their rules.
    pub async fn change_languages(
        &self,
        native: Vec<String>,
        learning: Vec<LearningLanguage>,
    ) -> Result<Me, ChatError> {
        let learning: Vec<_> = learning.into_iter().map(Into::into).collect();
        self.api(|api| async move { api.change_languages(&native, &learning).await.map(Me::from) }).await
    }

    /// A person.
    ///
    /// # Errors
    /// There is none, for this caller.
    pub async fn profile(&self, user: UserId) -> Result<Profile, ChatError> {
        self.api(|api| async move { api.profile(user).await.map(Profile::from) }).await
    }

    /// People who might fit, the best first.
    ///
    /// # Errors
    /// See [`ChatError`].
    #[uniffi::method(default(cursor = None))]
    pub async fn matches(&self, filter: MatchFilter, cursor: Option<String>) -> Result<MatchPage, ChatError> {
        let found = |api: Api| async move { api.matches(&filter.into(), cursor.as_deref()).await.map(MatchPage::from) };
        self.api(found).await
    }

    /// Blocks a person: neither reaches the other any more. Repeating it does no harm.
    ///
    /// # Errors
    /// There is no such person.
    pub async fn block(&self, user: UserId) -> Result<(), ChatError> {
        self.api(|api| async move { api.block(user).await }).await
    }

    /// Takes a block off.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn unblock(&self, user: UserId) -> Result<(), ChatError> {
        self.api(|api| async move { api.unblock(user).await }).await
    }

    /// The direct room with a person; made when there is none yet.
    ///
    /// # Errors
    /// There is no such person for this caller.
    pub async fn open_direct(&self, user: UserId) -> Result<Room, ChatError> {
        self.call(|chat| async move { chat.open_direct(user).await.map(Room::from) }).await
    }

    /// The person's conversations.
    #[must_use]
    pub fn rooms(&self) -> Arc<RoomList> {
        RoomList::new(self.chat.clone(), self.tasks.clone())
    }

    /// The timeline of a room. Nothing is read before somebody observes it.
    ///
    /// # Errors
    /// The id is none.
    pub fn timeline(&self, room: RoomId) -> Result<Arc<Timeline>, ChatError> {
        Ok(Timeline::new(self.chat.clone(), room.into(), self.tasks.clone()))
    }

    /// Hears what waits to be sent in all rooms, or was refused, as long as the subscription lives.
    #[must_use]
    pub fn observe_outgoing(&self, observer: Arc<dyn OutgoingObserver>) -> Arc<Subscription> {
        let list = self.chat.outgoing();
        Subscription::to_list(&self.tasks, async move { Some(list) }, observer, outgoing::tell)
    }

    /// Cancels what surely did not arrive, with all that was to change it.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn cancel(&self, id: ClientId) -> Result<Cancelled, ChatError> {
        self.call(|chat| async move { chat.cancel(id).await.map(Cancelled::from) }).await
    }

    /// Tries what was refused again, after what was written since.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn retry(&self, id: ClientId) -> Result<(), ChatError> {
        self.call(|chat| async move { chat.retry(id).await }).await
    }

    /// The network changed, perhaps: try now, or make sure that the line lives.
    pub fn network_changed(&self) {
        self.chat.network_changed();
    }

    /// The app goes into the background: the line is closed, the queue waits.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn background(&self) -> Result<(), ChatError> {
        let told = |chat: Client| async move {
            chat.background().await;
            Ok(())
        };
        self.call(told).await
    }

    /// The app is shown: a line is opened and kept.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn foreground(&self) -> Result<(), ChatError> {
        let told = |chat: Client| async move {
            chat.foreground().await;
            Ok(())
        };
        self.call(told).await
    }

    /// Logs out: ends the session here and, where the server can be reached, there; forgets everything of it on this device.
    ///
    /// # Errors
    /// The device's stores failed: something of it may still lie there.
    pub async fn logout(&self) -> Result<(), ChatError> {
        self.call(|chat| async move { chat.logout().await }).await
    }
}

impl Chat {
    pub(crate) fn new(chat: Client, tasks: Tasks) -> Arc<Self> {
        Arc::new(Self { chat, tasks, _alive: Alive::new() })
    }

    pub(crate) async fn call<T, W>(&self, work: impl FnOnce(Client) -> W) -> Result<T, ChatError>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, ClientError>> + Send + 'static,
    {
        self.tasks.call(work(self.chat.clone())).await
    }

    pub(crate) async fn api<T, W>(&self, work: impl FnOnce(Api) -> W) -> Result<T, ChatError>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, ClientError>> + Send + 'static,
    {
        self.tasks.call(work(self.chat.api().clone())).await
    }
}
