//! UniFFI's generator in the version that the library was built with: it reads the library and writes the bindings.
//!
//! A member of its own, so that neither the library nor its users compile a generator.

fn main() {
    uniffi::uniffi_bindgen_main();
}
