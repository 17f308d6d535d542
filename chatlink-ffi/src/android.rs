//! On Android what the device trusts is asked through Java, which an app has to hand over once.

use jni::{EnvUnowned, errors::ThrowRuntimeExAndDefault, objects::JObject};

/// `chatlink.ChatLinkAndroid.start(context)`: to be called once before the first client is made. Throws where the Java
/// component of rustls-platform-verifier is not in the app.
#[unsafe(no_mangle)]
#[allow(unreachable_pub, reason = "whoever calls it is outside of Rust")]
pub extern "system" fn Java_chatlink_ChatLinkAndroid_start<'caller>(
    mut env: EnvUnowned<'caller>,
    _this: JObject<'caller>,
    context: JObject<'caller>,
) {
    let started = env.with_env(|env| rustls_platform_verifier::android::init_with_env(env, context));
    started.resolve::<ThrowRuntimeExAndDefault>();
}
