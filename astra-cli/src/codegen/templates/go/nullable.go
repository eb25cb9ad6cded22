package astra

import "encoding/json"

// Ptr is a pointer to value, for fields that may be absent.
func Ptr[T any](value T) *T {
	return &value
}

// Nullable is a field of a change that may be absent, null or a value, three different things: an absent field stays as it
// is, null clears it. Its zero value is absent; Value and Null make the others.
type Nullable[T any] struct {
	value  *T
	isNull bool
}

// Value is a field with a value.
func Value[T any](value T) Nullable[T] {
	return Nullable[T]{value: &value}
}

// Null is a field that is null.
func Null[T any]() Nullable[T] {
	return Nullable[T]{isNull: true}
}

// Get gives the value; ok is false if there is none.
func (n Nullable[T]) Get() (value T, ok bool) {
	if n.value == nil {
		return value, false
	}
	return *n.value, true
}

// IsNull tells whether the field is null, and not only absent.
func (n Nullable[T]) IsNull() bool {
	return n.isNull
}

// IsZero tells whether the field is absent.
func (n Nullable[T]) IsZero() bool {
	return n.value == nil && !n.isNull
}

// MarshalJSON writes the value, or null.
func (n Nullable[T]) MarshalJSON() ([]byte, error) {
	return json.Marshal(n.value)
}

// UnmarshalJSON reads a value, or null.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error {
	*n = Nullable[T]{}
	if isNull(data) {
		n.isNull = true
		return nil
	}
	return json.Unmarshal(data, &n.value)
}
