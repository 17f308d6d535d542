//! The way from one store into another.

use super::{
    port::{Lineage, Mark, PortableStore, Snapshot, Standing},
    tables::{TABLES, Table},
    value::{Digest, Row, Value},
};
use crate::error::StoreError;

/// What [`copy`] is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many rows are to be carried.
    Begun {
        /// Of all tables.
        rows: u64,
    },
    /// An earlier run came this far: it is compared with the source, and gone on from here.
    Resumed {
        /// The table that it was at.
        table: &'static str,
    },
    /// The source changed since an earlier run, or what that took in did: everything is carried anew.
    Anew,
    /// So many rows of a table are there.
    Carried {
        /// The table.
        table: &'static str,
        /// How many of it.
        done: u64,
        /// How many it has.
        of: u64,
    },
    /// The table was counted and summed up on both sides: they are the same.
    Checked {
        /// The table.
        table: &'static str,
        /// What it came to.
        digest: Digest,
    },
}

/// What was copied.
#[derive(Clone, Debug)]
pub struct Copied {
    /// Whose it is, and the lineage that the copy has.
    pub lineage: Lineage,
    /// Every table with what both sides come to.
    pub tables: Vec<(&'static str, Digest)>,
}

/// Why nothing was copied, or not all.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The source holds no installation, or one whose own arrival did not end.
    #[error("there is no whole installation to copy from")]
    Nothing,
    /// The target is an installation already, or another one is on its way into it.
    #[error("the target holds an installation already")]
    Occupied,
    /// Somebody else is copying into the target.
    #[error("another copy into the same target is under way")]
    Busy,
    /// A table is not the same on both sides. Nothing uses the target.
    #[error("the table {table} came out as {there} rows of {here}, or with other words in them")]
    Differs {
        /// Which.
        table: &'static str,
        /// Rows of the source.
        here: u64,
        /// Rows of the target.
        there: u64,
    },
    /// One of the two stores failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Copies a snapshot of the installation in `from` into `to`, which is nobody's or holds part of such a copy: then it
/// goes on from there, if both sides are as they were. `epoch` is the copy's lineage. `watch` is told each step.
///
/// Every word arrives as it was, but for a NUL, which PostgreSQL cannot hold and earlier versions took: it becomes U+FFFD.
///
/// Whatever ends it in the middle, the same call goes on; until the end the target is no installation.
///
/// # Errors
/// See [`CopyError`].
pub async fn copy(
    from: &dyn PortableStore,
    to: &dyn PortableStore,
    epoch: String,
    watch: &mut (dyn FnMut(Step) + Send),
) -> Result<Copied, CopyError> {
    let mut source = from.snapshot().await?;
    let whose = source.lineage().await?.ok_or(CopyError::Nothing)?;
    let lineage = Lineage { epoch, ..whose };
    let mark = arrive(to, &lineage).await?;
    let mut way = Way { to, digests: vec![Digest::default(); TABLES.len()], counts: Vec::new(), mark };
    way.count(source.as_mut(), watch).await?;
    way.resume(source.as_mut(), watch).await?;
    way.carry(source.as_mut(), watch).await?;
    drop(source);
    way.check(watch).await?;
    let settled = to.settle(way.mark, lineage.clone()).await?;
    let tables = TABLES.iter().map(|table| table.name).zip(way.digests).collect();
    if settled { Ok(Copied { lineage, tables }) } else { Err(CopyError::Busy) }
}

/// Where the target is on its way to be this installation.
async fn arrive(to: &dyn PortableStore, lineage: &Lineage) -> Result<Option<Mark>, CopyError> {
    match to.standing().await? {
        Standing::Arriving(arrival) if arrival.source == lineage.id => Ok(arrival.mark),
        Standing::Empty if to.arrive(lineage.id).await? => Ok(None),
        Standing::Empty => Err(CopyError::Busy),
        Standing::Arriving(_) | Standing::Settled(_) => Err(CopyError::Occupied),
    }
}

/// A copy under way.
struct Way<'a> {
    to: &'a dyn PortableStore,
    /// What the source came to so far, table by table.
    digests: Vec<Digest>,
    /// How many rows the source has.
    counts: Vec<u64>,
    /// How far the target came.
    mark: Option<Mark>,
}

impl Way<'_> {
    async fn count(
        &mut self,
        source: &mut dyn Snapshot,
        watch: &mut (dyn FnMut(Step) + Send),
    ) -> Result<(), CopyError> {
        for table in TABLES {
            self.counts.push(source.count(table).await?);
        }
        watch(Step::Begun { rows: self.counts.iter().sum() });
        Ok(())
    }

    /// The table that the target is at.
    fn place(&self) -> Option<usize> {
        let mark = self.mark.as_ref()?;
        TABLES.iter().position(|table| table.name == mark.table)
    }

    /// Sums up what an earlier run carried. Where the two sides differ, it is thrown away: the source went on since.
    async fn resume(
        &mut self,
        source: &mut dyn Snapshot,
        watch: &mut (dyn FnMut(Step) + Send),
    ) -> Result<(), CopyError> {
        let Some(mark) = self.mark.clone() else { return Ok(()) };
        let same = match self.place() {
            Some(at) => {
                watch(Step::Resumed { table: TABLES[at].name });
                self.sum_up(source, at, &mark).await? && self.is_there(at).await?
            }
            None => false,
        };
        if !same {
            watch(Step::Anew);
            self.digests.fill(Digest::default());
            self.mark = None;
            if !self.to.discard().await? {
                return Err(CopyError::Busy);
            }
        }
        Ok(())
    }

    /// What the source holds up to the mark; false where it does not hold the row of the mark any more.
    async fn sum_up(&mut self, source: &mut dyn Snapshot, at: usize, mark: &Mark) -> Result<bool, CopyError> {
        for (table, digest) in TABLES.iter().zip(&mut self.digests).take(at) {
            *digest = sum(source, table).await?;
        }
        let (table, mut after) = (&TABLES[at], None);
        loop {
            let rows = source.page(table, after.as_deref()).await?;
            let Some(last) = rows.last() else { return Ok(false) };
            after = Some(table.key_of(last));
            for row in &rows {
                self.digests[at].add(row);
                if table.key_of(row) == mark.key {
                    return Ok(true);
                }
            }
        }
    }

    /// Whether the target holds just that.
    async fn is_there(&self, at: usize) -> Result<bool, CopyError> {
        let mut target = self.to.snapshot().await?;
        for (table, digest) in TABLES.iter().zip(&self.digests).take(at + 1) {
            if sum(target.as_mut(), table).await? != *digest {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The rest, page by page.
    async fn carry(
        &mut self,
        source: &mut dyn Snapshot,
        watch: &mut (dyn FnMut(Step) + Send),
    ) -> Result<(), CopyError> {
        let first = self.place().unwrap_or(0);
        for (at, table) in TABLES.iter().enumerate().skip(first) {
            let begun = self.mark.as_ref().filter(|mark| mark.table == table.name);
            let mut after = begun.map(|mark| mark.key.clone());
            loop {
                let rows = source.page(table, after.as_deref()).await?;
                let Some(last) = rows.last() else { break };
                let key = table.key_of(last);
                after = Some(key.clone());
                self.take_in(at, rows, key).await?;
                watch(Step::Carried { table: table.name, done: self.digests[at].rows, of: self.counts[at] });
            }
        }
        Ok(())
    }

    async fn take_in(&mut self, at: usize, rows: Vec<Row>, key: Vec<Value>) -> Result<(), CopyError> {
        rows.iter().for_each(|row| self.digests[at].add(row));
        let rows = rows.into_iter().map(|row| row.into_iter().map(Value::mended).collect()).collect();
        // Of the source, as it stands there: from here the next run goes on.
        let mark = Mark { table: TABLES[at].name.to_owned(), key };
        if !self.to.take_in(&TABLES[at], rows, self.mark.clone(), mark.clone()).await? {
            return Err(CopyError::Busy);
        }
        self.mark = Some(mark);
        Ok(())
    }

    /// Reads all of the target again.
    async fn check(&self, watch: &mut (dyn FnMut(Step) + Send)) -> Result<(), CopyError> {
        let mut target = self.to.snapshot().await?;
        for (table, digest) in TABLES.iter().zip(&self.digests) {
            let there = sum(target.as_mut(), table).await?;
            if there != *digest {
                return Err(CopyError::Differs { table: table.name, here: digest.rows, there: there.rows });
            }
            watch(Step::Checked { table: table.name, digest: there });
        }
        Ok(())
    }
}

/// All of a table.
async fn sum(snapshot: &mut dyn Snapshot, table: &'static Table) -> Result<Digest, StoreError> {
    let (mut digest, mut after) = (Digest::default(), None);
    loop {
        let rows = snapshot.page(table, after.as_deref()).await?;
        let Some(last) = rows.last() else { return Ok(digest) };
        after = Some(table.key_of(last));
        rows.iter().for_each(|row| digest.add(row));
    }
}
