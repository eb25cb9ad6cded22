package astra

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"
	"time"
)

// read gives all frames of a text, and the reader.
func read(t *testing.T, source io.Reader) ([]frame, *frameReader) {
	t.Helper()
	reader := newFrameReader(source, "")
	var frames []frame
	for {
		frame, err := reader.next()
		if err == io.EOF {
			return frames, reader
		}
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, frame)
	}
}

func TestEventsAreReadHoweverTheyAreCut(t *testing.T) {
	text := "\xef\xbb\xbf: a comment\nevent: a\nid: 1\ndata: ä\ndata:  b\n\n" +
		"data\r\n\r\nid\rdata:c\rretry: 250\r\rid: x\x00y\nunknown: d\n\ndata: lost"
	for name, cut := range map[string]func(io.Reader) io.Reader{
		"whole":     func(source io.Reader) io.Reader { return source },
		"bytewise":  iotest.OneByteReader,
		"with end":  iotest.DataErrReader,
		"by halves": iotest.HalfReader,
	} {
		frames, reader := read(t, cut(bytes.NewReader([]byte(text))))
		want := []frame{{"a", []byte("ä\n b"), "1"}, {"", []byte(""), "1"}, {"", []byte("c"), ""}}
		if len(frames) != len(want) {
			t.Fatalf("%s: %q", name, frames)
		}
		for place, frame := range frames {
			if frame.name != want[place].name || string(frame.data) != string(want[place].data) || frame.id != want[place].id {
				t.Errorf("%s: %q is not %q", name, frame, want[place])
			}
		}
		if reader.retry != 250*time.Millisecond || reader.lastEventID != "" {
			t.Errorf("%s: %v %q", name, reader.retry, reader.lastEventID)
		}
	}
}

func TestAnEventDoesNotWaitForWhatComesAfterAReturn(t *testing.T) {
	source, end := io.Pipe()
	go func() { _, _ = end.Write([]byte("data: a\r\r")) }()
	frame, err := newFrameReader(source, "").next()
	if err != nil || string(frame.data) != "a" {
		t.Fatal(frame, err)
	}
}
