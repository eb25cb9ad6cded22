//! TLS to PostgreSQL: rustls with ring, whatever the host program has or has not installed, and three ways to look at the
//! server's certificate: not at all, its chain, its chain and its name.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Socket;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;

use super::certificate::digest;

/// What is asked of the server's certificate. Roots are a file of certificates in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Check {
    /// Nothing: protects against those who listen, not against those who answer.
    Nothing,
    /// One of these roots vouches for it.
    Chain(String),
    /// One of these roots vouches for it, and it is the host's.
    ChainAndName(String),
    /// One of the machine's roots vouches for it, and it is the host's.
    System,
}

/// How connections are encrypted.
#[derive(Clone)]
pub(super) struct Tls(Arc<ClientConfig>);

impl Tls {
    /// Reads the roots. `is_direct` servers speak TLS from the first byte and are sent the name of the protocol within.
    ///
    /// # Errors
    /// In words that name `sslrootcert`.
    pub(super) fn new(check: &Check, is_direct: bool) -> Result<Self, String> {
        let crypto = Arc::new(rustls::crypto::ring::default_provider());
        let broken = |fault: Error| format!("TLS cannot be set up: {fault}");
        let verifier: Arc<dyn ServerCertVerifier> = match check {
            Check::System => Arc::new(rustls_platform_verifier::Verifier::new(Arc::clone(&crypto)).map_err(broken)?),
            Check::Nothing => Arc::new(Verifier::new(&crypto, None, false)),
            Check::Chain(file) => Arc::new(Verifier::new(&crypto, Some(read_roots(file, &crypto)?), false)),
            Check::ChainAndName(file) => Arc::new(Verifier::new(&crypto, Some(read_roots(file, &crypto)?), true)),
        };
        let config = ClientConfig::builder_with_provider(crypto).with_safe_default_protocol_versions();
        let config = config.map_err(broken)?.dangerous().with_custom_certificate_verifier(verifier);
        let mut config = config.with_no_client_auth();
        if is_direct {
            config.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        Ok(Self(Arc::new(config)))
    }
}

fn read_roots(file: &str, crypto: &Arc<CryptoProvider>) -> Result<Vec<Root>, String> {
    let unusable = |why: &dyn std::fmt::Display| format!("sslrootcert: {file}: {why}");
    let certificates = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = certificates.map_err(|fault| unusable(&fault))?;
    if certificates.is_empty() {
        return Err(unusable(&"the file has no certificate in PEM (-----BEGIN CERTIFICATE-----)"));
    }
    let root = |certificate| Root::new(certificate, crypto).map_err(|fault| unusable(&fault));
    certificates.into_iter().map(root).collect()
}

/// A certificate that is trusted to vouch for others.
#[derive(Debug)]
struct Root {
    certificate: CertificateDer<'static>,
    verifier: Arc<WebPkiServerVerifier>,
}

impl Root {
    fn new(certificate: CertificateDer<'static>, crypto: &Arc<CryptoProvider>) -> Result<Self, String> {
        let mut store = RootCertStore::empty();
        store.add(certificate.clone()).map_err(|fault| fault.to_string())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(crypto));
        Ok(Self { certificate, verifier: verifier.build().map_err(|fault| fault.to_string())? })
    }

    fn vouch(&self, shown: &Shown<'_>, checks_name: bool) -> Result<(), Error> {
        let vouched = if shown.certificate.as_ref() == self.certificate.as_ref() {
            // A server that signed its own certificate: nothing is above it, and it need not be an authority.
            verify_server_name(&ParsedCertificate::try_from(shown.certificate)?, shown.name)
        } else {
            self.verify(shown.certificate, shown)
        };
        match vouched {
            // The name is looked at last, when all else is good.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !checks_name => {}
            vouched => vouched?,
        }
        // rustls takes a root for good for ever. Held against its own verifier, a root's dates are looked at first.
        match self.verify(&self.certificate, shown) {
            Err(Error::InvalidCertificate(
                fault @ (CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. }),
            )) => Err(Error::InvalidCertificate(fault)),
            _ => Ok(()),
        }
    }

    fn verify(&self, certificate: &CertificateDer<'_>, shown: &Shown<'_>) -> Result<(), Error> {
        self.verifier.verify_server_cert(certificate, shown.intermediates, shown.name, &[], shown.now).map(drop)
    }
}

/// What a server shows, and to whom it was asked for.
struct Shown<'a> {
    certificate: &'a CertificateDer<'a>,
    intermediates: &'a [CertificateDer<'a>],
    name: &'a ServerName<'a>,
    now: UnixTime,
}

/// Looks at certificates as [`Check`] says; without roots it takes all. That the server has the certificate's key is
/// verified in any case, since a password may be bound to the certificate.
#[derive(Debug)]
struct Verifier {
    algorithms: WebPkiSupportedAlgorithms,
    roots: Option<Vec<Root>>,
    checks_name: bool,
}

impl Verifier {
    fn new(crypto: &CryptoProvider, roots: Option<Vec<Root>>, checks_name: bool) -> Self {
        Self { algorithms: crypto.signature_verification_algorithms, roots, checks_name }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(roots) = &self.roots else { return Ok(ServerCertVerified::assertion()) };
        let shown = Shown { certificate, intermediates, name, now };
        let mut refusal = Error::InvalidCertificate(CertificateError::UnknownIssuer);
        for root in roots {
            match root.vouch(&shown, self.checks_name) {
                Ok(()) => return Ok(ServerCertVerified::assertion()),
                Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {}
                Err(fault) => refusal = fault,
            }
        }
        Err(refusal)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// One handshake to come.
pub(super) struct Handshake {
    config: Arc<ClientConfig>,
    host: String,
}

/// An encrypted connection.
pub(super) struct Encrypted(tokio_rustls::client::TlsStream<Socket>);

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Encrypted;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> io::Result<Handshake> {
        // Also called where no TLS will be spoken: whether the host can be in a certificate is not asked here.
        Ok(Handshake { config: Arc::clone(&self.0), host: host.to_owned() })
    }
}

impl TlsConnect<Socket> for Handshake {
    type Stream = Encrypted;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted>> + Send>>;

    fn connect(self, stream: Socket) -> Self::Future {
        Box::pin(async move {
            let name = ServerName::try_from(self.host).map_err(io::Error::other)?;
            TlsConnector::from(self.config).connect(name, stream).await.map(Encrypted)
        })
    }
}

impl TlsStream for Encrypted {
    fn channel_binding(&self) -> ChannelBinding {
        let certificates = self.0.get_ref().1.peer_certificates();
        match certificates.and_then(<[_]>::first).and_then(|certificate| digest(certificate)) {
            Some(digest) => ChannelBinding::tls_server_end_point(digest),
            None => ChannelBinding::none(),
        }
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_read(context, into)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(context)
    }
}
