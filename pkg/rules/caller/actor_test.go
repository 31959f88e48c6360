package caller_test

import (
	"testing"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

func TestActor(t *testing.T) {
	const (
		deploy  = "arn:aws:iam::111122223333:role/deploy"
		session = "arn:aws:sts::111122223333:assumed-role/deploy/one"
		sso     = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0a1b2c3d4e5f6a7b"
		person  = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0a1b2c3d4e5f6a7b/dave@example.com"
	)
	role := func(issuer, name, arn string) cloudtrail.Identity {
		return cloudtrail.Identity{
			Type: "AssumedRole", ARN: arn, Session: cloudtrail.Session{IssuerType: "Role", IssuerARN: issuer, IssuerUserName: name},
		}
	}
	tests := []struct {
		name      string
		id        cloudtrail.Identity
		principal string
		resource  detect.Resource
	}{
		{
			"user",
			cloudtrail.Identity{Type: "IAMUser", UserName: "alice", ARN: "arn:aws:iam::111122223333:user/alice"},
			"arn:aws:iam::111122223333:user/alice",
			detect.Resource{Type: detect.User, ID: "alice"},
		},
		{"role", role(deploy, "deploy", session), deploy, detect.Resource{Type: detect.Role, ID: "deploy"}},
		{
			"person", role(sso, "AWSReservedSSO_Admin_0a1b2c3d4e5f6a7b", person), person,
			detect.Resource{Type: detect.Role, ID: "AWSReservedSSO_Admin_0a1b2c3d4e5f6a7b"},
		},
		{
			"root",
			cloudtrail.Identity{Type: "Root", UserName: "alias", ARN: "arn:aws:iam::111122223333:root"},
			"arn:aws:iam::111122223333:root",
			detect.Resource{Type: detect.Account, ID: "111122223333"},
		},
		{
			"without an ARN",
			cloudtrail.Identity{Type: "AWSAccount", PrincipalID: "AIDAEXAMPLE"},
			"AIDAEXAMPLE",
			detect.Resource{Type: detect.Account, ID: "111122223333"},
		},
		{"nobody knows", cloudtrail.Identity{}, "unknown", detect.Resource{Type: detect.Account, ID: "111122223333"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ev := &cloudtrail.Event{Account: "111122223333", Identity: tt.id}
			if got := caller.Principal(ev); got != tt.principal {
				t.Errorf("Principal = %q, want %q", got, tt.principal)
			}
			if got := caller.Resource(ev); got != tt.resource {
				t.Errorf("Resource = %v, want %v", got, tt.resource)
			}
		})
	}
}

func TestSource(t *testing.T) {
	for _, tt := range []struct{ address, want string }{
		{"203.0.113.9", "203.0.113.9"},
		{"::ffff:203.0.113.9", "203.0.113.9"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"2001:db8:1:2:a:b:c:d", "2001:db8:1:2::/64"},
		{"fe80::1%eth0", "fe80::/64"},
		{"cloudformation.amazonaws.com", "cloudformation.amazonaws.com"},
		{"", ""},
	} {
		if got := caller.Source(&cloudtrail.Event{SourceIP: tt.address}); got != tt.want {
			t.Errorf("Source(%q) = %q, want %q", tt.address, got, tt.want)
		}
	}
}
