//! `chat.connect`: ask agents and see their answers grow, over one connection.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use serde_json::Value;

use super::lookup::{keep_results, visible_turn};
use super::model::{
    ChatSocket, SocketAccepted, SocketCancel, SocketDecision, SocketMessage, SocketPing, SocketPong, SocketReply,
    SocketRequest, SocketResults, SocketResume,
};
use crate::app::App;
use crate::engine::{Asked, TurnEvents};
use crate::error::{Error, Result};
use crate::http::record::log_failure;
use crate::http::turn::{decide_within, texts};
use crate::http::websocket::{Connect, Done, Followed, Protocol, STREAMS_MAX, Taken};
use crate::http::{Caller, Json, TraceParent};
use crate::ids::TurnId;

const PATH: &str = "/chat/ws";

/// Ask agents over a WebSocket
///
/// Frames of JSON in both directions: what a client may send is a `SocketRequest`; what it gets are the events of
/// `chat.stream`, each with its `turn_id` and `seq`, and one `SocketReply` to each frame. Several turns go on at once, and
/// none ends with the connection. The credential is a bearer token in `Authorization`, or the subprotocol
/// `bearer.<token>`, which pages offer beside `astra`. A plain GET answers this description.
#[utoipa::path(get, path = "/chat/ws", operation_id = "chat.connect",
    extensions(
        ("x-traits" = json!({"upgrades": true, "credential": "subprotocol", "refusals": "close"})),
        ("x-websocket" = json!({
            "subprotocols": ["astra", "bearer.<token>"],
            "receives": {"$ref": "#/components/schemas/SocketRequest"},
            "sends": {"oneOf": [{"$ref": "#/components/schemas/ChatEvent"}, {"$ref": "#/components/schemas/SocketReply"}]},
            "closes": {
                "1001": "The gateway is stopping, and the turns that it followed here have ended.",
                "1002": "The client breaks the protocol, such as by a frame that is not masked.",
                "1003": "The client sends a binary frame.",
                "1007": "The client sends a text that is not UTF-8.",
                "1008": "The request to connect is not valid, or a frame does not arrive in time.",
                "1009": "A frame is larger than the limit.",
                "1011": "The gateway failed.",
                "1013": "The client does not read, or a limit of requests or streams is reached: connect again later.",
                "4001": "There is no credential.",
                "4003": "The credential is not valid, or does not allow this operation.",
                "4008": "The credential has ended or changed."}}))),
    responses(
        (status = 101, description = "The protocol is WebSocket (RFC 6455) from here on. A refusal of a credential comes as the code of a close."),
        (status = 200, description = "What the WebSocket takes and sends.", body = ChatSocket),
        (status = 426, description = "The request asks for a WebSocket in a way that is not RFC 6455's.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    trace_parent: TraceParent,
    connect: Connect,
) -> Result<Response> {
    let Some(opening) = connect.opening() else {
        let socket = ChatSocket::new(app.config.limits.body_bytes, STREAMS_MAX, caller.request_id(), PATH);
        return Ok(Json(socket).into_response());
    };
    Ok(opening.serve(&app, &caller, Chat { app: app.clone(), caller: caller.clone(), trace_parent }))
}

/// A caller's conversation with agents over one connection.
#[derive(Clone)]
struct Chat {
    app: App,
    caller: Caller,
    trace_parent: TraceParent,
}

impl Protocol for Chat {
    fn take(&self, frame: Value) -> Taken {
        let chat = self.clone();
        match serde_json::from_value(frame) {
            Ok(SocketRequest::Ping(SocketPing { request_id })) => {
                Taken::Answer(SocketReply::Pong(SocketPong { request_id }).text())
            }
            Ok(SocketRequest::Message(message)) => Taken::InTurn(Box::pin(chat.ask(message))),
            Ok(SocketRequest::Resume(resume)) => Taken::InTurn(Box::pin(chat.resume(resume))),
            Ok(SocketRequest::Cancel(cancel)) => Taken::Beside(Box::pin(chat.cancel(cancel))),
            Ok(SocketRequest::Approve(decision)) => Taken::Beside(Box::pin(chat.decide(true, decision))),
            Ok(SocketRequest::Deny(decision)) => Taken::Beside(Box::pin(chat.decide(false, decision))),
            Ok(SocketRequest::SubmitResults(results)) => Taken::Beside(Box::pin(chat.submit(results))),
            Err(fault) => Taken::Answer(self.refusal(None, &Error::field("", fault.to_string()))),
        }
    }

    fn refusal(&self, request_id: Option<&str>, error: &Error) -> String {
        log_failure(self.caller.request_id(), error);
        SocketReply::problem(request_id, error, self.caller.request_id(), PATH).text()
    }
}

impl Chat {
    /// What was asked for is accepted; `events` of the turn follow.
    fn following(&self, request_id: Option<String>, turn_id: TurnId, events: Option<TurnEvents>) -> Done {
        let followed = |events: TurnEvents| {
            let engine = Arc::clone(&self.app.engine);
            let runs_here = Box::new(move || engine.runs(turn_id));
            Followed { turn_id, runs_here, messages: texts(events).boxed() }
        };
        let answer = SocketReply::Accepted(SocketAccepted { request_id, turn_id }).text();
        Done { answer, followed: events.map(followed) }
    }

    async fn ask(self, message: Box<SocketMessage>) -> Result<Done> {
        let SocketMessage { request_id, idempotency_key, question } = *message;
        let once = match idempotency_key {
            Some(key) => Some(self.caller.once(key, &serde_json::to_vec(&question).map_err(Error::internal)?)),
            None => None,
        };
        let ask = question.into_ask(true, once, self.trace_parent.0.clone())?;
        Ok(match self.app.engine.ask(self.caller.caller(), ask).await.map_err(Error::engine)? {
            Asked::New(handle) => self.following(request_id, handle.turn_id, Some(handle.events())),
            Asked::Known(turn) => {
                let rows = self.app.store.rows(&self.caller.workspace);
                self.following(request_id, turn.id, Some(self.app.engine.follow_turn(&rows, turn.id, 0)))
            }
        })
    }

    async fn resume(self, SocketResume { request_id, turn_id, after }: SocketResume) -> Result<Done> {
        let (rows, turn) = visible_turn(&self.app, &self.caller, turn_id).await?;
        let is_over = turn.status.is_final() && after >= turn.last_seq;
        let events = (!is_over).then(|| self.app.engine.follow_turn(&rows, turn.id, after));
        Ok(self.following(request_id, turn.id, events))
    }

    async fn cancel(self, SocketCancel { request_id, turn_id }: SocketCancel) -> Result<Done> {
        let (rows, turn) = visible_turn(&self.app, &self.caller, turn_id).await?;
        let turn = self.app.engine.cancel(&rows, turn).await.map_err(Error::engine)?;
        Ok(self.following(request_id, turn.id, None))
    }

    async fn decide(self, is_approved: bool, frame: SocketDecision) -> Result<Done> {
        let SocketDecision { request_id, approval_id, decision } = frame;
        let approval = decide_within(&self.app, &self.caller, approval_id, is_approved, decision).await?;
        Ok(self.following(request_id, approval.turn_id, None))
    }

    async fn submit(self, SocketResults { request_id, turn_id, submitted }: SocketResults) -> Result<Done> {
        keep_results(&self.app, &self.caller, turn_id, submitted).await?;
        Ok(self.following(request_id, turn_id, None))
    }
}
