package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"riposte/internal/corpus"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
)

// maxNoise is the share of harmless records that may open an incident.
const maxNoise = 0.01

// noise counts what is found in the harmless records of one kind.
type noise struct {
	rows, findings int
	opened         int // rows that opened an incident
	named          int // rows that an incident names or stands for: a series opens one and names many
	off            int
}

func (n *noise) share() float64 {
	if n.rows == 0 {
		return 0
	}
	return float64(n.opened) / float64(n.rows)
}

// A sound is a finding in a harmless record.
type sound struct {
	kind, stance, row, class string
	text                     string // the finding
	why                      string // the written reason, "" without one
}

// A benignScore says what is found in harmless records.
type benignScore struct {
	kinds    map[string]*noise
	sounds   []sound // under the default configuration
	off      []sound // turned off under the default configuration
	tooLoud  []sound // above alert under any stance
	idle     []reason
	noReason int
}

// scoreBenign runs harmless records through the detector under every stance.
func scoreBenign(ctx context.Context, rules []*detect.Rule, rows []corpus.Row, reasons []reason) (*benignScore, error) {
	s := &benignScore{kinds: map[string]*noise{}}
	book := newReasonBook(reasons)
	for _, stance := range []config.Stance{config.Observe, config.Guard, config.Enforce} {
		r := newReplay(rules, stance)
		if err := r.feed(ctx, rows); err != nil {
			return nil, err
		}
		for _, row := range rows {
			s.hear(r, row, stance, book)
		}
	}
	s.idle = book.idle()
	return s, nil
}

// hear notes what came of one row under one stance.
func (s *benignScore) hear(r *replay, row corpus.Row, stance config.Stance, book *reasonBook) {
	n := s.kinds[row.Kind]
	if n == nil {
		n = &noise{}
		s.kinds[row.Kind] = n
	}
	for _, t := range r.opened {
		if t.row == row.ID && t.aboveAlert() {
			s.tooLoud = append(s.tooLoud, told(row, stance, t))
		}
	}
	if stance != config.Observe {
		return
	}
	n.rows++
	if len(r.classes(row.ID)) > 0 {
		n.named++
	}
	before := n.findings
	for _, t := range r.opened {
		if t.row != row.ID {
			continue
		}
		so := told(row, stance, t)
		if so.why = book.why(row.ID, t.Class); so.why == "" {
			s.noReason++
		}
		n.findings++
		s.sounds = append(s.sounds, so)
	}
	if n.findings > before {
		n.opened++
	}
	for _, v := range r.of(row.ID) {
		if v.off() {
			n.off++
			s.off = append(s.off, sound{kind: row.Kind, stance: string(stance), row: row.ID, class: v.finding.Class, text: text(v.finding, decide.Off)})
		}
	}
}

func told(row corpus.Row, stance config.Stance, t telling) sound {
	f := t.Finding
	f.Severity, f.Summary = t.Severity, t.Summary
	return sound{kind: row.Kind, stance: string(stance), row: row.ID, class: t.Class, text: text(f, decide.Mode(t.Mode))}
}

func text(f detect.Finding, mode decide.Mode) string {
	return fmt.Sprintf("%s %s %s %s: %s", f.Rule, f.Class, mode, f.Severity, f.Summary)
}

// total returns the sum over all kinds.
func (s *benignScore) total() *noise {
	sum := &noise{}
	for _, n := range s.kinds {
		sum.rows += n.rows
		sum.findings += n.findings
		sum.opened += n.opened
		sum.named += n.named
		sum.off += n.off
	}
	return sum
}

// reached reports whether little enough is found, each with a reason, and nothing would be acted on.
func (s *benignScore) reached() bool {
	return s.total().share() <= maxNoise && s.noReason == 0 && len(s.tooLoud) == 0
}

func (s *benignScore) print(out io.Writer, quiet bool) {
	if !quiet {
		s.printFindings(out)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "rows\tincidents\trows that open one\tshare\trows named\tturned off\t\tharmless records by kind")
	line := func(n *noise, name string) {
		fmt.Fprintf(w, "%d\t%d\t%d\t%.2f%%\t%d\t%d\t\t%s\n", n.rows, n.findings, n.opened, 100*n.share(), n.named, n.off, name)
	}
	for _, kind := range sortedKeys(s.kinds) {
		line(s.kinds[kind], kind)
	}
	total := s.total()
	line(total, "all kinds")
	flush(w)
	fmt.Fprintf(out, "%.2f%% of the rows open an incident: %s\n", 100*total.share(), mark(total.share() <= maxNoise))
	fmt.Fprintf(out, "findings without a written reason: %d: %s\n", s.noReason, mark(s.noReason == 0))
	fmt.Fprintf(out, "findings above alert under any stance: %d: %s\n", len(s.tooLoud), mark(len(s.tooLoud) == 0))
}

func (s *benignScore) printFindings(out io.Writer) {
	for _, kind := range sortedKeys(s.kinds) {
		for _, so := range s.sounds {
			if so.kind != kind {
				continue
			}
			why := "no reason is written"
			if so.why != "" {
				why = so.why
			}
			fmt.Fprintf(out, "found %s: %s %s: %s\n", kind, so.row, so.text, why)
		}
	}
	for _, so := range s.off {
		fmt.Fprintf(out, "turned off %s: %s %s\n", so.kind, so.row, so.text)
	}
	for _, so := range s.tooLoud {
		fmt.Fprintf(out, "above alert under %s: %s %s\n", so.stance, so.row, so.text)
	}
	for _, r := range s.idle {
		fmt.Fprintf(out, "a reason that is not needed: %s %s: %s\n", r.row, r.class, r.why)
	}
	fmt.Fprintln(out)
}
