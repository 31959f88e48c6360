// Package webreport writes the incidents of a period as one page: numbers, charts, filters, and each incident with who,
// where, why, what was decided and changed, and its history.
package webreport

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/webpage"
)

var (
	//go:embed report.html
	bodyText string
	//go:embed report.css
	style string
	//go:embed report.js
	script string

	body = template.Must(template.New("report").Parse(bodyText))
)

// A Report is what a page is made of.
type Report struct {
	Incidents []ledger.Incident // the newest first
	Since     time.Time         // received from here on
	Until     time.Time         // and before this
	Made      time.Time
	Ledger    string // its name, for people
	Chosen    string // by what else the incidents were chosen, in words; empty where they are all

	// LeftOut says that the ledger has more incidents of the period, older ones, than the page was given.
	LeftOut bool
}

// MaxBytes is how large the data of a page becomes at the most, about. Older incidents are left out where it would be
// larger: browsers open pages of this size without trouble.
const MaxBytes = 32 << 20

// Written says what a page holds.
type Written struct {
	Incidents int
	// LeftOut is how many of the report's incidents, the oldest, had no room.
	LeftOut int
}

// model is what the page's frame shows without a script.
type model struct {
	Since, Until, Made string
	Ledger, Chosen     string
	Notices            []string
	Tiles              []tile
}

// data is what the page's script reads.
type data struct {
	Since int64    `json:"since"`
	Until int64    `json:"until"`
	Texts []string `json:"texts"`
	Rows  []row    `json:"rows"`
}

// Write writes the page.
func (r Report) Write(w io.Writer) (Written, error) {
	texts := webpage.NewTexts()
	rows, size := make([]row, 0, len(r.Incidents)), 0
	for _, in := range r.Incidents {
		row := rowOf(texts, in)
		if size += row.size(); size+texts.Size() > MaxBytes {
			break
		}
		rows = append(rows, row)
	}
	done := Written{Incidents: len(rows), LeftOut: len(r.Incidents) - len(rows)}
	shown := r.Incidents[:len(rows)]
	err := webpage.Page{
		Title: "Riposte incidents " + day(r.Since) + " to " + day(r.Until),
		Body:  body,
		Model: model{
			Since: minute(r.Since), Until: minute(r.Until), Made: minute(r.Made), Ledger: detect.Line(r.Ledger, maxName),
			Chosen: detect.Line(r.Chosen, maxProse), Notices: r.notices(done), Tiles: tiles(shown),
		},
		Style: style, Script: script,
		Data: data{r.Since.UnixMilli(), r.Until.UnixMilli(), texts.All(), rows},
	}.Write(w)
	return done, err
}

// notices say what the page does not show.
func (r Report) notices(done Written) []string {
	var out []string
	if done.LeftOut > 0 {
		out = append(out, fmt.Sprintf("%d incidents of this period, the oldest, have no room on this page: choose a shorter period, or filter.", done.LeftOut))
	}
	if r.LeftOut {
		out = append(out, fmt.Sprintf("The ledger holds more incidents of this period than the %d newest, which this page was made of: "+
			"raise the limit, or choose a shorter period. Numbers and charts count only what is shown.", len(r.Incidents)))
	}
	return out
}

func day(t time.Time) string    { return t.UTC().Format(time.DateOnly) }
func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
