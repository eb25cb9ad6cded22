package astra

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// request is what one operation sends. What is wrong with its values is returned when it is sent.
type request struct {
	operation           string
	method              string
	path                string
	query               url.Values
	header              http.Header
	body                []byte
	isWithoutToken      bool
	hasIdempotencyKey   bool
	fault               error
	retriesByDefaultMax int
}

func newRequest(method, path string) *request {
	return &request{
		operation:           method + " " + path,
		method:              method,
		path:                path,
		query:               url.Values{},
		header:              http.Header{},
		retriesByDefaultMax: 2,
	}
}

// clone is a request that can be changed without the first one.
func (r *request) clone() *request {
	copied := *r
	copied.query = maps.Clone(r.query)
	copied.header = r.header.Clone()
	return &copied
}

// withPath puts a value in the place of its name in the path, as one segment.
func (r *request) withPath(name string, value any) *request {
	text := strings.Join(textsOf(value), ",")
	if text == "" || text == "." || text == ".." {
		r.fault = fmt.Errorf("%s: %q is no %s", r.operation, text, name)
	}
	r.path = strings.ReplaceAll(r.path, "{"+name+"}", url.PathEscape(text))
	return r
}

// withQuery adds a value to the query, or each of a list; nothing if it is nil.
func (r *request) withQuery(name string, value any) *request {
	for _, text := range textsOf(value) {
		r.query.Add(name, text)
	}
	return r
}

// withQueryList adds a list to the query as one value.
func (r *request) withQueryList(name string, list any) *request {
	if texts := textsOf(list); len(texts) > 0 {
		r.query.Set(name, strings.Join(texts, ","))
	}
	return r
}

// withHeader sets a header, to several values joined by commas if it is a list; nothing if it is nil.
func (r *request) withHeader(name string, value any) *request {
	if texts := textsOf(value); len(texts) > 0 {
		r.header.Set(name, strings.Join(texts, ","))
	}
	return r
}

// withJSON sends body as JSON.
func (r *request) withJSON(body any) *request {
	data, err := json.Marshal(body)
	if err != nil {
		r.fault = fmt.Errorf("%s: the body cannot be written: %w", r.operation, err)
	}
	return r.withBody(data, "application/json")
}

// withForm sends the fields of body as a form.
func (r *request) withForm(body any) *request {
	data, err := json.Marshal(body)
	var fields map[string]any
	if err == nil {
		err = json.Unmarshal(data, &fields)
	}
	if err != nil {
		r.fault = fmt.Errorf("%s: the body cannot be written: %w", r.operation, err)
	}
	form := url.Values{}
	for name, value := range fields {
		form[name] = textsOf(value)
	}
	return r.withBody([]byte(form.Encode()), "application/x-www-form-urlencoded")
}

// withBody sends body as it is.
func (r *request) withBody(body []byte, mediaType string) *request {
	r.body = body
	r.header.Set("Content-Type", mediaType)
	return r
}

// withIdempotencyKey lets the request be sent again: the gateway does its work once.
func (r *request) withIdempotencyKey() *request {
	r.hasIdempotencyKey = true
	return r
}

// withoutToken sends no token.
func (r *request) withoutToken() *request {
	r.isWithoutToken = true
	return r
}

var momentType = reflect.TypeFor[time.Time]()

// textOf is a value as paths, queries and headers have it; ok is false if it is nil.
func textOf(value any) (text string, ok bool) {
	it := reflect.ValueOf(value)
	for it.Kind() == reflect.Pointer || it.Kind() == reflect.Interface {
		it = it.Elem()
	}
	switch {
	case !it.IsValid():
		return "", false
	case it.Type() == momentType:
		moment, _ := it.Interface().(time.Time)
		return moment.UTC().Format(time.RFC3339Nano), true
	case it.Kind() == reflect.String:
		return it.String(), true
	}
	switch it.Kind() {
	case reflect.Map, reflect.Slice, reflect.Struct, reflect.Array:
		data, err := json.Marshal(it.Interface())
		return string(data), err == nil && string(data) != "null"
	default:
		return fmt.Sprint(it.Interface()), true
	}
}

// textsOf are the texts of a list, or the text of another value.
func textsOf(value any) []string {
	it := reflect.ValueOf(value)
	if it.Kind() != reflect.Slice {
		if text, ok := textOf(value); ok {
			return []string{text}
		}
		return nil
	}
	texts := make([]string, 0, it.Len())
	for place := range it.Len() {
		if text, ok := textOf(it.Index(place).Interface()); ok {
			texts = append(texts, text)
		}
	}
	return texts
}
