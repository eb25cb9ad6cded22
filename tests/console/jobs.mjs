// Jobs and schedules: the list with its counts, one job from its beginning to its answer, a schedule with its next runs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./support/browser.mjs";
import { startGateway } from "./support/gateway.mjs";

let gateway;
let browser;
before(async () => {
  [gateway, browser] = await Promise.all([startGateway(), launch()]);
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

/** Waits until a job is as far as that. */
async function reached(id, status) {
  for (;;) {
    const job = await gateway.call("GET", `/jobs/${id}?wait_s=5`);
    if (job.status === status) return job;
    assert.ok(!job.finished_at, `the job is ${job.status}: ${job.error}`);
  }
}

const later = () => new Date(Date.now() + 86_400_000).toISOString();

test("nothing yet, and the first job", async () => {
  const seat = await open(browser, gateway, { expected: ["422"] });
  const { page } = seat;
  await seat.signIn("owner@example.org", "jobs");
  await page.getByText("A job is work that goes on beside requests").waitFor();
  await seat.accessible("no jobs");
  await page.getByRole("button", { name: "Begin the first one" }).click();
  const dialog = page.getByRole("dialog", { name: "New job" });
  await dialog.getByLabel("Agent id").fill("assistant");
  await dialog.getByLabel("Message").fill("Say **this**");
  await seat.accessible("a new job");
  await seat.picture("jobs-new");
  await dialog.getByLabel("Priority").fill("12");
  await dialog.getByRole("button", { name: "Begin" }).click();
  await dialog.getByText("must be at most 9").waitFor();
  await dialog.getByLabel("Priority").fill("9");
  await dialog.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("heading", { name: "agent_run", level: 1 }).waitFor();
  await page.getByText("succeeded", { exact: true }).waitFor();
  await page.getByRole("region", { name: "What it came to" }).locator("strong", { hasText: "this" }).waitFor();
  await seat.accessible("a job");
  await seat.picture("job");
  await page.getByRole("link", { name: "Answers" }).click();
  await page.getByRole("table", { name: "Answers" }).getByText("answered").waitFor();
  await seat.accessible("answers");
  await page.getByRole("link", { name: "Log", exact: true }).click();
  await page.getByRole("table", { name: "Log" }).getByText(/its turn is trn_/).waitFor();
  await page.getByRole("button", { name: "Run again" }).click();
  await page.getByText("Does again").waitFor();
  await seat.leave();
});

test("the list: counts, filters, keys, cancel, run again", async () => {
  const job = (more) => gateway.call("POST", "/jobs", { type: "agent_run", max_retries: 0, ...more });
  const failed = await job({ payload: { agent_id: "missing", message: "x" } });
  const { error } = await reached(failed.id, "failed");
  const waiting = await job({ payload: { agent_id: "assistant", message: "Later" }, run_at: later() });
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "jobs");
  await page.getByRole("link", { name: "failed 1", exact: true }).waitFor();
  await page.getByRole("link", { name: "pending 1", exact: true }).waitFor();
  await seat.accessible("the list");
  await seat.picture("jobs");

  await page.getByRole("link", { name: "failed 1", exact: true }).click();
  assert.ok(page.url().endsWith("jobs?status=failed"));
  await page.getByRole("row", { name: new RegExp(failed.id) }).waitFor();
  await page.getByRole("row", { name: new RegExp(waiting.id) }).waitFor({ state: "detached" });
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByText("It failed.").waitFor();
  await page.getByRole("link", { name: "Log", exact: true }).click();
  await page.getByRole("table", { name: "Log" }).getByText(error).waitFor();
  await seat.accessible("a log");
  await seat.go("jobs?type=nothing");
  await page.getByText("Nothing matches").waitFor();
  await page.getByRole("button", { name: "Clear the filter" }).first().click();

  await page.getByRole("button", { name: `Cancel ${waiting.id}` }).click();
  await page.getByText("The job was cancelled.").waitFor();
  await page.getByRole("link", { name: "cancelled 1", exact: true }).waitFor();
  await page.getByRole("button", { name: `Run again ${failed.id}` }).click();
  await page.waitForURL(/jobs\/job_/);
  await page.getByRole("link", { name: failed.id }).waitFor();
  await seat.leave();
});

test("what is written stays while the list is read anew", async () => {
  const job = () => gateway.call("POST", "/jobs", { type: "agent_run", payload: { agent_id: "assistant", message: "x" } });
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "jobs");
  await page.getByLabel("Type").pressSequentially("agent_r");
  await page.getByRole("row", { name: new RegExp((await job()).id) }).waitFor();
  assert.equal(await page.getByLabel("Type").inputValue(), "agent_r");
  await page.getByLabel("Type").press("Enter");
  await page.waitForURL(/type=agent_r$/);
  await page.getByRole("button", { name: "Clear the filter" }).first().click();
  await page.getByRole("button", { name: "New job" }).click();
  const dialog = page.getByRole("dialog", { name: "New job" });
  await dialog.getByLabel("Priority").pressSequentially("7");
  await page.getByRole("row", { name: new RegExp((await job()).id), includeHidden: true }).waitFor();
  assert.equal(await dialog.getByLabel("Priority").inputValue(), "7");
  await dialog.getByLabel("What is done").selectOption("batch_chat");
  await dialog.getByLabel("Questions").pressSequentially("One\n");
  await page.getByRole("row", { name: new RegExp((await job()).id), includeHidden: true }).waitFor();
  assert.equal(await dialog.getByLabel("Questions").inputValue(), "One\n");
  await seat.leave();
});

test("a batch shows each answer, and a payload of another type is JSON", async () => {
  const seat = await open(browser, gateway, { expected: ["422"] });
  const { page } = seat;
  await seat.signIn("owner@example.org", "jobs");
  await page.getByRole("button", { name: "New job" }).click();
  const dialog = page.getByRole("dialog", { name: "New job" });
  await dialog.getByLabel("What is done").selectOption("batch_chat");
  await dialog.getByLabel("Agent id").fill("assistant");
  await dialog.getByLabel("Questions").fill("The first one\nThe second one");
  await dialog.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("link", { name: "Answers" }).click();
  const answers = page.getByRole("table", { name: "Answers" });
  await answers.getByText(/The second one/).waitFor();
  await answers.getByRole("link", { name: "turn" }).first().waitFor();

  await seat.go("jobs");
  await page.getByRole("button", { name: "New job" }).click();
  await dialog.getByLabel("What is done").selectOption("");
  await dialog.getByLabel("Type", { exact: true }).fill("no_such_type");
  await dialog.getByLabel("Payload").fill('{"a": 1}');
  await dialog.getByRole("button", { name: "Begin" }).click();
  await dialog.getByRole("alert").waitFor();
  await seat.accessible("a job that is refused");
  await seat.leave();
});

test("a schedule: made with a preview, run now, paused, edited, deleted", async () => {
  const seat = await open(browser, gateway, { expected: ["422", "412"] });
  const { page } = seat;
  await seat.signIn("owner@example.org", "jobs?tab=schedules");
  await page.getByText("A schedule begins a job at the times that it says").waitFor();
  await seat.accessible("no schedules");
  await page.getByRole("button", { name: "Make the first one" }).click();
  const dialog = page.getByRole("dialog", { name: "New schedule" });
  await dialog.getByLabel(/^Name/).fill("Morning report");
  await dialog.getByLabel("Timezone").fill("Europe/Berlin");
  await dialog.getByLabel(/^Expression/).fill("30 2 29 3 *");
  const preview = dialog.getByRole("region", { name: "Its next runs" });
  await preview.getByText(/29 Mar \d{4}/).first().waitFor();
  await dialog.getByLabel("Often used").selectOption("every weekday at 9:00");
  await preview.getByText(/, 09:00/).nth(4).waitFor();
  assert.match(await preview.getByRole("paragraph").first().innerText(), /Friday/);
  await dialog.getByLabel("Agent id").fill("assistant");
  await dialog.getByLabel("Message").fill("Good morning");
  await seat.accessible("a new schedule");
  await seat.picture("schedule-new");
  await dialog.getByRole("button", { name: "Make the schedule" }).click();
  await page.getByRole("heading", { name: "Morning report", level: 1 }).waitFor();
  const next = page.getByRole("region", { name: "Next five runs" });
  await next.getByText(/, 09:00/).nth(4).waitFor();

  await page.getByRole("button", { name: "Run now" }).click();
  const runs = page.getByRole("table", { name: "Runs" });
  await runs.getByText("succeeded").waitFor();
  await seat.accessible("a schedule");
  await seat.picture("schedule");
  const [run] = (await gateway.call("GET", `/cron/schedules/${page.url().split("/").at(-1)}/runs`)).data;

  await page.keyboard.press("e");
  const edit = page.getByRole("dialog", { name: "Edit the schedule" });
  await edit.getByLabel("On overlap").selectOption("queue");
  await edit.getByLabel("Message").fill("Good evening");
  await edit.getByRole("button", { name: "Save" }).click();
  await page.getByText("queue: while the job before has not ended").waitFor();
  await page.getByText("Good evening").waitFor();
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByText("It is paused: these would be its runs.").waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByText("It is paused").waitFor({ state: "detached" });

  // Others save meanwhile: the dialog says so, and what was written stays.
  const id = page.url().split("/").at(-1);
  await page.keyboard.press("e");
  await edit.getByLabel(/^Name/).fill("Mine");
  await gateway.call("PATCH", `/cron/schedules/${id}`, { name: "Theirs" });
  await edit.getByRole("button", { name: "Save" }).click();
  await edit.getByRole("alert").waitFor();
  assert.equal(await edit.getByLabel(/^Name/).inputValue(), "Mine");
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Theirs", level: 1 }).waitFor();

  // A run by its id leads to its schedule.
  await seat.go(`jobs?tab=schedules&run=${run.id}`);
  await page.getByText("this one").waitFor();
  await seat.go("jobs?tab=schedules");
  await page.getByRole("row", { name: /Theirs/ }).getByText("on", { exact: true }).waitFor();
  await seat.accessible("the schedules");
  await seat.picture("schedules");
  await page.getByRole("link", { name: "Theirs" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByLabel(/^Type/).fill("Theirs");
  await page.getByRole("button", { name: "Delete the schedule" }).click();
  await page.getByText("A schedule begins a job at the times that it says").waitFor();
  await seat.leave();
});

test("the gateway's own work", async () => {
  const seat = await open(browser, gateway);
  await seat.signIn("owner@example.org", "jobs?tab=gateway");
  await seat.page.getByRole("row", { name: /usage_rollup/ }).waitFor();
  await seat.accessible("built-in work");
  await seat.picture("jobs-gateway");
  await seat.leave();
});

test("a viewer reads schedules, and sees why not the rest", async () => {
  const { email } = await gateway.person("viewer");
  await gateway.call("POST", "/cron/schedules", {
    name: "Nightly",
    expression: "0 2 * * *",
    job: { type: "agent_run", payload: { agent_id: "assistant", message: "x" } },
  });
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn(email, "jobs");
  await page.getByText("This needs the role member; yours is viewer.").first().waitFor();
  await page.getByRole("link", { name: "Schedules", exact: true }).click();
  await page.getByRole("link", { name: "Nightly" }).click();
  const button = page.getByRole("button", { name: "Run now" });
  await button.waitFor();
  assert.equal(await button.getAttribute("aria-disabled"), "true");
  assert.match(await button.getAttribute("title"), /needs the role member/);
  await seat.accessible("a schedule, read by a viewer");
  await seat.leave();
});

test("a phone", async () => {
  const seat = await open(browser, gateway, { width: 360, height: 740 });
  await seat.signIn("owner@example.org", "jobs");
  const overflow = () => seat.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await seat.page.getByRole("table", { name: "Jobs" }).waitFor();
  assert.ok((await overflow()) <= 0, `the list is ${await overflow()} pixels too wide`);
  await seat.picture("jobs-phone");
  await seat.go("jobs?tab=schedules");
  await seat.page.getByRole("link", { name: "Nightly" }).click();
  await seat.page.getByRole("heading", { name: "Last runs" }).waitFor();
  assert.ok((await overflow()) <= 0, `a schedule is ${await overflow()} pixels too wide`);
  await seat.picture("schedule-phone");
  await seat.leave();
});
