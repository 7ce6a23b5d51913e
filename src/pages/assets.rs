//! The stylesheet, the script and the icon: part of the binary, under names that hold a hash
//! of their content, so that a browser may keep them for good.

use std::sync::LazyLock;

use actix_web::{HttpResponse, get, http::header, web};
use sha2::{Digest, Sha256};

/// One file, with the address under which it is served.
#[derive(Debug)]
pub struct Asset {
    name: String,
    content_type: &'static str,
    body: &'static [u8],
}

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, body: &'static [u8]) -> Self {
        let hash = Sha256::digest(body);
        let short: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self { name: format!("{stem}.{short}.{extension}"), content_type, body }
    }

    /// Its address on this server.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// The stylesheet.
pub static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "style",
        "css",
        "text/css; charset=utf-8",
        include_bytes!("../../web/assets/style.css"),
    )
});

/// The script; every page works without it.
pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let body = include_bytes!("../../web/assets/app.js");
    Asset::new("app", "js", "text/javascript; charset=utf-8", body)
});

/// The icon of the browser's tab.
pub static ICON: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("icon", "svg", "image/svg+xml", include_bytes!("../../web/assets/icon.svg"))
});

/// Serves an asset by its full name; an old hash is not found rather than answered with
/// something else.
#[get("/assets/{name}")]
pub async fn serve(name: web::Path<String>) -> HttpResponse {
    let known = [&*STYLE, &*SCRIPT, &*ICON];
    let Some(asset) = known.into_iter().find(|asset| asset.name == *name) else {
        return HttpResponse::NotFound().finish();
    };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, asset.content_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(asset.body)
}
