package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	astra "example.com/astra-client"
)

// conversations are turns that are answered as a whole.
func conversations() []scenario {
	return []scenario{
		{"a question is asked once", askedOnce},
		{"a question in parts", questionInParts},
		{"OpenAI's form, whole and streamed", completions},
		{"OpenAI's form of a refusal", completionsRefused},
	}
}

// ask is a question to the agent that answers with its own words.
func ask(text string) astra.SendMessage {
	return astra.SendMessage{AgentID: "assistant", Message: astra.MessageContentOfText(text)}
}

// askIn is the same in a session.
func askIn(session, text string) astra.SendMessage {
	question := ask(text)
	question.SessionID = &session
	return question
}

func newSession(ctx context.Context) *astra.Session {
	return must(world.client.Sessions.Create(ctx, astra.CreateSession{AgentID: "assistant", Title: astra.Ptr("Geography")}))
}

// said are the texts of a session, oldest first.
func said(ctx context.Context, session string) []string {
	var texts []string
	for message, err := range world.client.Sessions.ListMessages(ctx, session, &astra.SessionsListMessagesParams{Limit: astra.Ptr(1)}).All() {
		done(err)
		expect(message.Content.Text != nil, "the content is %+v", message.Content)
		texts = slices.Insert(texts, 0, *message.Content.Text)
	}
	return texts
}

func askedOnce(ctx context.Context) {
	chat := world.client.Chat
	asked := ask("What is the capital of France?")
	asked.Overrides = &astra.TurnOverrides{Temperature: astra.Ptr(0.2)}
	asked.Metadata = map[string]any{"ticket": "4711"}
	key := fresh("key")
	turn := must(chat.Send(ctx, asked, astra.WithIdempotencyKey(key)))
	expect(turn.Status == astra.TurnStatusCompleted && *turn.FinishReason == astra.FinishReasonStop, "%+v", turn)
	equal(must(chat.Send(ctx, asked, astra.WithIdempotencyKey(key))).TurnID, turn.TurnID, "the turn of the same key")
	again := must(chat.GetTurn(ctx, turn.TurnID))
	expect(again.FinishedAt.Equal(*turn.FinishedAt) && again.Metadata["ticket"] == "4711", "%+v", again)
}

func questionInParts(ctx context.Context) {
	session := newSession(ctx)
	question := askIn(session.ID, "")
	question.Message = astra.MessageContentOfParts(
		&astra.MessagePartText{Text: "What is this?"},
		&astra.MessagePartImageURL{ImageURL: astra.ImageURL{URL: "https://images.example/cat.png"}},
	)
	must(world.client.Chat.Send(ctx, question))
	page := must(world.client.Sessions.ListMessages(ctx, session.ID, nil).Page())
	parts := page.Items[len(page.Items)-1].Content.Parts
	equal(len(parts), 2, "the number of parts")
	text, isText := parts[0].(*astra.MessagePartText)
	image, isImage := parts[1].(*astra.MessagePartImageURL)
	expect(isText && text.Text == "What is this?", "the first part is %+v", parts[0])
	expect(isImage && image.ImageURL.URL == "https://images.example/cat.png", "the second part is %+v", parts[1])
	done(world.client.Sessions.Delete(ctx, session.ID))
}

func completions(ctx context.Context) {
	chat := world.client.Chat
	request := astra.ChatCompletionRequest{
		Model: "assistant",
		Messages: []astra.ChatCompletionMessage{
			{Role: astra.ChatCompletionRoleSystem, Content: astra.Ptr(astra.ChatCompletionContentOfText("Be brief."))},
			{
				Role:    astra.ChatCompletionRoleUser,
				Content: astra.Ptr(astra.ChatCompletionContentOfText("one two three")),
				Extra:   map[string]any{"name": "ada"},
			},
		},
		TopP:  astra.Ptr(0.5),
		Extra: map[string]any{"user": "ada"},
	}
	whole := must(chat.Completions(ctx, request))
	equal(*whole.Choices[0].Message.Content, "one two three", "the answer")
	equal(whole.Choices[0].Message.Role, astra.ChatCompletionRoleAssistant, "who speaks")

	request.StreamOptions = &astra.StreamOptions{IncludeUsage: astra.Ptr(true)}
	var text strings.Builder
	var usage *astra.CompletionUsage
	for chunk, err := range chat.CompletionsStream(ctx, request).Events() {
		done(err)
		for _, choice := range chunk.Choices {
			if choice.Delta.Content != nil {
				text.WriteString(*choice.Delta.Content)
			}
		}
		if chunk.Usage != nil {
			usage = chunk.Usage
		}
	}
	equal(text.String(), "one two three", "the streamed answer")
	expect(usage != nil && usage.CompletionTokens == whole.Usage.CompletionTokens, "the usage is %+v", usage)
}

func completionsRefused(ctx context.Context) {
	request := astra.ChatCompletionRequest{Model: "no-such-agent", Messages: []astra.ChatCompletionMessage{
		{Role: astra.ChatCompletionRoleUser, Content: astra.Ptr(astra.ChatCompletionContentOfText("a"))},
	}}
	refusal := as[*astra.Error](refused(world.client.Chat.Completions(ctx, request)))
	expect(errors.Is(refusal, astra.ErrNotFound) && refusal.Problem == nil, "%+v", refusal)
	equal(refusal.Code, "model_not_found", "the code")
	message := "There is no agent with this id: the model names an agent."
	equal(refusal.Error(), "404 model_not_found: "+message+" (request "+refusal.RequestID+")", "the message")
	for _, err := range world.client.Chat.CompletionsStream(ctx, request).Events() {
		expect(errors.Is(err, astra.ErrNotFound), "the stream is %v", err)
	}
}
