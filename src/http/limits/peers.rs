//! Who is asking, as far as the connection tells: the address that a request comes from, which
//! a proxy may say in the sender's place if the operator trusts it.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::HeaderMap;

use crate::config::Cidr;

/// Where proxies say for whom they ask.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that a request comes from: the peer's own, or, where the peer is a proxy that is
/// trusted, the last address of `X-Forwarded-For` that is not one of the proxies. Whatever
/// stands before it was written by whoever asked, and means nothing.
#[must_use]
pub fn sender(peer: IpAddr, headers: &HeaderMap, proxies: &[Cidr]) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
    let mut nearest = peer;
    if !trusted(peer) {
        return nearest;
    }
    let lines: Vec<&str> =
        headers.get_all(FORWARDED_FOR).map(|line| line.to_str().unwrap_or_default()).collect();
    for said in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        // What is no address hides everything behind it.
        let Some(address) = address(said.trim()) else { break };
        nearest = address;
        if !trusted(address) {
            break;
        }
    }
    nearest
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn from(peer: &str, forwarded: &[&str]) -> String {
        let proxies: Vec<Cidr> =
            ["10.0.0.0/8", "::1"].iter().map(|text| text.parse().unwrap()).collect();
        let mut request = TestRequest::default();
        for line in forwarded {
            request = request.append_header((FORWARDED_FOR, *line));
        }
        let request = request.to_http_request();
        sender(peer.parse().unwrap(), request.headers(), &proxies).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_for_whom_it_asks_and_the_last_word_counts() {
        for (peer, forwarded, expected) in [
            ("203.0.113.9", &[][..], "203.0.113.9"),
            ("203.0.113.9", &["192.0.2.1"][..], "203.0.113.9"),
            ("10.0.0.1", &[][..], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.1"][..], "192.0.2.1"),
            ("10.0.0.1", &["1.1.1.1, 192.0.2.1"][..], "192.0.2.1"),
            ("10.0.0.1", &["1.1.1.1,192.0.2.1 , 10.2.2.2"][..], "192.0.2.1"),
            ("10.0.0.1", &["1.1.1.1", "192.0.2.1"][..], "192.0.2.1"),
            ("10.0.0.1", &["192.0.2.1:4711"][..], "192.0.2.1"),
            ("::1", &["[2001:db8::1]:443"][..], "2001:db8::1"),
            ("::1", &["[2001:db8::1]"][..], "2001:db8::1"),
            ("10.0.0.1", &["192.0.2.1, unknown"][..], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.1, _hidden, 10.2.2.2"][..], "10.2.2.2"),
            ("10.0.0.1", &["10.3.3.3, 10.2.2.2"][..], "10.3.3.3"),
            ("::ffff:10.0.0.1", &["192.0.2.1"][..], "192.0.2.1"),
        ] {
            assert_eq!(from(peer, forwarded), expected, "{peer} {forwarded:?}");
        }
    }
}
