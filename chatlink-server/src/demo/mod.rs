//! `--demo`: a server that is not empty. Twenty people who speak and learn different languages, and one of them
//! answers. Their password is known to everybody, so a server that real people reach refuses to have them.

mod partner;
mod people;

use anyhow::Context as _;
use chatlink_core::{
    ChatLink,
    identity::{Caller, LoginError, LoginForm, Principal, RegistrationForm, Via},
    memory::Mailbox,
    people::{Patch, UpdateMe},
    protocol::{RegistrationId, Timestamp, UserId},
};
use people::{DemoPerson, PEOPLE};

/// Of every demo person.
pub(crate) const PASSWORD: &str = "twenty people to try";

/// Fills the store, unless that was done before, and wakes the partner who answers.
pub(crate) async fn start(chat: &ChatLink, mailbox: &Mailbox) -> anyhow::Result<()> {
    let [partner, others @ ..] = &PEOPLE;
    let id = match find(chat, partner).await? {
        Some(id) => id,
        None => {
            for person in others {
                join(chat, mailbox, person).await.with_context(|| format!("filling in {}", person.username))?;
            }
            // The partner comes last: where they are, all are.
            join(chat, mailbox, partner).await?
        }
    };
    tracing::warn!("DEMO: 20 people with a known password; log in as {}", others[0].username);
    tokio::spawn(partner::answer(chat.clone(), id));
    Ok(())
}

/// The person of an earlier start.
async fn find(chat: &ChatLink, person: &DemoPerson) -> anyhow::Result<Option<UserId>> {
    let form = LoginForm { login: person.username.to_owned(), password: PASSWORD.to_owned(), ..LoginForm::default() };
    match chat.identity().login(&Caller::default(), form).await {
        Ok(login) => {
            let (user_id, session_id) = (login.user_id, Some(login.session.session_id));
            let principal = Principal { user_id, session_id, expires_at: Timestamp::EPOCH, via: Via::Bearer };
            chat.identity().logout(&principal).await?;
            Ok(Some(login.user_id))
        }
        Err(LoginError::Wrong) => Ok(None),
        Err(error) => Err(error).context("looking for the demo people"),
    }
}

/// Joins as everybody does: no account without a code.
async fn join(chat: &ChatLink, mailbox: &Mailbox, person: &DemoPerson) -> anyhow::Result<UserId> {
    let (caller, identity) = (Caller::default(), chat.identity());
    let contact = format!("{}@demo.example.org", person.username);
    let id = RegistrationId::from_uuid(identity.start_registration(&caller, &contact).await?.id);
    let code = mailbox.code_for(&contact).context("no code came")?;
    let proof = identity.verify(&caller, id, &code).await?.proof;
    let form = RegistrationForm {
        display_name: person.name.to_owned(),
        time_zone: Some(person.time_zone.to_owned()),
        ..RegistrationForm::new(proof, person.username, PASSWORD)
    };
    let form = form.born(person.born).from(person.country).speaking([person.speaks]).learning([person.learns]);
    let user = identity.complete(&caller, id, form).await?.user_id;
    let about = UpdateMe {
        about: Patch::Set(person.about.to_owned()),
        interests: Patch::Set(person.interests.iter().map(|word| (*word).to_owned()).collect()),
        ..UpdateMe::default()
    };
    chat.people().update_me(user, about).await?;
    Ok(user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chatlink_core::{
        Keys, Settings,
        entropy::OsEntropy,
        memory::MemoryStore,
        protocol::{Item, RoomId},
        settings::PasswordCost,
        timeline::{NewMessage, Window},
    };
    use std::{sync::Arc, time::Duration};

    async fn items(chat: &ChatLink, user: UserId, room: RoomId) -> Vec<Item> {
        chat.timeline().page(user, room, Window::Newest, 50).await.unwrap().items
    }

    #[tokio::test(start_paused = true)]
    async fn twenty_people_are_there_once_and_one_answers() {
        let mailbox = Mailbox::default();
        let settings = Settings { password_cost: PasswordCost::for_tests(), ..Settings::default() };
        let builder = ChatLink::builder().store(Arc::new(MemoryStore::new())).keys(Keys::ephemeral(&OsEntropy));
        let builder = builder.sender(Arc::new(mailbox.clone())).settings(settings);
        let chat = builder.build().await.unwrap();
        start(&chat, &mailbox).await.unwrap();
        let mails = mailbox.letters().len();
        start(&chat, &mailbox).await.unwrap();
        assert_eq!(mailbox.letters().len(), mails, "a second start adds nobody");

        let mut found = Vec::new();
        for person in &PEOPLE {
            found.push(find(&chat, person).await.unwrap().unwrap());
        }
        let (partner, me) = (found[0], found[1]);
        let room = chat.rooms().open_direct(me, partner).await.unwrap().room.room_id;
        let message = NewMessage::parse(chat.fresh_client_id(), "¡Hola!", None, None).unwrap();
        chat.timeline().send(me, room, message).await.unwrap();
        let answered = async {
            while items(&chat, me, room).await.last().is_none_or(|item| item.sender_id != partner) {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), answered).await.expect("an answer");
        assert!(chat.rooms().find(me, room).await.unwrap().pending.is_none(), "answering accepts");
    }
}
