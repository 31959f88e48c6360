package ledger_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func step(id string, minute int, severity detect.Severity, tactic string) ledger.Step {
	return ledger.Step{Incident: id, Event: "e-" + id, Time: noon.Add(time.Duration(minute) * time.Minute), Severity: severity, Tactic: tactic}
}

func TestWeighed(t *testing.T) {
	for name, tt := range map[string]struct {
		steps []ledger.Step
		want  detect.Severity
		why   string
	}{
		"nothing":           {nil, detect.Inherit, ""},
		"one":               {[]ledger.Step{step("a", 0, detect.Medium, "persistence")}, detect.Medium, ""},
		"no tactic":         {[]ledger.Step{step("a", 0, detect.Medium, ""), step("b", 1, detect.Medium, "")}, detect.Medium, ""},
		"one tactic twice":  {[]ledger.Step{step("a", 0, detect.Medium, "impact"), step("b", 1, detect.High, "impact")}, detect.High, ""},
		"two tactics":       {[]ledger.Step{step("a", 0, detect.Medium, "impact"), step("b", 1, detect.Medium, "persistence")}, detect.High, "2 tactics within 1m0s: impact, persistence"},
		"two and critical":  {[]ledger.Step{step("a", 0, detect.Critical, "impact"), step("b", 1, detect.Medium, "persistence")}, detect.Critical, "2 tactics within 1m0s: impact, persistence"},
		"three tactics":     {[]ledger.Step{step("c", 9, detect.Medium, "x"), step("a", 0, detect.Medium, "y"), step("b", 1, detect.Medium, "z")}, detect.Critical, "3 tactics within 9m0s: y, z, x"},
		"low raises not":    {[]ledger.Step{step("a", 0, detect.Low, "x"), step("b", 0, detect.Info, "y"), step("c", 0, detect.Medium, "z")}, detect.Medium, ""},
		"only low":          {[]ledger.Step{step("a", 0, detect.Low, "x"), step("b", 0, detect.Low, "y"), step("c", 0, detect.Low, "z")}, detect.Low, ""},
		"an unknown tactic": {[]ledger.Step{step("a", 0, detect.Medium, "x"), step("b", 0, detect.Medium, "no such tactic")}, detect.High, "2 tactics within 0s: x, no such tactic"},
		"no time":           {[]ledger.Step{{Incident: "a", Severity: detect.Medium, Tactic: "x"}, {Incident: "b", Severity: detect.Medium, Tactic: "y"}}, detect.High, "2 tactics within 0s: x, y"},
	} {
		got := ledger.Weighed("a", tt.steps)
		if got.Severity != tt.want || got.Why != tt.why || got.Lead != "a" || len(got.Timeline) != len(tt.steps) {
			t.Errorf("%s: %s, because %q, %d steps; want %s, because %q", name, got.Severity, got.Why, len(got.Timeline), tt.want, tt.why)
		}
	}
}

func TestWith(t *testing.T) {
	first := ledger.Weighed("a", []ledger.Step{step("a", 5, detect.Medium, "x")})
	grown := first.With(step("b", 0, detect.Medium, "y")).With(step("b", 9, detect.Critical, "z"))
	if grown.Severity != detect.High || len(grown.Timeline) != 2 || grown.Timeline[0].Incident != "b" || grown.Lead != "a" {
		t.Errorf("grown to %+v", grown)
	}
	if len(first.Timeline) != 1 || first.Severity != detect.Medium {
		t.Errorf("what it grew from became %+v", first)
	}
}

// TestFullTimeline holds that whoever fills a timeline with what means little does not keep out what matters.
func TestFullTimeline(t *testing.T) {
	c := ledger.Weighed("lead", []ledger.Step{step("lead", 0, detect.Low, "x")})
	for n := range 3 * ledger.MaxSteps {
		c = c.With(step(fmt.Sprint("noise-", n), 1+n, detect.Low, "x"))
	}
	if len(c.Timeline) != ledger.MaxSteps || c.Severity != detect.Low || c.LeftOut != 0 {
		t.Fatalf("%d steps, %s, %d left out", len(c.Timeline), c.Severity, c.LeftOut)
	}
	for n, tactic := range []string{"persistence", "impact", "exfiltration"} {
		c = c.With(step(tactic, 1000+n, detect.Medium, tactic))
		c = c.With(step(tactic+" again", 1000+n, detect.Medium, tactic))
	}
	c = c.With(step("grave", 2000, detect.Critical, "impact"))
	for _, id := range []string{"lead", "persistence", "impact", "exfiltration"} {
		if !c.Has(id) {
			t.Errorf("%s is left out", id)
		}
	}
	if len(c.Timeline) != ledger.MaxSteps || c.Severity != detect.Critical || c.LeftOut != 3 || !strings.HasPrefix(c.Why, "3 tactics") {
		t.Errorf("%d steps, %s, because %q, %d left out", len(c.Timeline), c.Severity, c.Why, c.LeftOut)
	}
}

// TestFullTimelineNeverFalls holds that no step makes a chain less grave.
func TestFullTimelineNeverFalls(t *testing.T) {
	c := ledger.Weighed("lead", []ledger.Step{step("lead", 0, detect.Medium, "t0")})
	for n := range 400 {
		before := c
		c = c.With(step(fmt.Sprint(n), n%60, detect.Severity(1+n*7%5), fmt.Sprint("t", n*3%70)))
		if c.Severity < before.Severity || len(c.Timeline) > ledger.MaxSteps || !c.Has("lead") {
			t.Fatalf("step %d: %s after %s, %d steps", n, c.Severity, before.Severity, len(c.Timeline))
		}
	}
}

func TestRecent(t *testing.T) {
	c := ledger.Weighed("a", nil)
	for n := range 5 {
		c = c.With(step(fmt.Sprint(n), n, detect.Medium, "x"))
	}
	last := c.Recent(2)
	if len(last.Timeline) != 2 || last.Timeline[0].Incident != "3" || last.LeftOut != 3 || last.Recent(1).LeftOut != 4 {
		t.Errorf("recent %+v", last)
	}
	if all := c.Recent(5); len(all.Timeline) != 5 || all.LeftOut != 0 || len(c.Timeline) != 5 {
		t.Errorf("recent %+v", all)
	}
}

// TestChainIsBounded holds how large a chain becomes whatever its incidents are called.
func TestChainIsBounded(t *testing.T) {
	for _, text := range []string{strings.Repeat("<", 5000), strings.Repeat("\x00", 5000), strings.Repeat("\U0010FFFF", 5000), strings.Repeat("\xff", 5000)} {
		c := ledger.Weighed("lead", nil)
		for n := range ledger.MaxSteps {
			s := ledger.StepOf(ledger.Incident{
				ID: fmt.Sprintf("inc-%016d", n), Rule: text, Title: text, Summary: text, Resource: text, Mode: "alert",
				Finding: detect.Finding{Tactic: text, Severity: detect.Medium, Event: detect.EventRef{ID: text, Time: noon}},
			})
			for _, part := range []string{s.Event, s.Rule, s.Tactic, s.Title, s.Summary, s.Resource} {
				if utf8.RuneCountInString(part) > 201 {
					t.Fatalf("a text of %d characters", utf8.RuneCountInString(part))
				}
			}
			c = c.With(s)
		}
		whole, err := json.Marshal(c)
		if err != nil || len(whole) > 380<<10 {
			t.Errorf("%.10q: %d bytes, %v; the ledger takes 400 KB", text, len(whole), err)
		}
		told, err := json.Marshal(c.Recent(20))
		if err != nil || len(told) > 150<<10 {
			t.Errorf("%.10q: a message of %d bytes, %v", text, len(told), err)
		}
	}
}
