//! The committed files that are made from code: rewritten by `generate`, held to it by `test`.

use std::fs;
use std::process::ExitCode;

use crate::failure::{Doing, Failure, Outcome};
use crate::paths;
use crate::task::Task;
use crate::tools::Node;

/// One committed file and how it is made.
struct Recipe {
    file: &'static str,
    make: fn(&Node, &'static str) -> Outcome,
}

/// In order: the types of the web client are made from the OpenAPI document.
const RECIPES: [Recipe; 2] = [
    Recipe { file: "chatlink-http/openapi.json", make: openapi },
    Recipe { file: "web/src/sdk/schema.d.ts", make: web_types },
];

/// `cargo xtask generate`
pub(crate) fn main(args: &[String]) -> Outcome<ExitCode> {
    if let Some(arg) = args.first() {
        return Err(Failure::new(format!("generate: there is no {arg:?}")));
    }
    let node = Node::find()?;
    Task::new("cargo", ["build", "--workspace", "--bins"]).shown("build")?;
    for recipe in &RECIPES {
        (recipe.make)(&node, recipe.file)?;
        println!("{}", recipe.file);
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes each committed file again and fails when it comes out different. The built server is needed.
pub(crate) fn check(node: &Node) -> Outcome {
    let mut stale = Vec::new();
    for recipe in &RECIPES {
        let path = paths::root().join(recipe.file);
        let Ok(before) = fs::read(&path) else { continue };
        (recipe.make)(node, recipe.file)?;
        if fs::read(&path).doing(recipe.file)? != before {
            stale.push(recipe.file);
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("not what the code makes: {}; rewritten now, commit the difference", stale.join(", "))))
}

fn openapi(_node: &Node, file: &'static str) -> Outcome {
    let document = Task::new(paths::server(&paths::target(), "debug"), ["openapi"]).read()?;
    fs::write(paths::root().join(file), document).doing(file)
}

fn web_types(node: &Node, _file: &'static str) -> Outcome {
    node.npm(&["run", "generate"]).shown("generate")
}
