//! Every statement of rooms, timelines, logs and settings prepared on the real schema, and its plan read: no table is
//! walked from end to end, whatever its size.

use crate::{
    identity, intents, jobs, locks, mine, notes, people, rights, rooms, rows::Many, scheduled, search, services,
    support, timeline, webhooks,
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, postgres::PgConnectOptions};

/// What a module gives to be looked at.
#[derive(Clone, Copy)]
pub(crate) struct Statements {
    pub(crate) many: &'static [&'static Many],
    pub(crate) single: &'static [&'static str],
}

/// Walked on purpose, and not from end to end: in the order of an index, up to a limit.
const IN_ORDER: [&str; 2] = ["jobs_by_change", "search_due_at"];

/// Of these there are ten at most, however large this test makes the table.
const FEW: &str = "webhooks";

/// Makes every table large, so that a plan that walks one costs: rows of no meaning, but of the values that partial
/// indexes are about.
const FILL: &str = r"
DO $fill$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT conrelid::regclass AS tab, conname FROM pg_constraint
               WHERE connamespace = current_schema()::regnamespace AND contype IN ('c', 'f') LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.tab, one.conname);
    END LOOP;
    ALTER TABLE rooms DISABLE TRIGGER rooms_count_asked;
    FOR one IN SELECT table_name AS tab, string_agg(quote_ident(column_name), ', ') AS columns,
                   string_agg(CASE is_nullable WHEN 'YES' THEN 'CASE WHEN n % 3 > 0 THEN ' ELSE '(' END || CASE
                       WHEN data_type = 'uuid' THEN 'gen_random_uuid()'
                       WHEN data_type = 'boolean' THEN 'n % 2 = 0'
                       WHEN data_type = 'bytea' THEN $$decode(md5(n::text), 'hex')$$
                       WHEN column_name = 'state' THEN $$(ARRAY['active', 'deleted', 'open', 'dead'])[n % 4 + 1]$$
                       WHEN column_name = 'kind' THEN $$(ARRAY['message', 'edit', 'correction', 'group'])[n % 4 + 1]$$
                       WHEN column_name = 'role' THEN $$(ARRAY['owner', 'member', 'member', 'member'])[n % 4 + 1]$$
                       WHEN data_type = 'text' THEN 'n::text'
                       ELSE 'n' END || CASE is_nullable WHEN 'YES' THEN ' END' ELSE ')' END, ', ') AS filled
               FROM information_schema.columns
               WHERE table_schema = current_schema() AND is_identity = 'NO'
                 AND table_name NOT IN ('installation', 'store_clock', 'migrations')
               GROUP BY table_name LOOP
        EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM generate_series(1, 8000) n ON CONFLICT DO NOTHING',
            one.tab, one.columns, one.filled);
        EXECUTE format('ANALYZE %I', one.tab);
    END LOOP;
END
$fill$";

#[tokio::test]
async fn no_statement_walks_a_table() {
    let store = support::fresh().await;
    let options: PgConnectOptions = support::url().parse().unwrap();
    // What is chosen without a look at the arguments: it must be good for any.
    let options = options.options([("search_path", store.schema()), ("plan_cache_mode", "force_generic_plan")]);
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(FILL).execute(&mut connection).await.unwrap();
    let others = [
        notes::STATEMENTS,
        jobs::STATEMENTS,
        identity::STATEMENTS,
        locks::STATEMENTS,
        services::STATEMENTS,
        webhooks::STATEMENTS,
    ];
    let mut looked = Vec::new();
    for module in [
        people::STATEMENTS,
        rooms::STATEMENTS,
        timeline::STATEMENTS,
        search::STATEMENTS,
        mine::STATEMENTS,
        scheduled::STATEMENTS,
        intents::STATEMENTS,
        rights::STATEMENTS,
        &others,
    ]
    .concat()
    {
        let many = module.many.iter().map(|many| many.text());
        for sql in many.chain(module.single.iter().map(|sql| (*sql).to_owned())) {
            looked.extend(look(&mut connection, &sql).await);
        }
    }
    assert!(looked.is_empty(), "{}", looked.join("\n\n"));
}

/// What is wrong with a statement's plan.
async fn look(connection: &mut PgConnection, sql: &str) -> Option<String> {
    let places = (1..).take_while(|place| has_place(sql, *place)).count();
    let nulls = if places == 0 { String::new() } else { format!("({})", vec!["NULL"; places].join(", ")) };
    let prepare = format!("DEALLOCATE ALL; PREPARE looked AS {sql}");
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *connection).await {
        return Some(format!("{error}:\n{sql}"));
    }
    let explain = format!("EXPLAIN (COSTS off) EXECUTE looked{nulls}");
    let rows = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(connection).await;
    let plan: Vec<String> = match rows {
        Ok(rows) => rows.iter().map(|row| row.get(0)).collect(),
        Err(error) => return Some(format!("{error}:\n{sql}")),
    };
    let walked = plan.iter().enumerate().any(|(at, step)| walks(step, plan.get(at + 1)));
    walked.then(|| format!("{}\n{sql}", plan.join("\n")))
}

fn has_place(sql: &str, place: usize) -> bool {
    let place = format!("${place}");
    sql.match_indices(&place).any(|(at, _)| !sql[at + place.len()..].starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a step reads all of a table or of an index.
fn walks(step: &str, next: Option<&String>) -> bool {
    let by_index = ["Index Scan", "Index Only Scan"].iter().any(|scan| step.contains(scan));
    let has_condition = next.is_some_and(|next| next.trim_start().starts_with("Index Cond"));
    let in_order = IN_ORDER.iter().any(|index| step.contains(index));
    let of_few = format!("{step} ").contains(&format!(" on {FEW} "));
    !of_few && (step.contains("Seq Scan") || by_index && !has_condition && !in_order)
}
