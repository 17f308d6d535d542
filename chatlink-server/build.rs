//! Copies the built web client into the build's own folder, or a page that says how to build it.
//! Never calls npm: `cargo xtask` does that before it builds this crate.

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let (dist, stub) = (here.join("../web/dist"), here.join("stub"));
    // A path that is not there makes cargo ask again each time: that is how a later build is noticed.
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed={}", stub.display());
    println!("cargo::rerun-if-changed=build.rs");
    // Read at once and keep a copy: the client may be built anew while this crate compiles.
    let files = match files(&dist) {
        Ok(files) if files.contains_key("index.html") => files,
        _ => files(&stub)?,
    };
    write(&out, &files)
}

/// All files below a folder by their path with slashes.
fn files(root: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut open = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                open.push((entry.path(), name + "/"));
            } else {
                files.insert(name, fs::read(entry.path())?);
            }
        }
    }
    Ok(files)
}

/// The copies, numbered, and the table that names them, sorted by path.
fn write(out: &Path, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    let mut table = String::from("pub(crate) static FILES: &[File] = &[\n");
    // What the client's build compressed beside a file is another form of it, not a file.
    let served = files.iter().filter(|(path, _)| !path.ends_with(".br"));
    for (number, (path, bytes)) in served.enumerate() {
        let plain = form(out, &format!("web-{number}"), bytes)?;
        let brotli = match files.get(&format!("{path}.br")) {
            Some(bytes) => format!("Some({})", form(out, &format!("web-{number}-br"), bytes)?),
            None => "None".to_owned(),
        };
        table += &format!("    File {{ path: {path:?}, plain: {plain}, brotli: {brotli} }},\n");
    }
    fs::write(out.join("files.rs"), table + "];\n")
}

/// A copy, and the expression that embeds it.
fn form(out: &Path, copy: &str, bytes: &[u8]) -> io::Result<String> {
    fs::write(out.join(copy), bytes)?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    Ok(format!("Form {{ tag: {tag:?}, bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{copy}\")) }}"))
}
