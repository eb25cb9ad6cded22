package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	astra "example.com/astra-client"
)

// operations are values that are sent and received, lists, and calls without a method.
func operations() []scenario {
	return []scenario{
		{"an agent's values", agentValues},
		{"unions and null", unionsAndNull},
		{"a change tells null from absent", mergePatch},
		{"agents as files", agentFiles},
		{"a list over several pages", paging},
		{"a token of a service account", serviceAccounts},
		{"times and lists as parameters", usage},
		{"the document, and that it has not changed", document},
		{"calls without a method", rawCalls},
	}
}

func agentValues(ctx context.Context) {
	agents := world.client.Agents
	id := fresh("agent")
	var answer astra.Response
	agent := must(agents.Create(ctx, astra.CreateAgent{
		ID:           id,
		DisplayName:  astra.Ptr("Support"),
		Model:        &astra.AgentModel{Provider: astra.Ptr("echo"), Fallbacks: []astra.AgentFallback{}},
		SystemPrompt: astra.Ptr("You are brief."),
		Budget:       &astra.AgentBudget{TokensPerHour: astra.Value(200000)},
		Metadata:     map[string]any{"deep": map[string]any{"list": []any{1, nil, "a"}}},
	}, astra.WithResponseInto(&answer)))
	equal(answer.StatusCode, 201, "the status")
	equal(agent.ID, id, "the id")
	equal(agent.OnBusy, astra.AgentOnBusyQueue, "on_busy")
	equal(*agent.DisplayName, "Support", "the name")
	limit, ok := agent.Budget.TokensPerHour.Get()
	expect(ok && limit == 200000, "the budget is %+v", agent.Budget)
	expect(agent.Budget.TokensPerDay.IsNull(), "what is not limited is null")
	expect(time.Since(agent.CreatedAt).Abs() < time.Hour && agent.CreatedAt.Location() == time.UTC, "made at %s", agent.CreatedAt)
	deep, _ := agent.Metadata["deep"].(map[string]any)
	expect(len(deep["list"].([]any)) == 3, "the metadata is %v", agent.Metadata)

	equal(must(agents.Get(ctx, id)).SystemPrompt, "You are brief.", "the prompt")
	etag := answer.Header.Get("ETag")
	replaced := must(agents.Replace(ctx, id, astra.ReplaceAgent{
		OnBusy: astra.Ptr(astra.AgentOnBusyReject),
	}, &astra.AgentsReplaceParams{IfMatch: &etag}))
	expect(replaced.OnBusy == astra.AgentOnBusyReject && replaced.DisplayName == nil, "%+v", replaced)
	equal(replaced.Version, 2, "the version")
	done(agents.Delete(ctx, id, &astra.AgentsDeleteParams{IfMatch: astra.Ptr("*")}))
	expect(errors.Is(refused(agents.Get(ctx, id)), astra.ErrNotFound), "it is still there")
}

func unionsAndNull(ctx context.Context) {
	agents := world.client.Agents
	id := fresh("versions")
	must(agents.Create(ctx, astra.CreateAgent{ID: id, SystemPrompt: astra.Ptr("One.")}))
	must(agents.Update(ctx, id, astra.UpdateAgent{SystemPrompt: astra.Value("Two.")}, nil))
	changes := must(agents.DiffVersions(ctx, id, 2, &astra.AgentsDiffVersionsParams{Against: astra.Ptr(1)}))
	equal(len(changes), 1, "the number of changes")
	change, ok := changes[0].(*astra.JSONPatchOperationReplace)
	expect(ok && change.Path == "/system_prompt" && change.Value == "Two.", "the change is %+v", changes[0])
	equal(*must(agents.LabelVersion(ctx, id, 1, astra.LabelVersion{Label: astra.Ptr("live")})).Label, "live", "the label")
	expect(must(agents.LabelVersion(ctx, id, 1, astra.LabelVersion{})).Label == nil, "null takes the label away")
	done(agents.Delete(ctx, id, nil))
}

func mergePatch(ctx context.Context) {
	agents := world.client.Agents
	id := fresh("patch")
	must(agents.Create(ctx, astra.CreateAgent{
		ID:          id,
		DisplayName: astra.Ptr("Before"),
		Model:       &astra.AgentModel{Temperature: astra.Ptr(0.5), MaxOutputTokens: astra.Ptr(10)},
		Budget:      &astra.AgentBudget{TokensPerHour: astra.Value(5), TokensPerDay: astra.Value(6)},
	}))
	changed := must(agents.Update(ctx, id, astra.UpdateAgent{
		Model:  astra.Value(astra.UpdateAgentModel{Temperature: astra.Null[float64]()}),
		Budget: astra.Value(astra.AgentBudget{TokensPerHour: astra.Null[int]()}),
	}, nil))
	equal(*changed.DisplayName, "Before", "what is absent")
	expect(changed.Model.Temperature == nil && *changed.Model.MaxOutputTokens == 10, "the model is %+v", changed.Model)
	day, _ := changed.Budget.TokensPerDay.Get()
	expect(changed.Budget.TokensPerHour.IsNull() && day == 6, "the budget is %+v", changed.Budget)
	changed = must(agents.Update(ctx, id, astra.UpdateAgent{DisplayName: astra.Null[string](), Budget: astra.Null[astra.AgentBudget]()}, nil))
	expect(changed.DisplayName == nil && changed.Budget.TokensPerDay.IsNull(), "null clears: %+v", changed)
	done(agents.Delete(ctx, id, nil))
}

func agentFiles(ctx context.Context) {
	agents := world.client.Agents
	id := fresh("export")
	must(agents.Create(ctx, astra.CreateAgent{ID: id, SystemPrompt: astra.Ptr("Carry me.")}))
	exported := must(agents.Export(ctx, id, &astra.AgentsExportParams{Version: astra.Ptr(1)}))
	equal(exported.Format, astra.AgentExportFormatAstraAgentV1, "the format")
	kept := must(json.Marshal(exported))
	var read astra.AgentExport
	done(json.Unmarshal(kept, &read))
	expect(read.ExportedAt.Equal(*exported.ExportedAt), "the file's time is %s", read.ExportedAt)
	read.ID = fresh("import")
	imported := must(agents.Import(ctx, read))
	expect(imported.SystemPrompt == "Carry me." && imported.Version == 1, "%+v", imported)
	done(agents.Delete(ctx, imported.ID, nil))
	done(agents.Delete(ctx, id, nil))
}

func paging(ctx context.Context) {
	agents := world.client.Agents
	var want []string
	for range 5 {
		agent := must(agents.Create(ctx, astra.CreateAgent{ID: fresh("page")}))
		want = append(want, agent.ID)
	}
	listed := agents.List(ctx, &astra.AgentsListParams{Limit: astra.Ptr(2)})
	var got []string
	for agent, err := range listed.All() {
		done(err)
		got = append(got, agent.ID)
	}
	// What was made in the same millisecond has no order that one could foresee.
	slices.Sort(want)
	newest := slices.Sorted(slices.Values(got[:len(want)]))
	expect(slices.Equal(newest, want), "%v are not %v", newest, want)

	first := must(listed.Page())
	expect(len(first.Items) == 2 && first.NextCursor != "", "the first page is %+v", first)
	second := must(agents.List(ctx, &astra.AgentsListParams{Limit: astra.Ptr(2), Cursor: first.NextCursor}).Page())
	equal(second.Items[0].ID, got[2], "the first of the second page")
	pages := 0
	for page, err := range listed.Pages() {
		done(err)
		expect(len(page.Items) <= 2, "%d on a page", len(page.Items))
		if pages++; pages == 2 {
			break
		}
	}
	for _, err := range agents.List(ctx, &astra.AgentsListParams{Cursor: "nonsense"}).All() {
		expect(err != nil, "nonsense is a cursor")
	}
	must(agents.List(ctx, nil).Page())
	for _, id := range want {
		done(agents.Delete(ctx, id, nil))
	}
}

func serviceAccounts(ctx context.Context) {
	auth := world.client.Auth
	account := must(auth.CreateServiceAccount(ctx, astra.CreateServiceAccount{
		Name:   fresh("account"),
		Role:   astra.RoleMember,
		Scopes: []astra.ScopeName{astra.ScopeNameAuthRead, astra.ScopeNameAgentsRead},
	}))
	issued := must(auth.IssueToken(ctx, account.ID, &astra.IssueToken{ExpiresIn: astra.Ptr(3600)}))
	me := must(connect(astra.WithToken(issued.Secret)).Auth.Me(ctx))
	equal(me.Kind, astra.CallerKindServiceAccount, "the kind of caller")
	exchanged := connect(astra.WithClientCredentials(account.ID, issued.Secret))
	equal(must(exchanged.Auth.Me(ctx)).ID, account.ID, "who the exchanged token is of")
	done(auth.RevokeToken(ctx, issued.Token.ID))
	err := refused(connect(astra.WithToken(issued.Secret)).Auth.Me(ctx))
	expect(errors.Is(err, astra.ErrUnauthorized), "a revoked token is good: %v", err)
	done(auth.DeleteServiceAccount(ctx, account.ID))
}

func usage(ctx context.Context) {
	must(world.client.Chat.Send(ctx, astra.SendMessage{AgentID: "assistant", Message: astra.MessageContentOfText("count me")}))
	from, to := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	usage := world.client.Inference.Usage(ctx, &astra.InferenceUsageParams{
		From: &from,
		To:   &to,
		GroupBy: []astra.InferenceUsageGroupByItem{
			astra.InferenceUsageGroupByItemAgent,
			astra.InferenceUsageGroupByItemDay,
		},
	})
	report := must(usage.Page())
	expect(report.From.Before(report.To) && len(report.Data) > 0, "the report is %+v", report)
	for sum, err := range usage.All() {
		done(err)
		expect(sum.AgentID != nil && sum.Day != nil && sum.Model == nil && sum.Requests > 0, "the sum is %+v", sum)
	}
}

func rawCalls(ctx context.Context) {
	client := world.client
	var agent struct{ ID string }
	done(client.Do(ctx, "GET", "/agents/assistant", nil, &agent))
	equal(agent.ID, "assistant", "the id")
	var text string
	done(client.Do(ctx, "GET", "agents?limit=1", nil, &text))
	expect(strings.HasPrefix(text, `{"data":[`), "the text is %s", text)
	id := fresh("raw")
	done(client.Do(ctx, "POST", "/agents", map[string]any{"id": id}, nil, astra.WithIdempotencyKey(id)))
	done(client.Do(ctx, "POST", "/agents", []byte(`{"id":"`+id+`"}`), nil, astra.WithIdempotencyKey(id), astra.WithHeader("Content-Type", "application/json")))
	done(client.Do(ctx, "DELETE", "/agents/"+id, nil, nil))
	refusal := as[*astra.Error](client.Do(ctx, "GET", "/agents/"+id, nil, nil))
	equal(refusal.StatusCode, 404, "the status")
	equal(refusal.Operation, "GET /agents/"+id, "the operation")
}

func document(ctx context.Context) {
	spec := world.client.Spec
	var answer astra.Response
	whole := must(spec.JSON(ctx, nil, astra.WithResponseInto(&answer)))
	equal(whole["openapi"], any("3.1.0"), "the version")
	etag := answer.Header.Get("ETag")
	err := refused(spec.JSON(ctx, &astra.SpecJSONParams{IfNoneMatch: &etag}))
	expect(errors.Is(err, astra.ErrNotModified), "it is not unchanged: %v", err)
	part := must(spec.JSON(ctx, &astra.SpecJSONParams{Tag: astra.Ptr("health"), Mine: astra.Ptr(true)}))
	expect(len(part["paths"].(map[string]any)) == 3, "the part has %v", part["paths"])
	text := must(spec.YAML(ctx, &astra.SpecYAMLParams{Tag: astra.Ptr("health")}))
	expect(strings.HasPrefix(text, "openapi: "), "the YAML begins with %.20q", text)
}
