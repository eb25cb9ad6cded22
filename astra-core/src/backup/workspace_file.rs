//! The file of a workspace: lines of JSON, compressed if its name ends in `.gz`. The first line says what comes, each line after it
//! is a row (the table, then the values), and the last one has the checksum of all before it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Write};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::store::{ColumnKind, MovedTable, Value};
use crate::text::hex;

/// What the first line calls the file.
pub(super) const FORMAT: &str = "astra.workspace";
/// The version of the format.
pub(super) const VERSION: u32 = 1;
/// Longest line, in bytes.
const LINE_BYTES_MAX: u64 = 1 << 28;
/// What a compressed file begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) format: String,
    pub(super) version: u32,
    /// The version of the schema of the store.
    pub(super) schema: i64,
    /// `wsp_...`
    pub(super) workspace: String,
    /// RFC 3339.
    pub(super) exported_at: String,
    /// The version of the program.
    pub(super) program: String,
    /// Random, in base64; and what the master key of the store makes of it.
    pub(super) key_salt: String,
    pub(super) key_check: String,
    /// Whether rows hold what is sealed with that key.
    pub(super) is_sealed: bool,
    /// The tables, in the order of their rows.
    pub(super) tables: Vec<HeadTable>,
}

/// A table in the first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HeadTable {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    pub(super) rows: u64,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
struct End {
    end: bool,
    rows: u64,
    /// SHA-256 of all lines before it, in hexadecimal digits.
    sha256: String,
}

enum Out {
    Plain(BufWriter<File>),
    Compressed(GzEncoder<BufWriter<File>>),
}

/// Writes the file.
pub(super) struct LineWriter {
    out: Out,
    hash: Sha256,
    rows: u64,
}

impl LineWriter {
    /// Makes the file `path`, which is its owner's alone.
    pub(super) fn create(path: &Path, is_compressed: bool) -> io::Result<Self> {
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = BufWriter::new(options.open(path)?);
        let out =
            if is_compressed { Out::Compressed(GzEncoder::new(file, Compression::fast())) } else { Out::Plain(file) };
        Ok(Self { out, hash: Sha256::new(), rows: 0 })
    }

    pub(super) fn head(&mut self, head: &Head) -> io::Result<()> {
        let line = serde_json::to_vec(head)?;
        self.line(line)
    }

    pub(super) fn row(&mut self, table: &MovedTable, row: Vec<Value>) -> io::Result<()> {
        let values = std::iter::once(Json::from(table.name.as_str())).chain(row.into_iter().map(written));
        let line = serde_json::to_vec(&values.collect::<Vec<_>>())?;
        self.rows += 1;
        self.line(line)
    }

    /// Writes the last line, and hands the file to the disk.
    pub(super) fn end(mut self) -> io::Result<()> {
        let sha256 = hex(&self.hash.clone().finalize());
        let line = serde_json::to_vec(&End { end: true, rows: self.rows, sha256 })?;
        self.line(line)?;
        let file = match self.out {
            Out::Plain(file) => file,
            Out::Compressed(encoder) => encoder.finish()?,
        };
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }

    fn line(&mut self, mut line: Vec<u8>) -> io::Result<()> {
        line.push(b'\n');
        self.hash.update(&line);
        match &mut self.out {
            Out::Plain(file) => file.write_all(&line),
            Out::Compressed(encoder) => encoder.write_all(&line),
        }
    }
}

fn written(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(number) => number.into(),
        // The shortest text that is read as the same number again.
        Value::Float(number) => number.to_string().into(),
        Value::Text(text) => text.into(),
        Value::Bytes(bytes) => STANDARD.encode(bytes).into(),
    }
}

/// A line that is not what it must be: its number, and what is wrong with it; or what keeps the file from being read.
#[derive(Debug)]
pub(super) enum LineFault {
    Line(u64, String),
    File(io::Error),
}

impl From<io::Error> for LineFault {
    fn from(fault: io::Error) -> Self {
        Self::File(fault)
    }
}

/// Reads the file line by line.
pub(super) struct LineReader {
    lines: Box<dyn BufRead>,
    hash: Sha256,
    number: u64,
    rows: u64,
}

impl LineReader {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = BufReader::new(File::open(path)?);
        let is_compressed = file.fill_buf()?.starts_with(&GZIP);
        let lines: Box<dyn BufRead> =
            if is_compressed { Box::new(BufReader::new(GzDecoder::new(file))) } else { Box::new(file) };
        Ok(Self { lines, hash: Sha256::new(), number: 0, rows: 0 })
    }

    /// The first line, if it is one of a file that this program reads. What comes after its format and version may be of any kind.
    pub(super) fn head(&mut self) -> Result<Head, LineFault> {
        #[derive(Deserialize)]
        struct Kind {
            format: String,
            version: u32,
        }
        let line = self.next()?;
        self.hash.update(&line);
        let kind: Kind =
            serde_json::from_slice(&line).map_err(|_| self.fault("is not that of an exported workspace"))?;
        if kind.format != FORMAT {
            return Err(self.fault("is not that of an exported workspace"));
        }
        if kind.version != VERSION {
            return Err(
                self.fault(format!("is of version {} of the format, and this program knows {VERSION}", kind.version))
            );
        }
        serde_json::from_slice(&line).map_err(|fault| self.unread(&fault))
    }

    /// The next row, which is one of `table`.
    pub(super) fn row(&mut self, table: &MovedTable) -> Result<Vec<Value>, LineFault> {
        let line = self.next()?;
        self.hash.update(&line);
        self.rows += 1;
        let values: Vec<Json> = serde_json::from_slice(&line).map_err(|fault| self.unread(&fault))?;
        let mut values = values.into_iter();
        if values.next().as_ref().and_then(Json::as_str) != Some(table.name.as_str()) {
            return Err(self.fault(format!("is not a row of {}, as the first line says", table.name)));
        }
        if values.len() != table.columns.len() {
            return Err(self.fault(format!(
                "has {} values, and {} has {} columns",
                values.len(),
                table.name,
                table.columns.len()
            )));
        }
        let read = table.columns.iter().zip(values).map(|(column, value)| {
            read(column.kind, value)
                .ok_or_else(|| self.fault(format!("has no good value of {}.{}", table.name, column.name)))
        });
        read.collect()
    }

    /// The last line: whether nothing is missing and nothing was changed.
    pub(super) fn end(mut self) -> Result<(), LineFault> {
        let sha256 = hex(&self.hash.clone().finalize());
        let line = self.next()?;
        let end: End =
            serde_json::from_slice(&line).map_err(|_| self.fault("is not the last one, and no other is due"))?;
        if !end.end || end.rows != self.rows || end.sha256 != sha256 {
            return Err(self.fault("has another checksum than the lines before it: the file was changed"));
        }
        let mut rest = [0];
        match self.lines.read(&mut rest) {
            Ok(0) => Ok(()),
            Ok(_) => Err(LineFault::Line(self.number + 1, "comes after the end".into())),
            Err(fault) => Err(fault.into()),
        }
    }

    fn next(&mut self) -> Result<Vec<u8>, LineFault> {
        self.number += 1;
        let mut line = Vec::new();
        match (&mut self.lines).take(LINE_BYTES_MAX).read_until(b'\n', &mut line) {
            Ok(_) if line.last() == Some(&b'\n') => Ok(line),
            Ok(length) if length as u64 == LINE_BYTES_MAX => Err(self.fault("is too long")),
            Ok(_) => Err(self.fault("is missing or cut off: the file is truncated")),
            // What the end of a compressed file is missing.
            Err(fault) if fault.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.fault("is missing or cut off: the file is truncated"))
            }
            Err(fault) if matches!(fault.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
                Err(self.fault(format!("cannot be decompressed: {fault}")))
            }
            Err(fault) => Err(fault.into()),
        }
    }

    /// The reader saw one line, so that the line that it names is of no use.
    fn unread(&self, fault: &serde_json::Error) -> LineFault {
        let said = fault.to_string();
        let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
        self.fault(format!("cannot be read: {said}"))
    }

    fn fault(&self, text: impl Into<String>) -> LineFault {
        LineFault::Line(self.number, text.into())
    }
}

fn read(kind: ColumnKind, value: Json) -> Option<Value> {
    Some(match (kind, value) {
        (_, Json::Null) => Value::Null,
        (ColumnKind::Int, Json::Number(number)) => Value::Int(number.as_i64()?),
        (ColumnKind::Float, Json::String(text)) => Value::Float(text.parse().ok()?),
        (ColumnKind::Text, Json::String(text)) => Value::Text(text),
        (ColumnKind::Bytes, Json::String(text)) => Value::Bytes(STANDARD.decode(text).ok()?),
        _ => return None,
    })
}
