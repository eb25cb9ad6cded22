package astra

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// decoder reads a value from JSON.
type decoder[T any] func(data []byte) (T, error)

func decodeValue[T any](data []byte) (T, error) {
	var value T
	err := json.Unmarshal(data, &value)
	return value, err
}

func decodeObject[T any](data []byte) (*T, error) {
	value := new(T)
	err := json.Unmarshal(data, value)
	return value, err
}

func decodeText(data []byte) (string, error) {
	return string(data), nil
}

func decodeBytes(data []byte) ([]byte, error) {
	return data, nil
}

// listOf reads lists of what cannot read itself.
func listOf[T any](decode decoder[T]) decoder[[]T] {
	return func(data []byte) ([]T, error) {
		var raw []json.RawMessage
		if err := json.Unmarshal(data, &raw); err != nil || raw == nil {
			return nil, err
		}
		values := make([]T, len(raw))
		for place, one := range raw {
			value, err := decode(one)
			if err != nil {
				return nil, err
			}
			values[place] = value
		}
		return values, nil
	}
}

// mapOf reads maps of what cannot read itself.
func mapOf[T any](decode decoder[T]) decoder[map[string]T] {
	return func(data []byte) (map[string]T, error) {
		var raw map[string]json.RawMessage
		if err := json.Unmarshal(data, &raw); err != nil || raw == nil {
			return nil, err
		}
		values := make(map[string]T, len(raw))
		for name, one := range raw {
			value, err := decode(one)
			if err != nil {
				return nil, err
			}
			values[name] = value
		}
		return values, nil
	}
}

// orNull reads null as the zero value.
func orNull[T any](decode decoder[T]) decoder[T] {
	return func(data []byte) (value T, err error) {
		if isNull(data) {
			return value, nil
		}
		return decode(data)
	}
}

// nullable reads a field that tells null from absent.
func nullable[T any](decode decoder[T]) decoder[Nullable[T]] {
	return func(data []byte) (Nullable[T], error) {
		if isNull(data) {
			return Null[T](), nil
		}
		value, err := decode(data)
		return Value(value), err
	}
}

// decodeInto reads a field of an object, if it is there.
func decodeInto[T any](data json.RawMessage, field *T, decode decoder[T]) error {
	if data == nil {
		return nil
	}
	value, err := decode(data)
	if err == nil {
		*field = value
	}
	return err
}

// decodeExtra reads the fields of an object but for the known ones.
func decodeExtra[T any](data []byte, extra *map[string]T, decode decoder[T], known ...string) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	*extra = nil
	for name, one := range raw {
		if slices.Contains(known, name) {
			continue
		}
		value, err := decode(one)
		if err != nil {
			return err
		}
		if *extra == nil {
			*extra = map[string]T{}
		}
		(*extra)[name] = value
	}
	return nil
}

// decodeAs reads a value of one of the kinds that first stands for, if data is one and has the required fields.
func decodeAs[T any](data []byte, first string, decode decoder[T], required ...string) (*T, bool) {
	text := bytes.TrimSpace(data)
	if len(text) == 0 || !bytes.ContainsAny(text[:1], first) {
		return nil, false
	}
	if len(required) > 0 {
		var fields map[string]json.RawMessage
		if json.Unmarshal(text, &fields) != nil {
			return nil, false
		}
		for _, name := range required {
			if fields[name] == nil {
				return nil, false
			}
		}
	}
	value, err := decode(text)
	return &value, err == nil
}

// tagOf is the text in a field that tells what an object is; empty if there is none.
func tagOf(data []byte, name string) string {
	var fields map[string]json.RawMessage
	var tag string
	if json.Unmarshal(data, &fields) != nil || json.Unmarshal(fields[name], &tag) != nil {
		return ""
	}
	return tag
}

func isNull(data []byte) bool {
	return bytes.Equal(bytes.TrimSpace(data), []byte("null"))
}

// encodeWith writes fields as an object that begins with constants, which are JSON without its braces.
func encodeWith(fields any, constants string) ([]byte, error) {
	object, err := json.Marshal(fields)
	if err != nil || constants == "" {
		return object, err
	}
	if string(object) != "{}" {
		constants += ","
	}
	return slices.Concat([]byte("{"+constants), object[1:]), nil
}

// encodeWithExtra does the same, and adds the fields of extra that are not there yet.
func encodeWithExtra[T any](fields any, constants string, extra map[string]T) ([]byte, error) {
	object, err := encodeWith(fields, constants)
	if err != nil || len(extra) == 0 {
		return object, err
	}
	var known map[string]json.RawMessage
	if err := json.Unmarshal(object, &known); err != nil {
		return nil, err
	}
	object = object[:len(object)-1]
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if _, isKnown := known[name]; isKnown {
			continue
		}
		field, err := json.Marshal(map[string]T{name: extra[name]})
		if err != nil {
			return nil, err
		}
		if len(object) > 1 {
			object = append(object, ',')
		}
		object = append(object, field[1:len(field)-1]...)
	}
	return append(object, '}'), nil
}
