//! Roles, what each may do, and the scopes of programs.

use crate::domain::codes;

codes! {
    /// What a person is here to do. A person may have several.
    Role {
        /// Looks at everything, changes nothing.
        Viewer = "viewer",
        /// Writes listings and reads files in.
        Editor = "editor",
        /// Checks evidence and publishes what somebody else wrote.
        Verifier = "verifier",
        /// Decides about flags.
        ComplianceOfficer = "compliance_officer",
        /// Everything, and who else may do what.
        Admin = "admin",
    }
}

codes! {
    /// What an API key may be used for.
    Scope {
        /// Reading the directory under a rate limit of the key's own.
        DirectoryRead = "directory.read",
        /// Taking all published listings at once.
        DirectoryBulk = "directory.bulk",
    }
}

codes! {
    /// One thing that somebody may be allowed to do.
    Permission {
        /// See what is not public: drafts, queues, reports, the journal.
        ViewAdmin = "view_admin",
        /// Create and change listings.
        EditListings = "edit_listings",
        /// Decide what is public.
        PublishListings = "publish_listings",
        /// Accept or refuse evidence and answers.
        VerifyEvidence = "verify_evidence",
        /// Move flags through due process.
        DecideFlags = "decide_flags",
        /// Work on reports from the public.
        HandleReports = "handle_reports",
        /// Read files in.
        ImportFiles = "import_files",
        /// Decide who may do what, and who has a key.
        ManagePeople = "manage_people",
    }
}

impl Role {
    /// Whether the role allows it.
    #[must_use]
    pub const fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Viewer => matches!(permission, P::ViewAdmin),
            Self::Editor => {
                matches!(permission, P::ViewAdmin | P::EditListings | P::ImportFiles)
            }
            Self::Verifier => matches!(
                permission,
                P::ViewAdmin
                    | P::EditListings
                    | P::ImportFiles
                    | P::PublishListings
                    | P::VerifyEvidence
                    | P::HandleReports
            ),
            Self::ComplianceOfficer => matches!(
                permission,
                P::ViewAdmin
                    | P::EditListings
                    | P::VerifyEvidence
                    | P::DecideFlags
                    | P::HandleReports
            ),
            Self::Admin => true,
        }
    }

    /// Whether someone with the role must prove who they are in a second way.
    #[must_use]
    pub const fn needs_second_factor(self) -> bool {
        matches!(self, Self::ComplianceOfficer | Self::Admin)
    }
}

impl Permission {
    /// The least powerful of some roles that allows it: the one in which a thing is done.
    #[must_use]
    pub fn granted_by<'a>(self, roles: impl IntoIterator<Item = &'a Role>) -> Option<Role> {
        // Roles are declared in the order of their power.
        roles.into_iter().copied().filter(|role| role.may(self)).min()
    }
}
