//! Who is asking, once it has been proved.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Permission, Role, Scope};

/// What kind of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A person who signed in.
    Person,
    /// A program with a key.
    Client,
}

/// Somebody who has proved who they are. Only [`crate::app`] makes one, from a token or a key
/// that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// A person or a program.
    pub kind: Kind,
    /// The user's or client's id.
    pub id: Uuid,
    /// The user's or client's name.
    pub name: String,
    /// A person's roles; a program has none.
    pub roles: BTreeSet<Role>,
    /// A program's scopes; a person has none.
    pub scopes: BTreeSet<Scope>,
    /// The session that a person's token belongs to.
    pub session: Option<Uuid>,
    /// True where the session began with a second factor.
    pub second_factor: bool,
    /// False for a person whose roles ask for a second factor that was not given: they may do
    /// nothing but set one up.
    pub complete: bool,
}

impl Identity {
    /// The role in which this somebody may do a thing; none where they may not.
    #[must_use]
    pub fn role_for(&self, permission: Permission) -> Option<Role> {
        self.complete.then(|| permission.granted_by(&self.roles)).flatten()
    }

    /// Whether this is a program whose key has a scope.
    #[must_use]
    pub fn has_scope(&self, scope: Scope) -> bool {
        self.kind == Kind::Client && self.scopes.contains(&scope)
    }
}
