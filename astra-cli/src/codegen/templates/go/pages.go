package astra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
)

// Page is a part of a list.
type Page[T any] struct {
	// Items are what is listed.
	Items []T
	// NextCursor is where the next page begins; empty on the last one.
	NextCursor string
}

// Pager is a list that comes in pages. Nothing is asked for before it is read.
type Pager[T any] = RichPager[T, Page[T]]

// RichPager is a list whose pages P say more than what is listed, T.
type RichPager[T, P any] struct {
	ctx    context.Context
	fetch  func(ctx context.Context, cursor string) (*P, error)
	read   func(page *P) (items []T, next string)
	cursor string
}

// Page asks for the first page, or for the one that begins at the cursor that the call was given.
func (p *RichPager[T, P]) Page() (*P, error) {
	return p.fetch(p.ctx, p.cursor)
}

// Pages asks for one page after the other, each when the one before has been read. An error is the last that comes.
func (p *RichPager[T, P]) Pages() iter.Seq2[*P, error] {
	return func(yield func(*P, error) bool) {
		for cursor := p.cursor; ; {
			page, err := p.fetch(p.ctx, cursor)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(page, nil) {
				return
			}
			_, next := p.read(page)
			switch next {
			case "":
				return
			case cursor:
				yield(nil, errSameCursor)
				return
			}
			cursor = next
		}
	}
}

// All lists everything, over all pages. An error is the last that comes.
func (p *RichPager[T, P]) All() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range p.Pages() {
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			items, _ := p.read(page)
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

var errSameCursor = errors.New("the list does not end: its next page is the same again")

func listPages[T any](
	ctx context.Context, c *connection, r *request, cursor string, options []CallOption, decode decoder[T],
) *Pager[T] {
	read := func(page *Page[T]) ([]T, string) { return page.Items, page.NextCursor }
	return listRichPages(ctx, c, r, cursor, options, pageOf(decode), read)
}

func listRichPages[T, P any](
	ctx context.Context, c *connection, r *request, cursor string, options []CallOption,
	decode decoder[*P], read func(*P) ([]T, string),
) *RichPager[T, P] {
	page := func(ctx context.Context, cursor string) (*P, error) {
		at := r
		if cursor != "" {
			at = r.clone().withQuery("cursor", cursor)
		}
		return fetch(ctx, c, at, options, decode)
	}
	return &RichPager[T, P]{ctx: ctx, fetch: page, read: read, cursor: cursor}
}

// pageOf reads pages of what decode reads.
func pageOf[T any](decode decoder[T]) decoder[*Page[T]] {
	return func(data []byte) (*Page[T], error) {
		var raw struct {
			Data       json.RawMessage `json:"data"`
			NextCursor any             `json:"next_cursor"`
		}
		if err := json.Unmarshal(data, &raw); err != nil {
			return nil, err
		}
		if raw.Data == nil {
			return nil, fmt.Errorf("a page without %q", "data")
		}
		items, err := listOf(decode)(raw.Data)
		return &Page[T]{Items: items, NextCursor: cursorOf(raw.NextCursor)}, err
	}
}

// cursorOf is a cursor as text; empty if there is none.
func cursorOf(value any) string {
	text, _ := textOf(value)
	return text
}
