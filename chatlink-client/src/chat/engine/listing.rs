//! The list of rooms and the own log: what is read for them.

use super::{Done, Engine, beside, or_line};
use crate::{
    ClientError, Retry,
    api::{Api, LogPage},
    rooms::{AllRooms, Want},
};
use chatlink_protocol::{
    RoomId,
    room::{Person, Room},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Pages of each list that are read: of rooms a hundred each.
const PAGES: usize = 20;

/// How a read went.
pub(super) enum Read {
    All(AllRooms),
    /// `None`: it is not for the person any more.
    Room(RoomId, Option<Box<Room>>),
    /// It failed, and its time to be tried again has come.
    Again(Want),
    Log(LogPage),
    LogAgain,
}

impl Engine {
    /// Reads what the list and the own log want.
    pub(super) fn list(&mut self) {
        if !self.is_ready() {
            return;
        }
        for want in self.rooms.ask() {
            let (api, lines, wait) = self.tries_again_after();
            beside(&mut self.aside, async move {
                Done::Listed(match read(&api, want).await {
                    Ok(read) => read,
                    Err(_) => {
                        or_line(lines, Duration::ZERO, wait).await;
                        Read::Again(want)
                    }
                })
            });
        }
        if let Some(after) = self.own_log.ask() {
            let (api, lines, wait) = self.tries_again_after();
            beside(&mut self.aside, async move {
                Done::Listed(match api.own_log(after).await {
                    Ok(page) => Read::Log(page),
                    Err(_) => {
                        or_line(lines, Duration::ZERO, wait).await;
                        Read::LogAgain
                    }
                })
            });
        }
    }

    fn tries_again_after(&self) -> (Api, watch::Receiver<u64>, Duration) {
        (self.tools.api.clone(), self.lines.subscribe(), self.wait_after(self.lists_failed))
    }

    pub(super) fn has_listed(&mut self, read: Read) {
        match read {
            Read::All(all) => self.rooms.has_all(all),
            Read::Room(id, room) => self.rooms.has_room(id, room.map(|room| *room)),
            Read::Log(page) => {
                for event in self.own_log.filled(page) {
                    self.own(&event);
                }
            }
            Read::Again(want) => {
                self.lists_failed = self.lists_failed.saturating_add(1);
                return self.rooms.failed(want);
            }
            Read::LogAgain => {
                self.lists_failed = self.lists_failed.saturating_add(1);
                return self.own_log.failed();
            }
        }
        self.lists_failed = 0;
        // What the server shows may say how far it knows one's reading.
        let known: Vec<_> = self.marks.of_rooms().collect();
        known.into_iter().for_each(|(room, seq)| self.rooms.read(room, seq));
    }

    pub(super) fn tell_rooms(&mut self) {
        let Some(entries) = self.rooms.take_entries() else { return };
        self.entries.send_if_modified(|told| {
            let differs = **told != entries;
            if differs {
                *told = Arc::new(entries);
            }
            differs
        });
    }
}

async fn read(api: &Api, want: Want) -> Result<Read, ClientError> {
    match want {
        Want::All => read_all(api).await.map(Read::All),
        Want::Room(id) => match api.room(id).await {
            Ok(room) => Ok(Read::Room(id, Some(Box::new(room)))),
            Err(error) if error.retry() == Retry::Never && error.code().is_some() && !error.blames_token() => {
                Ok(Read::Room(id, None))
            }
            Err(error) => Err(error),
        },
    }
}

async fn read_all(api: &Api) -> Result<AllRooms, ClientError> {
    let mut all = AllRooms { complete: true, ..AllRooms::default() };
    for archived in [false, true] {
        let mut cursor = None;
        for page in 0.. {
            let read = api.rooms(archived, cursor.as_deref()).await?;
            all.rooms.extend(read.items);
            cursor = read.next_cursor;
            all.complete &= cursor.is_none() || page + 1 < PAGES;
            if cursor.is_none() || page + 1 >= PAGES {
                break;
            }
        }
    }
    let mut cursor = None;
    for _ in 0..PAGES {
        let page = api.blocks(cursor.as_deref()).await?;
        all.blocked.extend(page.items.into_iter().map(|block| match block.user {
            Person::Known { id, .. } | Person::Deleted { id, .. } => id,
        }));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(all)
}
