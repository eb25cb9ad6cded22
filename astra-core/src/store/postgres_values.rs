//! The store's values as PostgreSQL takes and gives them.

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::error::Result;
use super::postgres_error::classify;
use super::value::{Param, Row, Value};

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Int(number) => match *kind {
                Type::INT8 => number.to_sql(kind, out),
                Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
                #[expect(clippy::cast_precision_loss, reason = "an integer given for a DOUBLE PRECISION column")]
                Type::FLOAT8 => (*number as f64).to_sql(kind, out),
                _ => Err(format!("an integer was given for {kind}").into()),
            },
            Param::Float(number) if *kind == Type::FLOAT8 => number.to_sql(kind, out),
            Param::Text(text) if <&str as ToSql>::accepts(kind) => text.to_sql(kind, out),
            Param::Bytes(bytes) if *kind == Type::BYTEA => bytes.to_sql(kind, out),
            _ => Err(format!("a value of another type was given for {kind}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, bytes: &'a [u8]) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Raw(bytes))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A row that PostgreSQL gave.
pub(super) fn row(found: &tokio_postgres::Row) -> Result<Row> {
    let mut values = Vec::with_capacity(found.len());
    for (column, description) in found.columns().iter().enumerate() {
        let value = match *description.type_() {
            Type::INT8 => found.try_get::<_, Option<i64>>(column).map(|value| value.map(Value::Int)),
            Type::INT4 => {
                found.try_get::<_, Option<i32>>(column).map(|value| value.map(|number| Value::Int(number.into())))
            }
            Type::BOOL => {
                found.try_get::<_, Option<bool>>(column).map(|value| value.map(|truth| Value::Int(truth.into())))
            }
            Type::FLOAT8 => found.try_get::<_, Option<f64>>(column).map(|value| value.map(Value::Float)),
            Type::BYTEA => found.try_get::<_, Option<Vec<u8>>>(column).map(|value| value.map(Value::Bytes)),
            _ => found
                .try_get::<_, Option<Raw<'_>>>(column)
                .map(|value| value.map(|raw| Value::Text(String::from_utf8_lossy(raw.0).into_owned()))),
        };
        values.push(value.map_err(|fault| classify(&fault))?.unwrap_or(Value::Null));
    }
    Ok(Row::new(values))
}

/// The values of a statement: the workspace first, if it has one.
pub(super) fn bound<'a>(workspace: Option<i64>, params: &[Param<'a>]) -> Vec<Param<'a>> {
    workspace.map(Param::Int).into_iter().chain(params.iter().copied()).collect()
}

/// The values as the driver takes them.
pub(super) fn borrowed<'a>(params: &'a [Param<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}
