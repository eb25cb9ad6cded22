package astra

import (
	"context"
	"encoding/json"
	"strings"
)

// String says where the gateway is; the client's tokens are not shown.
func (c *Client) String() string {
	return "client of " + c.connection.baseURL.Redacted()
}

// GoString is the same.
func (c *Client) GoString() string {
	return c.String()
}

// Do makes a call that this client has no method for, with the same tokens, retries and errors: path begins after the base
// URL, and may have a query. A body is sent as JSON, or as it is if it is a []byte; nil is none. The answer is read as JSON
// into what answer points to, or as it is into a *[]byte or *string; nil leaves it alone.
func (c *Client) Do(ctx context.Context, method, path string, body, answer any, options ...CallOption) error {
	request := newRequest(method, "/"+strings.TrimPrefix(path, "/"))
	request.operation, _, _ = strings.Cut(request.operation, "?")
	switch body := body.(type) {
	case nil:
	case []byte:
		request.withBody(body, "application/octet-stream")
	default:
		request.withJSON(body)
	}
	decode := func(data []byte) (any, error) {
		switch answer := answer.(type) {
		case nil:
			return nil, nil
		case *[]byte:
			*answer = data
			return nil, nil
		case *string:
			*answer = string(data)
			return nil, nil
		}
		return nil, json.Unmarshal(data, answer)
	}
	_, err := fetch(ctx, c.connection, request, options, decode)
	return err
}
