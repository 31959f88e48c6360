package webreport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// An outcome is what became of an incident, for the numbers and the charts.
type outcome struct{ name string }

// The outcomes. report.js has a colour for each.
var (
	onlyTold    = outcome{"Only told"}
	waiting     = outcome{"Waiting for a person"}
	underWay    = outcome{"Under way"}
	reversed    = outcome{"Reversed"}
	failed      = outcome{"Failed"}
	undone      = outcome{"Undone"}
	dismissed   = outcome{"Dismissed"}
	nothingLeft = outcome{"Nothing left to do"}
	excepted    = outcome{"Suppressed"}
	other       = outcome{"Other"}
)

func outcomeOf(in ledger.Incident) outcome {
	switch in.State {
	case ledger.Open:
		if in.Action == "" {
			return onlyTold
		}
		return underWay
	case ledger.Asked:
		return waiting
	case ledger.Approved, ledger.Remediating, ledger.Undoing:
		return underWay
	case ledger.Remediated, ledger.Kept:
		return reversed
	case ledger.Failed:
		return failed
	case ledger.Undone:
		return undone
	case ledger.Dismissed:
		return dismissed
	case ledger.Resolved:
		return nothingLeft
	case ledger.Suppressed:
		return excepted
	}
	return other
}

// A tile is one number of the summary.
type tile struct{ Label, Number, Note string }

func tiles(incidents []ledger.Incident) []tile {
	by, grave, leads := map[outcome]int{}, 0, 0
	accounts, actors := map[string]bool{}, map[string]bool{}
	var times []time.Duration
	for _, in := range incidents {
		by[outcomeOf(in)]++
		if in.Severity >= detect.High {
			grave++
		}
		if in.PartOf == "" && in.Chain != nil && len(in.Chain.Timeline) > 1 {
			leads++
		}
		accounts[in.Account], actors[in.Actor] = true, true
		if d, ok := toReversal(in); ok {
			times = append(times, d)
		}
	}
	out := []tile{
		{"Incidents", thousands(len(incidents)), plural(leads, "chain") + " among them"},
		{"Critical and high", thousands(grave), percent(grave, len(incidents))},
		{"Reversed", thousands(by[reversed]), fmt.Sprintf("%s undone by people", thousands(by[undone]))},
		{"Waiting or failed", thousands(by[waiting] + by[failed]), fmt.Sprintf("%s waiting, %s failed", thousands(by[waiting]), thousands(by[failed]))},
		{"Event to verified reversal", "–", "nothing was reversed"},
		{"Accounts", thousands(len(accounts)), plural(len(actors), "actor")},
	}
	if len(times) > 0 {
		slices.Sort(times)
		out[4].Number = rough(times[len(times)/2])
		out[4].Note = fmt.Sprintf("median of %s; 95%% within %s", thousands(len(times)), rough(times[(len(times)*95-1)/100]))
	}
	return out
}

// toReversal returns how long a risky change was in effect until its reversal was verified.
func toReversal(in ledger.Incident) (time.Duration, bool) {
	t := in.Times
	if t.Event.IsZero() || t.Verified.Before(t.Event) {
		return 0, false
	}
	return t.Verified.Sub(t.Event), true
}

// rough writes a duration for a person.
func rough(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
	return fmt.Sprintf("%.0f d", d.Hours()/24)
}

func percent(part, of int) string {
	if of == 0 {
		return "of none"
	}
	return fmt.Sprintf("%d%% of all", (100*part+of/2)/of)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(n) + " " + noun + "s"
}

// thousands writes a number with commas, as the page's script does.
func thousands(n int) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String()
}
