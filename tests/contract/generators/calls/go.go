// The client of OpenAPI Generator for Go, on the gateway at ASTRA_URL.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	openapi "github.com/GIT_USER_ID/GIT_REPO_ID"
)

func main() {
	if err := use(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func use() error {
	configuration := openapi.NewConfiguration()
	configuration.Servers = openapi.ServerConfigurations{{URL: os.Getenv("ASTRA_URL")}}
	client := openapi.NewAPIClient(configuration)
	ctx := context.WithValue(context.Background(), openapi.ContextAccessToken, os.Getenv("ASTRA_TOKEN"))

	wanted := openapi.NewCreateAgent("from-go")
	model := openapi.NewAgentModel()
	model.SetProvider("echo")
	wanted.SetModel(*model)
	agent, _, err := client.AgentsAPI.AgentsCreate(ctx).CreateAgent(*wanted).Execute()
	if err != nil || agent.Id != "from-go" {
		return fmt.Errorf("agents.create: %v, %w", agent, err)
	}
	page, _, err := client.AgentsAPI.AgentsList(ctx).Limit(1).Execute()
	if err != nil || len(page.Data) != 1 {
		return fmt.Errorf("agents.list: %v, %w", page, err)
	}
	said := "Good morning"
	message := openapi.NewSendMessage(agent.Id, openapi.MessageContent{String: &said})
	turn, _, err := client.ChatAPI.ChatSend(ctx).SendMessage(*message).Execute()
	if err != nil || turn.Status != openapi.TURNSTATUS_COMPLETED {
		return fmt.Errorf("chat.send: %v, %w", turn, err)
	}
	_, answer, err := client.AgentsAPI.AgentsGet(ctx, "gone").Execute()
	if err == nil || answer.StatusCode != http.StatusNotFound {
		return fmt.Errorf("an agent that is not there is answered: %v, %w", answer, err)
	}
	return nil
}
