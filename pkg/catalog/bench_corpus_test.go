//go:build corpus

package catalog_test

import (
	"errors"
	"io/fs"
	"testing"

	rows "riposte/internal/corpus"
)

// BenchmarkRoutedAndEvaluatedCorpus measures what a recorded event costs that rules want.
func BenchmarkRoutedAndEvaluatedCorpus(b *testing.B) {
	var deliveries [][]byte
	for _, file := range []string{rows.Attacks, rows.Benign, rows.Context, rows.Labelled} {
		recorded, err := rows.Read(corpus, file)
		if errors.Is(err, fs.ErrNotExist) {
			b.Skipf("%s is not here: nothing to measure against", corpus)
		}
		if err != nil {
			b.Fatal(err)
		}
		for _, row := range recorded {
			delivery, err := row.Envelope()
			if err != nil {
				b.Fatal(err)
			}
			deliveries = append(deliveries, delivery)
		}
	}
	routedAndEvaluated(b, deliveries)
}
