//! Asks a running service about its log, over plain HTTP.

use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

use crate::cli::Failure;

/// A service to ask.
pub(super) struct Client {
    agent: ureq::Agent,
    base: String,
}

/// An answer, whatever its status.
pub(super) struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

impl Client {
    pub fn new(url: &str) -> Result<Self, Failure> {
        if !url.starts_with("http://") {
            return Err(Failure::Input(anyhow::anyhow!(
                "{url} is no http:// address; for https ask through a proxy on this machine, or \
                 use any verifier of C2SP logs"
            )));
        }
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(30)))
            .max_redirects(0)
            .http_status_as_error(false)
            .build()
            .new_agent();
        Ok(Self { agent, base: url.trim_end_matches('/').to_owned() })
    }

    /// Asks for a path.
    pub fn get(&self, path: &str) -> Result<Answer, Failure> {
        let address = format!("{}{path}", self.base);
        let unreachable = |error: ureq::Error| {
            Failure::Unavailable(
                anyhow::Error::new(error).context(format!("no answer from {address}")),
            )
        };
        let mut response = self.agent.get(&address).call().map_err(unreachable)?;
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        Ok(Answer {
            status: response.status().as_u16(),
            location: location.map(str::to_owned),
            body: response
                .body_mut()
                .with_config()
                .limit(64 << 20)
                .read_to_vec()
                .map_err(unreachable)?,
        })
    }

    /// Asks for something that must be there.
    pub fn bytes(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let answer = self.get(path)?;
        if answer.status == 200 {
            return Ok(answer.body);
        }
        let refused = anyhow::anyhow!("{}{path} answers {}", self.base, answer.status);
        Err(if answer.status == 503 {
            Failure::Unavailable(refused)
        } else {
            Failure::Other(refused)
        })
    }

    /// Asks for a text.
    pub fn text(&self, path: &str) -> Result<String, Failure> {
        Ok(String::from_utf8(self.bytes(path)?).context("the answer is no text")?)
    }

    /// Asks for JSON.
    pub fn json(&self, path: &str) -> Result<Value, Failure> {
        let read = serde_json::from_slice(&self.bytes(path)?);
        Ok(read.with_context(|| format!("what {}{path} answers is no JSON", self.base))?)
    }
}
