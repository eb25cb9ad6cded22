package astra

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestNullableTellsThreeThings(t *testing.T) {
	type change struct {
		A Nullable[int]            `json:"a,omitzero"`
		B Nullable[int]            `json:"b,omitzero"`
		C Nullable[map[string]int] `json:"c,omitzero"`
	}
	text, err := json.Marshal(change{A: Null[int](), C: Value(map[string]int{"d": 0})})
	if err != nil || string(text) != `{"a":null,"c":{"d":0}}` {
		t.Fatalf("%s %v", text, err)
	}
	var read change
	if err := json.Unmarshal(text, &read); err != nil || !read.A.IsNull() || !read.B.IsZero() || read.C.IsNull() {
		t.Fatalf("%+v %v", read, err)
	}
}

func TestConstantsAndTheRestAreWritten(t *testing.T) {
	type fields struct {
		A int `json:"a,omitzero"`
	}
	for want, written := range map[string]func() ([]byte, error){
		`{"type":"x"}`:       func() ([]byte, error) { return encodeWith(fields{}, `"type":"x"`) },
		`{"type":"x","a":1}`: func() ([]byte, error) { return encodeWith(fields{1}, `"type":"x"`) },
		`{}`:                 func() ([]byte, error) { return encodeWith(fields{}, "") },
		`{"b":2,"c":null}`:   func() ([]byte, error) { return encodeWithExtra(fields{}, "", map[string]any{"c": nil, "b": 2}) },
		`{"type":"x","a":1,"\"b":2}`: func() ([]byte, error) {
			return encodeWithExtra(fields{1}, `"type":"x"`, map[string]int{"a": 9, "type": 9, `"b`: 2})
		},
	} {
		if text, err := written(); err != nil || string(text) != want {
			t.Errorf("%s is not %s: %v", text, want, err)
		}
	}
}

func TestPathsQueriesAndHeadersHaveTexts(t *testing.T) {
	moment := time.Date(2026, time.November, 1, 1, 0, 0, 5000000, time.FixedZone("", 3600))
	request := newRequest("GET", "/a/{b}/c/{b}").withPath("b", "x/ y").
		withQuery("moment", moment).withQuery("none", (*int)(nil)).withQuery("many", []int{1, 2}).
		withQueryList("one", []string{"a", "b"}).withQueryList("empty", []string(nil)).withQuery("flag", Ptr(false)).
		withHeader("X", Ptr(1.5))
	if request.path != "/a/x%2F%20y/c/x%2F%20y" {
		t.Error(request.path)
	}
	if want := "flag=false&many=1&many=2&moment=2026-11-01T00%3A00%3A00.005Z&one=a%2Cb"; request.query.Encode() != want {
		t.Error(request.query.Encode())
	}
	if request.header.Get("X") != "1.5" || request.fault != nil {
		t.Error(request.header, request.fault)
	}
}

func TestPauses(t *testing.T) {
	refusal := func(after string) *Error { return &Error{StatusCode: 503, Header: http.Header{"Retry-After": {after}}} }
	if pause, ok := pauseAfter(refusal("3"), pauseMin, 0); pause != 3*time.Second || !ok {
		t.Error(pause, ok)
	}
	if pause, ok := pauseAfter(refusal("61"), pauseMin, 0); ok {
		t.Error(pause, ok)
	}
	date := time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat)
	if pause, ok := pauseAfter(refusal(date), pauseMin, 0); !ok || pause < 15*time.Second || pause > 20*time.Second {
		t.Error(pause, ok)
	}
	for retries, most := range []time.Duration{500, 1000, 2000, 4000, 8000, 8000, 8000} {
		pause, ok := pauseAfter(refusal("soon"), pauseMin, retries)
		if most *= time.Millisecond; !ok || pause < most/2 || pause > most {
			t.Error(retries, pause)
		}
	}
	if pause := growing(time.Minute, 60); pause > 17*time.Hour || pause <= 0 {
		t.Error(pause)
	}
}

func TestAnOddErrorIsStillOne(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":"invalid_grant","error_description":"No."}`: "invalid_grant: No.",
		`{"error":{"message":"No.","code":"bad"}}`:            "bad: No.",
		`{"code":7,"detail":["x"],"errors":{}}`:               "Bad Request",
		`[`:                                                   "Bad Request",
		``:                                                    "Bad Request",
	} {
		header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
		refused := refusal("GET /", &http.Response{StatusCode: 400, Header: header}, []byte(body), "r")
		if text := strings.TrimSuffix(refused.Error(), " (request r)"); text != "400 "+want {
			t.Errorf("%s: %s", body, text)
		}
	}
}
