//! The demo partner who answers: a connection like any other, and a few sentences.

use chatlink_core::{
    ChatLink,
    protocol::{
        EventBody, RoomId, Timestamp, UserId,
        frame::{ClientFrame, Command, Push},
    },
    realtime::{Connection, Outgoing},
    timeline::NewMessage,
};
use std::time::Duration;

/// How long the partner writes at a sentence.
const WRITING: Duration = Duration::from_millis(1_500);
/// After a cut.
const AGAIN: Duration = Duration::from_secs(2);

/// What the partner says, one after the other.
const SENTENCES: [&str; 8] = [
    "¡Hola! Qué bien que me escribas. ¿De dónde eres?",
    "Nice! I am from Valencia. Shall we write ten minutes in Spanish and then ten in English?",
    "¿Qué haces en tu tiempo libre? A mí me encanta cocinar.",
    "My English gets better every week, I hope. Correct me whenever something sounds odd!",
    "Una palabra que me gusta mucho: «sobremesa», el rato que uno se queda hablando después de comer.",
    "Is there a word like that in your language?",
    "¿Prefieres la playa o la montaña?",
    "I have to go soon, but write to me whenever you like. ¡Hasta luego!",
];

/// Answers whoever writes, for as long as the server runs.
pub(super) async fn answer(chat: ChatLink, me: UserId) {
    loop {
        match chat.connect(me, None, Timestamp::from_micros(i64::MAX), 0).await {
            Ok(connection) => listen(&chat, &connection, me).await,
            Err(error) => tracing::warn!(%error, "the demo partner cannot connect"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Until the connection is cut.
async fn listen(chat: &ChatLink, connection: &Connection, me: UserId) {
    let mut said = 0;
    while let Outgoing::Frames(frames) = connection.outgoing().await {
        let pushes = frames.iter().filter_map(|frame| serde_json::from_slice::<Push>(frame).ok());
        for push in pushes {
            let Push::Event { event } = push else { continue };
            let from_somebody = event.sender_id != me && event.sender_id != UserId::SYSTEM;
            if !from_somebody || !matches!(event.body, EventBody::Message(_)) {
                continue;
            }
            let _ = chat.timeline().mark(me, event.room_id, event.seq, event.seq).await;
            let command = Command::Typing { room_id: event.room_id };
            connection.handle(ClientFrame { id: None, command }).await;
            tokio::time::sleep(WRITING).await;
            say(chat, me, event.room_id, SENTENCES[said % SENTENCES.len()]).await;
            said += 1;
        }
    }
}

async fn say(chat: &ChatLink, me: UserId, room: RoomId, sentence: &str) {
    let Ok(message) = NewMessage::parse(chat.fresh_client_id(), sentence, None, None) else { return };
    if let Err(error) = chat.timeline().send(me, room, message).await {
        tracing::warn!(%error, "the demo partner could not answer");
    }
}
