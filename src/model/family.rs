//! Which addresses of a host may be used.

use std::net::IpAddr;

/// Which addresses of a host may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Family {
    /// All, in the resolver's order.
    #[default]
    Any,
    /// `ping4`, `ipv4`.
    V4,
    /// `ping6`, `ipv6`.
    V6,
}

impl Family {
    /// Whether `address` may be used.
    pub const fn has(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}
