//! `bedside invite`: a printable link for a clinic's own answers.

use std::sync::Arc;

use anyhow::anyhow;
use clap::Args;

use super::{Exit, Failure, database, exit};
use crate::{
    app::{
        App,
        invites::{DEFAULT_DAYS, InviteError, InviteInput, Invited, create},
    },
    clock::SystemClock,
    config::{DatabaseArgs, Operator},
    store::{Actor, ActorKind, Reason},
};

/// `bedside invite`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bedside invite calliope-health-ketamine-bethesda-md \
                        --contact +13018289513 --address https://directory.example")]
pub(super) struct InviteCommand {
    /// Id or slug of the clinic or provider
    #[arg(value_name = "CLINIC")]
    listing: String,

    /// Where the link is sent: a phone, a web address, or an e-mail address on it, that stands in
    /// an official record or on the provider's own page
    #[arg(long, value_name = "CONTACT")]
    contact: String,

    /// For how many days the link serves
    #[arg(long, default_value_t = DEFAULT_DAYS, value_name = "N")]
    days: u16,

    /// The address of this directory, which stands before the link
    #[arg(
        long,
        env = "BEDSIDE_ADDRESS",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    address: String,

    /// Why the clinic is invited, for the journal
    #[arg(long, default_value = "", value_name = "TEXT")]
    reason: String,

    #[command(flatten)]
    database: DatabaseArgs,
}

impl InviteCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let clock = Arc::new(SystemClock);
        let store = database::open_existing(&self.database, clock.clone())?;
        let app = App::open(store, clock, Operator::default()).map_err(database::app_failure)?;
        let actor = Actor::new(ActorKind::Operator, "terminal");
        let reason = Reason::new("invited", self.reason);
        let input =
            InviteInput { listing: self.listing, contact: self.contact, days: Some(self.days) };
        let invited = create(&app, (&actor, &reason), &input).map_err(refused)?;
        exit::print(&letter(&invited, self.address.trim_end_matches('/')))
    }
}

fn refused(error: InviteError) -> Failure {
    match error {
        InviteError::Store(error) => database::failure(error),
        InviteError::Refused(_) => Failure::Other(error.into()),
        other => Failure::Input(anyhow!("{other}")),
    }
}

/// The page to print or send.
fn letter(invited: &Invited, address: &str) -> String {
    let Invited { invite, name, path } = invited;
    format!(
        "To: {name}\n\
         By: {contact} (found in {source})\n\
         \n\
         This directory lists supervised ketamine care. Please answer what patients ask about\n\
         your clinic. No account is needed; answer what you know and leave out the rest. Your\n\
         answers are signed statements and count once a verifier has looked at them.\n\
         \n\
         {address}{path}\n\
         \n\
         The link serves until {until} and is for you alone. Invitation {id}.",
        contact = invite.contact,
        source = invite.source,
        until = invite.expires_on,
        id = invite.id,
    )
}
