//! Where the bearer token of a call comes from.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

//<sign-in>
use crate::credentials::Renewal;
//</sign-in>
use crate::{BoxError, Client, Error};

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

type Provided = Pin<Box<dyn Future<Output = Result<String, BoxError>> + Send>>;

/// Where tokens come from.
#[derive(Clone)]
pub(crate) enum TokenSource {
    /// Nowhere.
    None,
    Fixed(Secret),
    Provider(Arc<dyn Fn() -> Provided + Send + Sync>),
    //<sign-in>
    Renewed(Renewal),
    //</sign-in>
}

impl TokenSource {
    /// The token for the next attempt, which shall not be `refused` again.
    pub(crate) async fn token(
        &self,
        client: &Client,
        refused: Option<&Secret>,
    ) -> Result<Option<Secret>, Error> {
        match self {
            Self::None => Ok(None),
            Self::Fixed(token) => Ok(Some(token.clone())),
            Self::Provider(provider) => {
                let token = provider().await.map_err(|source| Error::Token { source })?;
                Ok(Some(Secret(token)))
            }
            //<sign-in>
            Self::Renewed(renewal) => renewal.token(client, refused).await.map(Some),
            //</sign-in>
        }
    }

    /// Whether there may be another token after one was refused.
    pub(crate) fn is_renewable(&self) -> bool {
        !matches!(self, Self::None | Self::Fixed(_))
    }
}
