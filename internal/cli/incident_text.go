package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"riposte/pkg/ledger"
)

// writeIncident writes an incident for a person: what happened, what was decided and done, and what belongs to it.
func writeIncident(out io.Writer, in ledger.Incident) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(w, "  %s\t%s\n", label, printable(text))
		}
	}
	fmt.Fprintf(w, "%s is %s: %s %s %s\n", printable(in.ID), in.State, in.Severity, printable(in.Rule), printable(in.Title))
	line("what", in.Summary)
	line("who", in.Actor+from(in.Finding.Actor.SourceIP))
	line("resource", in.Resource)
	line("where", "account "+in.Account+", region "+in.Region)
	line("when", in.Times.Event.UTC().Format(time.RFC3339))
	line("events", events(in.EventIDs))
	line("why risky", in.Finding.Why)
	line("decision", in.Mode+": "+in.Reason)
	for _, c := range in.Changes {
		line("change", c.Summary+" ("+string(c.State)+")")
		line("  before", state(c.Before))
		line("  after", state(c.After))
		line("  read back", string(c.ReadBack))
		line("  error", c.Error)
	}
	line("error", in.Error)
	for _, n := range in.Notes {
		line("note", n.Time.UTC().Format(time.RFC3339)+" "+n.By+": "+n.Text)
	}
	for _, o := range in.Outbox {
		line("to be told", o.DetailType+" (due at version "+strconv.FormatInt(o.Version, 10)+")")
	}
	line("part of", in.PartOf)
	if err := w.Flush(); err != nil {
		return err
	}
	return writeTimeline(out, in)
}

// writeTimeline writes the chain that an incident leads, or the one that it joined as that was then.
func writeTimeline(out io.Writer, in ledger.Incident) error {
	c := in.Chain
	if c == nil || len(c.Timeline) < 2 {
		return nil
	}
	head := "\ntimeline, " + c.Severity.String()
	if c.Why != "" {
		head += ": " + printable(c.Why)
	}
	if in.PartOf != "" {
		head += " (as it was when this one joined; " + printable(in.PartOf) + " has all)"
	}
	fmt.Fprintln(out, head)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, s := range c.Timeline {
		mark := ""
		if s.Incident == in.ID {
			mark = " (this one)"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s%s\n", s.Time.UTC().Format(time.DateTime), s.Severity, printable(s.Rule),
			printable(s.Incident), printable(s.Summary), mark)
	}
	if c.LeftOut > 0 {
		fmt.Fprintf(w, "  and %d more that the timeline has no room for\n", c.LeftOut)
	}
	return w.Flush()
}

func from(address string) string {
	if address == "" {
		return ""
	}
	return " from " + address
}

// events names the first events of an incident. A series may have thousands.
func events(ids []string) string {
	const most = 5
	if len(ids) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
	}
	return strings.Join(ids, ", ")
}

func state(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "(nothing)"
	}
	return string(raw)
}
