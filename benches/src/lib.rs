//! Criterion benches and measurements of ChatLink.
