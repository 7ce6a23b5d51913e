//! Files in and out: the provider file and its flat form.
