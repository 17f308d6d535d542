//! Link previews: pages are fetched from the public web alone. Every name is resolved here and the connection made to the
//! very addresses that were looked at, so that no second answer of a name server leads elsewhere; every redirect is
//! looked at anew. No cookies, no referer, no proxy, no compression, 256 KiB and HTML at most.

mod guard;
mod page;

pub use ipnet::IpNet;

use async_trait::async_trait;
use chatlink_core::previews::{Preview, PreviewFetcher, WebAddress};
use guard::Guard;
use reqwest::{
    Client, Response,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, LOCATION},
    redirect,
};
use std::{net::SocketAddr, time::Duration};
use url::{Host, Url};

/// Addresses that one link may lead through.
const HOPS: usize = 4;
/// Bytes of a page that are read: what it says of itself stands in its head.
const PAGE_BYTES: usize = 256 * 1024;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);
/// How long one page may take; whoever asks gives up after five seconds.
const DEADLINE: Duration = Duration::from_secs(4);

/// Fetches pages.
pub struct PagePreviews {
    tls: rustls::ClientConfig,
    guard: Guard,
}

/// Pages cannot be fetched.
#[derive(Debug, thiserror::Error)]
#[error("TLS does not start")]
pub struct PreviewsError(#[from] rustls::Error);

impl PagePreviews {
    /// A fetcher that reaches the public web, and these networks beside it: pages of an intranet, at whatever port.
    ///
    /// # Errors
    /// TLS does not start.
    pub fn new(networks: Vec<IpNet>) -> Result<Self, PreviewsError> {
        Ok(Self { tls: crate::tls::client()?, guard: Guard::new(networks) })
    }

    /// The addresses behind a page's host that may be fetched from.
    async fn addresses(&self, page: &Url) -> Option<Vec<SocketAddr>> {
        let port = page.port_or_known_default()?;
        let found: Vec<SocketAddr> = match page.host()? {
            Host::Domain(name) => tokio::net::lookup_host((name, port)).await.ok()?.collect(),
            Host::Ipv4(address) => vec![(address, port).into()],
            Host::Ipv6(address) => vec![(address, port).into()],
        };
        // One that leads inside is no page's, whatever else it leads to.
        let all = !found.is_empty() && found.iter().all(|address| self.guard.lets(*address));
        all.then_some(found)
    }

    async fn get(&self, page: &Url) -> Option<Response> {
        let is_bare =
            matches!(page.scheme(), "http" | "https") && page.username().is_empty() && page.password().is_none();
        let addresses = self.addresses(page).await.filter(|_| is_bare)?;
        let client = Client::builder()
            .timeout(DEADLINE)
            .connect_timeout(CONNECT)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .user_agent("ChatLink link preview")
            .resolve_to_addrs(page.host_str()?, &addresses)
            .tls_backend_preconfigured(self.tls.clone())
            .build()
            .ok()?;
        client.get(page.clone()).header(ACCEPT, "text/html").send().await.ok()
    }
}

#[async_trait]
impl PreviewFetcher for PagePreviews {
    async fn fetch(&self, address: &WebAddress) -> Option<Preview> {
        let mut page = Url::parse(address.as_str()).ok()?;
        for _ in 0..HOPS {
            let response = self.get(&page).await?;
            if response.status().is_redirection() {
                let next = response.headers().get(LOCATION)?.to_str().ok()?;
                page = page.join(next).ok()?;
                continue;
            }
            if !response.status().is_success() {
                return None;
            }
            let charset = charset_of_html(response.headers())?;
            return page::preview(&head(response).await?, charset.as_deref());
        }
        None
    }
}

/// What the header says of the encoding of a page in HTML; `None`: it is something else.
fn charset_of_html(headers: &HeaderMap) -> Option<Option<String>> {
    let media = headers.get(CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
    let mut parts = media.split(';').map(str::trim);
    if !matches!(parts.next()?, "text/html" | "application/xhtml+xml") {
        return None;
    }
    Some(parts.find_map(|part| Some(part.strip_prefix("charset=")?.trim_matches('"').to_owned())))
}

/// The first bytes of a page.
async fn head(mut response: Response) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(more) = response.chunk().await.ok()? {
        let room = PAGE_BYTES - bytes.len();
        bytes.extend_from_slice(more.get(..room).unwrap_or(&more));
        if bytes.len() >= PAGE_BYTES {
            break;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    /// A site on loopback that answers every request so.
    async fn site(answer: impl Fn(&str) -> String + Send + 'static) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut asked = vec![0; 4096];
                let read = socket.read(&mut asked).await.unwrap_or_default();
                let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
                let _ = socket.write_all(answer(asked.split(' ').nth(1).unwrap_or_default()).as_bytes()).await;
            }
        });
        address
    }

    fn html(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n{body}")
    }

    fn open() -> PagePreviews {
        PagePreviews::new(vec!["127.0.0.0/8".parse().unwrap()]).unwrap()
    }

    async fn fetch(previews: &PagePreviews, address: &str) -> Option<String> {
        previews.fetch(&address.parse().unwrap()).await.map(|preview| preview.title)
    }

    #[tokio::test]
    async fn a_page_is_read_and_followed_where_it_moved() {
        let site = site(|path| match path {
            "/" => html("<title>Here</title>"),
            "/moved" => "HTTP/1.1 301 x\r\nlocation: /\r\ncontent-length: 0\r\n\r\n".to_owned(),
            "/round" => "HTTP/1.1 302 x\r\nlocation: /round\r\ncontent-length: 0\r\n\r\n".to_owned(),
            "/long" => html(&format!("<title>Long</title>{}", "x".repeat(4 * PAGE_BYTES))),
            "/late" => html(&format!("{}<title>Late</title>", " ".repeat(PAGE_BYTES))),
            "/text" => {
                "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n<title>No</title>".to_owned()
            }
            _ => "HTTP/1.1 404 x\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<title>No</title>".to_owned(),
        })
        .await;
        let previews = open();
        for (path, title) in [
            ("", Some("Here")),
            ("moved", Some("Here")),
            ("long", Some("Long")),
            ("round", None),
            ("late", None),
            ("text", None),
            ("none", None),
        ] {
            assert_eq!(fetch(&previews, &format!("http://{site}/{path}")).await.as_deref(), title, "{path}");
        }
    }

    #[tokio::test]
    async fn nothing_inside_is_reached_by_address_name_or_redirect() {
        let inside = site(|_| html("<title>Secret</title>")).await;
        let public = PagePreviews::new(Vec::new()).unwrap();
        let port = inside.port();
        for address in [
            format!("http://{inside}/"),
            format!("http://localhost:{port}/"),
            format!("http://[::ffff:127.0.0.1]:{port}/"),
            format!("http://2130706433:{port}/"),
            format!("http://0x7f.1:{port}/"),
            format!("http://user@127.0.0.1:{port}/"),
        ] {
            assert_eq!(fetch(&public, &address).await, None, "{address}");
        }
        // A site that may be reached sends on to one that may not.
        let outside =
            site(move |_| format!("HTTP/1.1 302 x\r\nlocation: http://127.0.0.1:{port}/\r\ncontent-length: 0\r\n\r\n"))
                .await;
        let only = PagePreviews { guard: Guard::new(vec!["127.0.0.1/32".parse().unwrap()]), ..open() };
        assert_eq!(
            fetch(&only, &format!("http://{outside}/")).await.as_deref(),
            Some("Secret"),
            "the test's own way is open"
        );
        let away =
            site(move |_| format!("HTTP/1.1 302 x\r\nlocation: http://127.0.0.2:{port}/\r\ncontent-length: 0\r\n\r\n"))
                .await;
        assert_eq!(fetch(&only, &format!("http://{away}/")).await, None);
    }
}
