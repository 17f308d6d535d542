//! Posts deliveries to webhooks.

use async_trait::async_trait;
use chatlink_core::webhooks::{Answered, SignedPost, WebhookPost};
use reqwest::{Client, Response, redirect};
use std::time::Duration;

/// How long one delivery may take, from the connection to the receiver's last word.
const DEADLINE: Duration = Duration::from_secs(10);

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// The most that is read of an answer: enough to use the connection again. Its words are thrown away.
const MOST: usize = 4 * 1024;

/// Posts by HTTP, and follows no redirection: a receiver that moved is the operator's to know, and what is said goes
/// nowhere else.
#[derive(Clone, Debug)]
pub struct HttpWebhooks {
    /// To other machines, through the proxy that the environment names, if it does.
    outward: Client,
    /// To this machine.
    local: Client,
}

/// Why deliveries cannot be posted.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client of webhooks does not start")]
pub struct WebhookClientError(#[source] reqwest::Error);

impl HttpWebhooks {
    /// Connects with the first delivery.
    ///
    /// # Errors
    /// The HTTP client does not start.
    pub fn new() -> Result<Self, WebhookClientError> {
        Self::with_deadline(DEADLINE)
    }

    /// As [`new`](Self::new), with another time that one delivery may take; 10 s otherwise.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_deadline(deadline: Duration) -> Result<Self, WebhookClientError> {
        let client = |local| client(local, deadline).map_err(WebhookClientError);
        Ok(Self { outward: client(false)?, local: client(true)? })
    }
}

#[async_trait]
impl WebhookPost for HttpWebhooks {
    async fn post(&self, post: SignedPost) -> Answered {
        let client = if post.url.is_local() { &self.local } else { &self.outward };
        let mut request = client.post(post.url.as_str()).body(post.body);
        for (name, value) in post.headers {
            request = request.header(name, value);
        }
        // The error names the address, whose query may hold a secret: it is dropped here.
        match request.send().await {
            Ok(response) => {
                let answered = Answered::by_status(response.status().as_u16());
                read_a_little(response).await;
                answered
            }
            Err(error) if error.is_timeout() => Answered::Late,
            Err(error) if error.is_builder() => Answered::Failed,
            Err(_) => Answered::Unreachable,
        }
    }
}

/// The status is what counts: a body that breaks off or goes on for ever changes nothing.
async fn read_a_little(mut response: Response) {
    let mut read = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
        if read > MOST {
            break;
        }
    }
}

fn client(local: bool, deadline: Duration) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .timeout(deadline)
        .connect_timeout(CONNECT.min(deadline))
        .redirect(redirect::Policy::none())
        .referer(false)
        .user_agent("ChatLink");
    let builder = match crate::tls::client() {
        Ok(tls) => builder.tls_backend_preconfigured(tls),
        Err(_) => builder,
    };
    // What is meant for this machine does not go through another.
    if local { builder.no_proxy() } else { builder }.build()
}
