//! [`Clients`]: how a client's certificate is judged; used by `tls`.
//!
//! Beside the usual rules, as in Go: a self-signed certificate of an authority may be a client's own if the file of the
//! authorities names exactly it; and a client may have to be named in `client_allowed_sans`.

use std::sync::Arc;

use narthex_http_client::certificates::is_authority;
use narthex_http_client::handshake_signatures;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DistinguishedName, Error, RootCertStore};

use super::san;

/// The rules for clients that are asked for a certificate.
#[derive(Debug)]
pub(super) struct Clients {
    provider: Arc<CryptoProvider>,
    mandatory: bool,
    /// Who may vouch for clients; without it any certificate is fine.
    authorities: Option<Authorities>,
    allowed: Vec<String>,
}

#[derive(Debug)]
struct Authorities {
    usual: Arc<dyn ClientCertVerifier>,
    named: Vec<CertificateDer<'static>>,
}

impl Clients {
    /// Any certificate will do, as far as it names one of `allowed` (if that is not empty).
    pub(super) fn any(provider: Arc<CryptoProvider>, mandatory: bool, allowed: Vec<String>) -> Self {
        Self { provider, mandatory, authorities: None, allowed }
    }

    /// From now on one of these must have signed it.
    pub(super) fn signed_by(mut self, named: Vec<CertificateDer<'static>>) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        let (added, _) = roots.add_parsable_certificates(named.iter().cloned());
        if added == 0 {
            return Err("client_ca: there is no certificate authority in it".to_owned());
        }
        let usual = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&self.provider))
            .build()
            .map_err(|error| format!("client_ca: {error}"))?;
        self.authorities = Some(Authorities { usual, named });
        Ok(self)
    }
}

impl ClientCertVerifier for Clients {
    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.authorities.as_ref().map_or(&[], |authorities| authorities.usual.root_hint_subjects())
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if let Some(authorities) = &self.authorities {
            match authorities.usual.verify_client_cert(end_entity, intermediates, now) {
                Err(error)
                    if is_authority(&error) && authorities.named.iter().any(|own| own == end_entity) => {}
                result => _ = result?,
            }
        }
        if !self.allowed.is_empty() && !san::names(end_entity).iter().any(|name| self.allowed.contains(name))
        {
            return Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure));
        }
        Ok(ClientCertVerified::assertion())
    }

    handshake_signatures!();
}
