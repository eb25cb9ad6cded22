package main

import (
	"context"
	"errors"
	"strings"

	astra "example.com/astra-client"
)

// wholes look at all that is in the document. They come last.
func wholes() []scenario {
	return []scenario{
		{"the document, and that it has not changed", document},
		{"every operation was called", everyOperation},
	}
}

func document(ctx context.Context) {
	spec := world.client.Spec
	var answer astra.Response
	whole := must(spec.JSON(ctx, nil, astra.WithResponseInto(&answer)))
	equal(whole["openapi"], any("3.1.0"), "the version")
	etag := answer.Header.Get("ETag")
	err := refused(spec.JSON(ctx, &astra.SpecJSONParams{IfNoneMatch: &etag}))
	expect(errors.Is(err, astra.ErrNotModified), "it is not unchanged: %v", err)
	part := must(spec.JSON(ctx, &astra.SpecJSONParams{Tag: astra.Ptr("health"), Mine: astra.Ptr(true)}))
	expect(len(part["paths"].(map[string]any)) == 3, "the part has %v", part["paths"])
	text := must(spec.YAML(ctx, &astra.SpecYAMLParams{Tag: astra.Ptr("health")}))
	expect(strings.HasPrefix(text, "openapi: "), "the YAML begins with %.20q", text)
}

func everyOperation(ctx context.Context) {
	paths, _ := must(world.client.Spec.JSON(ctx, nil))["paths"].(map[string]any)
	count := 0
	for path, item := range paths {
		for method, operation := range item.(map[string]any) {
			described, ok := operation.(map[string]any)
			if !ok || described["operationId"] == nil {
				continue
			}
			count++
			expect(world.seen.called(strings.ToUpper(method), path), "%s was not called", described["operationId"])
		}
	}
	expect(count > 50, "the document has %d operations", count)
}
