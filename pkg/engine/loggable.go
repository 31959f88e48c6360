package engine

import (
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/remedy"
)

// Loggable returns an error for the log. What it says of states of the account is left out: documents may hold what is to
// be secret, the incident in the ledger tells them, and more people read logs than the ledger.
func Loggable(err error) string {
	text := err.Error()
	for _, drift := range drifts(err) {
		if drift.Live != nil {
			text = strings.ReplaceAll(text, drift.Error(),
				fmt.Sprintf("%s has changed meanwhile; nothing was written; the incident says how it differs", drift.Target))
		}
	}
	return text
}

// drifts returns every drift in the tree of an error.
func drifts(err error) (all []*remedy.DriftError) {
	var joined interface{ Unwrap() []error }
	switch {
	case err == nil:
	case errors.As(err, &joined):
		for _, e := range joined.Unwrap() {
			all = append(all, drifts(e)...)
		}
	default:
		if drift, ok := errors.AsType[*remedy.DriftError](err); ok {
			all = append(all, drift)
		}
	}
	return all
}
