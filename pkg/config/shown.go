package config

import (
	"strconv"
	"strings"
)

// webhookURL recognises the secret URL of a Slack webhook, also without its scheme or its host.
var webhookURL = lazily(`(?i:://|hooks\.slack)|(^|/)T[A-Z0-9]{6,}/[A-Z0-9]{6,}/[A-Za-z0-9]{16,}`)

// secretToken recognises a token of Slack's, and what has the form of a signing secret of Slack's or a routing key of
// PagerDuty's.
var secretToken = lazily(`(?i:xox[a-z]-|xoxe\.|xapp-)|^[A-Za-z0-9]{32}$`)

// shown quotes text of the file for an error: short, and never a webhook's URL or a token, wherever in the file it stands.
func shown(text string) string {
	switch {
	case webhookURL().MatchString(text):
		return "(a URL, not shown)"
	case secretToken().MatchString(text):
		return "(perhaps a secret, not shown)"
	}
	const most = 80
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return strconv.Quote(text)
}

// Nearest returns the known word that text most likely is a misspelling of, or "".
func Nearest(text string, known []string) string {
	if len(text) > 64 {
		return ""
	}
	best, bound := "", 2+len(text)/6
	for _, k := range known {
		if d := distance(strings.ToLower(text), strings.ToLower(k)); d < bound && d < len(k) {
			best, bound = k, d
		}
	}
	return best
}

func didYouMean(text string, known []string) string {
	if k := Nearest(text, known); k != "" {
		return ": did you mean " + k + "?"
	}
	return ""
}

// distance is how many letters have to be put in, left out, replaced or swapped with their neighbour to make b of a.
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
