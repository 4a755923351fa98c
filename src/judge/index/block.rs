//! IPv4 blocks, by which an address finds its subnet.

use std::net::Ipv4Addr;

/// An IPv4 block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    network: u32,
    mask: u32,
}

impl Block {
    /// Reads `10.0.0.0/16`.
    pub(super) fn parse(cidr: &str) -> Option<Self> {
        let (network, bits) = cidr.split_once('/')?;
        let bits: u32 = bits.parse().ok().filter(|bits| *bits <= 32)?;
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        let network: Ipv4Addr = network.parse().ok()?;
        Some(Self { network: u32::from(network) & mask, mask })
    }

    pub(super) fn contains(self, address: Ipv4Addr) -> bool {
        u32::from(address) & self.mask == self.network
    }
}
