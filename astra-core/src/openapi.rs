//! What the document says beside its operations: title, tags, the security scheme, servers.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi};
use utoipa::{Modify, OpenApi as _};

use crate::http::openai::OpenAiError;
use crate::http::{OAuthError, Problem};
use crate::webhooks::ThinEvent;

/// The groups in the order of the document, which is the order in which a newcomer meets them.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Astra",
        description = "A gateway for AI agents that people run themselves: agents with versions, sessions, chat as JSON, as server-sent \
                       events and in the shape of OpenAI's API, over any model.\n\nTimes are RFC 3339 in UTC. Lists are pages, newest \
                       first. Refusals are problems of RFC 9457. Unknown fields of a request are refused.",
        contact(name = "Astra", url = "https://github.com/astra-gateway/astra"),
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = ".", description = "This gateway, local or in production: relative to the URL of this document.")),
    tags(
        (name = "health", description = "Liveness and readiness of the gateway. Public."),
        (name = "auth", description = "Accounts, sign-in, service accounts and their tokens, signing keys."),
        (name = "agents", description = "Agents: a model, instructions and limits, kept in versions."),
        (name = "sessions", description = "Conversations of a caller with an agent, and their messages."),
        (name = "chat", description = "Messages to agents: send, stream, resume and cancel."),
        (name = "memory", description = "What is remembered of users and for the workspace: written, searched, taken back."),
        (name = "memory-profiles", description = "Memory profiles: what agents remember and recall, and which agents have them."),
        (name = "tools", description = "What agents may call beside talking: tools of the gateway and of the program around it."),
        (name = "jobs", description = "Work that is done later and survives: enqueue, wait, follow, cancel and retry."),
        (name = "traces", description = "How turns went: where their time was spent, what they cost, and why they failed."),
        (name = "workspaces", description = "Workspaces, their members and invitations, what happens in them, what their turns may use, and which agents they lend and borrow."),
        (name = "skills", description = "Skills on disk: instructions that a model reads when it needs them."),
        (name = "channels", description = "Where people meet agents: Slack, Telegram and other platforms of messages, and what came of each message."),
        (name = "inference", description = "Providers of models: state, prices and usage."),
        (name = "cron", description = "Schedules: jobs at the times of cron expressions, in time zones, and what the gateway itself does so."),
        (name = "webhooks", description = "Events of the workspace that are sent to endpoints of others, signed, and tried again when that fails."),
        (name = "admin", description = "What the owners of a workspace see of its operation: the audit, statistics and configuration."),
        (name = "spec", description = "The OpenAPI document of this gateway."),
    ),
    components(schemas(Problem, OpenAiError, OAuthError, ThinEvent)),
    modifiers(&Bearer),
)]
struct Frame;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "An access token of `POST /auth/token`, or the token of a service account. Tokens are JSON Web Tokens, made and \
                 verified by the rules of RFC8725: the algorithm is pinned by the key, issuer and audience are checked.",
            ))
            .build();
        let components = document.components.get_or_insert_with(Components::new);
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The document without operations.
#[must_use]
pub fn frame() -> OpenApi {
    let mut document = Frame::openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    document
}
