package detect_test

import (
	"testing"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

func finding() detect.Finding {
	return detect.Finding{
		Rule:     "IAM-005",
		Resource: detect.Resource{Type: detect.User, ID: "bob"},
		Params:   map[string]string{detect.ParamPolicyARN: "arn:aws:iam::aws:policy/AdministratorAccess"},
		Event:    detect.EventRef{ID: "e-1", Account: "111122223333", Region: "us-east-1"},
	}
}

func TestIncident(t *testing.T) {
	want := finding().Incident()
	same := []func(*detect.Finding){
		func(f *detect.Finding) { f.Summary, f.Severity, f.Title = "told otherwise", detect.Critical, "Renamed" },
		func(f *detect.Finding) { f.Event.Replay, f.Event.Name = "replay-1", "AttachUserPolicy" },
	}
	for i, change := range same {
		f := finding()
		change(&f)
		if got := f.Incident(); got != want {
			t.Errorf("change %d opens another incident", i)
		}
	}
	other := []func(*detect.Finding){
		func(f *detect.Finding) { f.Event.ID = "e-2" },
		func(f *detect.Finding) { f.Event.Account = "444455556666" },
		func(f *detect.Finding) { f.Rule = "IAM-003" },
		func(f *detect.Finding) { f.Resource.ID = "alice" },
		func(f *detect.Finding) { f.Resource.Type = detect.Role },
		func(f *detect.Finding) { f.Resource.Parent = "bob" },
		func(f *detect.Finding) { f.Params = nil },
		func(f *detect.Finding) { f.Rate = &detect.Rate{Key: []string{"192.0.2.1"}} },
		func(f *detect.Finding) { f.Resource.ID, f.Resource.Parent = "b", "ob" },
	}
	for i, change := range other {
		f := finding()
		change(&f)
		if got := f.Incident(); got == want {
			t.Errorf("change %d opens the same incident", i)
		}
	}
}

func TestGroup(t *testing.T) {
	user := finding()
	key := finding()
	key.Resource = detect.Resource{Type: detect.AccessKey, ID: "AKIAIOSFODNN7EXAMPLE", Parent: "bob"}
	if user.Group() != key.Group() {
		t.Error("an access key is not in order with its user")
	}
	key.Event.Account = "444455556666"
	if user.Group() == key.Group() {
		t.Error("two accounts share an order")
	}
}

// TestCorrection holds that the late correction of an event leads to the incident of the original.
func TestCorrection(t *testing.T) {
	index := detect.NewIndex([]*detect.Rule{rule("A-001", detect.Pattern{{Source: "iam.amazonaws.com"}}, says("a"))})
	original, late := createUser(), createUser()
	late.ID, late.OriginalID = "e-9", original.ID
	late.Envelope = &cloudtrail.Envelope{ReplayName: "replay-1"}
	a, b := index.Match(original)[0], index.Match(late)[0]
	if a.Incident() != b.Incident() || b.Event.Replay != "replay-1" {
		t.Errorf("incidents %s and %s, replay %q", a.Incident(), b.Incident(), b.Event.Replay)
	}
}
