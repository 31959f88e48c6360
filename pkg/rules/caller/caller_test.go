package caller_test

import (
	"testing"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

func TestCaller(t *testing.T) {
	const sso = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0a1b2c3d4e5f6a7b"
	const alike = "arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_0a1b2c3d4e5f6a7b"
	role := func(arn string) cloudtrail.Identity {
		return cloudtrail.Identity{Type: "AssumedRole", Session: cloudtrail.Session{IssuerARN: arn}}
	}
	tests := []struct {
		name    string
		id      cloudtrail.Identity
		service string
		person  bool
	}{
		{"user", cloudtrail.Identity{Type: "IAMUser", UserName: "alice"}, "", true},
		{"user through CloudFormation", cloudtrail.Identity{Type: "IAMUser", InvokedBy: "cloudformation.amazonaws.com"}, "cloudformation.amazonaws.com", false},
		{"user in the console", cloudtrail.Identity{Type: "IAMUser", InvokedBy: "signin.amazonaws.com"}, "", true},
		{"user in CloudShell", cloudtrail.Identity{Type: "IAMUser", InvokedBy: "cloudshell.amazonaws.com"}, "", true},
		{"console's backend", cloudtrail.Identity{Type: "AssumedRole", InvokedBy: "AWS Internal", Session: cloudtrail.Session{IssuerARN: sso}}, "", true},
		{"Identity Center", role(sso), "", true},
		{"a role of that name", role(alike), "", false},
		{"a role", role("arn:aws:iam::111122223333:role/deploy"), "", false},
		{"a service", cloudtrail.Identity{Type: "AWSService", InvokedBy: "autoscaling.amazonaws.com"}, "autoscaling.amazonaws.com", false},
		{"nobody knows", cloudtrail.Identity{}, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ev := &cloudtrail.Event{Identity: tt.id}
			if got := caller.Service(ev); got != tt.service {
				t.Errorf("Service = %q, want %q", got, tt.service)
			}
			if got := caller.IsPerson(ev); got != tt.person {
				t.Errorf("IsPerson = %v", got)
			}
			want, through := detect.High, ""
			if tt.service != "" {
				want, through = detect.Medium, "; made through "+tt.service
			}
			if got := caller.Tempered(ev, detect.High); got != want {
				t.Errorf("Tempered = %v, want %v", got, want)
			}
			if got := caller.Tempered(ev, detect.Info); got != detect.Info {
				t.Errorf("Tempered(INFO) = %v", got)
			}
			if got := caller.Through(ev); got != through {
				t.Errorf("Through = %q, want %q", got, through)
			}
		})
	}
	for key, want := range map[string]bool{"AKIAIOSFODNN7EXAMPLE": false, "ASIAI44QH8DHBEXAMPLE": true, "": true} {
		ev := &cloudtrail.Event{Identity: cloudtrail.Identity{Type: "IAMUser", AccessKeyID: key}}
		if got := caller.IsManual(ev); got != want {
			t.Errorf("IsManual with the key %q = %v", key, got)
		}
	}
	if got := caller.Service(&cloudtrail.Event{Identity: cloudtrail.Identity{Type: "AWSService"}}); got == "" {
		t.Error("a service without a name counts as none")
	}
}

func TestByHand(t *testing.T) {
	role := func(change func(*cloudtrail.Event)) *cloudtrail.Event {
		ev := &cloudtrail.Event{Identity: cloudtrail.Identity{
			Type: "AssumedRole", AccessKeyID: "ASIAI44QH8DHBEXAMPLE",
			Session: cloudtrail.Session{IssuerARN: "arn:aws:iam::111122223333:role/operator"},
		}}
		change(ev)
		return ev
	}
	for _, c := range []struct {
		name string
		ev   *cloudtrail.Event
		want bool
	}{
		{"a role's program", role(func(*cloudtrail.Event) {}), false},
		{"a role in the console", role(func(ev *cloudtrail.Event) { ev.Record = []byte(`{"sessionCredentialFromConsole":"true"}`) }), true},
		{"a mark that says no", role(func(ev *cloudtrail.Event) { ev.Record = []byte(`{"sessionCredentialFromConsole":"false"}`) }), false},
		{"a role in the console of old", role(func(ev *cloudtrail.Event) { ev.UserAgent = "console.ec2.amazonaws.com" }), true},
		{"a service that names the console", role(func(ev *cloudtrail.Event) {
			ev.UserAgent, ev.Identity.InvokedBy = "console.ec2.amazonaws.com", "cloudformation.amazonaws.com"
		}), false},
		{"a user's long-term key", role(func(ev *cloudtrail.Event) {
			ev.Identity = cloudtrail.Identity{Type: "IAMUser", AccessKeyID: "AKIAIOSFODNN7EXAMPLE"}
		}), false},
	} {
		if got := caller.ByHand(c.ev); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
