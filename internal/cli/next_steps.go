package cli

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"

	"riposte/pkg/actions"
	"riposte/pkg/decide"
	"riposte/pkg/ledger"
)

// pasted is what may stand in a command that people paste into a shell.
var pasted = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,200}$`)

// writeNext writes what a person can do about an incident now.
func writeNext(out io.Writer, in ledger.Incident, store ledgerFlag) error {
	verbs := nextVerbs(in)
	if len(verbs) == 0 || !pasted.MatchString(in.ID) {
		_, err := fmt.Fprintln(out, "\nnow: "+standing(in))
		return err
	}
	fmt.Fprintln(out, "\nnow:")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, v := range verbs {
		fmt.Fprintf(w, "  riposte %s %s%s\t%s\n", v[0], in.ID, reach(store), v[1])
	}
	return w.Flush()
}

// reach is what a command needs to reach the same ledger.
func reach(store ledgerFlag) string {
	switch {
	case store.name == "":
		return ""
	case !pasted.MatchString(store.name):
		return " --ledger …"
	case store.deployed():
		return " --ledger " + store.name + " --bus NAME"
	}
	return " --ledger " + store.name
}

// nextVerbs returns the answers that an incident takes where it stands, and what each does.
func nextVerbs(in ledger.Incident) [][2]string {
	approve, dismiss := [2]string{"approve", "makes the change: " + actionTitle(in)}, [2]string{"dismiss", "closes it; nothing is changed"}
	switch in.State {
	case ledger.Open:
		if decide.Mode(in.Mode).Acts() {
			return nil
		}
		return [][2]string{dismiss}
	case ledger.Asked:
		return [][2]string{approve, dismiss}
	case ledger.Remediated:
		return append([][2]string{{"keep", "closes it; the change stays"}}, undoVerb(in)...)
	case ledger.Kept:
		return undoVerb(in)
	case ledger.Failed:
		out := [][2]string{{"approve", "tries once more: " + actionTitle(in)}}
		if changeStands(in) {
			out = append(out, undoVerb(in)...)
		}
		return append(out, [2]string{"dismiss", "closes it as it stands"})
	case ledger.Undone:
		return [][2]string{{"approve", "makes the change again: " + actionTitle(in)}}
	case ledger.Dismissed:
		if changeStands(in) {
			return undoVerb(in)
		}
	case ledger.Approved, ledger.Remediating, ledger.Undoing, ledger.Suppressed, ledger.Resolved:
	}
	return nil
}

// standing says why there is nothing to do.
func standing(in ledger.Incident) string {
	switch {
	case !in.Over():
		return "Riposte is at work on it"
	case in.State.Finished():
		return "it is closed, and nothing is to be done"
	}
	return "look at the resource itself"
}

func undoVerb(in ledger.Incident) [][2]string {
	for _, c := range in.Changes {
		if a, ok := actions.ByID(c.Action); ok && !a.Reversible {
			return nil
		}
	}
	if a, ok := actions.ByID(in.Action); ok {
		return [][2]string{{"undo", lowerFirst(strings.TrimSuffix(a.UndoDoc, "."))}}
	}
	return [][2]string{{"undo", "puts back what was changed"}}
}

func actionTitle(in ledger.Incident) string {
	if a, ok := actions.ByID(in.Action); ok {
		return lowerFirst(a.Title)
	}
	return printable(in.Action)
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// changeStands reports whether some change of Riposte's is in force, verified or not.
func changeStands(in ledger.Incident) bool {
	for _, c := range in.Changes {
		switch c.State {
		case ledger.Applied, ledger.Verified, ledger.Reverting:
			return true
		case ledger.Planned, ledger.Reverted, ledger.Broken:
		}
	}
	return false
}
