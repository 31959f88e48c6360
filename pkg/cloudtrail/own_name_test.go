package cloudtrail_test

import (
	"testing"

	"riposte/pkg/cloudtrail"
)

func TestOwnName(t *testing.T) {
	for _, tt := range []struct {
		stack, name string
		want        bool
	}{
		{"", "Riposte", true},
		{"", "Riposte-detect", true},
		{"", "riposte-DETECT", true},
		{"", "Riposte-", true},
		{"", "RiposteQuarantine", false},
		{"", "Ripost", false},
		{"", "not-Riposte-detect", false},
		{"", "", false},
		{"Guard", "Guard-detect", true},
		{"Guard", "Riposte-detect", false},
	} {
		ev := &cloudtrail.Event{Estate: &cloudtrail.Estate{Stack: tt.stack}}
		if got := ev.OwnName(tt.name); got != tt.want {
			t.Errorf("stack %q, name %q: %t, want %t", tt.stack, tt.name, got, tt.want)
		}
	}
	if ev := (&cloudtrail.Event{}); !ev.OwnName("Riposte-detect") {
		t.Error("where nobody said anything the stack is Riposte")
	}
}

func TestMayNameOwn(t *testing.T) {
	for _, tt := range []struct {
		stack, request string
		want           bool
	}{
		{"", `{"roleName":"Riposte-detect"}`, true},
		{"", `{"roleName":"RIPOSTE-detect"}`, true},
		{"", `{"name":"riposte"}`, true},
		{"", `{"roleName":"Ripost"}`, false},
		{"", `{}`, false},
		{"Guard", `{"roleName":"Riposte-detect"}`, false},
		{"Guard", `{"roleName":"guard-detect"}`, true},
		{"", `{"omitted":true}`, true},
		{"", `null`, true},
		{"AVeryLongStackName", `{"a":1}`, false},
	} {
		ev := &cloudtrail.Event{Estate: &cloudtrail.Estate{Stack: tt.stack}, Request: cloudtrail.NewPayload([]byte(tt.request))}
		if got := ev.MayNameOwn(); got != tt.want {
			t.Errorf("stack %q, request %s: %t, want %t", tt.stack, tt.request, got, tt.want)
		}
	}
}
