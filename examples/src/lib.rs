//! Runnable examples of embedding ChatLink: `cargo run -p chatlink-examples --example hello`.
