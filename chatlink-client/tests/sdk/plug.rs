//! A network that can be pulled out, and one that tells no events.

use async_trait::async_trait;
use chatlink_client::transport::{Answer, Call, Cut, Line, NetTransport, Transport};
use futures_util::{StreamExt as _, future};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::watch;

/// The network, as long as it is plugged in.
pub(super) struct Plug {
    net: NetTransport,
    plugged: watch::Sender<bool>,
    deaf: Arc<AtomicBool>,
    calls: Mutex<Vec<String>>,
}

impl Plug {
    pub(super) fn new(address: &str) -> Arc<Self> {
        let net = NetTransport::new(address).unwrap();
        Arc::new(Self { net, plugged: watch::Sender::new(true), deaf: Arc::default(), calls: Mutex::default() })
    }

    /// Pulls it out, or puts it in.
    pub(super) fn set(&self, plugged: bool) {
        self.plugged.send_replace(plugged);
    }

    /// No event gets through any more, or all do.
    pub(super) fn deafen(&self, deaf: bool) {
        self.deaf.store(deaf, Ordering::SeqCst);
    }

    /// The paths that were called.
    pub(super) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

#[async_trait]
impl Transport for Plug {
    async fn call(&self, call: Call) -> Result<Answer, Cut> {
        if !*self.plugged.borrow() {
            return Err(Cut::Fallen);
        }
        self.calls.lock().unwrap().push(call.path.clone());
        self.net.call(call).await
    }

    async fn dial(&self, path: &str) -> Result<Line, Cut> {
        let mut plugged = self.plugged.subscribe();
        if !*plugged.borrow_and_update() {
            return Err(Cut::Fallen);
        }
        let Line { out, inward } = self.net.dial(path).await?;
        let deaf = self.deaf.clone();
        let heard = inward.filter(move |frame| {
            let is_event = frame.as_ref().is_ok_and(|text| text.starts_with(r#"{"type":"event""#));
            future::ready(!(is_event && deaf.load(Ordering::SeqCst)))
        });
        let pulled = async move { drop(plugged.wait_for(|plugged| !plugged).await) };
        Ok(Line { out, inward: heard.take_until(Box::pin(pulled)).boxed() })
    }
}
