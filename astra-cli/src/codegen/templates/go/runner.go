// The program calls every operation once, in the order of a story. It reads ASTRA_URL and ASTRA_TOKEN.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	astra "example.com/astra-client"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	run := &runner{url: os.Getenv("ASTRA_URL"), token: os.Getenv("ASTRA_TOKEN"), variables: map[string]string{}}
	if fault := run.through(ctx); fault != nil {
		fmt.Printf("FAIL  %s: %s\n", run.current, fault)
		os.Exit(1)
	}
	fmt.Printf("%d operations were called\n", run.called)
}

// runner goes through a story.
type runner struct {
	url, token string
	// current is the operation that is called.
	current   string
	called    int
	variables map[string]string
	// status is that of the last answer.
	status int
	// answer is the last answer, as JSON of its type.
	answer any
}

// through goes through the story; it gives the fault that ends it.
func (r *runner) through(ctx context.Context) (fault error) {
	defer func() {
		if wrong, ok := recover().(wrong); ok {
			fault = wrong.error
		}
	}()
	story(ctx, r)
	return nil
}

// wrong is what a step ends with when something is not as it must be.
type wrong struct{ error }

func fail(format string, values ...any) {
	panic(wrong{fmt.Errorf(format, values...)})
}

// must gives the value of a call that does not fail.
func must[T any](value T, err error) T {
	done(err)
	return value
}

func done(err error) {
	if err != nil {
		fail("%w", err)
	}
}

// begin says which operation is called next.
func (r *runner) begin(operation string) {
	r.current, r.answer, r.status = operation, nil, 0
	r.called++
}

// client makes a client with the credential that the environment names.
func (r *runner) client() *astra.Client { return r.clientOf(r.token) }

// clientOf makes a client with this credential.
func (r *runner) clientOf(token string) *astra.Client {
	options := []astra.ClientOption{
		astra.WithBaseURL(r.url), astra.WithToken(token), astra.WithMaxRetries(0),
		astra.WithHTTPClient(&http.Client{Transport: r}),
	}
	return must(astra.NewClient(options...))
}

// RoundTrip notes the statuses of answers.
func (r *runner) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err == nil {
		r.status = answer.StatusCode
	}
	return answer, err
}

// text is a text whose variables have their values.
func (r *runner) text(template string) string {
	for name, value := range r.variables {
		template = strings.ReplaceAll(template, "{{"+name+"}}", value)
	}
	return template
}

// answered keeps an answer that came with one of these statuses.
func (r *runner) answered(answer any, documented ...int) {
	if !slices.Contains(documented, r.status) {
		fail("it answered %d, and %v are documented", r.status, documented)
	}
	r.answer = asJSON(answer)
}

// streamed keeps the events of a stream.
func (r *runner) streamed(events []any, documented ...int) {
	if len(events) == 0 {
		fail("the stream has no events")
	}
	r.answered(events, documented...)
}

// expect fails unless the answer has this value at pointer.
func (r *runner) expect(pointer string, expected any) {
	if text, ok := expected.(string); ok {
		expected = r.text(text)
	}
	found := r.found(pointer)
	if !reflect.DeepEqual(found, asJSON(expected)) {
		fail("%s is %v, not %v", pointer, found, expected)
	}
}

// remember makes what is at pointer in the answer the value of a variable.
func (r *runner) remember(name, pointer string) {
	switch found := r.found(pointer).(type) {
	case nil:
		fail("%s is null", pointer)
	case string:
		r.variables[name] = found
	default:
		r.variables[name] = string(must(json.Marshal(found)))
	}
}

// found is the value at a JSON pointer in the answer.
func (r *runner) found(pointer string) any {
	found, exists := r.answer, true
	for _, part := range strings.Split(pointer, "/")[1:] {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch value := found.(type) {
		case map[string]any:
			found, exists = value[part]
		case []any:
			place, err := strconv.Atoi(part)
			if exists = err == nil && place >= 0 && place < len(value); exists {
				found = value[place]
			}
		default:
			exists = false
		}
		if !exists {
			fail("there is no %s in %v", pointer, r.answer)
		}
	}
	return found
}

func asJSON(value any) any {
	var read any
	done(json.Unmarshal(must(json.Marshal(value)), &read))
	return read
}

// end is the last event of a stream.
type end struct {
	// tag is the field that says an event's type, and value the type of the last one.
	tag, value string
	// isEndless says that the stream ends with that event only because it is left.
	isEndless bool
}

// read gives the events of a stream.
func read[T any](stream *astra.Stream[T], until *end) []any {
	var events []any
	isLast := until == nil
	for event, err := range stream.Events() {
		done(err)
		value := asJSON(event)
		events = append(events, value)
		if until == nil {
			continue
		}
		fields, _ := value.(map[string]any)
		if isLast = fields[until.tag] == until.value; isLast && until.isEndless {
			break
		}
	}
	if !isLast {
		fail("its events are %v, and the last is not %s", events, until.value)
	}
	return events
}
