//! `chatlink reports`: what people reported, for who runs the installation.

use crate::{database::Database, print};
use anyhow::ensure;
use chatlink_core::people::ReportRow;
use serde_json::{Value, json};

/// Reports of one read.
const PAGE: u32 = 50;

/// Prints all reports as JSON, a line each, the newest first. A server may use the database meanwhile.
pub(crate) fn list(database: &Database) -> anyhow::Result<()> {
    if let Database::Sqlite(path) = database {
        ensure!(path.is_file(), "there is no file {}", path.display());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let opened = database.open_as_it_is().await?;
        let (store, mut before) = (opened.store(), None);
        loop {
            let page = store.list_reports(before, PAGE).await?;
            let Some(last) = page.last() else { break };
            before = Some((last.created_at, last.report.report_id));
            for row in &page {
                print(&format!("{}\n", line(row)))?;
            }
        }
        opened.close().await;
        Ok(())
    })
}

fn line(row: &ReportRow) -> Value {
    let ReportRow { report, created_at, messages } = row;
    let reporter = (!report.reporter.as_uuid().is_nil()).then_some(report.reporter);
    json!({
        "id": report.report_id, "at": created_at, "reporter": reporter, "user_id": report.user_id,
        "reason": report.reason.as_str(), "note": report.note, "room_id": report.room_id,
        "event_ids": report.event_ids, "messages": messages,
    })
}
