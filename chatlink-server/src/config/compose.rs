//! deploy/compose.yaml, read as far as it goes without a container engine: what it refers to is there, and the servers in it
//! would start with their settings.

use super::Config;
use crate::values::{self, Environment, Values};
use std::collections::{BTreeMap, BTreeSet};

const FILE: &str = include_str!("../../../deploy/compose.yaml");

/// Depth, key and rest of every line that says something; an item of a list has no key.
fn lines() -> impl Iterator<Item = (usize, &'static str, &'static str)> {
    let said = FILE.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    said.map(|line| {
        let text = line.trim_start();
        let depth = (line.len() - text.len()) / 2;
        match text.strip_prefix("- ") {
            Some(item) => (depth, "", item),
            None => text.split_once(':').map_or((depth, text, ""), |(key, rest)| (depth, key, rest.trim())),
        }
    })
}

/// All that stands under a key of the first level, by the names of the second.
fn under(section: &str) -> BTreeMap<&'static str, Vec<(usize, &'static str, &'static str)>> {
    let (mut inside, mut all, mut name) = (false, BTreeMap::<_, Vec<_>>::new(), "");
    for (depth, key, rest) in lines() {
        match depth {
            0 => inside = key == section,
            1 if inside => {
                name = key;
                all.entry(name).or_default();
            }
            _ if inside => all.entry(name).or_default().push((depth - 2, key, rest)),
            _ => {}
        }
    }
    all
}

type Lines<'a> = &'a [(usize, &'static str, &'static str)];

/// What stands under a key of a service, one deeper or in brackets.
fn part(service: Lines<'_>, name: &str) -> Vec<(&'static str, &'static str)> {
    let Some(at) = service.iter().position(|(depth, key, _)| *depth == 0 && *key == name) else { return Vec::new() };
    let items = service[at].2.trim_matches(['[', ']']).split(',').map(|item| item.trim().trim_matches('"'));
    let inline = items.filter(|item| !item.is_empty()).map(|item| ("", item));
    let below = service[at + 1..].iter().take_while(|(depth, ..)| *depth > 0).filter(|(depth, ..)| *depth == 1);
    inline.chain(below.map(|(_, key, rest)| (*key, rest.trim_matches('"')))).collect()
}

fn value(service: Lines<'_>, name: &str) -> Option<&'static str> {
    service.iter().find(|(depth, key, _)| *depth == 0 && *key == name).map(|(_, _, rest)| *rest)
}

#[test]
fn what_it_refers_to_is_there() {
    let (services, volumes, secrets) = (under("services"), under("volumes"), under("secrets"));
    assert!(services.len() > 5 && !volumes.is_empty() && !secrets.is_empty(), "it was read: {services:?}");
    let is_always_there = |name: &str| part(&services[name], "profiles").is_empty();
    let mut ports = BTreeSet::new();
    for (name, service) in &services {
        assert!(value(service, "image").is_some_and(|image| !image.is_empty()), "{name} has no image");
        let network = value(service, "network_mode").and_then(|mode| mode.strip_prefix("service:"));
        let needed = part(service, "depends_on").into_iter().map(|(other, _)| other).chain(network);
        for other in needed {
            assert!(services.contains_key(other), "{name} needs {other}");
            assert!(is_always_there(other) || !is_always_there(name), "{other} is in a profile that {name} is not in");
        }
        if network.is_some() {
            assert!(part(service, "ports").is_empty(), "{name} has another one's network, and ports are told there");
        }
        for (_, port) in part(service, "ports") {
            let (outside, inside) = port.rsplit_once(':').expect("a port inside");
            assert!(outside.starts_with("127.0.0.1:") && inside.parse::<u16>().is_ok(), "{name}: {port}");
            assert!(ports.insert(outside), "{outside} is wanted twice");
        }
        for (_, volume) in part(service, "volumes") {
            let (source, _) = volume.split_once(':').expect("a place inside");
            let file = source.strip_prefix("./");
            let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
            let there = file.map_or_else(|| volumes.contains_key(source), |file| place.join(file).exists());
            assert!(there, "{name}: {source} is not there");
        }
        for (_, secret) in part(service, "secrets") {
            assert!(secrets.contains_key(secret), "{name}: {secret} is no secret");
        }
    }
    let used: BTreeSet<_> = services.values().flat_map(|service| part(service, "volumes")).collect();
    for name in volumes.keys() {
        assert!(used.iter().any(|(_, volume)| volume.starts_with(&format!("{name}:"))), "nobody uses {name}");
    }
}

#[test]
fn its_servers_start_with_their_settings_side_by_side() {
    let services = under("services");
    let nodes: Vec<_> = ["chatlink", "chatlink-2"].map(|name| &services[name]).into_iter().collect();
    let configs: Vec<Config> = nodes
        .iter()
        .map(|service| {
            let variables = part(service, "environment");
            assert!(variables.len() > 8 && variables.iter().all(|(name, _)| name.starts_with("CHATLINK_")));
            let pairs = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
            let sources = values::sources(&Values::default(), [Environment::said("compose.yaml", pairs)], None);
            Config::of(&values::read(&sources).expect("settings")).expect("a server that starts")
        })
        .collect();
    let [one, two] = configs.as_slice() else { panic!("two nodes") };
    assert_eq!((&one.database, &one.transport), (&two.database, &two.transport), "one installation");
    assert!(matches!(one.transport, crate::nodes::NodeTransport::Redis(_)));
    // They share a network: no port is taken twice there, and those of people are published.
    let taken =
        configs.iter().flat_map(|config| [Some(config.listen), config.metrics_listen, config.grpc_listen]).flatten();
    let taken: Vec<u16> = taken.map(|address| address.port()).collect();
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), taken.len(), "{taken:?}");
    let published = part(&services["mailpit"], "ports");
    for config in &configs {
        let port = config.listen.port();
        let line = format!("127.0.0.1:{port}:{port}");
        assert!(published.iter().any(|(_, published)| *published == line), "{line} is not published");
        assert!(config.public.as_ref().is_some_and(|public| public.origin.ends_with(&format!(":{port}"))));
    }
    let data: BTreeSet<_> = nodes.iter().flat_map(|node| part(node, "volumes")).collect();
    assert_eq!(data.len(), 2, "each has a folder of its own");
}
