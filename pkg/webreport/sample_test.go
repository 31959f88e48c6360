package webreport_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify/notifytest"
	"riposte/pkg/webreport"
)

var until = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

// sample returns incidents of thirty days, the newest first: every state that notifytest has, over three accounts.
func sample(n int) []ledger.Incident {
	cases := notifytest.Cases()
	out := make([]ledger.Incident, 0, n)
	for i := range n {
		in := cases[i*7%len(cases)].Message.Incident
		in.ID = fmt.Sprintf("inc-%016x", n-i)
		in.Account = []string{"111122223333", "444455556666", "999988887777"}[i*i%3]
		in.Finding.Event.ID = fmt.Sprintf("%08x-0000-4000-8000-%012x", i, i*i)
		in.EventIDs = []string{in.Finding.Event.ID}
		if i%3 == 1 {
			in.Finding.Actor.Name = fmt.Sprintf("user-%d", i%17)
			in.Finding.Actor.ARN = "arn:aws:iam::" + in.Account + ":user/" + in.Finding.Actor.Name
			in.Actor = in.Finding.Actor.ARN
		}
		if i%11 == 5 {
			in.Severity = detect.Low
		}
		if i%13 == 6 {
			in.Severity = detect.Medium
		}
		// Busy on some days and at some hours, as accounts are.
		back := time.Duration(i) * 30 * 24 * time.Hour / time.Duration(n)
		back += time.Duration(i*i%97) * 7 * time.Minute
		shift(&in, until.Add(-back-time.Minute), time.Duration(i*37%400)*time.Second)
		out = append(out, in)
	}
	return out
}

// shift moves an incident to a time, and lets what Riposte did take longer.
func shift(in *ledger.Incident, received time.Time, slower time.Duration) {
	by := received.Sub(in.Times.Received)
	for _, t := range []*time.Time{&in.Times.Event, &in.Times.Received, &in.Times.Decided} {
		*t = t.Add(by)
	}
	for _, t := range []*time.Time{&in.Times.Acted, &in.Times.Verified, &in.Times.Closed} {
		if !t.IsZero() {
			*t = t.Add(by + slower)
		}
	}
	notes := make([]ledger.Note, 0, len(in.Notes))
	for _, n := range in.Notes {
		n.Time = n.Time.Add(by + slower)
		notes = append(notes, n)
	}
	in.Notes = notes
	if in.Chain != nil {
		c := *in.Chain
		c.Timeline = nil
		for _, s := range in.Chain.Timeline {
			s.Time = s.Time.Add(by)
			c.Timeline = append(c.Timeline, s)
		}
		in.Chain = &c
	}
}

// poisoned returns incidents whose every text tries to break out of the page.
func poisoned() []ledger.Incident {
	var out []ledger.Incident
	texts := []string{
		`</script><script>window.marker=1</script>`, `<img src=x onerror="window.marker=1">`, `"><svg onload=window.marker=1>`,
		`javascript:window.marker=1`, `<!--<script>`, "]]>\u2028\u2029window.marker=1", `${window.marker=1}`, `{{.Marker}}`, `__proto__`,
		`<style>body{display:none}</style>`, `<base href="https://evil.example/">`, `<meta http-equiv="refresh" content="0;url=https://evil.example/">`,
		`<link rel=stylesheet href=https://evil.example/x.css>`, `'-window.marker=1-'`, `constructor`,
	}
	for n, text := range texts {
		in := notifytest.Poisoned(notifytest.KeyForOtherUser(), text)
		shift(&in, until.Add(-time.Duration(n+1)*time.Hour), 0)
		out = append(out, in)
	}
	for n, c := range notifytest.Hostile() {
		in := c.Message.Incident
		shift(&in, until.Add(-time.Duration(n+1)*time.Hour), 0)
		out = append(out, in)
	}
	remediated := notifytest.Remediated(notifytest.InlinePolicy())
	remediated.Mode = string(decide.Act)
	return append(out, remediated)
}

func report(incidents []ledger.Incident) webreport.Report {
	return webreport.Report{
		Incidents: incidents, Since: until.Add(-30 * 24 * time.Hour), Until: until, Made: until.Add(8 * time.Hour), Ledger: "dynamodb:Riposte-Ledger",
	}
}

func written(t *testing.T, r webreport.Report) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := r.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
