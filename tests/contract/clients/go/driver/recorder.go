package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"

	astra "example.com/astra-client"
)

// recorder knows how many bodies of answers are open.
type recorder struct {
	open atomic.Int64
}

func (r *recorder) client() *http.Client {
	return &http.Client{Transport: r}
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err == nil {
		r.open.Add(1)
		answer.Body = &counted{ReadCloser: answer.Body, open: &r.open}
	}
	return answer, err
}

// counted is a body that is closed once.
type counted struct {
	io.ReadCloser
	open   *atomic.Int64
	closed sync.Once
}

func (c *counted) Close() error {
	c.closed.Do(func() { c.open.Add(-1) })
	return c.ReadCloser.Close()
}

// asked is a request that the unruly proxy saw.
type asked struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
}

// askedOf gives the requests that came through the unruly proxy to paths that begin so.
func askedOf(ctx context.Context, path string) []asked {
	var all, fitting []asked
	proxy := must(astra.NewClient(astra.WithBaseURL(world.unruly)))
	done(proxy.Do(ctx, "GET", "/seen", nil, &all))
	for _, one := range all {
		if strings.HasPrefix(one.Path, path) {
			fitting = append(fitting, one)
		}
	}
	return fitting
}

// named gives those that were called so in X-Request-ID.
func named(all []asked, requestID string) []asked {
	var fitting []asked
	for _, one := range all {
		if one.Headers["x-request-id"] == requestID {
			fitting = append(fitting, one)
		}
	}
	return fitting
}

// pretend starts a server that answers as it is told to.
func pretend(answer func(nth int64, answer http.ResponseWriter, request *http.Request)) (string, func()) {
	var count atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		answer(count.Add(1), writer, request)
	}))
	return server.URL, server.Close
}

func say(writer http.ResponseWriter, status int, body any) {
	writer.Header().Set("Content-Type", "application/json")
	writer.WriteHeader(status)
	_ = json.NewEncoder(writer).Encode(body)
}
