package logging

import (
	"fmt"
	"strings"

	"riposte/pkg/detect"
)

// A fact is one of several things that an event shows about one resource.
type fact struct {
	severity detect.Severity
	said     string
}

// worstOf returns the severity of the worst fact and a sentence of them all.
func worstOf(facts []fact) (detect.Severity, string) {
	worst := detect.Inherit
	said := make([]string, 0, len(facts))
	for _, f := range facts {
		worst = max(worst, f.severity)
		said = append(said, f.said)
	}
	return worst, strings.Join(said, "; ")
}

// counted puts a number before the words that fit it.
func counted(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}
