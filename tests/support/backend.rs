//! A fresh database for each test: SQLite in a folder of its own, or a PostgreSQL database that is dropped afterwards.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use astra_core::config::{Config, PasswordCost, Secret};
use astra_core::store::{self, Db, migrate};
use tempfile::TempDir;
use tokio_postgres::NoTls;

use super::app::START_MS;

/// The URL of a PostgreSQL server that tests may make databases on.
const SERVER: &str = "ASTRA_TEST_POSTGRES";

/// A database of one test.
pub(crate) struct TestBackend {
    folder: TempDir,
    database: Option<Database>,
}

/// A database on the server, dropped with this value.
struct Database {
    server: String,
    name: String,
    url: String,
}

/// What [`super::both_backends`] can hand to a test.
pub(crate) trait OnBackend {
    /// One over `backend`.
    async fn on(backend: TestBackend) -> Self;
}

/// A migrated store without a gateway.
pub(crate) struct TestStore {
    /// The store.
    pub(crate) db: Db,
    _backend: TestBackend,
}

impl TestBackend {
    /// SQLite in a folder of its own.
    pub(crate) fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), database: None }
    }

    /// A copy of the folder, as a kill at this moment would leave it. It is of SQLite, and nothing is being written.
    pub(crate) fn image(&self) -> Self {
        let image = Self::sqlite();
        copy(self.folder.path(), image.folder.path());
        image
    }

    /// A new database on the server that the environment names; `None` if it names none.
    pub(crate) async fn postgres() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var(SERVER).ok().filter(|server| !server.is_empty())?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("astra_test_{}_{number}", std::process::id());
        run(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        run(&server, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await;
        let (base, _) = server.rsplit_once('/').expect("the URL names a database");
        let url = format!("{base}/{name}");
        Some(Self { folder: tempfile::tempdir().expect("a folder"), database: Some(Database { server, name, url }) })
    }

    /// Lets the server refuse all connections to this database, and ends those that are there; or lets it take them again.
    pub(crate) async fn shut(&self, is_shut: bool) {
        let Database { server, name, .. } = self.database.as_ref().expect("a database on a server");
        run(server, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {}", !is_shut)).await;
        let end = format!("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'");
        run(server, &end).await;
    }

    /// A connection of a program beside the gateway to the database on the server.
    pub(crate) async fn connect(&self) -> (tokio_postgres::Client, impl Future<Output = ()> + Send + use<>) {
        let url = &self.database.as_ref().expect("a database on a server").url;
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("PostgreSQL answers");
        (client, async { drop(connection.await) })
    }

    /// The folder of the gateway's files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The default configuration over this database.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config { data_dir: self.folder().to_owned(), ..Config::default() };
        config.store.database_url = self.database.as_ref().map(|database| Secret::new(database.url.as_str()));
        config.store.connections = 4;
        // As little work as Argon2 allows: tests are many and passwords are not what they wait for.
        config.auth.password_cost = PasswordCost { memory_kib: 8, passes: 1 };
        config
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let (from, to) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).expect("an entry");
        if from.is_dir() {
            std::fs::create_dir_all(&to).expect("a folder");
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).expect("a copy");
        }
    }
}

impl OnBackend for TestBackend {
    async fn on(backend: TestBackend) -> Self {
        backend
    }
}

impl OnBackend for TestStore {
    async fn on(backend: TestBackend) -> Self {
        let config = backend.config();
        let db = store::open(&config.store, &config.data_dir).expect("the store opens");
        migrate::apply(&db, START_MS).await.expect("the store is migrated");
        Self { db, _backend: backend }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, statement) = (self.server.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        // The test's own runtime may be gone or busy.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(run(&server, &statement));
        });
        drop(dropping.join());
    }
}

async fn run(server: &str, statement: &str) {
    let (client, connection) = tokio_postgres::connect(server, NoTls).await.expect("PostgreSQL answers");
    let connection = tokio::spawn(connection);
    client.batch_execute(statement).await.expect("the statement runs");
    drop(client);
    drop(connection.await);
}
