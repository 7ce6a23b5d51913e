//! Rate limits: how much one client may ask in a time.
//!
//! A client is a network that nobody is signed in from, a program by its key, or a person by
//! their account, wherever they sit. Each has a budget of requests that fills again as time
//! goes by, and every answer that was counted says what is left of it (RateLimit header fields,
//! draft-ietf-httpapi-ratelimit-headers-10). Budgets are this process's own: beside `n` others
//! behind one balancer, a client may have up to `n` times as much.
//!
//! Addresses are counted and never written anywhere.

mod counts;
mod peers;

use std::{
    cell::RefCell,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    rc::Rc,
    time::Duration,
};

use actix_web::{
    HttpMessage as _, HttpRequest,
    http::{
        Method,
        header::{HeaderMap, HeaderName, HeaderValue},
    },
};
use governor::{
    NotUntil, Quota, RateLimiter,
    clock::{Clock, MonotonicClock},
    middleware::{StateInformationMiddleware, StateSnapshot},
};
use uuid::Uuid;

use self::counts::Counts;
use super::{
    problem::{Kind, Problem},
    routes::Route,
};
use crate::{
    app::accounts::throttle::network_of,
    auth::{self, Identity, Scope},
    config::{Cidr, LimitArgs},
};

/// The budgets that a client has.
static POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What is left of the one that the request was counted in.
static STATE: HeaderName = HeaderName::from_static("ratelimit");

/// Requests that are not counted: whoever watches over the service must always see it, and a
/// follower of the public log must always learn that it has grown.
const FREE: &[&str] = &["/healthz", "/readyz", "/checkpoint"];

/// What is counted apart when it is sent; everything else is a read like any other.
const APART: &[(&str, Class)] = &[
    ("/v1/evaluations", Class::Evaluation),
    ("/v1/reports", Class::Report),
    ("/clinics/{slug}/report", Class::Report),
    ("/es/clinics/{slug}/report", Class::Report),
];

/// What kind of request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Not counted.
    Free,
    /// Counted with everything else that its sender asks.
    Read,
    /// An evaluation of given facts, or of listings for another date.
    Evaluation,
    /// A report from the public.
    Report,
}

impl Class {
    /// The class of a request by the template of its route; one that meets no route is a read.
    #[must_use]
    pub fn of(template: Option<&str>, method: &Method) -> Self {
        let Some(template) = template else { return Self::Read };
        if FREE.contains(&template) {
            return Self::Free;
        }
        if *method != Method::POST {
            return Self::Read;
        }
        APART.iter().find(|(apart, _)| *apart == template).map_or(Self::Read, |(_, class)| *class)
    }
}

/// The same for the requests of one route that send something, and for those that only read.
#[derive(Debug, Clone, Copy)]
struct Classes {
    posts: Class,
    others: Class,
}

/// Whose budget it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sender {
    /// An IPv4 address or an IPv6 /64.
    Network(IpAddr),
    /// A program.
    Client(Uuid),
    /// A person.
    Person(Uuid),
}

impl Sender {
    /// Who asks from a network, if it has been proved. A key is counted by itself where it has
    /// the scope for that.
    #[must_use]
    pub fn of(network: IpAddr, identity: Option<&Identity>) -> Self {
        match identity {
            Some(identity) if identity.kind == auth::Kind::Person => Self::Person(identity.id),
            Some(identity) if identity.has_scope(Scope::DirectoryRead) => Self::Client(identity.id),
            _ => Self::Network(network),
        }
    }
}

/// What a request is counted in; goes with it, so that a handler can add what it turns out to cost.
#[derive(Debug, Clone)]
pub struct Tally {
    sender: Sender,
    standings: Rc<RefCell<Vec<Standing>>>,
}

impl Tally {
    /// A request of somebody, counted in nothing yet.
    #[must_use]
    pub fn of(sender: Sender) -> Self {
        Self { sender, standings: Rc::default() }
    }

    /// Says of each budget that the request was counted in what is left of it.
    pub fn tell(&self, headers: &mut HeaderMap) {
        for standing in self.standings.borrow().iter() {
            headers.append(POLICY.clone(), standing.policy.clone());
            headers.append(STATE.clone(), standing.state.clone());
        }
    }
}

/// What to tell a client about its budget.
#[derive(Debug, Clone)]
pub struct Standing {
    policy: HeaderValue,
    state: HeaderValue,
    /// The seconds to wait, where the budget is spent.
    wait_s: Option<u64>,
}

impl Standing {
    /// The refusal, where the budget is spent.
    #[must_use]
    pub fn refusal(&self) -> Option<Problem> {
        self.wait_s.map(|seconds| {
            let detail = format!("Too many requests; come back in {seconds} seconds.");
            let seconds = u16::try_from(seconds).unwrap_or(u16::MAX);
            Problem::new(Kind::TooManyRequests, detail).retry_after(seconds)
        })
    }
}

/// So many requests in a time, for each of many senders.
#[derive(Debug)]
struct Budget<C: Clock = MonotonicClock> {
    name: &'static str,
    most: NonZeroU32,
    within: Duration,
    policy: HeaderValue,
    limiter: RateLimiter<Sender, Counts<Sender>, C, StateInformationMiddleware>,
}

impl<C: Clock> Budget<C> {
    /// A budget; `None` where the limit is lifted.
    fn new(name: &'static str, most: u32, within: Duration, clock: C) -> Option<Self> {
        let most = NonZeroU32::new(most)?;
        let quota = Quota::with_period(within / most.get())?.allow_burst(most);
        let policy = format!("\"{name}\";q={most};w={}", within.as_secs());
        let limiter = RateLimiter::new(quota, Counts::default(), clock);
        Some(Self { name, most, within, policy: header(&policy), limiter })
    }

    /// Takes so many requests out of a sender's budget, if there are as many left in it. More
    /// than a full budget has is as much as that: it is granted to whoever has rested.
    fn spend(&self, sender: Sender, requests: NonZeroU32) -> Standing {
        match self.limiter.check_key_n(&sender, requests.min(self.most)) {
            Ok(Ok(left)) => {
                self.standing(left.remaining_burst_capacity(), None, self.refill(&left))
            }
            Ok(Err(not_yet)) => {
                let wait = self.wait(&not_yet);
                self.standing(0, Some(wait), wait)
            }
            // Only for more than a full budget has.
            Err(_) => self.standing(0, Some(self.within.as_secs()), self.within.as_secs()),
        }
    }

    fn standing(&self, left: u32, wait_s: Option<u64>, t: u64) -> Standing {
        let state = header(&format!("\"{}\";r={left};t={t}", self.name));
        Standing { policy: self.policy.clone(), state, wait_s }
    }

    /// In how many seconds nothing will be missing.
    fn refill(&self, left: &StateSnapshot) -> u64 {
        let missing = self.most.get().saturating_sub(left.remaining_burst_capacity());
        seconds(self.within / self.most.get() * missing)
    }

    /// In how many seconds one request more is let through.
    fn wait(&self, not_yet: &NotUntil<C::Instant>) -> u64 {
        seconds(not_yet.wait_time_from(self.limiter.clock().now())).max(1)
    }
}

/// Whole seconds, rounded up.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// Names and numbers always make a header value.
fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Counts what clients ask.
#[derive(Debug)]
pub struct Limiter {
    proxies: Vec<Cidr>,
    loopback: bool,
    /// In the order of the routes.
    classes: Vec<Classes>,
    reads: Option<Budget>,
    keys: Option<Budget>,
    accounts: Option<Budget>,
    evaluations: Option<Budget>,
    reports: Option<Budget>,
}

impl Limiter {
    /// Limits as the operator sets them, over the routes of a service.
    #[must_use]
    pub fn new(settings: &LimitArgs, routes: &[Route]) -> Self {
        const MINUTE: Duration = Duration::from_secs(60);
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        let budget = |name, most, within| Budget::new(name, most, within, MonotonicClock);
        let classes = |route: &Route| Classes {
            posts: Class::of(Some(&route.template), &Method::POST),
            others: Class::of(Some(&route.template), &Method::GET),
        };
        Self {
            proxies: settings.trusted_proxy.clone(),
            loopback: settings.limit_loopback,
            classes: routes.iter().map(classes).collect(),
            reads: budget("reads", settings.limit_reads, MINUTE),
            keys: budget("keys", settings.limit_keys, MINUTE),
            accounts: budget("accounts", settings.limit_accounts, MINUTE),
            evaluations: budget("evaluations", settings.limit_evaluations, MINUTE),
            reports: budget("reports", settings.limit_reports, DAY),
        }
    }

    /// The class of a request, by the number of its route.
    #[must_use]
    pub fn class(&self, route: Option<usize>, method: &Method) -> Class {
        let classes = route.and_then(|at| self.classes.get(at));
        classes.map_or(Class::Read, |of| if *method == Method::POST { of.posts } else { of.others })
    }

    /// The network that a request is counted by; `None` where it is not counted, since it comes
    /// from this machine and from no proxy.
    #[must_use]
    pub fn network(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer?.ip().to_canonical();
        let direct = !self.proxies.iter().any(|proxy| proxy.contains(peer));
        if direct && peer.is_loopback() && !self.loopback {
            return None;
        }
        Some(network_of(peers::sender(peer, headers, &self.proxies)))
    }

    /// Takes requests out of their sender's budget; `None` where that has no limit.
    #[must_use]
    pub fn spend(&self, class: Class, sender: Sender, requests: NonZeroU32) -> Option<Standing> {
        let budget = match (class, sender) {
            (Class::Free, _) => return None,
            (Class::Evaluation, _) => &self.evaluations,
            (Class::Report, _) => &self.reports,
            (Class::Read, Sender::Network(_)) => &self.reads,
            (Class::Read, Sender::Client(_)) => &self.keys,
            (Class::Read, Sender::Person(_)) => &self.accounts,
        };
        budget.as_ref().map(|budget| budget.spend(sender, requests))
    }

    /// Counts a request, as so many of its class.
    ///
    /// # Errors
    /// [`Kind::TooManyRequests`] where its sender's budget is spent.
    pub fn count(&self, class: Class, requests: NonZeroU32, tally: &Tally) -> Result<(), Problem> {
        let Some(standing) = self.spend(class, tally.sender, requests) else { return Ok(()) };
        let refusal = standing.refusal();
        tally.standings.borrow_mut().push(standing);
        refusal.map_or(Ok(()), Err)
    }

    /// Counts a request that has turned out to cost more than its route says, as so many of
    /// another class too.
    ///
    /// # Errors
    /// As [`Self::count`].
    pub fn count_also(
        &self,
        class: Class,
        requests: NonZeroU32,
        request: &HttpRequest,
    ) -> Result<(), Problem> {
        let extensions = request.extensions();
        extensions.get::<Tally>().map_or(Ok(()), |tally| self.count(class, requests, tally))
    }
}

#[cfg(test)]
mod tests;
