//! How much one client may ask of a server.

use std::num::NonZeroU32;

use clap::Args;

use super::Cidr;

/// How much one client may ask of a server.
#[derive(Debug, Clone, Args)]
pub struct LimitArgs {
    /// Requests a minute from one network, an IPv4 address or an IPv6 /64; 0 lifts the limit
    #[arg(long, env = "BEDSIDE_LIMIT_READS", default_value_t = 1_200, value_name = "N")]
    pub limit_reads: u32,

    /// Evaluations and searches for another date, a minute by one client; 0 lifts the limit
    #[arg(long, env = "BEDSIDE_LIMIT_EVALUATIONS", default_value_t = 120, value_name = "N")]
    pub limit_evaluations: u32,

    /// Reports a day by one client; 0 lifts the limit
    #[arg(long, env = "BEDSIDE_LIMIT_REPORTS", default_value_t = 5, value_name = "N")]
    pub limit_reports: u32,

    /// Requests a minute with one API key that has the scope directory.read; 0 lifts the limit
    #[arg(long, env = "BEDSIDE_LIMIT_KEYS", default_value_t = 6_000, value_name = "N")]
    pub limit_keys: u32,

    /// Requests a minute by one person who is signed in; 0 lifts the limit
    #[arg(long, env = "BEDSIDE_LIMIT_ACCOUNTS", default_value_t = 1_200, value_name = "N")]
    pub limit_accounts: u32,

    /// Wrong sign-ins a minute from one network
    #[arg(long, env = "BEDSIDE_LIMIT_SIGN_INS", default_value = "10", value_name = "N")]
    pub limit_sign_ins: NonZeroU32,

    /// Wrong sign-ins an hour at one account, by strangers and by each device that is known to it
    #[arg(long, env = "BEDSIDE_LIMIT_GUESSES", default_value = "20", value_name = "N")]
    pub limit_guesses: NonZeroU32,

    /// Limit clients on this machine too
    #[arg(long, env = "BEDSIDE_LIMIT_LOOPBACK")]
    pub limit_loopback: bool,

    /// Address or range of a proxy whose X-Forwarded-For is believed; may be given several times
    #[arg(long, env = "BEDSIDE_TRUSTED_PROXY", value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxy: Vec<Cidr>,
}

impl Default for LimitArgs {
    fn default() -> Self {
        // The same numbers as above; a test holds them together.
        Self {
            limit_reads: 1_200,
            limit_evaluations: 120,
            limit_reports: 5,
            limit_keys: 6_000,
            limit_accounts: 1_200,
            limit_sign_ins: NonZeroU32::MIN.saturating_add(9),
            limit_guesses: NonZeroU32::MIN.saturating_add(19),
            limit_loopback: false,
            trusted_proxy: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        limits: LimitArgs,
    }

    #[test]
    fn the_defaults_are_those_of_the_flags() {
        let flags = Flags::parse_from(["bedside"]).limits;
        assert_eq!(format!("{flags:?}"), format!("{:?}", LimitArgs::default()));
        let flags =
            Flags::parse_from(["bedside", "--trusted-proxy", "10.0.0.0/8,::1", "--limit-loopback"]);
        assert_eq!((flags.limits.trusted_proxy.len(), flags.limits.limit_loopback), (2, true));
        for bad in [["--trusted-proxy", "x"], ["--limit-guesses", "0"], ["--limit-reads", "-1"]] {
            assert!(Flags::try_parse_from(["bedside"].iter().chain(&bad)).is_err(), "{bad:?}");
        }
    }
}
