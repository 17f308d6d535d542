//! Crate directions: arrows point inwards only (ARCHITECTURE.md), and core knows no adapter, not
//! even through somebody else's dependency.
//!
//! The judging is a pure function over a graph; the tests below hold it to graphs that are wrong
//! on purpose before it judges the workspace.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so when cargo does not answer")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What each member may depend on among the members, in what it ships.
const INWARDS: [(&str, &[&str]); 18] = [
    ("chatlink-protocol", &[]),
    ("chatlink-core", &["chatlink-protocol"]),
    ("chatlink-contract", &["chatlink-core"]),
    ("chatlink-store-sqlite", &["chatlink-core", "chatlink-protocol"]),
    ("chatlink-store-postgres", &["chatlink-core", "chatlink-protocol"]),
    ("chatlink-transport-redis", &["chatlink-core"]),
    ("chatlink-providers", &["chatlink-core", "chatlink-protocol"]),
    ("chatlink-http", &["chatlink-core", "chatlink-protocol"]),
    ("chatlink-grpc", &["chatlink-core", "chatlink-protocol"]),
    ("chatlink-client", &["chatlink-protocol"]),
    ("chatlink-ffi", &["chatlink-client", "chatlink-protocol"]),
    ("chatlink-bindgen", &[]),
    ("chatlink", ADAPTERS_AND_INNER),
    ("chatlink-server", ADAPTERS_AND_INNER),
    ("chatlink-examples", &["chatlink"]),
    (
        "chatlink-benches",
        &[
            "chatlink-core",
            "chatlink-protocol",
            "chatlink-store-postgres",
            "chatlink-store-sqlite",
            "chatlink-transport-redis",
        ],
    ),
    ("chatlink-tests", &["chatlink-core", "chatlink-protocol"]),
    ("xtask", &[]),
];

const ADAPTERS_AND_INNER: &[&str] = &[
    "chatlink-core",
    "chatlink-protocol",
    "chatlink-grpc",
    "chatlink-http",
    "chatlink-providers",
    "chatlink-store-postgres",
    "chatlink-store-sqlite",
    "chatlink-transport-redis",
];

/// What a member's tests may use besides.
const FOR_TESTS: [&str; 1] = ["chatlink-contract"];

/// What the client's tests may use besides: they talk to a real server.
const SERVER: [&str; 2] = ["chatlink-core", "chatlink-http"];

/// What the end-to-end tests use besides: stories are told over every edge, and programs in other languages load one.
const TOLD: [&str; 4] = ["chatlink-client", "chatlink-ffi", "chatlink-grpc", "chatlink-http"];

/// Kept out of a member's whole tree, as families: `sqlx` stands for `sqlx-core` too.
const KEPT_OUT: [(&str, &[&str]); 5] = [
    ("chatlink-protocol", &["sqlx", "axum", "redis", "tonic", "reqwest", "hyper", "tokio"]),
    ("chatlink-core", &["sqlx", "axum", "redis", "tonic", "reqwest", "hyper"]),
    ("chatlink-contract", &["sqlx", "axum", "redis", "tonic", "reqwest", "hyper"]),
    ("chatlink-client", &["axum", "redis", "tonic"]),
    ("chatlink-ffi", &["axum", "redis", "tonic"]),
];

/// Packages by id, with what they depend on.
#[derive(Default)]
struct Graph {
    members: BTreeSet<String>,
    names: BTreeMap<String, String>,
    ships: BTreeMap<String, BTreeSet<String>>,
    tests: BTreeMap<String, BTreeSet<String>>,
}

#[test]
fn the_workspace_keeps_its_directions() {
    let graph = Graph::of_metadata(&metadata());
    assert_eq!(graph.members.len(), INWARDS.len(), "a member without arrows: add it to INWARDS");
    assert_eq!(violations(&graph), Vec::<String>::new());
}

/// Every wrong edge, as a sentence.
fn violations(graph: &Graph) -> Vec<String> {
    let mut wrong = Vec::new();
    for member in &graph.members {
        let name = graph.name(member);
        let Some((_, allowed)) = INWARDS.iter().find(|(known, _)| *known == name) else {
            wrong.push(format!("{name} has no arrows in INWARDS"));
            continue;
        };
        for to in graph.members_among(&graph.ships, member) {
            if !allowed.contains(&to) {
                wrong.push(format!("{name} -> {to}"));
            }
        }
        for to in graph.members_among(&graph.tests, member) {
            let serves = name == "chatlink-client" && SERVER.contains(&to);
            let tells = name == "chatlink-tests" && TOLD.contains(&to);
            if !allowed.contains(&to) && !FOR_TESTS.contains(&to) && !serves && !tells {
                wrong.push(format!("{name} -> {to} (in tests)"));
            }
        }
        if name == "xtask" && graph.ships.get(member).is_some_and(|edges| !edges.is_empty()) {
            wrong.push("xtask is std only".to_owned());
        }
        wrong.extend(intruders(graph, member, name));
    }
    wrong
}

/// What is in a member's tree and must not be, with the path that brought it.
fn intruders(graph: &Graph, member: &str, name: &str) -> Vec<String> {
    let Some((_, banned)) = KEPT_OUT.iter().find(|(known, _)| *known == name) else { return Vec::new() };
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::from([member]);
    let mut open = vec![vec![member]];
    while let Some(path) = open.pop() {
        let last = path.last().copied().unwrap_or(member);
        for next in graph.ships.get(last).into_iter().flatten() {
            if !seen.insert(next) {
                continue;
            }
            let path: Vec<&str> = path.iter().copied().chain([next.as_str()]).collect();
            if banned.iter().any(|family| is_of(graph.name(next), family)) {
                let names: Vec<&str> = path.iter().map(|id| graph.name(id)).collect();
                wrong.push(names.join(" -> "));
            } else {
                open.push(path);
            }
        }
    }
    wrong
}

fn is_of(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

impl Graph {
    fn of_metadata(metadata: &Value) -> Self {
        let mut graph = Self::default();
        for id in list(&metadata["workspace_members"]) {
            graph.members.insert(text(id));
        }
        for package in list(&metadata["packages"]) {
            graph.names.insert(text(&package["id"]), text(&package["name"]));
        }
        for node in list(&metadata["resolve"]["nodes"]) {
            for dependency in list(&node["deps"]) {
                let kinds: BTreeSet<&str> =
                    list(&dependency["dep_kinds"]).map(|kind| kind["kind"].as_str().unwrap_or("normal")).collect();
                let (from, to) = (text(&node["id"]), text(&dependency["pkg"]));
                if kinds.contains("normal") || kinds.contains("build") {
                    graph.ships.entry(from.clone()).or_default().insert(to.clone());
                }
                if kinds.contains("dev") {
                    graph.tests.entry(from).or_default().insert(to);
                }
            }
        }
        graph
    }

    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.get(id).map_or(id, String::as_str)
    }

    fn members_among<'a>(&'a self, edges: &'a BTreeMap<String, BTreeSet<String>>, from: &str) -> Vec<&'a str> {
        let to = edges.get(from).into_iter().flatten();
        to.filter(|id| self.members.contains(*id)).map(|id| self.name(id)).collect()
    }
}

fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list in cargo metadata").iter()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text in cargo metadata").to_owned()
}

/// A made-up workspace: members by name, edges as written.
fn made_up(members: &[&str], ships: &[(&str, &str)], tests: &[(&str, &str)]) -> Graph {
    let mut graph = Graph { members: members.iter().map(|name| (*name).to_owned()).collect(), ..Graph::default() };
    for (from, to) in ships {
        graph.ships.entry((*from).to_owned()).or_default().insert((*to).to_owned());
    }
    for (from, to) in tests {
        graph.tests.entry((*from).to_owned()).or_default().insert((*to).to_owned());
    }
    graph
}

#[test]
fn arrows_that_point_inwards_are_fine() {
    let graph = made_up(
        &["chatlink-protocol", "chatlink-core", "chatlink-contract", "chatlink-store-sqlite"],
        &[
            ("chatlink-core", "chatlink-protocol"),
            ("chatlink-core", "serde"),
            ("chatlink-contract", "chatlink-core"),
            ("chatlink-store-sqlite", "chatlink-core"),
            ("chatlink-store-sqlite", "sqlx"),
        ],
        &[("chatlink-store-sqlite", "chatlink-contract")],
    );
    assert_eq!(violations(&graph), Vec::<String>::new());
}

#[test]
fn core_that_knows_an_adapter_is_wrong() {
    let members = ["chatlink-core", "chatlink-store-sqlite"];
    let edge = [("chatlink-core", "chatlink-store-sqlite")];
    assert_eq!(violations(&made_up(&members, &edge, &[])), ["chatlink-core -> chatlink-store-sqlite"]);
    assert_eq!(violations(&made_up(&members, &[], &edge)), ["chatlink-core -> chatlink-store-sqlite (in tests)"]);
}

#[test]
fn nobody_may_know_the_server() {
    for member in INWARDS.iter().map(|(name, _)| *name).filter(|name| *name != "chatlink-server") {
        let graph = made_up(&[member, "chatlink-server"], &[(member, "chatlink-server")], &[]);
        assert!(violations(&graph).contains(&format!("{member} -> chatlink-server")), "{member}");
    }
}

#[test]
fn an_adapter_deep_in_cores_tree_is_found_with_its_path() {
    for intruder in ["sqlx", "sqlx-core", "axum", "redis", "tonic", "reqwest"] {
        let edges = [("chatlink-core", "harmless"), ("harmless", "deeper"), ("deeper", intruder)];
        let wrong = violations(&made_up(&["chatlink-core"], &edges, &[]));
        assert_eq!(wrong, [format!("chatlink-core -> harmless -> deeper -> {intruder}")]);
    }
    let namesake = [("chatlink-core", "redistribute")];
    assert_eq!(violations(&made_up(&["chatlink-core"], &namesake, &[])), Vec::<String>::new());
}

#[test]
fn an_unknown_member_and_an_xtask_with_dependencies_are_wrong() {
    assert_eq!(violations(&made_up(&["chatlink-extra"], &[], &[])), ["chatlink-extra has no arrows in INWARDS"]);
    assert_eq!(violations(&made_up(&["xtask"], &[("xtask", "serde")], &[])), ["xtask is std only"]);
}
