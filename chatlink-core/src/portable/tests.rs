//! The way from store to store over stores that are told when to fail.

use super::*;
use crate::error::StoreError;
use async_trait::async_trait;
use chatlink_protocol::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use uuid::Uuid;

type Tables = BTreeMap<&'static str, BTreeMap<String, Row>>;

/// A store of rows by the text of their key.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    tables: Tables,
    lineage: Option<Lineage>,
    arrival: Option<Arrival>,
    /// After so many more pages the store is away.
    pages: Option<usize>,
    /// Whether each page loses its last row.
    forgets: bool,
}

struct Still(Tables, Option<Lineage>);

#[async_trait]
impl Snapshot for Still {
    async fn lineage(&mut self) -> Result<Option<Lineage>, StoreError> {
        Ok(self.1.clone())
    }

    async fn count(&mut self, table: &'static Table) -> Result<u64, StoreError> {
        Ok(self.0.get(table.name).map_or(0, |rows| rows.len() as u64))
    }

    async fn page(&mut self, table: &'static Table, after: Option<&[Value]>) -> Result<Vec<Row>, StoreError> {
        let after = after.map(|key| format!("{key:?}"));
        let rows = self.0.get(table.name).into_iter().flatten();
        let rows = rows.filter(|(key, _)| after.as_ref().is_none_or(|after| *key > after));
        // Two a page: an end in the middle of a table is easy to come by.
        Ok(rows.map(|(_, row)| row.clone()).take(2).collect())
    }
}

#[async_trait]
impl PortableStore for Shelf {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let state = self.0.lock().unwrap();
        Ok(Box::new(Still(state.tables.clone(), state.lineage.clone())))
    }

    async fn standing(&self) -> Result<Standing, StoreError> {
        let state = self.0.lock().unwrap();
        Ok(match (&state.lineage, &state.arrival) {
            (Some(lineage), _) => Standing::Settled(lineage.id),
            (None, Some(arrival)) => Standing::Arriving(arrival.clone()),
            (None, None) => Standing::Empty,
        })
    }

    async fn arrive(&self, source: Uuid) -> Result<bool, StoreError> {
        self.0.lock().unwrap().arrival = Some(Arrival { source, mark: None });
        Ok(true)
    }

    async fn take_in(
        &self,
        table: &'static Table,
        rows: Vec<Row>,
        before: Option<Mark>,
        mark: Mark,
    ) -> Result<bool, StoreError> {
        let mut state = self.0.lock().unwrap();
        match &mut state.pages {
            Some(0) => return Err(StoreError::Unavailable("away".into())),
            Some(pages) => *pages -= 1,
            None => {}
        }
        let Some(arrival) = state.arrival.as_mut().filter(|arrival| arrival.mark == before) else { return Ok(false) };
        arrival.mark = Some(mark);
        let kept = rows.len() - usize::from(state.forgets);
        let shelf = state.tables.entry(table.name).or_default();
        for row in rows.into_iter().take(kept) {
            let twice = shelf.insert(format!("{:?}", table.key_of(&row)), row);
            assert!(twice.is_none(), "a row that was there");
        }
        Ok(true)
    }

    async fn discard(&self) -> Result<bool, StoreError> {
        let mut state = self.0.lock().unwrap();
        state.tables.clear();
        Ok(state.arrival.as_mut().map(|arrival| arrival.mark = None).is_some())
    }

    async fn settle(&self, mark: Option<Mark>, lineage: Lineage) -> Result<bool, StoreError> {
        let mut state = self.0.lock().unwrap();
        if state.arrival.take_if(|arrival| arrival.mark == mark).is_none() {
            return Ok(false);
        }
        state.lineage = Some(lineage);
        Ok(true)
    }
}

/// A row whose key is of this number.
fn row(table: &Table, number: u8) -> Row {
    let value = |kind| match kind {
        Kind::Int | Kind::Flag => Value::Int(i64::from(number)),
        Kind::Text => Value::Text(format!("{number}")),
        Kind::Bytes | Kind::Id => Value::Bytes(vec![number; 16]),
    };
    table.columns.iter().map(|column| value(column.kind)).collect()
}

/// Some rows of every table.
fn full() -> Shelf {
    let shelf = Shelf::default();
    let mut state = shelf.0.lock().unwrap();
    for (at, table) in TABLES.iter().enumerate() {
        let rows = (0..(at % 6) as u8).map(|number| row(table, number));
        let rows = rows.map(|row| (format!("{:?}", table.key_of(&row)), row)).collect();
        state.tables.insert(table.name, rows);
    }
    state.lineage =
        Some(Lineage { id: Uuid::from_u128(7), epoch: "first".to_owned(), last_seen: Timestamp::from_micros(9) });
    drop(state);
    shelf
}

async fn run(from: &Shelf, to: &Shelf) -> (Result<Copied, CopyError>, Vec<Step>) {
    let mut steps = Vec::new();
    let copied = copy(from, to, "second".to_owned(), &mut |step| steps.push(step)).await;
    (copied, steps)
}

fn same(from: &Shelf, to: &Shelf) {
    let some = |shelf: &Shelf| -> Tables {
        let tables = shelf.0.lock().unwrap().tables.clone();
        tables.into_iter().filter(|(_, rows)| !rows.is_empty()).collect()
    };
    assert_eq!(some(from), some(to));
    let lineage = to.0.lock().unwrap().lineage.clone().unwrap();
    assert_eq!((lineage.id, &*lineage.epoch), (Uuid::from_u128(7), "second"));
}

#[tokio::test]
async fn all_is_there_and_of_another_lineage() {
    let (from, to) = (full(), Shelf::default());
    let (copied, steps) = run(&from, &to).await;
    assert_eq!(copied.unwrap().tables.len(), TABLES.len());
    same(&from, &to);
    assert_eq!(steps.iter().filter(|step| matches!(step, Step::Checked { .. })).count(), TABLES.len());
    assert!(matches!(run(&from, &to).await.0, Err(CopyError::Occupied)), "a second time");
    assert!(matches!(run(&Shelf::default(), &Shelf::default()).await.0, Err(CopyError::Nothing)));
}

#[tokio::test]
async fn cut_off_anywhere_it_goes_on_from_there() {
    let from = full();
    for pages in 0.. {
        let to = Shelf::default();
        to.0.lock().unwrap().pages = Some(pages);
        if run(&from, &to).await.0.is_ok() {
            break;
        }
        to.0.lock().unwrap().pages = None;
        let (copied, steps) = run(&from, &to).await;
        copied.unwrap();
        assert_eq!(steps.iter().any(|step| matches!(step, Step::Resumed { .. })), pages > 0);
        assert!(!steps.contains(&Step::Anew));
        same(&from, &to);
    }
}

/// What an earlier version took, and not every store keeps. The table's key is a text, too.
#[tokio::test]
async fn a_nul_is_mended_on_the_way_however_often_it_is_cut_off() {
    let table = TABLES.iter().find(|table| table.name == "reserved_usernames").unwrap();
    let texts = |text: &str| -> Row {
        let mend = |value| if let Value::Text(_) = value { Value::Text(text.to_owned()) } else { value };
        row(table, 9).into_iter().map(mend).collect()
    };
    let from = full();
    let with_nul = texts("a\0b");
    let key = format!("{:?}", table.key_of(&with_nul));
    from.0.lock().unwrap().tables.entry(table.name).or_default().insert(key, with_nul);
    for pages in 0.. {
        let to = Shelf::default();
        to.0.lock().unwrap().pages = Some(pages);
        let done = run(&from, &to).await.0.is_ok();
        to.0.lock().unwrap().pages = None;
        if !done {
            let (copied, steps) = run(&from, &to).await;
            copied.unwrap();
            assert!(!steps.contains(&Step::Anew), "{pages}");
        }
        let there: Vec<Row> = to.0.lock().unwrap().tables[table.name].values().cloned().collect();
        assert!(there.contains(&texts("a\u{fffd}b")) && !there.contains(&texts("a\0b")), "{there:?}");
        if done {
            break;
        }
    }
}

#[tokio::test]
async fn a_source_that_went_on_is_carried_anew() {
    for pages in [1, 30, 50] {
        let (from, to) = (full(), Shelf::default());
        to.0.lock().unwrap().pages = Some(pages);
        assert!(run(&from, &to).await.0.is_err());
        to.0.lock().unwrap().pages = None;
        // Somebody changed something that was carried.
        let table = &TABLES[1];
        let mut changed = row(table, 0);
        changed[1] = Value::Text("another".to_owned());
        from.0
            .lock()
            .unwrap()
            .tables
            .get_mut(table.name)
            .unwrap()
            .insert(format!("{:?}", table.key_of(&changed)), changed);
        let (copied, steps) = run(&from, &to).await;
        copied.unwrap();
        assert!(steps.contains(&Step::Anew), "{pages}");
        same(&from, &to);
    }
}

#[tokio::test]
async fn what_got_lost_on_the_way_is_found() {
    let (from, to) = (full(), Shelf::default());
    to.0.lock().unwrap().forgets = true;
    let (copied, _) = run(&from, &to).await;
    assert!(matches!(copied, Err(CopyError::Differs { table: "accounts", here: 1, there: 0 })), "{copied:?}");
    assert!(to.0.lock().unwrap().lineage.is_none(), "nothing uses it");
    to.0.lock().unwrap().forgets = false;
    run(&from, &to).await.0.unwrap();
    same(&from, &to);
}

#[tokio::test]
async fn another_installations_arrival_is_left_alone() {
    let (from, to) = (full(), Shelf::default());
    to.arrive(Uuid::from_u128(8)).await.unwrap();
    assert!(matches!(run(&from, &to).await.0, Err(CopyError::Occupied)));
}
