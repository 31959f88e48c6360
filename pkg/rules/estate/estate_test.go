package estate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/estate"
)

func event(e *cloudtrail.Estate) *cloudtrail.Event {
	return &cloudtrail.Event{Account: "111122223333", Region: "us-gov-west-1", Estate: e}
}

func full() *cloudtrail.Estate {
	return &cloudtrail.Estate{
		Organization: "o-a1b2c3d4e5", Accounts: []string{"111122223333", "222233334444"}, Trusted: []string{"444455556666"},
		Production: []string{"222233334444"},
	}
}

func TestContext(t *testing.T) {
	bare := iampolicy.Context{Account: "111122223333", Partition: "aws-us-gov"}
	if diff := cmp.Diff(bare, estate.Context(event(nil))); diff != "" {
		t.Errorf("nobody said anything (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(bare, estate.Own(event(nil))); diff != "" {
		t.Errorf("own, nobody said anything (-want +got)\n%s", diff)
	}
	said := bare
	said.Organization, said.TrustedAccounts = "o-a1b2c3d4e5", []string{"111122223333", "222233334444", "444455556666"}
	if diff := cmp.Diff(said, estate.Context(event(full()))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	said.TrustedAccounts = []string{"111122223333", "222233334444"}
	if diff := cmp.Diff(said, estate.Own(event(full()))); diff != "" {
		t.Errorf("own (-want +got)\n%s", diff)
	}
}

func TestContextOfSparseRecord(t *testing.T) {
	ev := &cloudtrail.Event{Identity: cloudtrail.Identity{ARN: "arn:aws:iam::111122223333:user/alice"}}
	if got := estate.Context(ev).Account; got != "111122223333" {
		t.Errorf("the account is not taken from the caller: %q", got)
	}
	ev.Account = "444455556666" // a caller from another account changed this one
	if got := estate.Context(ev).Account; got != "444455556666" {
		t.Errorf("the caller's account went before the event's: %q", got)
	}
}

func TestStranger(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:kms:us-east-1:999988887777:key/k": "999988887777",
		"arn:aws:kms:us-east-1:444455556666:key/k": "",
		"arn:aws:kms:us-east-1:222233334444:key/k": "",
		"arn:aws:kms:us-east-1:111122223333:key/k": "",
		"arn:aws:iam::aws:policy/ReadOnlyAccess":   "",
		"arn:aws:s3:::bucket":                      "",
		"alias/k":                                  "",
		"":                                         "",
	} {
		if got := estate.Stranger(event(full()), arn); got != want {
			t.Errorf("%s: %q, want %q", arn, got, want)
		}
	}
	if got := estate.Stranger(event(nil), "arn:aws:kms:us-east-1:444455556666:key/k"); got != "444455556666" {
		t.Errorf("nobody said anything: %q", got)
	}
}

func TestProduction(t *testing.T) {
	if !estate.Production(event(full()), "222233334444") || estate.Production(event(full()), "111122223333") ||
		estate.Production(event(nil), "222233334444") {
		t.Error("production is what the operator calls so, and nothing else")
	}
}

func TestOf(t *testing.T) {
	const foreign = "arn:aws:organizations::999988887777:"
	tests := []struct {
		arn    string
		estate *cloudtrail.Estate
		want   estate.Kinship
	}{
		{foreign + "organization/o-a1b2c3d4e5", nil, estate.Unknown},
		{foreign + "organization/o-a1b2c3d4e5", full(), estate.OwnOrganization},
		{foreign + "ou/o-a1b2c3d4e5/ou-ab12-prod0001", full(), estate.OwnOrganization},
		{foreign + "organization/o-zzzzzzzzzz", full(), estate.OtherOrganization},
		{foreign + "organization/o-a1b2c3d4e5x", full(), estate.OtherOrganization},
		{"arn:aws:organizations::111122223333:organization/o-zzzzzzzzzz", nil, estate.OwnOrganization},
		{"arn:aws:organizations::222233334444:organization/o-zzzzzzzzzz", full(), estate.OwnOrganization},
		{"arn:aws:organizations::444455556666:organization/o-zzzzzzzzzz", full(), estate.OtherOrganization},
		{"o-a1b2c3d4e5", full(), estate.Unknown},
		{"", nil, estate.Unknown},
	}
	for _, tt := range tests {
		if got := estate.Of(event(tt.estate), tt.arn); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.arn, got, tt.want)
		}
	}
}
