package engine_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// knowing is a rule that finds lamps that were switched on and remembers what a harmless switching left behind.
func knowing() *detect.Rule {
	r := lampRule()
	r.Pattern[0].Names = []string{"SwitchOn", "Dim"}
	match := r.Match
	r.Match = func(e *cloudtrail.Event) ([]detect.Finding, error) {
		if e.Name == "Dim" {
			return nil, nil
		}
		return match(e)
	}
	r.Good = func(e *cloudtrail.Event) (detect.State, bool) {
		request, err := cloudtrail.RequestOf[struct{ Lamp, To string }](e)
		if err != nil {
			return detect.State{}, false
		}
		raw, err := json.Marshal(request.To)
		return detect.State{Aspect: "brightness", Resource: detect.Resource{Type: "Lamp", ID: request.Lamp}, State: raw}, err == nil
	}
	return r
}

func dim(id, to string, at time.Time) *cloudtrail.Event {
	e := &cloudtrail.Event{
		ID: id, Source: "lamps.amazonaws.com", Name: "Dim", Account: "111122223333", Region: "us-east-1", Time: at,
		Identity: cloudtrail.Identity{Type: "IAMUser", UserName: "bob", ARN: "arn:aws:iam::111122223333:user/bob"},
		Request:  cloudtrail.NewPayload([]byte(`{"lamp":"hall","to":"` + to + `"}`)),
	}
	return e
}

// TestRemember holds that harmless changes are remembered by the time of their events, and that a risky, failed, replayed or
// untrusted one is not.
func TestRemember(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Index = detect.NewIndex([]*detect.Rule{knowing()})
	start := w.now
	failed := dim("4", "failed", start.Add(3*time.Minute))
	failed.ErrorCode = "AccessDenied"
	replayed := dim("5", "replayed", start.Add(3*time.Minute))
	replayed.Envelope = &cloudtrail.Envelope{Source: "aws.lamps", Account: "111122223333", ReplayName: "r"}
	elsewhere := dim("6", "elsewhere", start.Add(3*time.Minute))
	elsewhere.Account = "444455556666"
	risky := dim("7", "risky", start.Add(3*time.Minute))
	risky.Name = "SwitchOn"
	for _, e := range []*cloudtrail.Event{
		dim("2", "half", start.Add(2*time.Minute)), dim("1", "low", start.Add(time.Minute)), failed, replayed, elsewhere, risky,
	} {
		if _, err := d.Process(t.Context(), e, w.now); err != nil {
			t.Fatal(err)
		}
	}
	for before, want := range map[time.Duration]string{
		time.Minute: "", 2 * time.Minute: `"low"`, 3 * time.Minute: `"half"`, time.Hour: `"half"`,
	} {
		key := ledger.BaselineKey("111122223333", "us-east-1", "brightness", detect.AspectKey("Lamp", "", "hall", ""))
		b, err := w.store.Remembered(t.Context(), key, start.Add(before))
		if want == "" {
			if !errors.Is(err, ledger.ErrNotFound) {
				t.Errorf("before %s: %s, %v; want nothing", before, b.State, err)
			}
			continue
		}
		if err != nil || string(b.State) != want {
			t.Errorf("before %s: %s, %v; want %s", before, b.State, err, want)
		}
	}
}

// TestRestore holds that a remedy puts back what was last known to be good before the event, and does without where nobody
// knows.
func TestRestore(t *testing.T) {
	for name, known := range map[string]bool{"known": true, "unknown": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.restores = true
			d := w.detector()
			d.Index = detect.NewIndex([]*detect.Rule{knowing()})
			start := w.now
			if known {
				if _, err := d.Process(t.Context(), dim("1", "half", start), w.now); err != nil {
					t.Fatal(err)
				}
				if _, err := d.Process(t.Context(), dim("3", "later", start.Add(time.Hour)), w.now); err != nil {
					t.Fatal(err)
				}
			}
			w.deliver(lampEvent("2", "hall", start.Add(time.Minute), bob()))
			w.onlyIncident(ledger.Remediated, ledger.Verified)
			want := map[bool]string{true: "half", false: "off"}[known]
			if w.lamps["hall"] != want {
				t.Errorf("lamp is %s, want %s", w.lamps["hall"], want)
			}
		})
	}
}
