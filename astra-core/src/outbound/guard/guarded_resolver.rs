//! From names to addresses that may be reached. A connection goes to these addresses and is not looked up again.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use hyper_util::client::legacy::connect::dns::Name;
use tower::{BoxError, Service};
use url::Host;

use super::{Guard, GuardedError, Refusal};
use crate::outbound::Error;

/// The addresses of `localhost` and all names below it (RFC 6761, 6.3).
pub(super) const LOCALHOST: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// Looks names up for a connection: those alone of which the guard lets every address be reached.
#[derive(Clone)]
pub(in crate::outbound) struct GuardedResolver(pub(in crate::outbound) Guard);

impl GuardedResolver {
    /// The addresses of `host`, a name or an address, if all of them may be reached.
    pub(super) async fn of_host(&self, host: &str) -> Result<Vec<IpAddr>, GuardedError> {
        if let Ok(address) = host.trim_matches(['[', ']']).parse() {
            self.0.check_address(address)?;
            return Ok(vec![address]);
        }
        // What a resolver might take for an address in another notation is no name.
        if !matches!(Host::parse(host), Ok(Host::Domain(_))) {
            return Err(Refusal::Url.into());
        }
        let found = self.addresses(host).await.map_err(|fault| match fault.downcast::<Refusal>() {
            Ok(refusal) => GuardedError::Refused(*refusal),
            Err(fault) => GuardedError::Failed(Error::Connect(fault.to_string())),
        })?;
        Ok(found.into_iter().map(|address| address.ip()).collect())
    }

    async fn addresses(&self, name: &str) -> Result<Vec<SocketAddr>, BoxError> {
        let name = name.to_ascii_lowercase();
        let addresses = if is_localhost(&name) { LOCALHOST.to_vec() } else { self.0.resolver().resolve(&name).await? };
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

/// Whether `name`, in lower case, is this machine's whatever a resolver says.
pub(super) fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
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
