//! From names to addresses that may be reached. A connection goes to these addresses and is not looked up again.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use futures_util::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::Name;
use tokio::sync::Semaphore;
use tower::{BoxError, Service};

use super::Guard;

/// Looks names up.
pub trait Resolve: Send + Sync + 'static {
    /// All addresses of `name`.
    fn resolve(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// What the operating system says of a name. Its look-ups block a thread each, so their number is bounded.
#[derive(Debug, Clone)]
pub struct SystemResolver(Arc<Semaphore>);

/// Look-ups at once; others wait, and their requests' time goes on.
const LOOKUPS_MAX: usize = 32;

/// The addresses of `localhost` and all names below it (RFC 6761, 6.3).
const LOCALHOST: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// Looks names up for a connection: those alone of which the guard lets every address be reached.
#[derive(Clone)]
pub(in crate::outbound) struct GuardedResolver(pub(in crate::outbound) Guard);

impl Default for SystemResolver {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LOOKUPS_MAX)))
    }
}

impl Resolve for SystemResolver {
    fn resolve(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let (name, lookups) = (name.to_owned(), Arc::clone(&self.0));
        Box::pin(async move {
            let permit = lookups.acquire_owned().await.map_err(io::Error::other)?;
            let look_up = move || {
                let found = (name.as_str(), 0).to_socket_addrs();
                // A look-up goes on when its request has been given up.
                drop(permit);
                Ok(found?.map(|address| address.ip()).collect())
            };
            tokio::task::spawn_blocking(look_up).await.map_err(io::Error::other)?
        })
    }
}

impl GuardedResolver {
    async fn addresses(&self, name: &str) -> Result<Vec<SocketAddr>, BoxError> {
        let name = name.to_ascii_lowercase();
        let addresses = if name == "localhost" || name.ends_with(".localhost") {
            LOCALHOST.to_vec()
        } else {
            self.0.resolver().resolve(&name).await?
        };
        // A name with one address that may be reached and one that may not is how a guard is got around.
        for address in &addresses {
            self.0.check_address(*address)?;
        }
        if addresses.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into());
        }
        // The connector puts the URL's port in the place of 0.
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, 0)).collect())
    }
}

impl Service<Name> for GuardedResolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolver = self.clone();
        Box::pin(async move { Ok(resolver.addresses(name.as_str()).await?.into_iter()) })
    }
}
