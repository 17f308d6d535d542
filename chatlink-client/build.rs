//! Rebuilds the crate when a migration was added: `migrate!` alone does not notice.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
