package engine

import (
	"encoding/json"
	"testing"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// TestExplainsNetwork holds that whoever undid a change of a network, a group or an organization is not believed another one
// that was made on the same resource just after it.
func TestExplainsNetwork(t *testing.T) {
	const (
		event   = `{"destination_ipv4":"0.0.0.0/0","gateway":"igw-0a"}`
		good    = `{"destination_ipv4":"0.0.0.0/0","instance":"i-0a","network_interface":"eni-0a"}`
		entry   = `{"number":100,"allow":true,"protocol":"6","from_port":22,"to_port":22,"icmp_type":-1,"icmp_code":-1,"cidr_ipv4":"0.0.0.0/0"}`
		wider   = `{"number":100,"allow":true,"protocol":"-1","from_port":-1,"to_port":-1,"icmp_type":-1,"icmp_code":-1,"cidr_ipv4":"0.0.0.0/0"}`
		session = `{"number":1,"target":"tmt-0a","filter":"tmf-0a"}`
	)
	in := ledger.Incident{
		Finding: detect.Finding{Params: map[string]string{
			detect.ParamRoute: event, detect.ParamACLEntry: entry, detect.ParamMirror: session,
			detect.ParamGroupName: "admins", detect.ParamTargetID: "ou-a", detect.ParamPrincipalID: "p-1",
			detect.ParamBoundary: "arn:aws:iam::111122223333:policy/wide",
		}},
		Changes: []ledger.Change{
			{Change: remedy.Change{Before: json.RawMessage(`{"route":` + event + `}`), After: json.RawMessage(`{"route":` + good + `}`)}},
			{Change: remedy.Change{Before: json.RawMessage(`{"entry":` + entry + `}`), After: json.RawMessage(`{"entry":null}`)}},
			{Change: remedy.Change{Before: json.RawMessage(`"arn:aws:iam::111122223333:policy/wide"`), After: json.RawMessage(`"arn:aws:iam::111122223333:policy/narrow"`)}},
		},
	}
	for name, tt := range map[string]struct {
		param, value string
		want         bool
	}{
		"the event's route":                 {detect.ParamRoute, `{"destination_ipv4":"10.0.0.0/0","gateway":"igw-0a"}`, true},
		"the route before, by its instance": {detect.ParamRoute, `{"destination_ipv4":"0.0.0.0/0","instance":"i-0a"}`, true},
		"another gateway":                   {detect.ParamRoute, `{"destination_ipv4":"0.0.0.0/0","peering":"pcx-0b"}`, false},
		"another destination":               {detect.ParamRoute, `{"destination_ipv6":"::/0","gateway":"igw-0a"}`, false},
		"a route that is no JSON":           {detect.ParamRoute, `{`, false},
		"no route at all":                   {detect.ParamRoute, `null`, false},
		"the event's entry":                 {detect.ParamACLEntry, entry, true},
		"a wider entry of that number":      {detect.ParamACLEntry, wider, false},
		"the event's session":               {detect.ParamMirror, session, true},
		"a session to another target":       {detect.ParamMirror, `{"number":2,"target":"tmt-0b","filter":"tmf-0a"}`, false},
		"the group":                         {detect.ParamGroupName, "admins", true},
		"another group":                     {detect.ParamGroupName, "owners", false},
		"the target":                        {detect.ParamTargetID, "ou-a", true},
		"another target":                    {detect.ParamTargetID, "r-root", false},
		"the event's boundary":              {detect.ParamBoundary, "arn:aws:iam::111122223333:policy/wide", true},
		"the restored boundary":             {detect.ParamBoundary, "arn:aws:iam::111122223333:policy/narrow", true},
		"another boundary":                  {detect.ParamBoundary, "arn:aws:iam::aws:policy/AdministratorAccess", false},
		"another person":                    {detect.ParamPrincipalID, "p-2", false},
	} {
		f := detect.Finding{Params: map[string]string{tt.param: tt.value}}
		if got := explains(in, f); got != tt.want {
			t.Errorf("%s: explained %v, want %v", name, got, tt.want)
		}
	}
}
