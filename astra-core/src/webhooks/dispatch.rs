//! Deliveries on their way out of this gateway: events become deliveries when the log grows, and deliveries are sent when one waits
//! or its time has come. A look at long intervals finds what no one has said.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use super::body;
use super::sending::Sender;
use crate::auth::MasterKey;
use crate::outbound::GuardedClient;
use crate::store::{
    self, ClaimedDelivery, Db, DeliveryClaim, DeliveryLease, DeliveryReport, FanOut, NextDelivery, Refusal, SWEEP_ROWS,
    Signal, WebhookRefusal,
};
use crate::tasks::{TaskGroup, TaskKind};
use crate::work::{Base, Period, Scheduler};

const EVENTS: TaskKind = TaskKind::new("webhooks.events").aborted();
const DISPATCH: TaskKind = TaskKind::new("webhooks.dispatch").aborted();
const LEASES: TaskKind = TaskKind::new("webhooks.leases");
const RETENTION: TaskKind = TaskKind::new("delivery_retention");
const SENDINGS: TaskKind = TaskKind::new("webhooks.send").aborted();

/// For how long a gateway has a delivery before it has to say that it still does; ...
const LEASE_MS: i64 = 15_000;
/// ... which it does so often.
const RENEW: Period = Period::every(Duration::from_secs(5));
/// The longest time without a look at the store.
const LOOK: Duration = Duration::from_secs(5);
/// Events that come one after the other become deliveries together.
const GATHER: Duration = Duration::from_millis(20);
/// Deliveries of one webhook that are sent at once.
const PER_WEBHOOK_MAX: u32 = 5;
/// Deliveries that are claimed in one transaction.
const CLAIMED_MAX: u32 = 64;
/// What came of an attempt is tried to be written for so long: then its lease has run out.
const FINISH_PATIENCE: Duration = Duration::from_secs(15);
const FINISH_PAUSE: Duration = Duration::from_millis(500);
const DAY_MS: i64 = 24 * 3_600_000;

/// What sends the deliveries of a gateway.
pub(super) struct Dispatcher {
    store: Db,
    sender: Sender,
    concurrency: u32,
    keep_ms: i64,
    permits: Arc<Semaphore>,
    /// The deliveries that this gateway sends.
    sending: Mutex<HashMap<DeliveryLease, Instant>>,
    sendings: TaskGroup,
    /// An attempt has ended: its webhook may be sent another one.
    freed: Notify,
}

impl Dispatcher {
    /// Sends the deliveries of the base's store for as long as the gateway runs.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn open(base: &Base, master_key: MasterKey, scheduler: &Arc<Scheduler>) -> store::Result<()> {
        let config = &base.config.webhooks;
        let dispatcher = Arc::new(Self {
            store: base.store.clone(),
            sender: Sender {
                client: GuardedClient::new(&base.config.outbound),
                master_key,
                clock: Arc::clone(&base.clock),
                ids: base.ids.clone(),
                timeout: Duration::from_secs(u64::from(config.timeout_s)),
            },
            concurrency: config.concurrency,
            keep_ms: i64::from(config.keep_days) * DAY_MS,
            permits: Arc::new(Semaphore::new(config.concurrency as usize)),
            sending: Mutex::default(),
            sendings: base.supervisor.group(SENDINGS),
            freed: Notify::new(),
        });
        if !base.store.is_shared() {
            // The gateway is alone: what is being sent by the store's account was sent by a program that is no more.
            while base.store.end_delivery_leases(i64::MAX, Vec::new()).await? > 0 {}
        }
        dispatcher.start(base, scheduler);
        Ok(())
    }

    fn start(self: &Arc<Self>, base: &Base, scheduler: &Arc<Scheduler>) {
        let supervisor = &base.supervisor;
        let dispatcher = Arc::clone(self);
        supervisor.spawn(EVENTS, move |_| Arc::clone(&dispatcher).follow_events());
        let dispatcher = Arc::clone(self);
        supervisor.spawn(DISPATCH, move |_| Arc::clone(&dispatcher).dispatch());
        let dispatcher = Arc::clone(self);
        supervisor.periodic(LEASES, RENEW, move || {
            let dispatcher = Arc::clone(&dispatcher);
            async move { dispatcher.keep_leases().await }
        });
        let dispatcher = Arc::clone(self);
        scheduler.built_in(supervisor, RETENTION, move || {
            let dispatcher = Arc::clone(&dispatcher);
            async move { dispatcher.sweep().await }
        });
    }

    /// Makes deliveries of events.
    async fn follow_events(self: Arc<Self>) -> store::Result<()> {
        let changed = self.store.changed(Signal::Events);
        loop {
            let mut is_behind = false;
            for workspace in self.store.workspaces_to_fan_out().await? {
                let (ids, now_ms) = (self.sender.ids.clone(), self.sender.clock.now_ms());
                let work = FanOut { ids, body: body::of_event, now_ms };
                is_behind |= self.store.fan_out(&workspace, work).await? > 0;
            }
            if is_behind {
                continue;
            }
            let _ = timeout(LOOK, changed.notified()).await;
            sleep(GATHER).await;
        }
    }

    /// Gives deliveries to tasks that send them.
    async fn dispatch(self: Arc<Self>) -> store::Result<()> {
        let (changed, mut after_webhook) = (self.store.changed(Signal::Deliveries), 0);
        while let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await {
            let wait = match self.store.next_delivery().await? {
                NextDelivery::Due => Duration::ZERO,
                NextDelivery::At(at_ms) => {
                    Duration::from_millis(u64::try_from(at_ms - self.sender.clock.now_ms()).unwrap_or(0)).min(LOOK)
                }
                NextDelivery::None => LOOK,
            };
            let claimed = if wait.is_zero() { self.claim(&permit, after_webhook).await? } else { Vec::new() };
            if claimed.is_empty() {
                drop(permit);
                let wait = if wait.is_zero() { LOOK } else { wait };
                tokio::select! {
                    () = changed.notified() => {}
                    () = self.freed.notified() => {}
                    () = sleep(wait) => {}
                }
                continue;
            }
            after_webhook = claimed.last().map_or(0, |delivery| delivery.webhook.id.key());
            self.begin(permit, claimed);
        }
        Ok(())
    }

    /// As many deliveries as can be sent now, of which one is asked for by `_permit`.
    async fn claim(&self, _permit: &OwnedSemaphorePermit, after_webhook: i64) -> store::Result<Vec<ClaimedDelivery>> {
        let free = u32::try_from(self.permits.available_permits()).unwrap_or(u32::MAX).saturating_add(1);
        let claim = DeliveryClaim {
            count: free.min(self.concurrency).min(CLAIMED_MAX),
            per_webhook: PER_WEBHOOK_MAX,
            after_webhook,
            lease_ms: LEASE_MS,
            own_ms: self.sender.clock.now_ms(),
        };
        self.store.claim_deliveries(claim).await
    }

    fn begin(self: &Arc<Self>, permit: OwnedSemaphorePermit, claimed: Vec<ClaimedDelivery>) {
        let mut first = Some(permit);
        for delivery in claimed {
            let permit = first.take().or_else(|| Arc::clone(&self.permits).try_acquire_owned().ok());
            let dispatcher = Arc::clone(self);
            drop(self.sendings.spawn(Box::pin(async move {
                dispatcher.send(&delivery).await;
                drop(permit);
                dispatcher.freed.notify_one();
            })));
        }
    }

    /// One attempt, and what came of it.
    async fn send(&self, delivery: &ClaimedDelivery) {
        let _held = Held::new(self, delivery.lease);
        let report = self.sender.send(delivery).await;
        if let Some(error) = &report.attempt.error {
            let (id, webhook) = (delivery.lease.id, delivery.webhook.id);
            tracing::info!(delivery.id = %id, webhook.id = %webhook, error, "an attempt of a delivery failed");
        }
        self.finish(delivery, report).await;
    }

    /// Writes down what came of an attempt, also if the store is away for a moment.
    async fn finish(&self, delivery: &ClaimedDelivery, report: DeliveryReport) {
        let (id, begun) = (delivery.lease.id, Instant::now());
        loop {
            match self.store.finish_delivery(delivery, report.clone()).await {
                Ok(None) => return,
                Ok(Some(reason)) => {
                    return tracing::warn!(webhook.id = %delivery.webhook.id, ?reason, "a webhook was switched off");
                }
                Err(store::Error::Refused(Refusal::Webhook(WebhookRefusal::LeaseLost))) => {
                    return tracing::warn!(delivery.id = %id, "a delivery went to another gateway");
                }
                Err(fault) if begun.elapsed() < FINISH_PATIENCE => {
                    tracing::warn!(delivery.id = %id, error = %fault, "an attempt could not be kept; trying again");
                    sleep(FINISH_PAUSE).await;
                }
                Err(fault) => {
                    return tracing::error!(delivery.id = %id, error = %fault, "an attempt is not kept: it is made again");
                }
            }
        }
    }

    /// Says of the deliveries that are sent here that they are, and takes those whose gateway has not said so from it.
    async fn keep_leases(&self) -> store::Result<()> {
        let own_ms = self.sender.clock.now_ms();
        let leases: Vec<DeliveryLease> = self.sending().keys().copied().collect();
        // One that has just begun has its lease for long enough.
        let long =
            self.sending().iter().filter(|(_, begun)| begun.elapsed() >= RENEW.then).map(|(lease, _)| *lease).collect();
        let long: Vec<DeliveryLease> = long;
        if !long.is_empty() {
            for lost in self.store.renew_delivery_leases(long, LEASE_MS, own_ms).await? {
                tracing::warn!(delivery.id = %lost.id, "a delivery went to another gateway");
            }
        }
        let kept = leases.into_iter().map(|lease| lease.id).collect();
        self.store.end_delivery_leases(own_ms, kept).await.map(drop)
    }

    async fn sweep(&self) -> store::Result<()> {
        let before_ms = self.sender.clock.now_ms() - self.keep_ms;
        while self.store.delete_old_deliveries(before_ms).await? == u64::from(SWEEP_ROWS) {}
        Ok(())
    }

    fn sending(&self) -> MutexGuard<'_, HashMap<DeliveryLease, Instant>> {
        // A panic elsewhere leaves the map whole: each change is one operation.
        self.sending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes a delivery for as long as it is sent.
struct Held<'a> {
    dispatcher: &'a Dispatcher,
    lease: DeliveryLease,
}

impl<'a> Held<'a> {
    fn new(dispatcher: &'a Dispatcher, lease: DeliveryLease) -> Self {
        dispatcher.sending().insert(lease, Instant::now());
        Self { dispatcher, lease }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.dispatcher.sending().remove(&self.lease);
    }
}
