//! A gateway under test: its own store, a clock that stands still, and callers.

use std::net::SocketAddr;
use std::sync::Arc;

use astra_core::auth::{Authenticator, Authority, MasterKey, Role};
use astra_core::clock::{Clock, ManualClock};
use astra_core::config::{Config, Secret};
use astra_core::definitions::{Definitions, SkillFolder};
use astra_core::host::Routes;
use astra_core::ids::{IdMaker, Ids};
use astra_core::provider::Provider;
use astra_core::store::{self, Db, Program, Rows};
use astra_core::testing::Document;
use astra_core::work::Supervisor;
use astra_core::{Builder, Gateway};
use axum::Router;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::backend::{OnBackend, TestBackend};
use super::caller::{Caller, Credential};
use super::credentials::{Badge, Issuer};
use super::document::document;

/// 2026-11-23T21:00:00Z, when every test begins.
pub(crate) const START_MS: i64 = 1_795_467_600_000;

/// A gateway under test.
pub(crate) struct TestApp {
    /// The gateway's clock.
    pub(crate) clock: ManualClock,
    /// Its database and folder, which go last.
    pub(crate) backend: TestBackend,
    config: Config,
    gateway: Option<Gateway>,
    router: Router,
    authority: Arc<Authority>,
    setup_code: Option<String>,
    issuer: Arc<Issuer>,
    document: Arc<Document>,
}

/// A gateway under test that does not run yet.
pub(crate) struct TestAppBuilder {
    backend: TestBackend,
    config: Config,
    clock: ManualClock,
    handed_in: Vec<Box<dyn FnOnce(Builder) -> Builder>>,
}

/// A gateway that serves real connections.
pub(crate) struct Listening {
    /// Where.
    pub(crate) address: SocketAddr,
    /// Tell it to stop.
    pub(crate) stop: oneshot::Sender<()>,
    /// Ends when the gateway has stopped.
    pub(crate) stopped: JoinHandle<()>,
}

/// Another gateway over the same PostgreSQL.
pub(crate) struct Replica {
    gateway: Gateway,
}

impl Replica {
    /// The gateway itself.
    pub(crate) const fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Whoever has the credential `token`.
    pub(crate) fn bearer(&self, token: &str) -> Caller {
        Caller::new(&self.gateway.standalone_router(), Credential::Token(token.to_owned()), document())
    }
}

impl OnBackend for TestApp {
    async fn on(backend: TestBackend) -> Self {
        Self::builder(backend).open().await
    }
}

impl TestApp {
    /// A gateway on SQLite with the default configuration.
    pub(crate) async fn new() -> Self {
        Self::on(TestBackend::sqlite()).await
    }

    /// A gateway over `backend`, to be configured.
    pub(crate) fn builder(backend: TestBackend) -> TestAppBuilder {
        let mut config = backend.config();
        config.memory.enabled = false;
        TestAppBuilder { backend, config, clock: ManualClock::new(START_MS), handed_in: Vec::new() }
    }

    /// Somebody without a credential.
    pub(crate) fn anonymous(&self) -> Caller {
        Caller::new(&self.router, Credential::None, &self.document)
    }

    /// A viewer of the workspace.
    pub(crate) fn viewer(&self) -> Caller {
        self.role(Role::Viewer)
    }

    /// A member of the workspace.
    pub(crate) fn member(&self) -> Caller {
        self.role(Role::Member)
    }

    /// Another member of the workspace.
    pub(crate) fn other_member(&self) -> Caller {
        self.badge("other-member", Role::Member, None, false)
    }

    /// An admin of the workspace.
    pub(crate) fn admin(&self) -> Caller {
        self.role(Role::Admin)
    }

    /// The owner of the workspace.
    pub(crate) fn owner(&self) -> Caller {
        self.role(Role::Owner)
    }

    /// Somebody with `role` and all its scopes.
    pub(crate) fn role(&self, role: Role) -> Caller {
        self.badge(role.as_str(), role, None, false)
    }

    /// Somebody with `role` whose credential is good for `scopes` alone, separated by commas.
    pub(crate) fn scoped(&self, role: Role, scopes: &str) -> Caller {
        let name = format!("{} {}", role.as_str(), scopes.replace([':', ','], "."));
        self.badge(&name, role, Some(scopes.replace(',', " ")), false)
    }

    /// The owner of another workspace, to whom this one does not exist.
    pub(crate) fn other_workspace(&self) -> Caller {
        self.badge("foreigner", Role::Owner, None, true)
    }

    /// Whoever has the credential `token`.
    pub(crate) fn bearer(&self, token: &str) -> Caller {
        Caller::new(&self.router, Credential::Token(token.to_owned()), &self.document)
    }

    /// The code that makes an account the first owner's.
    pub(crate) fn setup_code(&self) -> &str {
        self.setup_code.as_deref().expect("the gateway has no owner")
    }

    /// The gateway's authority over credentials.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Another gateway over the same PostgreSQL.
    pub(crate) async fn replica(&self) -> Replica {
        self.replica_whose_clock(self.clock.clone()).await
    }

    /// Another gateway over the same PostgreSQL, on a machine with a clock of its own.
    pub(crate) async fn replica_whose_clock(&self, clock: ManualClock) -> Replica {
        let gateway = Gateway::builder(self.config.clone()).clock(clock);
        Replica { gateway: gateway.open().await.expect("the replica opens") }
    }

    /// The rows of the app's workspace, as they are.
    pub(crate) fn store(&self) -> Rows {
        self.db().rows(self.authority.first_workspace())
    }

    /// The whole store, through connections of its own.
    pub(crate) fn db(&self) -> Db {
        store::open(&self.config.store, &self.config.data_dir).expect("the store opens")
    }

    /// What `astra token` works with beside a running gateway: an authority of its own over the same store.
    pub(crate) async fn authority_beside(&self) -> Authority {
        let config = self.backend.config();
        let db = store::open(&config.store, &config.data_dir).expect("the store opens");
        let key = MasterKey::load(None, &config.data_dir).expect("the master key");
        let clock = Arc::new(self.clock.clone());
        let clock: Arc<dyn Clock> = clock;
        let joined = db.join(&clock, Program::Command).await.expect("a number");
        Authority::open(db, &config, key, clock, IdMaker::new(joined.keys)).await.expect("the authority opens")
    }

    /// Ends the gateway and leaves what it kept to another one.
    pub(crate) fn close(self) -> TestBackend {
        self.backend
    }

    /// The agents that are defined on disk.
    pub(crate) fn definitions(&self) -> &Definitions {
        self.gateway.as_ref().expect("the app does not listen").definitions()
    }

    /// The skills on disk.
    pub(crate) fn skill_folder(&self) -> &SkillFolder {
        self.gateway.as_ref().expect("the app does not listen").skill_folder()
    }

    fn badge(&self, name: &str, role: Role, scopes: Option<String>, is_foreign: bool) -> Caller {
        let badge = Badge { name: name.to_owned(), role, scopes, is_foreign };
        Caller::new(&self.router, Credential::Badge(Arc::clone(&self.issuer), badge), &self.document)
    }

    /// What owns all that the gateway does beside requests.
    pub(crate) fn supervisor(&self) -> &Supervisor {
        self.gateway.as_ref().expect("the app does not listen").supervisor()
    }

    /// The gateway itself.
    pub(crate) fn gateway(&self) -> &Gateway {
        self.gateway.as_ref().expect("the app does not listen")
    }

    /// The gateway's own routes, to nest, merge or look at.
    pub(crate) fn gateway_router(&self) -> Router {
        self.gateway.as_ref().expect("the app does not listen").router()
    }

    /// The same with the answers to unknown paths, as the gateway serves it alone.
    pub(crate) fn standalone_router(&self) -> Router {
        self.router.clone()
    }

    /// Serves connections on a free port of this machine.
    pub(crate) async fn listen(&mut self) -> Listening {
        let gateway = self.gateway.take().expect("an app listens once");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let (stop, stopping) = oneshot::channel::<()>();
        let stopped = tokio::spawn(gateway.run(listener, async { drop(stopping.await) }));
        Listening { address, stop, stopped }
    }
}

impl TestAppBuilder {
    /// Changes the configuration.
    pub(crate) fn config(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// Lets turns be remembered, and memory be recalled in turns.
    pub(crate) fn memory(self) -> Self {
        self.config(|config| config.memory.enabled = true)
    }

    /// Adds a provider that speaks OpenAI's protocol at `base_url`.
    pub(crate) fn upstream(self, name: &str, base_url: &str) -> Self {
        self.config(|config| {
            let provider = config.providers.entry(name.to_owned()).or_default();
            provider.protocol = Some(astra_core::config::Protocol::OpenAi);
            provider.base_url = Some(base_url.to_owned());
            provider.api_key = Some(Secret::new("sk-test"));
            provider.default_model = Some("test-model".to_owned());
        })
    }

    /// Adds an agent that the configuration defines.
    pub(crate) fn agent(self, id: &str, definition: Value) -> Self {
        self.config(|config| drop(config.agents.insert(id.to_owned(), definition)))
    }

    /// Hands in a provider, as a host program does.
    pub(crate) fn provider(mut self, name: &'static str, provider: impl Provider) -> Self {
        self.handed_in.push(Box::new(move |builder| builder.provider(name, provider)));
        self
    }

    /// Hands in what `hand_in` adds, as a host program does.
    pub(crate) fn host(mut self, hand_in: impl FnOnce(Builder) -> Builder + 'static) -> Self {
        self.handed_in.push(Box::new(hand_in));
        self
    }

    /// Hands in a source of identifiers, as a host program does.
    pub(crate) fn ids(mut self, ids: impl Ids) -> Self {
        self.handed_in.push(Box::new(move |builder| builder.ids(ids)));
        self
    }

    /// Hands in an authenticator, as a host program does; then the callers' own tokens are worth nothing.
    pub(crate) fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.handed_in.push(Box::new(move |builder| builder.authenticator(authenticator)));
        self
    }

    /// Adds operations, as a host program does; answers are held against the document that has them.
    pub(crate) fn routes(mut self, routes: Routes) -> Self {
        self.handed_in.push(Box::new(move |builder| builder.routes(routes)));
        self
    }

    /// Opens the gateway.
    pub(crate) async fn open(mut self) -> TestApp {
        let builder = Gateway::builder(self.config.clone()).clock(self.clock.clone());
        let handed_in = self.handed_in.drain(..);
        let builder = handed_in.fold(builder, |builder, hand_in| hand_in(builder));
        let gateway = builder.open().await.expect("the gateway opens");
        let router = gateway.standalone_router();
        let authority = Arc::clone(gateway.authority());
        let setup_code = gateway.setup_code().map(str::to_owned);
        let issuer = Arc::new(Issuer::new(Arc::clone(&authority), self.config.clone()));
        let document = Arc::new(Document::new(gateway.openapi().as_ref().clone()));
        let Self { backend, config, clock, .. } = self;
        TestApp { clock, backend, config, gateway: Some(gateway), router, authority, setup_code, issuer, document }
    }
}
