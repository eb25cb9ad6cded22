package astra

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"
	"time"
)

// frame is one server-sent event as it came.
type frame struct {
	name string
	data []byte
	id   string
}

// frameReader reads server-sent events as the HTML standard says, however they are cut into pieces.
type frameReader struct {
	source *bufio.Reader
	// isAfterReturn says that the last line ended with CR, so that an LF now belongs to it.
	isAfterReturn bool
	hasBegun      bool
	// lastEventID is what the stream can be resumed by.
	lastEventID string
	// retry is how long the server asks to wait before coming again; 0 if it does not say.
	retry time.Duration
}

func newFrameReader(source io.Reader, lastEventID string) *frameReader {
	return &frameReader{source: bufio.NewReader(source), lastEventID: lastEventID}
}

// next is the next event. One that is not whole when the stream ends is none.
func (r *frameReader) next() (frame, error) {
	var event frame
	var data []byte
	hasData := false
	for {
		line, err := r.line()
		if err != nil {
			return frame{}, err
		}
		if len(line) == 0 {
			if hasData {
				event.data, event.id = data, r.lastEventID
				return event, nil
			}
			event = frame{}
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "data":
			if hasData {
				data = append(data, '\n')
			}
			data = append(data, value...)
			hasData = true
		case "event":
			event.name = string(value)
		case "id":
			if !bytes.Contains(value, []byte{0}) {
				r.lastEventID = string(value)
			}
		case "retry":
			if milliseconds, err := strconv.ParseUint(string(value), 10, 31); err == nil && isDigits(string(value)) {
				r.retry = time.Duration(milliseconds) * time.Millisecond
			}
		}
	}
}

// line is the next line without its end: CR, LF, or both. It does not wait for what comes after a CR.
func (r *frameReader) line() ([]byte, error) {
	var line []byte
	for {
		letter, err := r.source.ReadByte()
		if err != nil {
			return nil, err
		}
		wasAfterReturn := r.isAfterReturn
		r.isAfterReturn = letter == '\r'
		switch {
		case letter == '\n' && wasAfterReturn:
			continue
		case letter == '\n' || letter == '\r':
			if !r.hasBegun {
				line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
				r.hasBegun = true
			}
			return line, nil
		}
		line = append(line, letter)
	}
}

func isDigits(text string) bool {
	return strings.Trim(text, "0123456789") == ""
}
