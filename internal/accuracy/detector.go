package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"riposte/internal/corpus"
	"riposte/pkg/detect"
)

// measureDetector prints the figures of the detector and reports whether they reach the goals.
func measureDetector(ctx context.Context, out io.Writer, folder string, rules []*detect.Rule, quiet bool) (bool, error) {
	files := map[string][]corpus.Row{}
	for _, file := range []string{corpus.Attacks, corpus.Benign, corpus.Labelled} {
		rows, err := corpus.Read(folder, file)
		if err != nil {
			return false, err
		}
		files[file] = rows
	}
	attacks, err := scoreAttacks(ctx, rules, files[corpus.Attacks], missedReasons())
	if err != nil {
		return false, fmt.Errorf("%s: %w", corpus.Attacks, err)
	}
	benign, err := scoreBenign(ctx, rules, files[corpus.Benign], benignReasons())
	if err != nil {
		return false, fmt.Errorf("%s: %w", corpus.Benign, err)
	}
	labelled, err := scoreLabelled(ctx, rules, files[corpus.Labelled])
	if err != nil {
		return false, fmt.Errorf("%s: %w", corpus.Labelled, err)
	}
	attacks.print(out, quiet)
	fmt.Fprintln(out)
	benign.print(out, quiet)
	fmt.Fprintln(out)
	labelled.print(out, quiet)
	return attacks.reached() && benign.reached(), nil
}

func mark(reached bool) string {
	if reached {
		return "ok"
	}
	return "below the goal"
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// flush writes a table. The tables go to standard output or memory: what cannot be written there is nobody's to see.
func flush(w *tabwriter.Writer) { _ = w.Flush() }
