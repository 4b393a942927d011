//! What comes of listening to a peer.

/// What one read from the socket brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// So many bytes of ciphertext; plain bytes may be there to be read from the channel.
    Bytes(usize),
    /// Nothing more for the moment.
    Nothing,
    /// The peer will say no more, politely or not.
    Closed,
}
