//! The status page's side: its certificate and key, read once, and a handshake for each client.

use std::sync::{Arc, Mutex};

use rustls::server::NoServerSessionStorage;
use rustls::sign::SingleCertAndKey;
use rustls::{Connection, ServerConfig, ServerConnection};

use super::channel::Channel;
use super::client::TimeOfDay;
use super::clients::Clients;
use super::entropy;
use super::identity::{certify, read};
use super::provider::provider;
use super::verify::Judged;
use super::versions::versions;
use crate::model::HttpdTls;

/// A certificate with its key, ready for handshakes.
#[derive(Clone, Debug)]
pub struct Server {
    config: Arc<ServerConfig>,
}

impl Server {
    /// Reads chain and key, and says which part is missing or wrong.
    pub fn load(files: &HttpdTls) -> Result<Self, Box<str>> {
        entropy::ready()?;
        let chain = read(&files.chain)?;
        let key = read(&files.key)?;
        Self::from_pem(files, &chain, &key)
    }

    /// Takes chain and key from what is in their files. The check of a control file asks this same
    /// function, so that what passes the check also starts.
    pub fn from_pem(files: &HttpdTls, chain_pem: &[u8], key_pem: &[u8]) -> Result<Self, Box<str>> {
        let certified = certify((&files.chain, chain_pem), (&files.key, key_pem))?;
        let config = ServerConfig::builder_with_details(provider(), Arc::new(TimeOfDay))
            .with_protocol_versions(versions(files.versions))
            .map_err(|error| error.to_string())?;
        let mut config = match &files.clients {
            None => config.with_no_client_auth(),
            Some(path) => {
                let clients = Clients::load(path, &certified.cert[0])?;
                config.with_client_cert_verifier(Arc::new(clients))
            }
        }
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        // A page that is looked at now and then gains nothing from resumed sessions, and they are
        // memory that a stranger fills.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self {
            config: Arc::new(config),
        })
    }

    /// Begins the handshake with one client.
    pub fn accept(&self) -> Result<Channel, Box<str>> {
        let tls = ServerConnection::new(self.config.clone())
            .map_err(|error| format!("SSL connection error: {error}"))?;
        let judged = Arc::new(Mutex::new(Judged::default()));
        Ok(Channel::new(Connection::Server(tls), judged))
    }
}
