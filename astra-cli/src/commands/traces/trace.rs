//! A trace, as the gateway's API answers it: what these commands read of it.

use serde::{Deserialize, Serialize};

/// A trace, with its spans if it was asked for alone.
#[derive(Debug, Deserialize)]
pub(super) struct Trace {
    pub(super) trace_id: String,
    pub(super) session_id: String,
    pub(super) agent_id: String,
    pub(super) agent_version: u32,
    pub(super) user_id: String,
    pub(super) status: String,
    pub(super) question: String,
    pub(super) provider: Option<String>,
    pub(super) model: Option<String>,
    pub(super) usage: Usage,
    pub(super) error: Option<Fault>,
    pub(super) time: Time,
    pub(super) request_id: Option<String>,
    pub(super) created_at: String,
    #[serde(default)]
    pub(super) spans: Option<Vec<Span>>,
    #[serde(default)]
    pub(super) messages: Option<Vec<Message>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Usage {
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) total_tokens: u64,
    pub(super) cost_usd: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Fault {
    pub(super) code: String,
    pub(super) message: String,
}

/// Where the time went, in milliseconds.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Time {
    pub(super) total_ms: f64,
    pub(super) gateway_ms: f64,
    pub(super) provider_ms: f64,
    pub(super) tool_ms: f64,
    pub(super) storage_ms: f64,
    pub(super) waiting_ms: f64,
}

/// A stretch of time, in milliseconds from the beginning of the turn.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Span {
    pub(super) name: String,
    pub(super) start_ms: f64,
    pub(super) duration_ms: f64,
    pub(super) first_content_ms: Option<f64>,
    pub(super) provider: Option<String>,
    pub(super) model: Option<String>,
    pub(super) tool: Option<String>,
    pub(super) error: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub(super) role: String,
    /// A text, or parts.
    pub(super) content: serde_json::Value,
}

/// A time for people: three digits that count.
pub(super) fn duration(time_ms: f64) -> String {
    match time_ms {
        _ if time_ms >= 99_950.0 => format!("{:.0} s", time_ms / 1e3),
        _ if time_ms >= 9_995.0 => format!("{:.1} s", time_ms / 1e3),
        _ if time_ms >= 999.5 => format!("{:.2} s", time_ms / 1e3),
        _ if time_ms >= 99.95 => format!("{time_ms:.0} ms"),
        _ if time_ms >= 9.995 => format!("{time_ms:.1} ms"),
        _ => format!("{time_ms:.2} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits() {
        let times = [0.0, 0.014, 9.99, 10.0, 99.96, 999.4, 1_000.0, 12_345.0, 600_000.0].map(duration);
        assert_eq!(
            times,
            ["0.00 ms", "0.01 ms", "9.99 ms", "10.0 ms", "100 ms", "999 ms", "1.00 s", "12.3 s", "600 s"]
        );
    }
}
