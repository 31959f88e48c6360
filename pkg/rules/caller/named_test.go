package caller_test

import (
	"testing"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

func TestNamed(t *testing.T) {
	bob := cloudtrail.Identity{Type: "IAMUser", UserName: "bob"}
	tests := []struct {
		name string
		ev   cloudtrail.Event
		said string
		want string
	}{
		{"not named", cloudtrail.Event{Identity: bob}, "trail t stopped recording", "trail t stopped recording; by bob"},
		{"named", cloudtrail.Event{Identity: bob}, "bob took a session", "bob took a session"},
		{"named at the end", cloudtrail.Event{Identity: bob}, "policy given to alice by bob", "policy given to alice by bob"},
		{"within a word", cloudtrail.Event{Identity: bob}, "user bobby deleted", "user bobby deleted; by bob"},
		{"within a longer name", cloudtrail.Event{Identity: bob}, "device bob-phone removed", "device bob-phone removed; by bob"},
		{"within a word and by itself", cloudtrail.Event{Identity: bob}, "bobby made by bob", "bobby made by bob"},
		{"root", cloudtrail.Event{Identity: cloudtrail.Identity{Type: "Root"}}, "account closed", "account closed; by root"},
		{"nobody", cloudtrail.Event{}, "account left", "account left; by unknown"},
		{"denied", cloudtrail.Event{Identity: bob, ErrorCode: "AccessDenied"}, "trail t deleted", "trail t deleted"},
		{"recorded by a service", cloudtrail.Event{Type: "AwsServiceEvent", Identity: bob}, "account left", "account left"},
		{"a hostile name", cloudtrail.Event{Identity: cloudtrail.Identity{Type: "IAMUser", UserName: "b\nob"}}, "trail t deleted", "trail t deleted; by b�ob"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rule := &detect.Rule{Match: func(*cloudtrail.Event) ([]detect.Finding, error) {
				return []detect.Finding{{Summary: tt.said}}, nil
			}}
			found, err := caller.Named([]*detect.Rule{rule})[0].Match(&tt.ev)
			if err != nil || len(found) != 1 || found[0].Summary != tt.want {
				t.Errorf("%v, %v, want %q", found, err, tt.want)
			}
		})
	}
}
