//! The OpenAPI document as bytes: written once, in both notations, with their tags and their compressed form.

use std::io::Write as _;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::config::PublicUrl;
use crate::error::{Error, Result};

/// The document of a gateway.
#[derive(Debug)]
pub struct Document {
    /// The document itself.
    pub value: Arc<Value>,
    json: OnceLock<Option<Rendered>>,
    yaml: OnceLock<Option<Rendered>>,
}

/// `document` with the address under which clients reach the gateway, if that is known; else with one that is relative to
/// the document's own.
pub(crate) fn served_at(document: &Arc<Value>, public_url: Option<&PublicUrl>) -> Arc<Value> {
    let Some(url) = public_url else { return Arc::clone(document) };
    let mut document = Value::clone(document);
    if let Some(server) = document.pointer_mut("/servers/0") {
        server["url"] = url.as_str().into();
        server["description"] = "This gateway, in production.".into();
    }
    Arc::new(document)
}

/// The notations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// `application/json`
    Json,
    /// `application/yaml`, equal to the JSON when it is read.
    Yaml,
}

/// The bytes of one notation.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// As they are.
    pub plain: Bytes,
    /// Compressed with gzip.
    pub gzip: Bytes,
    /// A strong entity tag of the plain bytes.
    pub etag: String,
    /// A strong entity tag of the compressed bytes.
    pub gzip_etag: String,
}

impl Document {
    /// `value`, to be written when it is first asked for.
    #[must_use]
    pub const fn new(value: Arc<Value>) -> Self {
        Self { value, json: OnceLock::new(), yaml: OnceLock::new() }
    }

    /// Writes both notations now, which takes some milliseconds. A fault shows when the bytes are asked for.
    pub fn write(&self) {
        for notation in [Notation::Json, Notation::Yaml] {
            drop(self.rendered(notation));
        }
    }

    /// The bytes in `notation`.
    ///
    /// # Errors
    /// If the document cannot be written, which no document of JSON values gives a reason for.
    pub fn rendered(&self, notation: Notation) -> Result<&Rendered> {
        let slot = match notation {
            Notation::Json => &self.json,
            Notation::Yaml => &self.yaml,
        };
        let rendered = slot.get_or_init(|| Rendered::new(&self.value, notation).ok());
        rendered.as_ref().ok_or_else(|| Error::internal("the document cannot be written"))
    }
}

impl Rendered {
    /// `value` in `notation`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(value: &Value, notation: Notation) -> Result<Self> {
        let plain = match notation {
            Notation::Json => {
                let mut json = serde_json::to_vec_pretty(value).map_err(Error::internal)?;
                json.push(b'\n');
                json
            }
            Notation::Yaml => serde_saphyr::to_string(value).map_err(Error::internal)?.into_bytes(),
        };
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&plain).map_err(Error::internal)?;
        let gzip = encoder.finish().map_err(Error::internal)?;
        let hash: String = Sha256::digest(&plain).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let (etag, gzip_etag) = (format!("\"{hash}\""), format!("\"{hash}-gzip\""));
        Ok(Self { plain: plain.into(), gzip: gzip.into(), etag, gzip_etag })
    }
}
