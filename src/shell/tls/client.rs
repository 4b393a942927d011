//! The client's side: a handshake towards one server, judged by one policy.

use std::net::IpAddr;
#[cfg(test)]
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::client::Resumption;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientConnection, Connection};

use super::channel::Channel;
use super::entropy;
use super::identity::client_identity;
use super::policy::Policy;
use super::provider::provider;
use super::verdicts::Verdicts;
use super::verify::{Judged, Verifier};
use super::versions::versions;
use crate::shell::clock;
use crate::time::WallTime;

/// Begins handshakes; a clone shares its memory of verdicts.
#[derive(Clone, Debug)]
pub struct Client {
    verdicts: Arc<Mutex<Verdicts>>,
}

impl Client {
    /// Trusts the authorities of the system's store.
    pub fn new() -> Self {
        Self::with(Verdicts::system())
    }

    /// Trusts the authorities of this file alone.
    #[cfg(test)]
    pub(in crate::shell) fn with_store(path: &Path) -> Self {
        Self::with(Verdicts::with_stores(std::iter::once(path.into())))
    }

    fn with(verdicts: Verdicts) -> Self {
        Self {
            verdicts: Arc::new(Mutex::new(verdicts)),
        }
    }

    /// Begins a handshake; the first words of it wait to be sent.
    pub fn begin(&self, policy: Policy, wall: WallTime) -> Result<Channel, Box<str>> {
        entropy::ready()?;
        let terms = policy.terms.clone();
        let name = server_name(&policy.name);
        let judged = Arc::new(Mutex::new(Judged::default()));
        let provider = provider();
        // A name that no certificate can bear is not sent either; some name must be given, though.
        let is_sent = name.is_some();
        let addressed = name
            .clone()
            .unwrap_or(ServerName::from(IpAddr::from([0, 0, 0, 0])));
        let verifier = Verifier {
            policy,
            name,
            provider: provider.clone(),
            verdicts: self.verdicts.clone(),
            judged: judged.clone(),
        };
        let words = |error: rustls::Error| format!("SSL connection error: {error}");
        let config = ClientConfig::builder_with_details(provider, Arc::new(At(wall)))
            .with_protocol_versions(versions(terms.versions))
            .map_err(words)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match &terms.client_pem {
            None => config.with_no_client_auth(),
            Some(path) => config.with_client_cert_resolver(client_identity(path, path)?),
        };
        config.resumption = Resumption::disabled();
        config.enable_sni = is_sent;
        let tls = ClientConnection::new(Arc::new(config), addressed).map_err(words)?;
        Ok(Channel::new(Connection::Client(tls), judged))
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

/// The name as a certificate would have it: an address, or a DNS name without its final dot.
fn server_name(name: &str) -> Option<ServerName<'static>> {
    let name = name.strip_suffix('.').unwrap_or(name);
    ServerName::try_from(name.to_owned()).ok()
}

/// Time is an argument: the handshake happens when it was begun.
#[derive(Debug)]
struct At(WallTime);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.unix_seconds()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// The time of each handshake, for configurations that last. By our own clock: that of the
/// standard library, which `rustls` takes otherwise, panics from 2038 on where the C library has
/// 32-bit times.
#[derive(Debug)]
pub struct TimeOfDay;

impl TimeProvider for TimeOfDay {
    fn current_time(&self) -> Option<UnixTime> {
        At(clock::wall()).current_time()
    }
}
