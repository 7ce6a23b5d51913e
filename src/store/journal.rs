//! The journal's words: who did what to what, and why.

use chrono::{DateTime, Utc};

use super::{Error, MetaKey, rows::EntryRow};

/// Declares an enum that is kept as text.
macro_rules! texts {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// Every one, in the declared order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The text that is kept.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The reverse of [`Self::as_str`].
            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(super) use texts;

texts! {
    /// What kind of actor did it.
    ActorKind {
        /// Someone who signed in.
        Person = "person",
        /// A program with a key.
        Client = "client",
        /// A provider, by a link that it was sent.
        Provider = "provider",
        /// An operator at the terminal.
        Operator = "operator",
        /// This program by itself, as when a date turns.
        System = "system",
        /// Someone whom we do not know.
        Unauthenticated = "unauthenticated",
    }
}

texts! {
    /// What was done.
    Action {
        /// Recorded for the first time.
        Create = "create",
        /// Changed, its listing state apart.
        Change = "change",
        /// A draft was handed in.
        Submit = "submit",
        /// A person began to look at it.
        Take = "take",
        /// Made public.
        Publish = "publish",
        /// Sent back to be mended.
        Return = "return",
        /// Taken off the public pages for a time.
        Suspend = "suspend",
        /// Back from suspension, to be looked at again.
        Resume = "resume",
        /// Taken off for good.
        Delist = "delist",
        /// Became part of another provider.
        Merge = "merge",
        /// A merge was undone.
        Unmerge = "unmerge",
        /// What made a listing wait was looked at and let go, or an item of the queue was given
        /// back.
        Release = "release",
        /// Evidence that is not the provider's own was seen to confirm an address.
        Confirm = "confirm",
        /// A person decided about a flag.
        Decide = "decide",
        /// The engine proposed a flag, or moved one to history.
        Reassess = "reassess",
        /// A provider answered by its link.
        Answer = "answer",
        /// Taken back before its time.
        Revoke = "revoke",
        /// What its time is over for was forgotten.
        Forget = "forget",
        /// A setting of the database was given a value.
        Set = "set",
        /// A statement was checked by a person.
        Verify = "verify",
        /// What a statement says was seen again, unchanged.
        Renew = "renew",
        /// A statement, or the payload of an entry of the public log, was taken back.
        Withdraw = "withdraw",
        /// Somebody began to work on an item of the queue.
        Lease = "lease",
        /// A task or a case was closed.
        Close = "close",
        /// An account or a key no longer opens anything.
        Disable = "disable",
        /// It opens again.
        Enable = "enable",
        /// A session was ended before its time.
        End = "end",
        /// Taken out of the database.
        Remove = "remove",
    }
}

texts! {
    /// What kind of thing was changed.
    EntityKind {
        /// A provider with its sites, statements and evidence.
        Provider = "provider",
        /// A setting of the database.
        Meta = "meta",
        /// A list that providers were screened against.
        List = "list",
        /// Something that a person should look at.
        Task = "task",
        /// Who is working on an item of the queue.
        Lease = "lease",
        /// A file behind a piece of evidence.
        File = "file",
        /// A task about reports, an invitation, or an answer to one.
        Case = "case",
        /// What somebody reported; their words are nobody's history.
        Report = "report",
        /// A person with an account, without their secrets.
        User = "user",
        /// What one sign-in began.
        Session = "session",
        /// A program with a key, without the key.
        Client = "client",
        /// A key that signs tokens; only that it came and went.
        SigningKey = "signing_key",
        /// An entry of the public log, by its index.
        LogEntry = "log_entry",
    }
}

impl EntityKind {
    /// True for what decides who may come in.
    pub(super) const fn is_account(self) -> bool {
        matches!(self, Self::User | Self::Session | Self::Client | Self::SigningKey)
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// The name by which the directory knows the actor; never made public.
    pub name: String,
    /// The role in which it was done, where there are roles.
    pub role: Option<String>,
}

impl Actor {
    /// An actor without a role.
    pub fn new(kind: ActorKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into(), role: None }
    }
}

/// Why it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// A snake_case code.
    pub code: String,
    /// In the actor's own words; may be empty.
    pub text: String,
}

impl Reason {
    /// A reason.
    pub fn new(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into() }
    }
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entity {
    /// What kind of thing.
    pub kind: EntityKind,
    /// Its id: a provider's UUID, a setting's key.
    pub id: String,
}

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number: 1, 2, 3 and so on without a gap, in the order of commits.
    pub seq: i64,
    /// When; never earlier than the entry before.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// To what.
    pub entity: Entity,
    /// Why.
    pub reason: Reason,
    /// True where the listing had a public face before the change or has one after it.
    pub public: bool,
    /// SHA-256 of the entity's text after the change; none once the entity is gone.
    pub after_sha256: Option<[u8; 32]>,
    /// The entity's text before the change; none where it is new or the text is secret.
    pub before: Option<String>,
}

impl Entry {
    /// True where the texts are secret, so that the journal has digests alone.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        match self.entity.kind {
            EntityKind::Provider
            | EntityKind::List
            | EntityKind::Task
            | EntityKind::Lease
            | EntityKind::File
            | EntityKind::LogEntry
            | EntityKind::User
            | EntityKind::Session
            | EntityKind::Client
            | EntityKind::Case => false,
            EntityKind::Report | EntityKind::SigningKey => true,
            EntityKind::Meta => MetaKey::from_text(&self.entity.id).is_some_and(MetaKey::is_secret),
        }
    }
}

/// Which entries.
#[derive(Debug, Clone, Default)]
pub struct JournalFilter {
    /// Only entries about this.
    pub entity: Option<Entity>,
    /// Only public ones.
    pub public_only: bool,
}

impl TryFrom<EntryRow> for Entry {
    type Error = Error;

    fn try_from(row: EntryRow) -> Result<Self, Error> {
        let unknown = |what: &str, text: &str| {
            Error::corrupt(format!("journal entry {}", row.seq), format!("unknown {what} `{text}`"))
        };
        let kind = ActorKind::from_text(&row.actor_kind)
            .ok_or_else(|| unknown("actor kind", &row.actor_kind))?;
        let action =
            Action::from_text(&row.action).ok_or_else(|| unknown("action", &row.action))?;
        let entity_kind = EntityKind::from_text(&row.entity_kind)
            .ok_or_else(|| unknown("entity kind", &row.entity_kind))?;
        let after_sha256 = row
            .after_sha256
            .map(|digest| <[u8; 32]>::try_from(digest.as_slice()))
            .transpose()
            .map_err(|error| Error::corrupt(format!("journal entry {}", row.seq), error))?;
        Ok(Self {
            seq: row.seq,
            at: row.at.and_utc(),
            actor: Actor { kind, name: row.actor_name, role: row.actor_role },
            action,
            entity: Entity { kind: entity_kind, id: row.entity_id },
            reason: Reason { code: row.reason_code, text: row.reason },
            public: row.public,
            after_sha256,
            before: row.before,
        })
    }
}
