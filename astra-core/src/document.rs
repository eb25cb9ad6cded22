//! The OpenAPI document as bytes: written once, in both notations, with their tags and their compressed form.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::config::PublicUrl;
use crate::error::{Error, Result};

/// The document of a gateway. As a tree of values it takes four times the memory that it takes as JSON: the tree is given up when
/// the JSON is written, and made again for those who want a part of it. YAML is kept compressed alone.
#[derive(Debug)]
pub struct Document {
    /// The document as it was made, until it is written as JSON.
    made: Mutex<Option<Arc<Value>>>,
    json: OnceLock<Option<Rendered>>,
    yaml: OnceLock<Option<Rendered>>,
}

/// `document` with the address under which clients reach the gateway, if that is known; else with one that is relative to
/// the document's own.
pub(crate) fn served_at(mut document: Value, public_url: Option<&PublicUrl>) -> Value {
    if let (Some(url), Some(server)) = (public_url, document.pointer_mut("/servers/0")) {
        server["url"] = url.as_str().into();
        server["description"] = "This gateway, in production.".into();
    }
    document
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
    /// As they are, if they are kept so.
    plain: Option<Bytes>,
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
    pub fn new(value: Value) -> Self {
        Self { made: Mutex::new(Some(Arc::new(value))), json: OnceLock::new(), yaml: OnceLock::new() }
    }

    /// Writes the JSON now, which takes some milliseconds. A fault shows when the bytes are asked for.
    pub fn write(&self) {
        drop(self.rendered(Notation::Json));
    }

    /// The document itself.
    #[must_use]
    pub fn value(&self) -> Arc<Value> {
        if let Some(made) = &*self.made.lock().unwrap_or_else(PoisonError::into_inner) {
            return Arc::clone(made);
        }
        let json = self.json.get().and_then(|json| json.as_ref()?.plain.as_deref());
        Arc::new(json.and_then(|json| serde_json::from_slice(json).ok()).unwrap_or_default())
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
        let rendered = slot.get_or_init(|| match notation {
            Notation::Json => Rendered::new(&self.value(), notation).ok(),
            Notation::Yaml => Rendered::new(&self.value(), notation).ok().map(Rendered::compressed),
        });
        if rendered.is_some() && notation == Notation::Json {
            *self.made.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
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
        let exact = |bytes: Vec<u8>| Bytes::from(bytes.into_boxed_slice());
        Ok(Self { plain: Some(exact(plain)), gzip: exact(gzip), etag, gzip_etag })
    }

    /// The same without the plain bytes.
    fn compressed(self) -> Self {
        Self { plain: None, ..self }
    }

    /// The plain bytes.
    ///
    /// # Errors
    /// If they cannot be made of the compressed ones, which nothing gives a reason for.
    pub fn plain(&self) -> Result<Bytes> {
        if let Some(plain) = &self.plain {
            return Ok(plain.clone());
        }
        let mut plain = Vec::new();
        GzDecoder::new(&*self.gzip).read_to_end(&mut plain).map_err(Error::internal)?;
        Ok(plain.into())
    }
}
